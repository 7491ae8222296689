/* SPDX-License-Identifier: BSD-2-Clause */
#include "config.h"

#include <string.h>

#include "tools/accounts.h"
#include "tools/due.h"
#include "tools/out.h"
#include "tools/records.h"
#include "tools/store_pick.h"
#include "tools/verbs.h"

/* Nobody waits; a slow provider gets its time. */
enum { REFRESH_WAIT_MS = 100000 };

struct round {
	struct mb_tool *t;
	struct mb_token_world world;
	json_t *accounts;	/* with --json */
	unsigned int seen;	/* bit i: exit status i occurred */
};

static void report_json(struct round *r, const char *account,
			const char *outcome, const struct mb_record *record,
			const struct mb_err *e)
{
	json_t *one = json_pack("{s:s, s:s}", "account", account, "outcome",
				outcome);

	if (record)
		(void)json_object_set_new(one, "expires_at",
					  json_integer(record->expires_at));
	if (e)
		(void)json_object_set_new(one, "error", mb_out_error_json(r->t, e));
	(void)json_array_append_new(r->accounts, one);
}

/* The generation as it is on disk, -1 if there is none. */
static int64_t generation(struct mb_tool *t, const char *account)
{
	char id[MB_RECORD_ID_LEN + 1];
	struct mb_err ignored = { 0 };
	struct mb_record r;
	int64_t n = -1;

	memset(&r, 0, sizeof(r));
	if (mb_records_where(t, account, id, &ignored) == 0 &&
	    mb_store_read(t->store, id, &r, NULL, &ignored) > 0)
		n = r.generation;
	mb_record_clear(&r);
	return n;
}

static void one(struct round *r, const char *account)
{
	struct mb_deadline d = mb_deadline_in(REFRESH_WAIT_MS);
	struct mb_token_want want = {
		.account = account,
		.force = mb_opts_has(&r->t->opts, "force"),
		.deadline = &d,
		.patient = true,
	};
	int64_t before = generation(r->t, account);
	struct mb_record record;
	struct mb_err e = { 0 };
	const char *outcome;
	char until[40], span[40];

	memset(&record, 0, sizeof(record));
	if (mb_token_get(&r->world, &want, &record, NULL, &e) < 0) {
		mb_records_which(r->t, account, &e);
		mb_out_error(r->t, &e);
		r->seen |= 1u << mb_out_status(&e);
		if (r->t->json)
			report_json(r, account, "failed", NULL, &e);
		return;
	}
	outcome = record.generation != before && !record.token_of[0] ?
		  "refreshed" : "unchanged";
	if (*outcome == 'r')
		r->t->changed = true;
	mb_out_line(r->t, "%s: %s, valid until %s (%s)", account, outcome,
		    mb_out_time(record.expires_at, until),
		    mb_out_span(record.expires_at, mb_now(), span));
	if (r->t->json)
		report_json(r, account, outcome, &record, NULL);
	mb_record_clear(&record);
}

/* Every one; a shared mailbox has no token of its own. */
static int all(struct round *r, struct mb_err *e)
{
	struct mb_accounts a = { 0 };
	size_t i;

	if (mb_accounts_read(r->t, &a, e) < 0)
		return -1;
	for (i = 0; i < a.n; i++) {
		if (a.list[i].token_of[0])
			continue;
		if (a.list[i].state == MB_STATE_BROKEN) {
			(void)mb_fail(e, a.list[i].id, a.list[i].address, "%s",
				      a.list[i].cause);
			(void)mb_remedy(e, "%s", a.list[i].remedy);
			mb_out_error(r->t, e);
			r->seen |= 1u << mb_out_status(e);
			continue;
		}
		one(r, a.list[i].address);
		(void)fflush(stdout);
	}
	mb_accounts_clear(&a);
	return 0;
}

static int due(struct mb_tool *t, struct mb_err *e)
{
	if (t->opts.noperands || mb_opts_has(&t->opts, "all") ||
	    mb_opts_has(&t->opts, "force"))
		return mb_opts_usage(&t->opts, e, "--due finds the accounts by "
				     "itself: no address, --all or --force");
	return mb_due_run(t, e);
}

static int run(struct mb_tool *t, struct mb_err *e)
{
	bool every = mb_opts_has(&t->opts, "all");
	struct round r = { .t = t };
	size_t i;

	if (mb_opts_has(&t->opts, "due"))
		return due(t, e);
	if (mb_opts_has(&t->opts, "jobs") || mb_opts_has(&t->opts, "idle"))
		return mb_opts_usage(&t->opts, e, "--jobs and --idle go with "
				     "--due");
	if (every == (t->opts.noperands > 0))
		return mb_opts_usage(&t->opts, e, "name accounts, or say "
				     "--all");
	if (mb_pick_store(t, MB_PICK_RECORDS, e) < 0 ||
	    mb_pick_drop(t, e) < 0)
		return -1;
	mb_pick_world(t, &r.world);
	r.accounts = t->json ? json_array() : NULL;
	if (every && all(&r, e) < 0) {
		json_decref(r.accounts);
		return -1;
	}
	for (i = 0; i < t->opts.noperands; i++)
		one(&r, t->opts.operands[i]);
	mb_out_set(t, "accounts", r.accounts);
	return mb_out_worst(r.seen);
}

static const struct mb_opt options[] = {
	{ "all", NULL, "every account", 0 },
	{ "due", NULL, "for a timer: those that are due, and news", 0 },
	{ "jobs", "N", "with --due: so many at a time (4)", 0 },
	{ "idle", "DAYS", "with --due: not used for so long is due (7)", 0 },
	{ "force", NULL, "even if the access token is fresh", 0 },
	{ NULL, NULL, NULL, 0 },
};

const struct mb_verb mb_verb_refresh = {
	.name = "refresh",
	.operands = "ADDRESS ... | --all | --due",
	.summary = "refresh access tokens that are due",
	.opts = options,
	.run = run,
};
