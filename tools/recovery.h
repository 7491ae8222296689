/* SPDX-License-Identifier: BSD-2-Clause */
/* Sealing the credentials file for recovery certificates as well: through
 * OpenSSL's CMS API, by the tool alone (doc/FORMAT.md). */
#ifndef MB_TOOLS_RECOVERY_H
#define MB_TOOLS_RECOVERY_H

#include "lib/err.h"
#include "lib/seal.h"
#include "lib/secret.h"

/* An mb_store_sealer; arg: struct mb_secret * with PEM certificates. */
int mb_recovery_seal(void *arg, const struct mb_key *keys, size_t n,
		     const struct mb_secret *text, struct mb_secret *out,
		     struct mb_err *e);

/* Only certificates, at least one, each of an EC P-256 key?  object names the
 * file.  0 or -1. */
int mb_recovery_check(const struct mb_secret *pem, const char *object,
		      struct mb_err *e);

/* How many there are. */
int mb_recovery_count(const struct mb_secret *pem, size_t *n,
		      struct mb_err *e);

/* list with the certificates of pem too, or without them; compared by what is
 * in them, not by their text.  object names pem.  0, or -1 and list is as it
 * was. */
int mb_recovery_add(struct mb_secret *list, const struct mb_secret *pem,
		    const char *object, struct mb_err *e);
int mb_recovery_remove(struct mb_secret *list, const struct mb_secret *pem,
		       const char *object, struct mb_err *e);

#endif
