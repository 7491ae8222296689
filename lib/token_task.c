/* SPDX-License-Identifier: BSD-2-Clause */
/* What a host leaves to a refresh helper, and what that one does. */
#include "config.h"

#include <stdio.h>
#include <string.h>

#include "lib/token_job.h"

static struct mb_token_task task_of(const struct mb_token_job *j,
				    enum mb_task what)
{
	bool unwanted = mb_job_unwanted(j);
	struct mb_token_task t = {
		.what = what,
		.min_validity = j->q->min_validity,
		.force = j->q->force && unwanted,
		.refusal = j->refusal && unwanted,
	};

	(void)snprintf(t.account, sizeof(t.account), "%s", j->r.account);
	return t;
}

/* What the helper has on disk, or else in its answer. */
static void take(struct mb_token_job *j, struct mb_token_answer *a,
		 const struct mb_err *why)
{
	if (a->e.id != MB_E_NONE || why)
		mb_job_note(j, a->e.id != MB_E_NONE ? &a->e : why);
	if (a->saved && mb_job_reread(j, NULL) == 0)
		return;
	j->basis.n = a->saved ? 0 : j->basis.n;
	mb_record_clear(&j->r);
	j->r = a->r;
	a->r = (struct mb_record){0};
}

/* An old token serves while it is valid; old hosts do not. */
static int fell_through(struct mb_token_job *j, enum mb_task what,
			const struct mb_err *why, struct mb_err *e)
{
	j->basis.n = 0;
	if (what == MB_TASK_REFRESH)
		return mb_job_failed(j, why, e);
	if (e)
		*e = *why;
	return -1;
}

static int ask(struct mb_token_job *j, const struct mb_token_task *t,
	       struct mb_record_lock *l, const struct mb_err *why,
	       struct mb_err *e)
{
	const struct mb_token_world *w = j->w;
	struct mb_token_answer a = {0};
	struct mb_err mine = {0};
	/* While there is a token to use, nobody waits; but who came for the
	 * refresh does, and the helper has an end of its own. */
	bool wait = t->what == MB_TASK_SETTLE || j->q->patient ||
		    mb_job_judge(j) == NEED_NOW;
	const struct mb_deadline *d = j->q->patient ? NULL :
				      mb_job_deadline(j);
	int ret = -1;

	switch (w->helper(w->records_ctx, t, l, d, wait ? &a : NULL, &mine)) {
	case MB_HELP_NONE:
		ret = 1;
		break;
	case MB_HELP_TAKEN:
		ret = 0;
		break;
	case MB_HELP_ANSWERED:
		ret = 0;
		if (a.ret < 0)
			ret = fell_through(j, t->what, &a.e, e);
		else
			take(j, &a, why);
		break;
	case MB_HELP_LATE:
		(void)mb_job_too_late(j, e);
		break;
	case MB_HELP_FAILED:
		ret = fell_through(j, t->what, &mine, e);
		break;
	}
	mb_record_clear(&a.r);
	return ret;
}

int mb_job_delegate(struct mb_token_job *j, struct mb_record_lock *l,
		    const struct mb_err *why, struct mb_err *e)
{
	const struct mb_records *s = j->w->records;
	struct mb_token_task t;
	struct mb_err mine = {0};
	bool adopted = false;
	int r;

	if (!j->w->helper)
		return 1;
	/* Here, because a full disk is worth no process.  In need it is: a
	 * provider may be one that does not rotate. */
	if (l && s->reserve(j->w->records_ctx, l, &adopted, &mine) < 0 &&
	    mb_job_judge(j) != NEED_NOW)
		return mb_job_failed(j, &mine, e);
	if (adopted) {
		r = mb_job_reread(j, &mine);
		r = r < 0 ? mb_job_unread(j, &mine, e) : mb_job_due(j, e);
		if (r <= 0)
			return r;
	}
	t = task_of(j, MB_TASK_REFRESH);
	return ask(j, &t, l, why, e);
}

int mb_job_delegate_settle(struct mb_token_job *j, struct mb_err *e)
{
	struct mb_token_task t;
	struct mb_err mine = {0};

	if (!j->w->helper)
		return 1;
	if (mb_token_damaged(j->w, &mine))
		return fell_through(j, MB_TASK_SETTLE, &mine, e);
	t = task_of(j, MB_TASK_SETTLE);
	return ask(j, &t, NULL, NULL, e);
}

/* ---- in the helper ---- */

/* A host that did not wait learns from the record why there is no new token,
 * and does not start a helper for each mail. */
static void record_trouble(struct mb_token_job *j, struct mb_record_lock *l,
			   const struct mb_err *why)
{
	const struct mb_records *s = j->w->records;
	void *ctx = j->w->records_ctx;
	bool adopted;

	if (!l || s->reserve(ctx, l, &adopted, NULL) < 0)
		return;
	mb_token_put_error(&j->r, "transient", why, mb_token_now(j->w), 0);
	mb_token_next_generation(&j->r);
	if (s->commit(ctx, l, &j->r, NULL) < 0)
		s->abandon(ctx, l);
}

static int refresh(struct mb_token_job *j, struct mb_record_lock *l,
		   struct mb_err *e)
{
	if (mb_job_note_unwanted(j, e) < 0)
		return -1;
	if (mb_job_find(j, e) < 0) {
		record_trouble(j, l, e);
		return -1;
	}
	/* The host could not lock, and the reason is needed here. */
	return l ? mb_job_run(j, l, NULL, e) : mb_job_renew(j, e);
}

static int settle(struct mb_token_job *j, struct mb_err *e)
{
	if (mb_job_find(j, e) < 0)
		return -1;
	mb_job_save_settled(j);
	if (j->ruled || strcmp(j->r.credential, j->found->c.name) != 0)
		return 0;	/* enrolled anew meanwhile: look again */
	j->unsaved = strcmp(j->r.credentials_seen, j->found->seen) != 0;
	mb_token_apply(&j->r, j->found);
	return 0;
}

static void keep_note(void *ctx, const struct mb_err *e)
{
	struct mb_token_answer *a = ctx;

	a->e = *e;
}

/* It was enrolled, or the rules are others: the lock is for another record. */
static int changed_meanwhile(const struct mb_token_job *j, struct mb_err *e)
{
	mb_fail(e, MB_E_BUSY, j->r.account, "was enrolled, or has another "
		"rule, since the login began");
	return mb_remedy(e, "try again");
}

void mb_token_do(const struct mb_token_world *world,
		 const struct mb_token_task *t, struct mb_record_lock *l,
		 struct mb_token_answer *a)
{
	struct mb_token_world w = *world;
	struct mb_token_want q = { .account = t->account, .force = t->force,
				   .min_validity = t->min_validity };
	struct mb_token_job j = { .w = &w, .q = &q };
	struct mb_err why = {0};

	w.note = keep_note;
	w.note_ctx = a;
	if (t->what == MB_TASK_RULES) {
		a->ret = mb_token_make_rules(&w, &a->e);
		/* No record: only something that can be written. */
		(void)snprintf(a->r.account, sizeof(a->r.account), "*");
		return;
	}
	a->ret = mb_job_look(&j, t->account, &why);
	if (a->ret == 0 && l && strcmp(l->id, j.id) != 0)
		a->ret = changed_meanwhile(&j, &why);
	if (a->ret == 0 && t->refusal)
		q.not_generation = j.r.generation;
	if (a->ret == 0)
		a->ret = t->what == MB_TASK_SETTLE ? settle(&j, &why) :
						     refresh(&j, l, &why);
	if (l && l->new_fd >= 0)
		w.records->abandon(w.records_ctx, l);
	if (a->ret < 0)
		a->e = why;
	a->saved = !j.unsaved;
	a->r = j.r;
	j.r = (struct mb_record){0};
	mb_job_clear(&j);
}
