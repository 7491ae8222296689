/* SPDX-License-Identifier: BSD-2-Clause */
/* Making a store: init does it, and enroll for whoever has none. */
#ifndef MB_TOOLS_INIT_H
#define MB_TOOLS_INIT_H

#include "tools/tool.h"

/* Make what is missing, mend the rest; t->home and t->changed are set, nothing
 * is opened. */
int mb_init_store(struct mb_tool *t, struct mb_err *e);

#endif
