/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Sealing through OpenSSL's CMS API, for the credentials file: it may have
 * recovery recipients (X.509, EC P-256), whose key agreement this project does
 * not write itself.  Tool only; what it writes is read by lib/unseal.c.
 */
#ifndef MB_LIB_SEAL_CMS_H
#define MB_LIB_SEAL_CMS_H

#include <stddef.h>

#include "lib/err.h"
#include "lib/seal.h"
#include "lib/secret.h"

enum { MB_RECOVERY_MAX = 8 };	/* certificates */

/*
 * Like mb_seal(), and for each certificate in recovery_pem (PEM, one after the
 * other; NULL or empty: none).  Before it returns, the result has been opened
 * with every key and compared.  out is replaced on success only.
 * 0, or -1: MB_E_CONFIG_VALUE (a certificate that will not do), MB_E_TOO_LARGE,
 * MB_E_CRYPTO, MB_E_NOMEM.
 */
int mb_seal_cms(const struct mb_key *keys, size_t nkeys,
		const struct mb_secret *recovery_pem,
		const struct mb_secret *plain, struct mb_secret *out,
		struct mb_err *e);

/* Are these certificates that mb_seal_cms() will take, and no private key
 * among them?  0 and their number (count may be NULL), or -1 with
 * MB_E_CONFIG_VALUE, which names object. */
int mb_seal_cms_check(const struct mb_secret *recovery_pem, const char *object,
		      size_t *count, struct mb_err *e);

/* A message with its recipients and without contents yet, or NULL; for
 * lib/seal_cert.c. */
struct CMS_ContentInfo_st *
mb_seal_cms_message(const struct mb_key *keys, size_t nkeys,
		    const struct mb_secret *recovery_pem, struct mb_err *e);

#endif
