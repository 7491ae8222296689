/* SPDX-License-Identifier: BSD-2-Clause */
/* Account rules from the command line: enroll '*@DOMAIN', remove '*@DOMAIN'. */
#ifndef MB_TOOLS_RULE_H
#define MB_TOOLS_RULE_H

#include "lib/credfile.h"
#include "tools/accounts.h"

/* Write a rule for the pattern; a first token is the proof where it is shared.
 * What the provider refuses does not stay.  0 or -1. */
int mb_rule_add(struct mb_tool *t, const char *pattern, struct mb_err *e);

/* The rule, and the tokens that nothing else leads to. */
int mb_rule_remove(struct mb_tool *t, const char *pattern, struct mb_err *e);

/*
 * Remove the tokens, from the store and from a, of rules that are not in file
 * any more, or whose client credential now asks for something else: nobody
 * would find them again, and each timer's run would refresh them.  Of file's
 * own store, as the records' owner.
 */
void mb_rule_sweep(struct mb_tool *t, const struct mb_credfile *file,
		   struct mb_accounts *a);

#endif
