/* SPDX-License-Identifier: BSD-2-Clause */
/* A client credential (app registration) as a value.  Pure, no libconfig:
 * the engine and the http module both speak of it. */
#ifndef MB_LIB_CREDENTIAL_H
#define MB_LIB_CREDENTIAL_H

#include <stdbool.h>
#include <stdint.h>

#include "lib/address.h"
#include "lib/err.h"
#include "lib/grant_types.h"
#include "lib/secret.h"

enum { MB_URL_MAX = 2048, MB_PROVIDER_MAX = 64, MB_CLIENT_ID_MAX = 512,
       MB_CLIENT_SECRET_MAX = 4096, MB_KEY_ID_MAX = 256,
       MB_KEY_PEM_MAX = 32 * 1024, MB_COMMAND_MAX = 4096 };

enum mb_auth_method {
	MB_AUTH_NONE,		/* public client: client_id only */
	MB_AUTH_POST,		/* client_secret_post */
	MB_AUTH_BASIC,		/* client_secret_basic */
	MB_AUTH_KEY,		/* private_key_jwt (RFC 7523 section 2.2) */
};

/* How assertions are signed (RFC 7518 section 3.1). */
enum mb_key_alg {
	MB_ALG_AUTO,		/* by the key: RS256 or ES256 */
	MB_ALG_RS256,
	MB_ALG_PS256,
	MB_ALG_ES256,
};

struct mb_credential {
	char name[MB_NAME_MAX + 1];
	char provider[MB_PROVIDER_MAX + 1];
	char tenant[256];
	char client_id[MB_CLIENT_ID_MAX + 1];
	struct mb_secret client_secret;		/* empty: a public client */
	enum mb_grant_type grant;
	char authorization_endpoint[MB_URL_MAX + 1];
	char token_endpoint[MB_URL_MAX + 1];
	char device_endpoint[MB_URL_MAX + 1];		/* RFC 8628 */
	char revocation_endpoint[MB_URL_MAX + 1];	/* RFC 7009 */
	char callback_url[MB_URL_MAX + 1];
	char issuer[MB_URL_MAX + 1];		/* "": not known, iss not checked */
	char scope[2049];
	char hosts[2049];			/* blank-separated; "": any (custom) */
	char proxy[MB_URL_MAX + 1];
	char authorization_extra[513];		/* "access_type=offline&prompt=consent" */
	enum mb_auth_method auth_method;
	struct mb_secret private_key;	/* PEM; for assertions */
	struct mb_secret certificate;	/* PEM, public: x5t#S256 */
	char key_id[MB_KEY_ID_MAX + 1];	/* "kid"; "": none */
	enum mb_key_alg algorithm;
	struct mb_secret command;	/* grant command: argv, '\n' between */
	char client_secret_expires[11];	/* "YYYY-MM-DD"; "": not recorded */
	bool rotates;		/* the provider may rotate refresh tokens */
	int64_t token_lifetime;	/* seconds, when a reply has no expires_in; 0: 3600 */
	int64_t deadline;	/* settings.deadline; 0: not said */
	struct mb_secret ca_pem;		/* certificates to trust instead of the system's */
};

void mb_credential_clear(struct mb_credential *c);
int mb_credential_copy(struct mb_credential *dst,
		       const struct mb_credential *src, struct mb_err *e);

#endif
