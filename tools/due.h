/* SPDX-License-Identifier: BSD-2-Clause */
/* refresh --due: what a timer runs. */
#ifndef MB_TOOLS_DUE_H
#define MB_TOOLS_DUE_H

#include <stdbool.h>
#include <stdint.h>

#include "tools/accounts.h"
#include "tools/status.h"

/* ---- due_list.c ---- */

struct mb_due_task {
	size_t account;		/* index in the list of accounts */
	size_t credential;	/* the same number means the same one */
	bool force;		/* the access token is fresh, the account idle */
};

struct mb_due_list {
	struct mb_due_task *tasks;	/* in the order to be done */
	size_t n;
	size_t ncredentials;
};

/*
 * Due: past soft expiry, or refused by a server, or its refresh token not used
 * for idle_s seconds; and the record does not forbid to ask.  First those that
 * have not failed, the most urgent of them first.  0, or -1: out of memory.
 */
int mb_due_list(const struct mb_accounts *a, int64_t now, int64_t idle_s,
		struct mb_due_list *due, struct mb_err *e);
void mb_due_clear(struct mb_due_list *due);

/* ---- due_tell.c ---- */

struct mb_due_tell {
	struct mb_tool *t;
	struct mb_dir dir;	/* of the status file, or {.fd = -1} */
	struct mb_known known;	/* who needed a person before */
	bool known_read;
	json_t *accounts;	/* with --json */
	bool failed;		/* something was said that makes the run fail */
};

/* Did the account not need anybody when the last status file was written? */
bool mb_due_is_news(struct mb_due_tell *r, const struct mb_account *a);

/* "refreshed", "unchanged" */
void mb_due_good(struct mb_due_tell *r, const struct mb_account *a,
		 const char *outcome);
/* News and own trouble (fails) go to stderr, for the mail that cron sends. */
void mb_due_bad(struct mb_due_tell *r, const struct mb_account *a, bool fails,
		const struct mb_err *e);

/* Why an account that was not asked for needs somebody. */
void mb_due_recorded(struct mb_due_tell *r, const struct mb_account *a,
		     struct mb_err *e);

/* A need that the record does not show: the status file shall. */
void mb_due_put_state(struct mb_account *a, const struct mb_err *e);

/* ---- due.c ---- */

/* As a verb's run(): --jobs and --idle are read from t->opts. */
int mb_due_run(struct mb_tool *t, struct mb_err *e);

#endif
