/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * hooks.conf beside the credentials file: programs to run when an account
 * needs its owner, ends soon, or is well again.  They are run by refresh --due
 * alone, as the records' owner, never from inside a mail program; without a
 * shell, with an environment of their own, and without a secret.
 */
#ifndef MB_TOOLS_HOOKS_H
#define MB_TOOLS_HOOKS_H

#include <stdint.h>

#include "lib/secret.h"
#include "tools/tool.h"

enum { MB_HOOKS_MAX = 8, MB_HOOK_ARGS = 32 };

struct mb_hook {
	char on[128];			/* event words, blanks between; "": all */
	struct mb_secret command;	/* argv, '\n' between */
};

struct mb_hooks {
	struct mb_hook list[MB_HOOKS_MAX];
	size_t n;
	int64_t days;		/* "expires": so long before */
	int64_t remind_days;	/* tell again so long after; 0: never */
};

/* Read the file of the store picked, before privileges are dropped.  None: no
 * hooks and the defaults.  0, or -1: not a file that only its owner (root, or
 * this user) may write, or not understood. */
int mb_hooks_load(const struct mb_tool *t, struct mb_hooks *h,
		  struct mb_err *e);
void mb_hooks_clear(struct mb_hooks *h);

/* What the hook is told, in its environment; line also on standard input. */
struct mb_hook_event {
	const char *event;	/* "needs-sign-in", "expires", "recovered" */
	const char *account, *credential, *state, *error, *line;
	int64_t ends_at;	/* 0: not known */
};

/* Run each hook that wants the event and wait for it, 30 s at most.  How many
 * did not end well; *e is about the last of them. */
int mb_hooks_run(const struct mb_hooks *h, const struct mb_hook_event *ev,
		 struct mb_err *e);

#endif
