/* SPDX-License-Identifier: BSD-2-Clause */
/* What each id in brackets means, in words, and what to do (pure data). */
#ifndef MB_TOOLS_EXPLAIN_H
#define MB_TOOLS_EXPLAIN_H

#include "lib/err.h"

/* A paragraph or more without a final newline; never NULL or empty for an id
 * of the table in lib/err.c. */
const char *mb_explain_text(enum mb_id id);

/* "owner", "administrator" ... in words. */
const char *mb_explain_turn(enum mb_turn turn);

#endif
