/* SPDX-License-Identifier: BSD-2-Clause */
/* A client credential (app registration) as a value.  Pure, no libconfig:
 * the engine and the http module both speak of it. */
#ifndef MB_LIB_CREDENTIAL_H
#define MB_LIB_CREDENTIAL_H

#include <stdbool.h>
#include <stdint.h>

#include "lib/address.h"
#include "lib/err.h"
#include "lib/secret.h"

enum { MB_URL_MAX = 2048, MB_PROVIDER_MAX = 64, MB_CLIENT_ID_MAX = 512,
       MB_CLIENT_SECRET_MAX = 4096 };

enum mb_auth_method {
	MB_AUTH_NONE,		/* public client: client_id only */
	MB_AUTH_POST,		/* client_secret_post */
	MB_AUTH_BASIC,		/* client_secret_basic */
};

struct mb_credential {
	char name[MB_NAME_MAX + 1];
	char provider[MB_PROVIDER_MAX + 1];
	char tenant[256];
	char client_id[MB_CLIENT_ID_MAX + 1];
	struct mb_secret client_secret;		/* empty: a public client */
	char authorization_endpoint[MB_URL_MAX + 1];
	char token_endpoint[MB_URL_MAX + 1];
	char callback_url[MB_URL_MAX + 1];
	char issuer[MB_URL_MAX + 1];		/* "": not known, iss not checked */
	char scope[2049];
	char hosts[2049];			/* blank-separated; "": any (custom) */
	char proxy[MB_URL_MAX + 1];
	char authorization_extra[513];		/* "access_type=offline&prompt=consent" */
	enum mb_auth_method auth_method;
	bool rotates;		/* the provider may rotate refresh tokens */
	int64_t token_lifetime;	/* seconds, when a reply has no expires_in; 0: 3600 */
	struct mb_secret ca_pem;		/* certificates to trust instead of the system's */
};

void mb_credential_clear(struct mb_credential *c);
int mb_credential_copy(struct mb_credential *dst,
		       const struct mb_credential *src, struct mb_err *e);

#endif
