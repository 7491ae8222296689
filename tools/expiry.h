/* SPDX-License-Identifier: BSD-2-Clause */
/* When a client credential ends: the date that was recorded for its client
 * secret, or the end of its certificate. */
#ifndef MB_TOOLS_EXPIRY_H
#define MB_TOOLS_EXPIRY_H

#include <stdbool.h>
#include <stdint.h>

#include "lib/credential.h"
#include "tools/tool.h"

/* Unix seconds, the sooner of both; 0: not known.  A date without a time ends
 * when it begins, in UTC. */
int64_t mb_expiry_at(const struct mb_credential *c);

/* Less than 30 days left, or none? */
bool mb_expiry_soon(int64_t at, int64_t now);

/* If it is soon: a line on stderr with the command that helps. */
void mb_expiry_note(const struct mb_tool *t, const struct mb_credential *c,
		    int64_t now);

#endif
