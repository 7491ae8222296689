/* SPDX-License-Identifier: BSD-2-Clause */
#include "config.h"

#include <string.h>

#include "lib/address.h"
#include "lib/clock.h"
#include "lib/store_admin.h"
#include "lib/rules.h"
#include "lib/token.h"
#include "tools/records.h"
#include "tools/store_pick.h"

/* Whoever holds a record may be waiting for the provider's answer. */
enum { RECORD_WAIT_MS = 100000 };

static int lock(struct mb_tool *t, const char *id, struct mb_record_lock *l,
		struct mb_err *e)
{
	struct mb_deadline d = mb_deadline_in(RECORD_WAIT_MS);
	int got;

	while ((got = mb_store_trylock(t->store, id, l, e)) == 0) {
		if (mb_deadline_left(&d) == 0) {
			(void)mb_fail(e, MB_E_BUSY, id, "another process holds "
				      "this record");
			return mb_remedy(e, "try again");
		}
		mb_sleep_ms(20, &d);
	}
	return got < 0 ? -1 : 0;
}

/* Under the lock: adopt, read, ask fn.  What it wants done is done by finish,
 * which gives back the reservation. */
static int locked(struct mb_tool *t, const char *id,
		  int (*fn)(void *arg, struct mb_record *r, struct mb_err *e),
		  void *arg,
		  int (*finish)(struct mb_tool *t, struct mb_record_lock *l,
				struct mb_record *r, struct mb_err *e),
		  struct mb_err *e)
{
	struct mb_record_lock l = { .lock_fd = -1, .new_fd = -1 };
	struct mb_record r;
	bool adopted;
	int ret;

	memset(&r, 0, sizeof(r));
	if (lock(t, id, &l, e) < 0)
		return -1;
	ret = mb_store_reserve(t->store, &l, &adopted, e);
	if (ret == 0)
		ret = mb_store_read(t->store, id, &r, NULL, e);
	if (ret > 0)
		ret = fn(arg, &r, e);
	if (ret > 0)
		ret = finish(t, &l, &r, e);
	else if (l.new_fd >= 0)
		mb_store_abandon(t->store, &l);
	mb_store_unlock(t->store, &l);
	mb_record_clear(&r);
	return ret;
}

static int write_next(struct mb_tool *t, struct mb_record_lock *l,
		      struct mb_record *r, struct mb_err *e)
{
	r->generation++;
	return mb_store_commit(t->store, l, r, e) < 0 ? -1 : 1;
}

static int unlink_it(struct mb_tool *t, struct mb_record_lock *l,
		     struct mb_record *r, struct mb_err *e)
{
	(void)r;
	mb_store_abandon(t->store, l);
	return mb_store_remove(t->store, l, e);
}

int mb_records_change(struct mb_tool *t, const char *id,
		      int (*fn)(void *arg, struct mb_record *r,
				struct mb_err *e),
		      void *arg, struct mb_err *e)
{
	return locked(t, id, fn, arg, write_next, e);
}

int mb_records_end(struct mb_tool *t, const char *id,
		   int (*fn)(void *arg, struct mb_record *r,
			     struct mb_err *e),
		   void *arg, struct mb_err *e)
{
	return locked(t, id, fn, arg, unlink_it, e);
}

int mb_records_put(struct mb_tool *t, const char *id, struct mb_record *fresh,
		   int (*fn)(void *arg, const struct mb_record *have,
			     struct mb_err *e),
		   void *arg, struct mb_err *e)
{
	struct mb_record_lock l = { .lock_fd = -1, .new_fd = -1 };
	struct mb_record have;
	bool adopted;
	int ret;

	memset(&have, 0, sizeof(have));
	if (lock(t, id, &l, e) < 0)
		return -1;
	ret = mb_store_reserve(t->store, &l, &adopted, e);
	if (ret == 0)
		ret = mb_store_read(t->store, id, &have, NULL, e);
	if (ret >= 0)
		ret = fn(arg, ret > 0 ? &have : NULL, e);
	if (ret > 0) {
		if (have.generation > fresh->generation)
			fresh->generation = have.generation;
		fresh->generation++;
		fresh->refused_generation = 0;
		ret = mb_store_commit(t->store, &l, fresh, e) < 0 ? -1 : 1;
	}
	mb_store_abandon(t->store, &l);
	mb_store_unlock(t->store, &l);
	mb_record_clear(&have);
	return ret;
}

int mb_records_reseal(struct mb_tool *t, const char *id, struct mb_err *e)
{
	struct mb_record_lock l = { .lock_fd = -1, .new_fd = -1 };
	int ret;

	if (lock(t, id, &l, e) < 0)
		return -1;
	ret = mb_store_reseal(t->store, &l, e);
	mb_store_unlock(t->store, &l);
	return ret;
}

int mb_records_remove(struct mb_tool *t, const char *id, struct mb_err *e)
{
	struct mb_record_lock l = { .lock_fd = -1, .new_fd = -1 };
	int ret;

	if (lock(t, id, &l, e) < 0)
		return -1;
	ret = mb_store_remove(t->store, &l, e);
	mb_store_unlock(t->store, &l);
	return ret;
}

int mb_records_id(const char *address, char *id, struct mb_err *e)
{
	char canon[MB_ADDRESS_MAX + 1];

	if (mb_address_canon(address, canon, e) < 0)
		return -1;
	return mb_address_record_id(canon, id, e);
}

int mb_records_rule(struct mb_tool *t, const char *address,
		    struct mb_rule_match *m, struct mb_err *e)
{
	struct mb_token_world w;

	mb_pick_world(t, &w);
	return mb_token_rule(&w, address, NULL, m, NULL, e);
}

int mb_records_unknown(struct mb_tool *t, const char *address,
		       struct mb_err *e)
{
	struct mb_rule_match m;

	if (mb_records_rule(t, address, &m, NULL) > 0) {
		(void)mb_fail(e, MB_E_NOT_ENROLLED, address, " has no sign-in "
			      "of its own, it is served by the rule %s",
			      m.pattern);
		return mb_remedy(e, "to end that: %s remove '%s'",
				 mb_pick_command(t), m.pattern);
	}
	if (mb_rules_is_pattern(address)) {
		(void)mb_fail(e, MB_E_NOT_ENROLLED, address, " is no rule in "
			      "%s that has a token for all its mailboxes",
			      mb_store_label(t->store));
		return mb_remedy(e, "run: %s list rules", mb_pick_command(t));
	}
	(void)mb_fail(e, MB_E_NOT_ENROLLED, address, " is not enrolled in %s",
		      mb_store_label(t->store));
	return mb_remedy(e, "run: %s enroll %s; if it uses a password: "
			 "mailbearer explain not-enrolled", mb_pick_command(t),
			 address);
}

void mb_records_which(struct mb_tool *t, const char *address,
		      struct mb_err *e)
{
	if (e->id == MB_E_NOT_ENROLLED && !strcmp(e->object, address))
		(void)mb_records_unknown(t, address, e);
}

int mb_records_where(struct mb_tool *t, const char *address, char *id,
		     struct mb_err *e)
{
	struct mb_token_world w;
	int r;

	mb_pick_world(t, &w);
	r = mb_token_where(&w, address, id, e);
	if (r != 0)
		return r < 0 ? -1 : 0;
	return mb_rules_is_pattern(address) ?
	       mb_records_unknown(t, address, e) :
	       mb_records_id(address, id, e);
}
