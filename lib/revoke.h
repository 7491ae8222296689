/* SPDX-License-Identifier: BSD-2-Clause */
/* Token revocation (RFC 7009): one POST.  For the tool. */
#ifndef MB_LIB_REVOKE_H
#define MB_LIB_REVOKE_H

#include <stdbool.h>

#include "lib/credential.h"
#include "lib/err.h"
#include "lib/grant.h"
#include "lib/secret.h"

struct mb_revocation {
	const struct mb_credential *credential;
	const char *endpoint;		/* the credential's, or its provider's */
	const char *account;		/* names it in errors */
	const struct mb_secret *token;
	bool refresh;			/* a refresh token */
};

/*
 * 0: the server says that the token is worth nothing now (a token that it does
 * not know included).  -1: it may still be good; MB_E_NETWORK, MB_E_TIMEOUT,
 * MB_E_PROVIDER_BUSY, MB_E_CLIENT_REFUSED, MB_E_UNSUPPORTED, MB_E_REPLY_BAD.
 */
int mb_revoke(const struct mb_revocation *r, const struct mb_patience *p,
	      struct mb_err *e);

#endif
