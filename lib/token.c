/* SPDX-License-Identifier: BSD-2-Clause */
#include "config.h"

#include "lib/token.h"

#include <stdio.h>
#include <string.h>

#include "lib/lock.h"
#include "lib/refresh.h"
#include "lib/token_internal.h"

enum { CONNECT_MS = 10000, CONNECT_SPARE_MS = 5000, CONNECT_LEAST_MS = 1000,
       REPLY_MS = 75000, REPLY_JAILED_MS = 30000 };

/* How much the record at hand is worth. */
enum need {
	NEED_NOTHING,
	NEED_SOON,	/* usable, but it is time for a new one */
	NEED_NOW,	/* not usable */
};

struct job {
	const struct mb_token_world *w;
	const struct mb_token_want *q;
	char account[MB_ADDRESS_MAX + 1];	/* of a shared mailbox, or "" */
	char id[MB_RECORD_ID_LEN + 1];		/* record that has the tokens */
	struct mb_record r;			/* it, as last read */
	struct mb_token_basis basis;
	struct mb_found *found;			/* its credential, once needed */
	struct mb_secret unwanted;	/* the token that was refused, or is
					 * not to be used (force) */
	bool refusal;
};

static int read_one(struct job *j, const char *account, struct mb_record *r,
		    struct mb_err *e)
{
	const struct mb_records *s = j->w->records;
	struct mb_stamp *stamp = &j->basis.on[j->basis.n].stamp;
	int got;

	if (mb_token_id(account, j->id, e) < 0)
		return -1;
	got = s->read(j->w->records_ctx, j->id, r, stamp, e);
	if (got < 0)
		return -1;
	if (got == 0)
		return mb_token_not_enrolled(j->w, account, e);
	memcpy(j->basis.on[j->basis.n].id, j->id, sizeof(j->id));
	j->basis.n++;
	return 0;
}

/* The account's record, or for a shared mailbox its owner's: one step only. */
static int look(struct job *j, struct mb_err *e)
{
	char owner[MB_ADDRESS_MAX + 1];

	if (read_one(j, j->q->account, &j->r, e) < 0)
		return -1;
	if (!j->r.token_of[0])
		return 0;
	(void)snprintf(j->account, sizeof(j->account), "%s", j->r.account);
	(void)snprintf(owner, sizeof(owner), "%s", j->r.token_of);
	if (read_one(j, owner, &j->r, e) < 0)
		return -1;
	if (j->r.token_of[0]) {
		mb_fail(e, MB_E_RECORD_BAD, j->account, "uses the token of "
			"%s, which has none of its own", owner);
		return mb_remedy(e, "run: mailbearer enroll %s --as OWNER",
				 j->account);
	}
	return 0;
}

/* The record's client credential, unless it is at hand. */
static int find(struct job *j, struct mb_err *e)
{
	if (j->found && strcmp(j->found->c.name, j->r.credential) == 0)
		return 0;
	mb_token_found_free(&j->found);
	return mb_token_find(j->w, j->r.credential, &j->found, e);
}

/* Read the tokens' record again; the stamp follows. */
static int reread(struct job *j, struct mb_err *e)
{
	j->basis.n--;
	return read_one(j, j->r.account, &j->r, e);
}

/* Best effort: the next process finds hosts and digest in the record. */
static void save_settled(struct job *j)
{
	const struct mb_records *s = j->w->records;
	void *ctx = j->w->records_ctx;
	struct mb_record_lock l = { .lock_fd = -1, .new_fd = -1 };
	bool adopted;

	if (s->trylock(ctx, j->id, &l, NULL) <= 0)
		return;
	if (s->reserve(ctx, &l, &adopted, NULL) < 0)
		goto out;
	if (reread(j, NULL) < 0 ||
	    strcmp(j->r.credential, j->found->c.name) != 0 ||
	    strcmp(j->r.credentials_seen, j->found->seen) == 0) {
		s->abandon(ctx, &l);
		goto out;
	}
	mb_token_apply(&j->r, j->found);
	mb_token_next_generation(&j->r);
	if (s->commit(ctx, &l, &j->r, NULL) < 0)
		s->abandon(ctx, &l);
	else
		(void)reread(j, NULL);
out:
	s->unlock(ctx, &l);
}

static int check_host(const struct job *j, struct mb_err *e)
{
	const char *host = j->q->host;

	if (!host || mb_hosts_match(j->r.hosts, host))
		return 0;
	mb_fail(e, MB_E_HOST_NOT_LISTED, host[0] ? host : "(unnamed server)",
		" is not among the hosts of client credential %s; no token "
		"is sent there", j->r.credential);
	return mb_remedy(e, "if it is the provider's: mailbearer set %s "
			 "--host %s", j->r.credential,
			 host[0] ? host : "HOST");
}

/* Which hosts may have the token: from the record while the credentials file
 * is the one they were taken from, else from that file. */
static int settle(struct job *j, struct mb_err *e)
{
	const struct mb_token_world *w = j->w;
	char seen[sizeof(j->r.credentials_seen)];

	if (w->records->seen(w->records_ctx, seen, e) < 0)
		return -1;
	while (strcmp(seen, j->r.credentials_seen) != 0 || !j->r.hosts[0]) {
		if (find(j, e) < 0)
			return -1;
		save_settled(j);
		/* Not if it was enrolled with another credential meanwhile. */
		if (strcmp(j->r.credential, j->found->c.name) == 0) {
			mb_token_apply(&j->r, j->found);
			break;
		}
	}
	return check_host(j, e);
}

/* Is the token at hand the one that started it all? */
static bool unwanted(const struct job *j)
{
	return j->unwanted.len &&
	       mb_secret_equal(&j->unwanted, &j->r.access_token);
}

static enum need judge(const struct job *j)
{
	int64_t now = mb_token_now(j->w);

	if (!mb_token_valid_at(&j->r, now) || unwanted(j))
		return NEED_NOW;
	if (j->q->min_validity > 0 &&
	    j->r.expires_at - now < j->q->min_validity)
		return NEED_NOW;
	return mb_token_fresh(&j->r, now) ? NEED_NOTHING : NEED_SOON;
}

/* Remember which token is not good enough, whatever its age. */
static int note_unwanted(struct job *j, struct mb_err *e)
{
	const struct mb_token_want *q = j->q;

	j->refusal = mb_token_refused_now(&j->r, mb_token_now(j->w)) ||
		     (q->not_generation != 0 &&
		      q->not_generation == j->r.generation);
	if ((q->force || j->refusal) && j->r.access_token.len &&
	    mb_secret_set(&j->unwanted, j->r.access_token.data,
			  j->r.access_token.len) < 0)
		return mb_fail(e, MB_E_NOMEM, q->account, "out of memory");
	return 0;
}

static void note(const struct job *j, const struct mb_err *e)
{
	if (j->w->note)
		j->w->note(j->w->note_ctx, e);
}

/* A failure is one only when there is no token to use meanwhile. */
static int failed(const struct job *j, const struct mb_err *why,
		  struct mb_err *e)
{
	if (judge(j) != NEED_NOW) {
		note(j, why);
		return 0;
	}
	if (e)
		*e = *why;
	return -1;
}

static struct mb_patience patience(const struct job *j)
{
	struct mb_patience p = { CONNECT_MS, REPLY_MS };
	int64_t left = mb_deadline_left(j->q->deadline);

	if (j->w->jailed) {
		p.reply_ms = REPLY_JAILED_MS;
		if (judge(j) != NEED_NOW)
			p.connect_ms = CONNECT_SPARE_MS;
	}
	/* What was not sent may be given up freely. */
	if (left < CONNECT_LEAST_MS)
		left = CONNECT_LEAST_MS;
	if (p.connect_ms > left)
		p.connect_ms = left;
	return p;
}

/* Nothing more to do, or nothing that may be done?  1 go on, 0 use it, -1. */
static int due(const struct job *j, struct mb_err *e)
{
	enum need need = judge(j);

	if (need == NEED_NOTHING)
		return 0;
	if (j->q->force || mb_token_may_ask(&j->r, mb_token_now(j->w)))
		return 1;
	return need == NEED_SOON ? 0 : mb_token_recorded_error(&j->r, e);
}

/* The lock is held (l), or cannot be had (NULL, *why): then only a provider
 * that does not rotate is asked, and only in need. */
static int run(struct job *j, struct mb_record_lock *l,
	       const struct mb_err *why, struct mb_err *e)
{
	struct mb_refresh x = { .records = j->w->records,
				.records_ctx = j->w->records_ctx, .lock = l,
				.now = j->w->now, .refusal = j->refusal };
	struct mb_err mine = {0};
	int r;

	if (!l && judge(j) != NEED_NOW)
		return failed(j, why, e);
	for (;;) {
		if (find(j, &mine) < 0)
			return failed(j, &mine, e);
		x.found = j->found;
		x.patience = patience(j);
		x.unsaved_ok = !j->found->c.rotates && judge(j) == NEED_NOW;
		if (!l && !x.unsaved_ok)
			return failed(j, why, e);
		switch (mb_refresh_run(&x, &j->r, &mine)) {
		case MB_REFRESH_DONE:
			if (reread(j, NULL) < 0)	/* for its stamp */
				j->basis.n = 0;
			return 0;
		case MB_REFRESH_UNSAVED:
			note(j, l ? &mine : why);
			return 0;
		case MB_REFRESH_ADOPTED:
			if (reread(j, e) < 0)
				return -1;
			r = due(j, e);
			if (r <= 0)
				return r;
			break;
		case MB_REFRESH_NO_ROOM:
		case MB_REFRESH_FAILED:
			j->basis.n = 0;
			return failed(j, &mine, e);
		}
	}
}

static int locked(struct job *j, struct mb_record_lock *l, struct mb_err *e)
{
	int r = reread(j, e);

	if (r == 0)
		r = due(j, e);
	if (r > 0)
		r = run(j, l, NULL, e);
	if (l->new_fd >= 0)
		j->w->records->abandon(j->w->records_ctx, l);
	return r;
}

static int too_late(const struct job *j, struct mb_err *e)
{
	mb_fail(e, MB_E_TIMEOUT, j->r.account, "another process is getting a "
		"new token, and has not finished in time");
	return mb_remedy(e, "try again");
}

/* Get a new token when it is time, and only one process at a time. */
static int renew(struct job *j, struct mb_err *e)
{
	const struct mb_records *s = j->w->records;
	struct mb_record_lock l = { .lock_fd = -1, .new_fd = -1 };
	struct mb_backoff pause = {0};
	struct mb_err why = {0};
	int r;

	for (;;) {
		r = due(j, e);
		if (r <= 0)
			return r;
		r = s->trylock(j->w->records_ctx, j->id, &l, &why);
		if (r < 0)
			return run(j, NULL, &why, e);
		if (r > 0)
			break;
		if (judge(j) == NEED_SOON)
			return 0;	/* somebody is at it */
		if (mb_deadline_left(j->q->deadline) <= 0)
			return too_late(j, e);
		mb_backoff_sleep(&pause, j->q->deadline);
		if (reread(j, e) < 0)
			return -1;
	}
	r = locked(j, &l, e);
	s->unlock(j->w->records_ctx, &l);
	return r;
}

int mb_token_get(const struct mb_token_world *w, const struct mb_token_want *q,
		 struct mb_record *r, struct mb_token_basis *basis,
		 struct mb_err *e)
{
	struct job j = { .w = w, .q = q };
	int ret = -1;

	if (look(&j, e) < 0 || settle(&j, e) < 0 ||
	    note_unwanted(&j, e) < 0 || renew(&j, e) < 0)
		goto out;
	/* It may be another record by now. */
	if (check_host(&j, e) < 0)
		goto out;
	if (j.account[0])
		memcpy(j.r.account, j.account, sizeof(j.account));
	mb_record_clear(r);
	*r = j.r;
	j.r = (struct mb_record){0};
	if (basis)
		*basis = j.basis;
	ret = 0;
out:
	mb_record_clear(&j.r);
	mb_secret_clear(&j.unwanted);
	mb_token_found_free(&j.found);
	return ret;
}
