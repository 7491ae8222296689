/* SPDX-License-Identifier: BSD-2-Clause */
/* The table of account rules (lib/rules.h), made from the credentials file. */
#ifndef MB_LIB_RULES_MAKE_H
#define MB_LIB_RULES_MAKE_H

#include "lib/credential.h"
#include "lib/err.h"
#include "lib/rules.h"
#include "lib/secret.h"

/* mb_rules_canon(), which is the engine's. */
typedef int mb_rules_canon_fn(const char *user, char *out, struct mb_err *e);

/* text: decrypted; object names it in errors; seen: which file it is.  out is
 * replaced.  0, or -1 with MB_E_CONFIG_*. */
int mb_rules_make(const struct mb_secret *text, const char *object,
		  const char *seen, mb_rules_canon_fn *canon,
		  struct mb_secret *out, struct mb_err *e);

/* What a rule's token rests on (mb_rules_record_id): name, grant, scope.
 * hex: 65 bytes.  0 or -1. */
int mb_rules_origin(const struct mb_credential *c, char *hex);

#endif
