/* SPDX-License-Identifier: BSD-2-Clause */
/* One change of the credentials file: lock, read, splice, seal, unlock. */
#ifndef MB_TOOLS_CHANGE_H
#define MB_TOOLS_CHANGE_H

#include "lib/credfile.h"
#include "tools/tool.h"

struct mb_change {
	int lock;			/* -1: not held */
	bool unsealed;			/* found as plain text */
	struct mb_secret before;	/* the text as it was found */
	struct mb_secret text;		/* the text to be written */
	struct mb_credfile file;	/* `before`, parsed */
};

/* Lock (waiting a while for another shell) and read.  A store without a
 * credentials file begins with a new text.  plain_ok: a file that is plain
 * text counts as none (apply puts a sealed one in its place).  c is {.lock =
 * -1} or the result of mb_change_end(). */
int mb_change_begin(struct mb_tool *t, struct mb_change *c, bool plain_ok,
		    struct mb_err *e);

/* Seal and write c->text, for the recovery certificates in it too.  A text
 * that did not change is not written.  Sets t->changed.  With --check nothing is written. */
int mb_change_commit(struct mb_tool *t, struct mb_change *c, struct mb_err *e);

/* Seal and write the text as it is, for the keys that count now. */
int mb_change_reseal(struct mb_tool *t, struct mb_change *c, struct mb_err *e);

/* Unlock and wipe. */
void mb_change_end(struct mb_tool *t, struct mb_change *c);

/* Read and parse without a lock (list, show, enroll). */
int mb_change_look(struct mb_tool *t, struct mb_credfile *file,
		   struct mb_err *e);

/* "/etc/mailbearer/credentials.conf", for messages; valid until the next
 * call. */
const char *mb_change_path(const struct mb_tool *t);

/* MB_E_NO_CREDENTIAL. */
int mb_change_unknown(const struct mb_tool *t, const char *name,
		      struct mb_err *e);

#endif
