/* SPDX-License-Identifier: BSD-2-Clause */
#include "config.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/token.h"
#include "tools/accounts.h"
#include "tools/owner.h"
#include "tools/records.h"

static const char *const words[] = {
	[MB_STATE_OK] = "ok",
	[MB_STATE_SOON] = "soon",
	[MB_STATE_RETRYING] = "retrying",
	[MB_STATE_CONFIG] = "needs configuration",
	[MB_STATE_SIGN_IN] = "needs sign-in",
	[MB_STATE_BROKEN] = "broken",
};

const char *mb_accounts_word(enum mb_state s)
{
	return words[s];
}

enum mb_state mb_accounts_state(const struct mb_record *r, int64_t now)
{
	if (r->token_of[0])
		return MB_STATE_OK;
	if (!strcmp(r->error_class, "token") ||
	    !strcmp(r->error_class, "person"))
		return MB_STATE_SIGN_IN;
	if (!r->refresh_token.len && !r->grant[0])
		return mb_token_valid_at(r, now) ? MB_STATE_SOON :
		       MB_STATE_SIGN_IN;
	if (!strcmp(r->error_class, "config"))
		return MB_STATE_CONFIG;
	return r->error_class[0] ? MB_STATE_RETRYING : MB_STATE_OK;
}

bool mb_accounts_needs_person(enum mb_state s)
{
	return s == MB_STATE_CONFIG || s == MB_STATE_SIGN_IN ||
	       s == MB_STATE_BROKEN;
}

int64_t mb_accounts_used_at(const struct mb_account *a)
{
	return a->refreshed_at > a->enrolled_at ? a->refreshed_at :
						  a->enrolled_at;
}

/* Most of the strings of most accounts: one for all of them, never written. */
static char none[1];

int mb_accounts_put(char **field, const char *text)
{
	char *copy = *text ? strdup(text) : none;

	if (!copy)
		return -1;
	if (*field != none)
		free(*field);
	*field = copy;
	return 0;
}

static void drop(char *text)
{
	if (text != none)
		free(text);
}

void mb_accounts_free(struct mb_account *a)
{
	drop(a->address);
	drop(a->credential);
	drop(a->token_of);
	drop(a->rule_id);
	drop(a->cause);
	drop(a->remedy);
	memset(a, 0, sizeof(*a));
}

void mb_accounts_clear(struct mb_accounts *a)
{
	size_t i;

	for (i = 0; i < a->n; i++)
		mb_accounts_free(&a->list[i]);
	free(a->list);
	memset(a, 0, sizeof(*a));
}

static int put_all(struct mb_account *a, const char *address,
		   const char *credential, const char *token_of,
		   const char *cause, const char *remedy)
{
	return mb_accounts_put(&a->address, address) < 0 ||
	       mb_accounts_put(&a->credential, credential) < 0 ||
	       mb_accounts_put(&a->token_of, token_of) < 0 ||
	       mb_accounts_put(&a->cause, cause) < 0 ||
	       mb_accounts_put(&a->remedy, remedy) < 0 ? -1 : 0;
}

static int fill(struct mb_account *a, const char *id,
		const struct mb_record *r)
{
	int64_t now = mb_now();

	if (mb_accounts_put(&a->rule_id, r->rule[0] ? id : "") < 0)
		return -1;
	a->state = mb_accounts_state(r, now);
	a->expires_at = r->expires_at;
	a->obtained_at = r->obtained_at;
	a->enrolled_at = r->enrolled_at;
	a->refreshed_at = r->refreshed_at;
	a->generation = r->generation;
	a->next_attempt = r->next_attempt;
	a->attempts = r->attempts;
	memcpy(a->error_class, r->error_class, sizeof(a->error_class));
	memcpy(a->error_id, r->error_id, sizeof(a->error_id));
	a->fresh = mb_token_fresh(r, now);
	a->refused = mb_token_refused_now(r, 0, now);
	a->may_ask = (r->refresh_token.len || r->grant[0]) &&
		     mb_token_may_ask(r, now);
	return put_all(a, r->account, r->credential, r->token_of,
		       r->error_text, "");
}

/* A record that cannot be read is listed as that. */
static int fill_broken(struct mb_account *a, const char *id,
		       const struct mb_err *why)
{
	a->state = MB_STATE_BROKEN;
	(void)snprintf(a->error_id, sizeof(a->error_id), "%s",
		       mb_message(why->id)->name);
	a->id = why->id;
	if (mb_accounts_put(&a->rule_id, "") < 0)
		return -1;
	return put_all(a, id, "", "", why->cause + (why->cause[0] == ' '),
		       why->remedy);
}

struct reading {
	struct mb_tool *t;
	struct mb_accounts got;
	size_t room;
	struct mb_err *e;
};

static int no_memory(struct mb_err *e)
{
	return mb_fail(e, MB_E_NOMEM, "accounts", "out of memory");
}

static int make_room(struct reading *r)
{
	size_t room = r->room ? 2 * r->room : 64;
	struct mb_account *list;

	if (r->got.n < r->room)
		return 0;
	list = reallocarray(r->got.list, room, sizeof(*list));
	if (!list)
		return no_memory(r->e);
	r->got.list = list;
	r->room = room;
	return 0;
}

static int read_one(void *arg, const char *id)
{
	struct mb_account a = { 0 };
	struct reading *r = arg;
	struct mb_record record;
	struct mb_err why = { 0 };
	int got, ret;

	memset(&record, 0, sizeof(record));
	got = mb_store_read(r->t->store, id, &record, NULL, &why);
	if (got == 0)
		return 0;
	ret = make_room(r);
	if (ret == 0) {
		ret = got < 0 ? fill_broken(&a, id, &why) : fill(&a, id, &record);
		if (ret < 0)
			(void)no_memory(r->e);
	}
	if (ret == 0)
		r->got.list[r->got.n++] = a;
	else
		mb_accounts_free(&a);
	mb_record_clear(&record);
	return ret;
}

static int by_address(const void *x, const void *y)
{
	const struct mb_account *a = x, *b = y;

	return strcmp(a->address, b->address);
}

int mb_accounts_read(struct mb_tool *t, struct mb_accounts *a, struct mb_err *e)
{
	struct reading r = { .t = t, .e = e };

	if (mb_store_each(t->store, read_one, &r, e) != 0) {
		mb_accounts_clear(&r.got);
		return -1;
	}
	if (r.got.n)
		qsort(r.got.list, r.got.n, sizeof(*r.got.list), by_address);
	mb_accounts_clear(a);
	*a = r.got;
	return 0;
}

int mb_accounts_look(struct mb_tool *t, const char *address,
		     struct mb_account *a, struct mb_err *e)
{
	char id[MB_RECORD_ID_LEN + 1];
	struct mb_account fresh = { 0 };
	struct mb_record record;
	int ret;

	memset(&record, 0, sizeof(record));
	if (mb_records_where(t, address, id, e) < 0)
		return -1;
	ret = mb_store_read(t->store, id, &record, NULL, e);
	if (ret == 0)
		return mb_records_unknown(t, address, e);
	if (ret < 0)
		return -1;
	ret = fill(&fresh, id, &record);
	mb_record_clear(&record);
	if (ret < 0) {
		mb_accounts_free(&fresh);
		return no_memory(e);
	}
	mb_accounts_free(a);
	*a = fresh;
	return 0;
}

const struct mb_account *mb_accounts_find(const struct mb_accounts *a,
					  const char *address)
{
	size_t i;

	for (i = 0; i < a->n; i++)
		if (!strcmp(a->list[i].address, address))
			return &a->list[i];
	return NULL;
}

const char *mb_accounts_summary(const struct mb_accounts *a, char buf[200])
{
	size_t count[MB_STATE_COUNT] = { 0 };
	size_t i, used;
	const char *sep = ": ";

	for (i = 0; i < a->n; i++)
		count[a->list[i].state]++;
	used = (size_t)snprintf(buf, 200, "%zu account%s", a->n,
				a->n == 1 ? "" : "s");
	for (i = 0; i < MB_STATE_COUNT; i++) {
		if (!count[i] || used >= 200)
			continue;
		used += (size_t)snprintf(buf + used, 200 - used, "%s%zu %s",
					 sep, count[i], words[i]);
		sep = ", ";
	}
	return buf;
}

static void count_user(struct mb_users *u, const char *address)
{
	size_t used = strlen(u->names);

	if (u->n == 0)
		(void)snprintf(u->first, sizeof(u->first), "%s", address);
	/* Room for " and 100000 more" stays. */
	if (used + strlen(address) + 24 < sizeof(u->names))
		(void)snprintf(u->names + used, sizeof(u->names) - used,
			       "%s%s", u->n ? ", " : "", address);
	u->n++;
}

static int find_users(struct mb_tool *t, void *arg, void *out,
		      struct mb_err *e)
{
	const char *credential = arg;
	struct mb_accounts a = { 0 };
	struct mb_users *u = out;
	size_t i, shown = 0, used;

	if (mb_accounts_read(t, &a, e) < 0)
		return -1;
	for (i = 0; i < a.n; i++) {
		size_t before = strlen(u->names);

		/* A rule's token comes again by itself. */
		if (a.list[i].rule_id[0] ||
		    strcmp(a.list[i].credential, credential) != 0)
			continue;
		count_user(u, a.list[i].address);
		shown += strlen(u->names) != before;
	}
	used = strlen(u->names);
	if (shown < u->n)
		(void)snprintf(u->names + used, sizeof(u->names) - used,
			       " and %zu more", u->n - shown);
	mb_accounts_clear(&a);
	return 0;
}

int mb_accounts_users(struct mb_tool *t, const char *credential,
		      struct mb_users *users, struct mb_err *e)
{
	char name[MB_NAME_MAX + 1];

	memset(users, 0, sizeof(*users));
	(void)snprintf(name, sizeof(name), "%s", credential);
	return mb_owner_run(t, find_users, name, users, sizeof(*users), e);
}
