/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What the error replies of token endpoints mean (RFC 6749 section 5.2,
 * Microsoft's AADSTS numbers, Google's subtypes): rows of lib/codes.h.  Pure.
 */
#ifndef MB_LIB_OUTCOME_H
#define MB_LIB_OUTCOME_H

#include <stdbool.h>

#include "lib/codes.h"
#include "lib/err.h"
#include "lib/grant.h"

/* The row for an `error` member and its subtype ("" if none); never NULL: what
 * is not known (name NULL) is transient, for a wrong guess must not cost an
 * account. */
const struct mb_code *mb_outcome_of_error(const char *error,
					  const char *subtype);

/* The row for an AADSTS number, or NULL. */
const struct mb_code *mb_outcome_of_code(long code);

/* HTTP statuses that mean "later", whatever the body says. */
bool mb_outcome_status_is_transient(long status);

#endif
