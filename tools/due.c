/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * refresh --due.  Every record is read once; what is due is given to a few
 * processes; the status file says how things stand.  A timer's service must
 * not fail for what nobody can do anything about, nor twice for the same
 * account: it fails for its own trouble and for news.
 */
#include "config.h"

#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "tools/change.h"
#include "tools/due.h"
#include "tools/out.h"
#include "tools/pool.h"
#include "tools/rule.h"
#include "tools/status.h"
#include "tools/store_pick.h"
#include "tools/watch.h"

enum {
	DAY = 86400,
	IDLE_DAYS = 7, IDLE_DAYS_MAX = 365,
	JOBS = 4,
	/* So long for a connection, or for another process at the account; a
	 * reply has its own, longer time (lib/token.c). */
	DUE_WAIT_MS = 15000,
	/* After that many failures in a row the other accounts of a client
	 * credential wait for the next run: its provider is out of reach. */
	STREAK_MAX = 8,
};

/* What became of an account. */
enum outcome {
	OUT_REFRESHED,
	OUT_UNCHANGED,	/* another process was at it */
	OUT_LATER,	/* temporary trouble */
	OUT_PERSON,	/* somebody has to act */
	OUT_FAILED,	/* this host's own trouble */
	OUT_GONE,	/* removed meanwhile */
	OUT_LEFT,	/* for the next run */
};

struct run {
	struct mb_tool *t;
	struct mb_token_world world;
	struct mb_accounts a;
	struct mb_due_list due;
	atomic_uint *streak;	/* failures in a row, per credential; shared */
	unsigned int streak_max;
	size_t *left;		/* accounts left out, per credential */
	struct mb_due_tell tell;
};

/* ---- in a worker ---- */

static void keep_note(void *ctx, const struct mb_err *e)
{
	struct mb_err *first = ctx;

	if (first->id == MB_E_NONE)
		*first = *e;
}

/* Trouble that is not on record, so that it is this host's, or passes. */
static enum outcome judge_error(const struct mb_err *e)
{
	switch (e->id) {
	case MB_E_NOT_ENROLLED:
		return OUT_GONE;
	case MB_E_BUSY:
	case MB_E_TIMEOUT:
	case MB_E_UPGRADED:
		return OUT_LATER;
	case MB_E_NO_REFRESH_TOKEN:
		return OUT_PERSON;
	default:
		return OUT_FAILED;
	}
}

static enum outcome judge(const struct mb_account *before,
			  const struct mb_account *now,
			  const struct mb_err *e)
{
	/* Not the provider's, whatever else is on record. */
	if (e->id == MB_E_NO_CREDENTIAL)
		return OUT_PERSON;
	if (e->id != MB_E_NONE && now->error_class[0])
		return strcmp(now->error_class, "transient") ? OUT_PERSON :
							       OUT_LATER;
	if (e->id != MB_E_NONE)
		return judge_error(e);
	return now->refreshed_at != before->refreshed_at ||
	       now->obtained_at != before->obtained_at ||
	       now->expires_at != before->expires_at ? OUT_REFRESHED :
						       OUT_UNCHANGED;
}

static void count_streak(atomic_uint *streak, enum outcome o,
			 const struct mb_account *now)
{
	if (o == OUT_REFRESHED)
		atomic_store(streak, 0);
	else if (o == OUT_LATER || !strcmp(now->error_class, "config"))
		(void)atomic_fetch_add(streak, 1);
}

static int work(void *arg, size_t item, struct mb_err *e)
{
	struct run *r = arg;
	const struct mb_due_task *task = &r->due.tasks[item];
	struct mb_account *a = &r->a.list[task->account];
	struct mb_deadline d = mb_deadline_in(DUE_WAIT_MS);
	struct mb_token_want want = {
		.account = a->address, .force = task->force, .deadline = &d,
		.patient = true,
	};
	struct mb_token_world world = r->world;
	struct mb_account before = *a, now = { 0 };
	struct mb_record record;
	struct mb_err gone = { 0 };
	enum outcome o;

	if (atomic_load(&r->streak[task->credential]) >= r->streak_max)
		return OUT_LEFT;
	memset(&record, 0, sizeof(record));
	world.note = keep_note;
	world.note_ctx = e;
	if (mb_token_get(&world, &want, &record, NULL, e) == 0)
		mb_record_clear(&record);
	if (mb_accounts_look(r->t, a->address, &now, &gone) < 0) {
		*e = gone;
		return judge_error(&gone);
	}
	o = judge(&before, &now, e);
	count_streak(&r->streak[task->credential], o, &now);
	mb_accounts_free(&now);
	return o;
}

/* ---- in this process ---- */

static void done(void *arg, size_t item, int result, const struct mb_err *e)
{
	struct run *r = arg;
	const struct mb_due_task *task = &r->due.tasks[item];
	struct mb_account *a = &r->a.list[task->account];

	if (result != OUT_LEFT && result != OUT_GONE)
		(void)mb_accounts_look(r->t, a->address, a, NULL);
	switch (result) {
	case OUT_REFRESHED:
		r->t->changed = true;
		mb_due_good(&r->tell, a, "refreshed");
		break;
	case OUT_UNCHANGED:
		mb_due_good(&r->tell, a, "unchanged");
		break;
	case OUT_LATER:
		mb_due_bad(&r->tell, a, false, e);
		break;
	case OUT_PERSON:
		if (!mb_accounts_needs_person(a->state))
			mb_due_put_state(a, e);
		mb_due_bad(&r->tell, a, mb_due_is_news(&r->tell, a), e);
		a->told = true;
		break;
	case OUT_GONE:
		a->gone = true;
		break;
	case OUT_LEFT:
		r->left[task->credential]++;
		break;
	default:
		mb_due_bad(&r->tell, a, true, e);
	}
	(void)fflush(stdout);
}

/* Found out by somebody else since the last run: a mail program, mostly. */
static void tell_news(struct run *r)
{
	size_t i;

	for (i = 0; i < r->a.n; i++) {
		struct mb_account *a = &r->a.list[i];
		struct mb_err e = { 0 };

		if (a->told || a->gone || !mb_accounts_needs_person(a->state) ||
		    !mb_due_is_news(&r->tell, a))
			continue;
		mb_due_recorded(&r->tell, a, &e);
		mb_due_bad(&r->tell, a, true, &e);
	}
}

static void tell_left(struct run *r)
{
	size_t i;

	for (i = 0; i < r->due.n; i++) {
		const struct mb_due_task *task = &r->due.tasks[i];
		size_t n = r->left[task->credential];

		if (n == 0)
			continue;
		r->left[task->credential] = 0;
		mb_out_line(r->t, "client credential %s: %zu account%s left "
			    "for the next run, %u failed in a row",
			    r->a.list[task->account].credential, n,
			    n == 1 ? "" : "s", r->streak_max);
	}
}

/* ---- the run ---- */

static void refresh_due(struct run *r, size_t jobs, int *stopped)
{
	size_t size = (r->due.ncredentials + 1) * sizeof(*r->streak);
	struct mb_pool pool = {
		.n = r->due.n, .jobs = jobs, .arg = r, .work = work,
		.done = done,
	};
	struct mb_err e = { 0 };

	if (r->due.n == 0)
		return;
	mb_pick_world(r->t, &r->world);
	r->streak_max = 2 * jobs > STREAK_MAX ? (unsigned int)(2 * jobs) :
						STREAK_MAX;
	r->streak = mb_pool_shared(size);
	r->left = calloc(r->due.ncredentials + 1, sizeof(*r->left));
	if (r->streak && r->left) {
		*stopped = mb_pool_run(&pool);
		tell_left(r);
	} else {
		(void)mb_fail(&e, MB_E_NOMEM, "accounts", "out of memory");
		mb_out_error(r->t, &e);
		r->tell.failed = true;
	}
	mb_pool_unshare(r->streak, size);
	free(r->left);
}

static void drop_gone(struct mb_accounts *a)
{
	size_t i, n = 0;

	for (i = 0; i < a->n; i++)
		if (a->list[i].gone)
			mb_accounts_free(&a->list[i]);
		else
			a->list[n++] = a->list[i];
	a->n = n;
}

static void write_status(struct run *r, const struct mb_credfile *file)
{
	struct mb_err e = { 0 };
	char path[PATH_MAX];

	drop_gone(&r->a);
	if (r->tell.dir.fd < 0)
		return;
	if (mb_status_write(r->t, &r->tell.dir, &r->a, file, &e) < 0) {
		mb_out_error(r->t, &e);
		r->tell.failed = true;
		return;
	}
	mb_out_set_str(r->t, "status_file",
		       mb_fsio_path(&r->tell.dir, "status.json", path,
				    sizeof(path)));
	mb_out_set_int(r->t, "total", (int64_t)r->a.n);
}

/* Trouble that does not keep the others from being refreshed. */
static void own_trouble(struct run *r, const struct mb_err *e)
{
	mb_out_error(r->t, e);
	r->tell.failed = true;
}

static int read_all(struct run *r, const struct mb_credfile *file,
		    struct mb_err *e)
{
	if (mb_accounts_read(r->t, &r->a, e) < 0)
		return -1;
	if (file)
		mb_rule_sweep(r->t, file, &r->a);
	return 0;
}

static int all(struct run *r, size_t jobs, int64_t idle_s, struct mb_err *e)
{
	struct mb_credfile file = { 0 };
	struct mb_hooks hooks = { 0 };
	struct mb_err own = { 0 };
	int stopped = 0;
	bool looked = mb_change_look(r->t, &file, &own) == 0;

	if (!looked)
		own_trouble(r, &own);
	/* Before root becomes the records' owner, who may be denied it. */
	if (mb_hooks_load(r->t, &hooks, &own) < 0)
		own_trouble(r, &own);
	if (mb_pick_drop(r->t, e) < 0 ||
	    read_all(r, looked ? &file : NULL, e) < 0 ||
	    mb_due_list(&r->a, mb_now(), idle_s, &r->due, e) < 0) {
		mb_credfile_clear(&file);
		mb_hooks_clear(&hooks);
		return -1;
	}
	if (mb_status_open(r->t, &r->tell.dir, &own) < 0)
		own_trouble(r, &own);
	if (mb_store_retired(r->t->store)) {
		mb_out_line(r->t, "retired: nothing is refreshed here");
		mb_due_clear(&r->due);
	}
	refresh_due(r, jobs, &stopped);
	tell_news(r);
	if (!mb_watch_run(r->t, &r->tell.dir, &hooks, &r->a, &file))
		r->tell.failed = true;
	mb_hooks_clear(&hooks);
	write_status(r, &file);
	mb_credfile_clear(&file);
	if (stopped) {
		/* As if it had not been caught: systemd counts SIGTERM as a
		 * good end, a shell does not. */
		(void)fflush(NULL);
		(void)raise(stopped);
	}
	return r->tell.failed ? MB_EXIT_FAILED : MB_EXIT_OK;
}

int mb_due_run(struct mb_tool *t, struct mb_err *e)
{
	struct run r = { .t = t, .tell = { .t = t, .dir = { .fd = -1 } } };
	int64_t jobs = JOBS, idle = IDLE_DAYS;
	int ret;

	if (mb_opts_number(&t->opts, "jobs", 1, MB_POOL_JOBS_MAX, &jobs,
			   e) < 0 ||
	    mb_opts_number(&t->opts, "idle", 1, IDLE_DAYS_MAX, &idle, e) < 0)
		return -1;
	/* MB_PICK_RECORDS would say which store: each time, in cron's mail. */
	if (mb_pick_store(t, MB_PICK_LOOK, e) < 0)
		return -1;
	mb_status_prepare(t);
	r.tell.accounts = t->json ? json_array() : NULL;
	ret = all(&r, (size_t)jobs, idle * DAY, e);
	if (ret >= 0)
		mb_out_set(t, "accounts", json_incref(r.tell.accounts));
	json_decref(r.tell.accounts);
	mb_due_clear(&r.due);
	mb_accounts_clear(&r.a);
	mb_status_forget(&r.tell.known);
	mb_dir_close(&r.tell.dir);
	return ret;
}
