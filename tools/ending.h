/* SPDX-License-Identifier: BSD-2-Clause */
/* What `remove` and `revoke` of an account have in common. */
#ifndef MB_TOOLS_ENDING_H
#define MB_TOOLS_ENDING_H

#include "tools/tool.h"

/* "DOING ADDRESS and its tokens?" at the terminal, unless --yes or --check.
 * 1 yes, 0 no, -1 (MB_E_NO_TERMINAL). */
int mb_ending_confirm(struct mb_tool *t, const char *address,
		      const char *doing, struct mb_err *e);

/* Shared mailboxes that use this account's token would stop working: -1,
 * unless --force. */
int mb_ending_shared(struct mb_tool *t, const char *address,
		     struct mb_err *e);

#endif
