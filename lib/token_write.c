/* SPDX-License-Identifier: BSD-2-Clause */
/* Writes without a request: a refusal, an enrolment; and the real store as
 * the policy sees it. */
#include "config.h"

#include <stdio.h>
#include <string.h>

#include "lib/lock.h"
#include "lib/token_internal.h"

static int find_by_rule(const struct mb_token_world *w, const char *account,
			char *id, struct mb_record *r)
{
	struct mb_rule_match m;

	if (mb_token_rule(w, account, NULL, &m, NULL, NULL) <= 0)
		return 0;
	memcpy(id, m.id, sizeof(m.id));
	return w->records->read(w->records_ctx, id, r, NULL, NULL) > 0;
}

/* The record that has the account's tokens.  1, 0 none. */
static int find_record(const struct mb_token_world *w, const char *account,
		       char *id, struct mb_record *r)
{
	char owner[MB_ADDRESS_MAX + 1];

	if (mb_token_id(account, id, NULL) < 0)
		return 0;
	if (w->records->read(w->records_ctx, id, r, NULL, NULL) <= 0)
		return find_by_rule(w, account, id, r);
	if (!r->token_of[0])
		return 1;
	(void)snprintf(owner, sizeof(owner), "%s", r->token_of);
	return mb_token_id(owner, id, NULL) == 0 &&
	       w->records->read(w->records_ctx, id, r, NULL, NULL) > 0 &&
	       !r->token_of[0];
}

static bool to_mark(const struct mb_record *r, int64_t generation)
{
	return r->generation == generation &&
	       r->refused_generation != generation;
}

void mb_token_refused(const struct mb_token_world *w, const char *account,
		      int64_t generation)
{
	const struct mb_records *s = w->records;
	struct mb_record_lock l = { .lock_fd = -1, .new_fd = -1 };
	char id[MB_RECORD_ID_LEN + 1];
	struct mb_record r = {0};
	bool adopted;

	if (!find_record(w, account, id, &r) || !to_mark(&r, generation))
		goto out;
	/* Busy: somebody writes a new token, which is what is wanted. */
	if (s->trylock(w->records_ctx, id, &l, NULL) <= 0)
		goto out;
	if (s->reserve(w->records_ctx, &l, &adopted, NULL) < 0)
		goto out;
	if (s->read(w->records_ctx, id, &r, NULL, NULL) > 0 &&
	    to_mark(&r, generation)) {
		r.generation++;
		r.refused_generation = r.generation;
		if (s->commit(w->records_ctx, &l, &r, NULL) == 0)
			goto out;
	}
	s->abandon(w->records_ctx, &l);
out:
	s->unlock(w->records_ctx, &l);
	mb_record_clear(&r);
}

static int lock(const struct mb_token_world *w, const char *account,
		const char *id, struct mb_record_lock *l,
		const struct mb_deadline *d, struct mb_err *e)
{
	struct mb_backoff pause = {0};
	int r;

	while ((r = w->records->trylock(w->records_ctx, id, l, e)) == 0) {
		if (mb_deadline_left(d) <= 0) {
			mb_fail(e, MB_E_BUSY, account,
				"another process is at its record");
			return mb_remedy(e, "try again");
		}
		mb_backoff_sleep(&pause, d);
	}
	return r < 0 ? -1 : 0;
}

/* The generation to outdo; a record that cannot be read is replaced. */
static int generation_now(const struct mb_token_world *w, const char *id,
			  int64_t *generation, struct mb_err *e)
{
	struct mb_record have = {0};
	struct mb_err why = {0};

	*generation = 0;
	if (w->records->read(w->records_ctx, id, &have, NULL, &why) >= 0)
		*generation = have.generation;
	else if (why.id != MB_E_SEALED_BAD && why.id != MB_E_RECORD_BAD &&
		 why.id != MB_E_NOT_SEALED) {
		if (e)
			*e = why;
		return -1;
	}
	mb_record_clear(&have);
	return 0;
}

static int put(const struct mb_token_world *w, struct mb_record_lock *l,
	       struct mb_record *r, struct mb_err *e)
{
	int64_t generation;
	bool adopted;

	if (w->records->reserve(w->records_ctx, l, &adopted, e) < 0)
		return -1;
	if (generation_now(w, l->id, &generation, e) == 0) {
		if (generation > r->generation)
			r->generation = generation;
		r->generation++;
		r->refused_generation = 0;
		if (w->records->commit(w->records_ctx, l, r, e) == 0)
			return 0;
	}
	w->records->abandon(w->records_ctx, l);
	return -1;
}

int mb_token_enrol(const struct mb_token_world *w, const struct mb_record *r,
		   const struct mb_deadline *deadline, struct mb_err *e)
{
	struct mb_record_lock l = { .lock_fd = -1, .new_fd = -1 };
	char id[MB_RECORD_ID_LEN + 1];
	struct mb_record mine = {0};
	struct mb_found *f = NULL;
	int ret = -1;

	if (mb_token_id(r->account, id, e) < 0 ||
	    mb_record_copy(&mine, r, e) < 0)
		return -1;
	if (!mine.token_of[0] && w->redeem) {
		if (mb_token_find(w, mine.credential, &f, e) < 0)
			goto out;
		mb_token_apply(&mine, f);
	}
	if (lock(w, r->account, id, &l, deadline, e) < 0)
		goto out;
	(void)snprintf(l.id, sizeof(l.id), "%s", id);
	/* The sign-in may have waited across a whole rekey. */
	if (!w->records->key_current ||
	    w->records->key_current(w->records_ctx, e) == 0)
		ret = put(w, &l, &mine, e);
	w->records->unlock(w->records_ctx, &l);
out:
	mb_token_found_free(&f);
	mb_record_clear(&mine);
	return ret;
}

/* ---- the real store ---- */

static int real_read(void *s, const char *id, struct mb_record *r,
		     struct mb_stamp *stamp, struct mb_err *e)
{
	return mb_store_read(s, id, r, stamp, e);
}

static int real_stamp(void *s, const char *id, struct mb_stamp *stamp,
		      struct mb_err *e)
{
	return mb_store_stamp(s, id, stamp, e);
}

static int real_trylock(void *s, const char *id, struct mb_record_lock *l,
			struct mb_err *e)
{
	return mb_store_trylock(s, id, l, e);
}

static void real_unlock(void *s, struct mb_record_lock *l)
{
	mb_store_unlock(s, l);
}

static int real_reserve(void *s, struct mb_record_lock *l, bool *adopted,
			struct mb_err *e)
{
	return mb_store_reserve(s, l, adopted, e);
}

static int real_commit(void *s, struct mb_record_lock *l,
		       const struct mb_record *r, struct mb_err *e)
{
	return mb_store_commit(s, l, r, e);
}

static void real_keep(void *s, struct mb_record_lock *l)
{
	mb_store_keep(s, l);
}

static void real_abandon(void *s, struct mb_record_lock *l)
{
	mb_store_abandon(s, l);
}

static int real_credentials(void *s, struct mb_secret *text,
			    struct mb_err *e)
{
	return mb_store_credentials(s, text, e);
}

static int real_seen(void *s, char *seen, struct mb_err *e)
{
	return mb_store_seen(s, seen, e);
}

static const char *real_label(void *s)
{
	return mb_store_label(s);
}

static int real_may_ask(void *s, const char *account, struct mb_err *e)
{
	if (!mb_store_retired(s))
		return 0;
	mb_fail(e, MB_E_RETIRED, account, "this host is retired and asks for "
		"no new tokens");
	return mb_remedy(e, "use the host that took over; to go on here: "
			 "mailbearer retire --undo");
}

static int real_key_current(void *s, struct mb_err *e)
{
	return mb_store_key_current(s, e);
}

static const struct mb_secret *real_rules(void *s)
{
	return mb_store_rules(s);
}

static int real_save_rules(void *s, const struct mb_secret *table,
			   struct mb_err *e)
{
	return mb_store_save_rules(s, table, e);
}

const struct mb_records mb_store_records = {
	.read = real_read,
	.stamp = real_stamp,
	.trylock = real_trylock,
	.unlock = real_unlock,
	.reserve = real_reserve,
	.commit = real_commit,
	.keep = real_keep,
	.abandon = real_abandon,
	.credentials = real_credentials,
	.seen = real_seen,
	.label = real_label,
	.may_ask = real_may_ask,
	.key_current = real_key_current,
	.rules = real_rules,
	.save_rules = real_save_rules,
};
