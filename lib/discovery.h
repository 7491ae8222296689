/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What an OAuth2 server publishes about itself: RFC 8414, and OpenID Connect
 * Discovery 1.0, which differ in where the document lies.  Pure.
 */
#ifndef MB_LIB_DISCOVERY_H
#define MB_LIB_DISCOVERY_H

#include <stdbool.h>

#include "lib/credential.h"
#include "lib/err.h"
#include "lib/http.h"

enum mb_discovery_form {
	MB_DISCOVERY_OAUTH,	/* RFC 8414 section 3.1 */
	MB_DISCOVERY_OPENID,	/* OpenID Connect Discovery section 4.1 */
	MB_DISCOVERY_FORMS
};

struct mb_discovery {
	char authorization_endpoint[MB_URL_MAX + 1];
	char token_endpoint[MB_URL_MAX + 1];
	char device_endpoint[MB_URL_MAX + 1];		/* "": none */
	char revocation_endpoint[MB_URL_MAX + 1];	/* "": none */
	enum mb_auth_method method;	/* for a client with a secret */
	bool scopes;			/* they are listed, and of these has: */
	bool openid, email, offline_access;
};

/* Where the document of an issuer lies.  url: MB_URL_MAX + 1 bytes.  0, or -1
 * with MB_E_BAD_ENDPOINT: not https (http for loopback alone), a "?" or "#". */
int mb_discovery_url(const char *issuer, enum mb_discovery_form form,
		     char *url, struct mb_err *e);

/*
 * Read a document.  0 and *d; 1: this is none, look at the other place; or -1:
 * it is one and is refused: another issuer (RFC 8414 section 3.3), PKCE methods
 * without S256 (RFC 9700 section 2.1.1), no token endpoint, or an endpoint that
 * is no https URL.  Object of the error: issuer.
 */
int mb_discovery_read(struct mb_discovery *d, const char *issuer,
		      const struct mb_http_reply *reply, struct mb_err *e);

#endif
