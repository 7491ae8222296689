/* SPDX-License-Identifier: BSD-2-Clause */
/* Which store a verb works on, and opening it with the fitting message. */
#ifndef MB_TOOLS_STORE_PICK_H
#define MB_TOOLS_STORE_PICK_H

#include "lib/token.h"
#include "tools/tool.h"

enum mb_pick {
	MB_PICK_LOOK,		/* read only */
	MB_PICK_RECORDS,	/* changes token records: says "store: DIR (system)" */
	MB_PICK_CREDENTIALS,	/* changes the credentials file: the same */
};

/*
 * Find and open the store into t->store; a second call is free.  0, or -1:
 * MB_E_NO_STORE, MB_E_NOT_PERMITTED, MB_E_KEY_*.
 */
int mb_pick_store(struct mb_tool *t, enum mb_pick what, struct mb_err *e);

/* Where a store would be made: t->home is filled in, nothing is opened. */
int mb_pick_place(struct mb_tool *t, struct mb_err *e);

/* May this user write to the directory of the place picked?  MB_E_NOT_PERMITTED
 * says whose it is. */
int mb_pick_rights(const struct mb_tool *t, struct mb_err *e);

/* Before the first record is touched: root becomes the records' owner for
 * good; the credentials text is kept readable. */
int mb_pick_drop(struct mb_tool *t, struct mb_err *e);

/* "system", "user", "directory". */
const char *mb_pick_kind(const struct mb_tool *t);
/* "store: DIR (system)" on stderr, once. */
void mb_pick_say(struct mb_tool *t);
/* How a command for this store begins: "sudo mailbearer", "mailbearer",
 * "mailbearer --store DIR". */
const char *mb_pick_command(const struct mb_tool *t);

/* Token policy over t->store: a refresh helper, or where none can be started
 * the http module linked in. */
void mb_pick_world(struct mb_tool *t, struct mb_token_world *w);

#endif
