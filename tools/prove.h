/* SPDX-License-Identifier: BSD-2-Clause */
/* Is a new client secret right?  Only the provider knows. */
#ifndef MB_TOOLS_PROVE_H
#define MB_TOOLS_PROVE_H

#include "tools/change.h"

/*
 * One ordinary refresh, committed as usual, of one account that uses the
 * credential; none: a remark.  Refused as a wrong client: what was there
 * before the change is put back, and the error says so.  Any other trouble is
 * a remark: the new secret stays.  The change's lock is held.
 */
int mb_prove_secret(struct mb_tool *t, struct mb_change *change,
		    const char *name, struct mb_err *e);

#endif
