/* SPDX-License-Identifier: BSD-2-Clause */
/* The help of a verb and the first screen. */
#ifndef MB_TOOLS_HELP_H
#define MB_TOOLS_HELP_H

#include "tools/tool.h"

/* `mailbearer help VERB`, on stdout. */
void mb_help_verb(struct mb_tool *t, const struct mb_verb *verb);

/* `mailbearer help`: every verb and the global options, on stdout. */
void mb_help_all(struct mb_tool *t);

/* `mailbearer` alone. */
int mb_help_first_screen(struct mb_tool *t, struct mb_err *e);

#endif
