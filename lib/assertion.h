/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Signed assertions (RFC 7523): who the client is, and whom a service account
 * speaks for.  The JWS is libjose's work, the key libcrypto's.
 */
#ifndef MB_LIB_ASSERTION_H
#define MB_LIB_ASSERTION_H

#include <stdint.h>

#include "lib/credential.h"
#include "lib/err.h"
#include "lib/secret.h"

enum { MB_ASSERTION_LIFETIME = 300,	/* seconds; section 3, exp */
       MB_ASSERTION_LIFETIME_MAX = 3600 };

struct mb_assertion {
	const struct mb_credential *credential;	/* key, issuer, audience */
	const char *subject;
	const char *scope;	/* Google's; NULL: none */
	int64_t now;
	int64_t lifetime;
};

/* Make and sign one, compact (RFC 7515 section 7.1); out is replaced.  0, or
 * -1: MB_E_SECRET_EXPIRED, MB_E_SECRET_WRONG (a certificate that is not valid
 * now), MB_E_CRYPTO, MB_E_NOMEM. */
int mb_assertion_make(const struct mb_assertion *a, struct mb_secret *out,
		      struct mb_err *e);

#endif
