/* SPDX-License-Identifier: BSD-2-Clause */
/* Account rules from the command line: enroll '*@DOMAIN', remove '*@DOMAIN'. */
#ifndef MB_TOOLS_RULE_H
#define MB_TOOLS_RULE_H

#include "tools/tool.h"

/* Write a rule for the pattern; a first token is the proof where it is shared.
 * What the provider refuses does not stay.  0 or -1. */
int mb_rule_add(struct mb_tool *t, const char *pattern, struct mb_err *e);

int mb_rule_remove(struct mb_tool *t, const char *pattern, struct mb_err *e);

#endif
