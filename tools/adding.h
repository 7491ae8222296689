/* SPDX-License-Identifier: BSD-2-Clause */
/* Making a client credential from options, presets and answers at the
 * terminal: what add does, and what enroll does when there is none yet. */
#ifndef MB_TOOLS_ADDING_H
#define MB_TOOLS_ADDING_H

#include "lib/credential.h"
#include "lib/provider.h"
#include "tools/tool.h"

/*
 * Complete c (name and whatever is known are set): the secret of `existing`
 * (may be NULL) counts as given; what is still missing is asked for at the
 * terminal, or without one named in an MB_E_NO_TERMINAL error.  Then preset
 * values are filled in and everything is checked.
 */
int mb_adding_complete(const struct mb_tool *t, const struct mb_providers *p,
		       const struct mb_credential *existing, bool is_public,
		       struct mb_credential *c, struct mb_err *e);

/*
 * Put c into the credentials file, under its lock.  Equal to what is there:
 * nothing changes; different: MB_E_EXISTS names the fields, unless replace.
 * t->changed says what happened.
 */
int mb_adding_store(struct mb_tool *t, const struct mb_credential *c,
		    bool replace, struct mb_err *e);

/*
 * For enroll, on a terminal: suggest the provider of the address, ask for the
 * rest, store it; name (MB_NAME_MAX + 1 bytes) is what it is called.
 */
int mb_adding_for_address(struct mb_tool *t, const char *address, char *name,
			  struct mb_err *e);

#endif
