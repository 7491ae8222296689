/* SPDX-License-Identifier: BSD-2-Clause */
/* One mb_token_get() on its way, for lib/token*.c alone. */
#ifndef MB_LIB_TOKEN_JOB_H
#define MB_LIB_TOKEN_JOB_H

#include "lib/token_internal.h"

/* How much the record at hand is worth. */
enum mb_need {
	NEED_NOTHING,
	NEED_SOON,	/* usable, but it is time for a new one */
	NEED_NOW,	/* not usable */
};

struct mb_token_job {
	const struct mb_token_world *w;
	const struct mb_token_want *q;
	char account[MB_ADDRESS_MAX + 1];	/* of a shared mailbox, or "" */
	char id[MB_RECORD_ID_LEN + 1];		/* record that has the tokens */
	struct mb_record r;			/* it, as last read */
	struct mb_token_basis basis;
	bool ruled;				/* by an account rule */
	struct mb_rule_match rule;
	char seen[80];			/* the credentials file it is from */
	struct mb_found *found;			/* its credential, once needed */
	struct mb_secret unwanted;	/* the token that was refused, or is
					 * not to be used (force) */
	bool refusal;
	struct mb_deadline waits;	/* mb_job_deadline() */
	bool unsaved;			/* r is newer than what is on disk */
};

void mb_job_clear(struct mb_token_job *j);

/* ---- token.c ---- */

/* The account's record, added to the basis. */
int mb_job_read(struct mb_token_job *j, const char *account,
		struct mb_record *r, struct mb_err *e);
/* The same into j->r; if there is none, by a rule. */
int mb_job_look(struct mb_token_job *j, const char *account, struct mb_err *e);
/* Read the tokens' record again; the stamp follows. */
int mb_job_reread(struct mb_token_job *j, struct mb_err *e);
/* The record's client credential, unless it is at hand. */
int mb_job_find(struct mb_token_job *j, struct mb_err *e);
/* Best effort: the next process finds hosts and digest in the record. */
void mb_job_save_settled(struct mb_token_job *j);

/* ---- token_renew.c ---- */

enum mb_need mb_job_judge(const struct mb_token_job *j);
/* Until when the caller waits, by the settings as the record has them. */
const struct mb_deadline *mb_job_deadline(struct mb_token_job *j);
/* Is the token at hand the one that started it all? */
bool mb_job_unwanted(const struct mb_token_job *j);
/* Remember which token is not good enough, whatever its age. */
int mb_job_note_unwanted(struct mb_token_job *j, struct mb_err *e);
void mb_job_note(const struct mb_token_job *j, const struct mb_err *e);
/* A failure is one only when there is no token to use meanwhile. */
int mb_job_failed(const struct mb_token_job *j, const struct mb_err *why,
		  struct mb_err *e);
/* The record that was read before cannot be read any more.  It serves, unless
 * it was removed. */
int mb_job_unread(struct mb_token_job *j, const struct mb_err *why,
		  struct mb_err *e);
int mb_job_too_late(const struct mb_token_job *j, struct mb_err *e);
/* Nothing more to do, or nothing that may be done?  1 go on, 0 use it, -1. */
int mb_job_due(const struct mb_token_job *j, struct mb_err *e);
/* Refresh.  The lock is held (l), or cannot be had (NULL, *why): then only a
 * provider that does not rotate is asked, and only in need. */
int mb_job_run(struct mb_token_job *j, struct mb_record_lock *l,
	       const struct mb_err *why, struct mb_err *e);
/* Get a new token when it is time, and only one process at a time. */
int mb_job_renew(struct mb_token_job *j, struct mb_err *e);

/* ---- token_task.c ---- */

/* Let a helper refresh; l and why as for mb_job_run().  0, -1, or 1: there is
 * no helper, do it here. */
int mb_job_delegate(struct mb_token_job *j, struct mb_record_lock *l,
		    const struct mb_err *why, struct mb_err *e);
/* Let a helper look into the credentials file.  As above. */
int mb_job_delegate_settle(struct mb_token_job *j, struct mb_err *e);

#endif
