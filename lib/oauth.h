/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * OAuth2 messages: authorization URLs, token requests, token replies.  Pure:
 * bytes in, bytes out; lib/http.h carries them.
 */
#ifndef MB_LIB_OAUTH_H
#define MB_LIB_OAUTH_H

#include <stdbool.h>
#include <stdint.h>

#include "lib/credential.h"
#include "lib/err.h"
#include "lib/http.h"
#include "lib/grant.h"
#include "lib/secret.h"

/* ---- authorization request (RFC 6749 section 4.1.1, RFC 7636) ---- */

struct mb_oauth_authorization {
	const char *redirect_uri;
	const char *state;
	const char *code_challenge;	/* mb_oauth_challenge() */
	const char *login_hint;		/* the address expected; NULL: none */
	const char *nonce;		/* OpenID Connect; NULL: none */
};

enum { MB_OAUTH_CHALLENGE_LEN = 43 };

/* S256 challenge of a PKCE verifier (43 to 128 unreserved characters, RFC 7636
 * section 4.1).  challenge: 44 bytes.  0 or -1. */
int mb_oauth_challenge(const char *verifier,
		       char challenge[MB_OAUTH_CHALLENGE_LEN + 1],
		       struct mb_err *e);

/* The URL to send the owner's browser to; url is replaced.  0 or -1. */
int mb_oauth_authorization_url(const struct mb_credential *c,
			       const struct mb_oauth_authorization *a,
			       struct mb_secret *url, struct mb_err *e);

/* ---- token request ---- */

struct mb_oauth_request {
	struct mb_secret body;		/* form-encoded */
	struct mb_secret authorization;	/* "Basic ...", or empty */
};

void mb_oauth_request_clear(struct mb_oauth_request *q);

/* Append client authentication as c->auth_method says (RFC 6749 section 2.3,
 * RFC 7523 section 2.2).  0 or -1. */
int mb_oauth_authenticate(const struct mb_credential *c,
			  struct mb_oauth_request *q, struct mb_err *e);

/* RFC 6749 section 4.4.2. */
int mb_oauth_app_request(const struct mb_credential *c,
			 struct mb_oauth_request *q, struct mb_err *e);

/* RFC 7523 section 2.1: on behalf of the mailbox `account`. */
int mb_oauth_bearer_request(const struct mb_credential *c,
			    const char *account, struct mb_oauth_request *q,
			    struct mb_err *e);

/* RFC 6749 section 6.  No scope is sent: that asks for what was granted, so
 * that a wider `scope` in the credential cannot break living accounts. */
int mb_oauth_refresh_request(const struct mb_credential *c,
			     const struct mb_secret *refresh_token,
			     struct mb_oauth_request *q, struct mb_err *e);

/* RFC 6749 section 4.1.3, RFC 7636 section 4.5.  verifier may be empty. */
int mb_oauth_code_request(const struct mb_credential *c,
			  const struct mb_secret *code,
			  const struct mb_secret *verifier,
			  const char *redirect_uri, struct mb_oauth_request *q,
			  struct mb_err *e);

/* RFC 8628 section 3.1: asks the device endpoint for a code. */
int mb_oauth_device_request(const struct mb_credential *c,
			    struct mb_oauth_request *q, struct mb_err *e);

/* RFC 8628 section 3.4: asks whether somebody has used it. */
int mb_oauth_device_code_request(const struct mb_credential *c,
				 const struct mb_secret *device_code,
				 struct mb_oauth_request *q,
				 struct mb_err *e);

/* RFC 7009 section 2.1; refresh: the token's type, as a hint. */
int mb_oauth_revoke_request(const struct mb_credential *c,
			    const struct mb_secret *token, bool refresh,
			    struct mb_oauth_request *q, struct mb_err *e);

/* ---- token reply ---- */

enum { MB_OAUTH_LIFETIME = 3600,	/* when a reply has no expires_in */
       MB_OAUTH_LIFETIME_MAX = 10 * 366 * 86400 };

enum mb_oauth_grant {
	MB_OAUTH_REFRESH,
	MB_OAUTH_CODE,
	MB_OAUTH_APP,		/* nobody signs in */
};

/* What was asked, for judging the reply and wording the error. */
struct mb_oauth_asked {
	const struct mb_credential *credential;
	const char *account;
	enum mb_oauth_grant grant;
	const struct mb_secret *secret;	/* refresh token or code, as sent;
					 * NULL: none */
	int64_t age_s;			/* since the sign-in; below 0: unknown */
	int64_t now;			/* Unix seconds */
};

/*
 * Judge a reply (RFC 6749 sections 5.1 and 5.2).  out (cleared first) is filled
 * as lib/redeem.h says of refresh(); a reply with a bad expires_in, scope or
 * id_token still counts as granted.
 */
enum mb_outcome mb_oauth_judge(const struct mb_oauth_asked *asked,
			       const struct mb_http_reply *reply,
			       struct mb_grant *out, struct mb_err *e);

#endif
