/* SPDX-License-Identifier: BSD-2-Clause */
/* When a token is renewed, and by whom. */
#include "config.h"

#include <string.h>

#include "lib/lock.h"
#include "lib/refresh.h"
#include "lib/token_job.h"

enum { CONNECT_MS = 10000, CONNECT_SPARE_MS = 5000, CONNECT_LEAST_MS = 1000,
       REPLY_MS = 75000, REPLY_JAILED_MS = 30000 };

bool mb_job_unwanted(const struct mb_token_job *j)
{
	return j->unwanted.len &&
	       mb_secret_equal(&j->unwanted, &j->r.access_token);
}

enum mb_need mb_job_judge(const struct mb_token_job *j)
{
	int64_t now = mb_token_now(j->w);

	if (!mb_token_valid_at(&j->r, now) || mb_job_unwanted(j))
		return NEED_NOW;
	if (j->q->min_validity > 0 &&
	    j->r.expires_at - now < j->q->min_validity)
		return NEED_NOW;
	return mb_token_fresh(&j->r, now) ? NEED_NOTHING : NEED_SOON;
}

int mb_job_note_unwanted(struct mb_token_job *j, struct mb_err *e)
{
	const struct mb_token_want *q = j->q;

	j->refusal = mb_token_refused_now(&j->r, q->not_generation,
					  mb_token_now(j->w));
	if ((q->force || j->refusal) && j->r.access_token.len &&
	    mb_secret_set(&j->unwanted, j->r.access_token.data,
			  j->r.access_token.len) < 0)
		return mb_fail(e, MB_E_NOMEM, q->account, "out of memory");
	return 0;
}

void mb_job_note(const struct mb_token_job *j, const struct mb_err *e)
{
	if (j->w->note)
		j->w->note(j->w->note_ctx, e);
}

int mb_job_failed(const struct mb_token_job *j, const struct mb_err *why,
		  struct mb_err *e)
{
	if (mb_job_judge(j) != NEED_NOW) {
		mb_job_note(j, why);
		return 0;
	}
	if (e)
		*e = *why;
	return -1;
}

const struct mb_deadline *mb_job_deadline(struct mb_token_job *j)
{
	if (!j->q->by_settings || !j->q->deadline || j->r.deadline < 1 ||
	    j->r.deadline > MB_WAIT_MAX_S)
		return j->q->deadline;
	j->waits.end_ms = j->q->deadline->end_ms +
			  (j->r.deadline - MB_WAIT_S) * 1000;
	return &j->waits;
}

static struct mb_patience patience(struct mb_token_job *j)
{
	struct mb_patience p = { CONNECT_MS, REPLY_MS };
	int64_t left = mb_deadline_left(mb_job_deadline(j));

	if (j->w->jailed) {
		p.reply_ms = REPLY_JAILED_MS;
		if (mb_job_judge(j) != NEED_NOW)
			p.connect_ms = CONNECT_SPARE_MS;
	}
	/* What was not sent may be given up freely. */
	if (left < CONNECT_LEAST_MS)
		left = CONNECT_LEAST_MS;
	if (p.connect_ms > left)
		p.connect_ms = left;
	return p;
}

int mb_job_due(const struct mb_token_job *j, struct mb_err *e)
{
	enum mb_need need = mb_job_judge(j);
	struct mb_err why = {0};

	if (need == NEED_NOTHING)
		return 0;
	if (j->q->force || mb_token_may_ask(&j->r, mb_token_now(j->w)))
		return 1;
	if (need == NEED_NOW)
		return mb_token_recorded_error(&j->r, e);
	/* A helper, or another process, met it. */
	(void)mb_token_recorded_error(&j->r, &why);
	mb_job_note(j, &why);
	return 0;
}

int mb_job_unread(struct mb_token_job *j, const struct mb_err *why,
		  struct mb_err *e)
{
	j->basis.n = 0;
	if (why->id != MB_E_NOT_ENROLLED)
		return mb_job_failed(j, why, e);
	if (e)
		*e = *why;
	return -1;
}

int mb_job_run(struct mb_token_job *j, struct mb_record_lock *l,
	       const struct mb_err *why, struct mb_err *e)
{
	struct mb_refresh x = { .records = j->w->records,
				.records_ctx = j->w->records_ctx, .lock = l,
				.command = j->w->command,
				.now = j->w->now, .refusal = j->refusal };
	struct mb_err mine = {0};
	int r;

	if (!l && mb_job_judge(j) != NEED_NOW)
		return mb_job_failed(j, why, e);
	if (j->w->records->may_ask &&
	    j->w->records->may_ask(j->w->records_ctx, j->r.account, &mine) < 0)
		return mb_job_failed(j, &mine, e);
	r = mb_job_delegate(j, l, why, e);
	if (r <= 0)
		return r;
	for (;;) {
		if (mb_job_find(j, &mine) < 0)
			return mb_job_failed(j, &mine, e);
		x.found = j->found;
		x.patience = patience(j);
		x.unsaved_ok = !j->found->c.rotates && mb_job_judge(j) == NEED_NOW;
		if (!l && !x.unsaved_ok)
			return mb_job_failed(j, why, e);
		switch (mb_refresh_run(&x, &j->r, &mine)) {
		case MB_REFRESH_DONE:
			if (mb_job_reread(j, NULL) < 0)	/* for its stamp */
				j->basis.n = 0;
			return 0;
		case MB_REFRESH_UNSAVED:
			j->unsaved = true;
			mb_job_note(j, l ? &mine : why);
			return 0;
		case MB_REFRESH_ADOPTED:
			if (mb_job_reread(j, &mine) < 0)
				return mb_job_unread(j, &mine, e);
			r = mb_job_due(j, e);
			if (r <= 0)
				return r;
			break;
		case MB_REFRESH_NO_ROOM:
		case MB_REFRESH_FAILED:
			j->basis.n = 0;
			return mb_job_failed(j, &mine, e);
		}
	}
}

static int locked(struct mb_token_job *j, struct mb_record_lock *l,
		  struct mb_err *e)
{
	struct mb_err why = {0};
	int r = mb_job_reread(j, &why);

	r = r < 0 ? mb_job_unread(j, &why, e) : mb_job_due(j, e);
	if (r > 0)
		r = mb_job_run(j, l, NULL, e);
	if (l->new_fd >= 0)
		j->w->records->abandon(j->w->records_ctx, l);
	return r;
}

int mb_job_too_late(const struct mb_token_job *j, struct mb_err *e)
{
	mb_fail(e, MB_E_TIMEOUT, j->r.account, "another process is getting a "
		"new token, and has not finished in time");
	return mb_remedy(e, "try again");
}

int mb_job_renew(struct mb_token_job *j, struct mb_err *e)
{
	const struct mb_records *s = j->w->records;
	struct mb_record_lock l = { .lock_fd = -1, .new_fd = -1 };
	struct mb_backoff pause = {0};
	struct mb_err why = {0};
	int r;

	for (;;) {
		r = mb_job_due(j, e);
		if (r <= 0)
			return r;
		r = s->trylock(j->w->records_ctx, j->id, &l, &why);
		if (r < 0)
			return mb_job_run(j, NULL, &why, e);
		if (r > 0)
			break;
		if (mb_job_judge(j) == NEED_SOON)
			return 0;	/* somebody is at it */
		if (mb_deadline_left(mb_job_deadline(j)) <= 0)
			return mb_job_too_late(j, e);
		mb_backoff_sleep(&pause, mb_job_deadline(j));
		if (mb_job_reread(j, e) < 0)
			return -1;
	}
	r = locked(j, &l, e);
	s->unlock(j->w->records_ctx, &l);
	return r;
}
