/* SPDX-License-Identifier: BSD-2-Clause */
/* Accounts that are not enrolled: is there a rule for them?  Never on the way
 * of an account that is. */
#include "config.h"

#include <stdio.h>
#include <string.h>

#include "lib/lock.h"
#include "lib/rules.h"
#include "lib/token_internal.h"

enum { WAIT_MS = 10000 };

/* No account's: who writes the table holds its lock. */
#define RULES_ID "00000000000000000000000000000000"

static const struct mb_secret *table_of(const struct mb_token_world *w,
					const char *seen)
{
	const struct mb_secret *t = w->records->rules(w->records_ctx);

	return t && mb_rules_current(t, seen) ? t : NULL;
}

static int make(const struct mb_token_world *w, const char *seen,
		struct mb_err *e)
{
	const struct mb_redeem *redeem;
	struct mb_secret text = {0}, table = {0};
	int ret = -1;

	if (!w->redeem)
		return mb_fail(e, MB_E_INTERNAL, "account rules",
			       "no http module was given");
	if (w->records->credentials(w->records_ctx, &text, e) == 0 &&
	    w->redeem(w->redeem_ctx, &redeem, e) == 0 &&
	    redeem->rules(&text, seen, mb_rules_canon, &table, e) == 0) {
		/* It serves this process even if it cannot be written. */
		(void)w->records->save_rules(w->records_ctx, &table, NULL);
		ret = 0;
	}
	mb_secret_clear(&text);
	mb_secret_clear(&table);
	return ret;
}

int mb_token_make_rules(const struct mb_token_world *w, struct mb_err *e)
{
	struct mb_record_lock l = { .lock_fd = -1, .new_fd = -1 };
	struct mb_deadline d = mb_deadline_in(WAIT_MS);
	struct mb_backoff pause = {0};
	char seen[80];
	int r, ret = 0;

	if (w->records->seen(w->records_ctx, seen, e) < 0)
		return -1;
	while ((r = w->records->trylock(w->records_ctx, RULES_ID, &l,
					NULL)) == 0 &&
	       mb_deadline_left(&d) > 0)
		mb_backoff_sleep(&pause, &d);
	/* Another process may have made it meanwhile. */
	if (!table_of(w, seen))
		ret = make(w, seen, e);
	if (r > 0)
		w->records->unlock(w->records_ctx, &l);
	return ret;
}

/* The table as it should be now: found, made by a helper, or made here. */
static int current(const struct mb_token_world *w, const struct mb_deadline *d,
		   const struct mb_secret **table, char *seen,
		   struct mb_err *e)
{
	const struct mb_token_task t = { .what = MB_TASK_RULES };
	struct mb_token_answer a = {0};
	struct mb_err damage = {0};

	if (w->records->seen(w->records_ctx, seen, e) < 0)
		return -1;
	*table = NULL;
	if (strcmp(seen, "none") == 0)
		return 0;
	*table = table_of(w, seen);
	if (*table)
		return 0;
	if (w->helper && mb_token_damaged(w, &damage)) {
		if (e)
			*e = damage;
		return -1;
	}
	if (w->helper && w->helper(w->records_ctx, &t, NULL, d, &a,
				   NULL) == MB_HELP_ANSWERED && a.ret < 0) {
		if (e)
			*e = a.e;
		mb_record_clear(&a.r);
		return -1;
	}
	mb_record_clear(&a.r);
	*table = table_of(w, seen);
	if (!*table && mb_token_make_rules(w, e) < 0)
		return -1;
	*table = table_of(w, seen);
	return 0;
}

int mb_token_rule(const struct mb_token_world *w, const char *account,
		  const struct mb_deadline *deadline, struct mb_rule_match *m,
		  char *seen, struct mb_err *e)
{
	char canonical[MB_ADDRESS_MAX + 1], which[80];
	struct mb_deadline d = mb_deadline_in(WAIT_MS);
	const struct mb_secret *table;

	if (!w->records->rules ||
	    mb_rules_canon(account, canonical, NULL) < 0)
		return 0;
	if (current(w, deadline ? deadline : &d, &table, which, e) < 0)
		return -1;
	if (seen)
		memcpy(seen, which, sizeof(which));
	return table ? mb_rules_find(table, canonical, m, e) : 0;
}

void mb_token_rule_record(const struct mb_rule_match *m, const char *account,
			  struct mb_record *r)
{
	(void)snprintf(r->account, sizeof(r->account), "%s",
		       m->per_address ? account : m->pattern);
	(void)snprintf(r->credential, sizeof(r->credential), "%s",
		       m->credential);
	(void)snprintf(r->grant, sizeof(r->grant), "%s", m->grant);
	(void)snprintf(r->rule, sizeof(r->rule), "%s", m->origin);
}

int mb_token_where(const struct mb_token_world *w, const char *account,
		   char *id, struct mb_err *e)
{
	struct mb_rule_match m;
	struct mb_stamp stamp;
	int r = 0;

	if (!mb_rules_is_pattern(account)) {
		if (mb_token_id(account, id, e) < 0)
			return -1;
		r = w->records->stamp(w->records_ctx, id, &stamp, e);
	}
	if (r == 0) {
		r = mb_token_rule(w, account, NULL, &m, NULL, e);
		if (r > 0)
			memcpy(id, m.id, sizeof(m.id));
	}
	return r;
}
