/* SPDX-License-Identifier: BSD-2-Clause */
/* What each id in brackets means, in words, and what to do (pure data); and
 * how `explain` prints it. */
#ifndef MB_TOOLS_EXPLAIN_H
#define MB_TOOLS_EXPLAIN_H

#include "lib/codes.h"
#include "lib/err.h"
#include "tools/tool.h"

/* A paragraph or more without a final newline; never NULL or empty for an id
 * of the table in lib/err.c. */
const char *mb_explain_text(enum mb_id id);

/* "owner", "administrator" ... in words. */
const char *mb_explain_turn(enum mb_turn turn);

/* The id called name (n bytes), or MB_E_NONE. */
enum mb_id mb_explain_id(const char *name, size_t n);

/* Print text in lines of a terminal's width; nothing with --json. */
void mb_explain_wrap(const struct mb_tool *t, const char *text);

/* ---- tools/explain_say.c ---- */

/* What is known about a failure: by its id, and by the row of lib/codes.h that
 * its words belong to (NULL: none).  account, credential, remedy: NULL or "" if
 * not known. */
struct mb_explain {
	enum mb_id id;			/* MB_E_NONE: the code says it */
	const struct mb_code *code;
	const char *account;
	const char *credential;
	const char *remedy;		/* as it was said; else the code's */
};

/* Print it, whose turn it is, and what to do next. */
void mb_explain_say(struct mb_tool *t, const struct mb_explain *x);

/* What went wrong last with an account of the store.  0 or -1. */
int mb_explain_account(struct mb_tool *t, const char *address,
		       struct mb_err *e);

/* A line of a log, a server's answer, a code.  0, or -1 with MB_E_USAGE. */
int mb_explain_line(struct mb_tool *t, const char *text, struct mb_err *e);

#endif
