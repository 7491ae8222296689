/* SPDX-License-Identifier: BSD-2-Clause */
#include "config.h"

#include "lib/engine_cache.h"

#include <stdio.h>
#include <string.h>

#include "lib/clock.h"
#include "lib/engine_trouble.h"
#include "lib/vault.h"

enum { SLOTS = 16, SAME_BREATH_MS = 10 };

struct mb_cache {
	uint64_t clock;
	struct mb_slot slot[SLOTS];
};

struct mb_cache *mb_cache_new(void)
{
	return mb_vault_new(sizeof(struct mb_cache));
}

void mb_cache_free(struct mb_cache **c)
{
	if (!*c)
		return;
	mb_cache_clear(*c);
	mb_vault_free(*c, sizeof(**c));
	*c = NULL;
}

static void wipe(struct mb_slot *slot)
{
	mb_wipe(slot->token, slot->token_len);
	slot->token_len = 0;
	slot->used = 0;
}

void mb_cache_clear(struct mb_cache *c)
{
	size_t i;

	for (i = 0; c && i < SLOTS; i++)
		if (c->slot[i].used)
			wipe(&c->slot[i]);
}

struct mb_slot *mb_cache_find(struct mb_cache *c, const char *account)
{
	size_t i;

	for (i = 0; c && i < SLOTS; i++)
		if (c->slot[i].used &&
		    strcmp(c->slot[i].account, account) == 0) {
			c->slot[i].used = ++c->clock;
			return &c->slot[i];
		}
	return NULL;
}

static bool same(const struct mb_stamp *a, const struct mb_stamp *b)
{
	return a->mtime_ns == b->mtime_ns && a->ino == b->ino &&
	       a->size == b->size && a->dev == b->dev;
}

static bool as_it_was(const struct mb_slot *slot, int i,
		      const struct mb_store *s)
{
	struct mb_stamp st;
	int r = mb_store_stamp(s, slot->basis.on[i].id, &st, NULL);

	return slot->basis.on[i].absent ?
	       r == 0 : r == 1 && same(&st, &slot->basis.on[i].stamp);
}

bool mb_cache_known(struct mb_slot *slot, const struct mb_store *s)
{
	struct mb_stamp st;

	slot->looked_at = 0;
	if (mb_store_stamp(s, slot->basis.on[0].id, &st, NULL) <= 0)
		return false;
	if (!slot->basis.on[0].absent && same(&st, &slot->basis.on[0].stamp))
		slot->looked_at = mb_mono_coarse_ms();
	return true;
}

/* How many of the records need no other look. */
static int looked(struct mb_slot *slot)
{
	int64_t at = slot->looked_at;

	slot->looked_at = 0;
	return at && mb_mono_coarse_ms() - at <= SAME_BREATH_MS;
}

bool mb_cache_good(struct mb_slot *slot, const struct mb_store *s,
		   const char *host, int64_t now)
{
	struct mb_stamp st;
	int i, r;

	if (slot->refused ||
	    !mb_token_fresh_times(slot->obtained_at, slot->expires_at, now) ||
	    !mb_hosts_match(slot->hosts, host))
		return false;
	for (i = looked(slot); i < slot->basis.n; i++)
		if (!as_it_was(slot, i, s))
			return false;
	r = mb_store_credentials_stamp(s, &st, NULL);
	return r == 1 ? slot->have_credentials && same(&st, &slot->credentials)
		      : r == 0 && !slot->have_credentials;
}

void mb_cache_compare(const struct mb_slot *slot, const struct mb_record *r)
{
	struct mb_err e = {0};

	if (!slot || r->generation >= slot->generation ||
	    r->obtained_at >= slot->obtained_at)
		return;
	mb_fail(&e, MB_E_RECORD_OLD, r->account, "its token record is older "
		"than the one used before");
	mb_remedy(&e, "if a backup was restored and the next refresh is "
		  "refused: mailbearer enroll %s", r->account);
	mb_trouble_add(&e);
}

static struct mb_slot *least_used(struct mb_cache *c)
{
	struct mb_slot *slot = &c->slot[0];
	size_t i;

	for (i = 1; i < SLOTS; i++)
		if (c->slot[i].used < slot->used)
			slot = &c->slot[i];
	return slot;
}

void mb_cache_put(struct mb_cache *c, const struct mb_store *s,
		  const char *account, const struct mb_record *r,
		  const struct mb_token_basis *basis)
{
	char seen[sizeof(r->credentials_seen)];
	struct mb_slot *slot = mb_cache_find(c, account);
	struct mb_stamp st = {0};
	int there;

	if (slot)
		wipe(slot);
	/* Without a token: the mail program has it itself. */
	if (!c || basis->n == 0 || r->access_token.len == 0 || strlen(account) > MB_ADDRESS_MAX ||
	    r->access_token.len > sizeof(slot->token))
		return;
	/* The stamp first: a change in between shows as a difference. */
	there = mb_store_credentials_stamp(s, &st, NULL);
	if (there < 0 || mb_store_seen(s, seen, NULL) < 0 ||
	    strcmp(seen, r->credentials_seen) != 0)
		return;
	if (!slot)
		slot = least_used(c);
	wipe(slot);
	slot->used = ++c->clock;
	(void)snprintf(slot->account, sizeof(slot->account), "%s", account);
	memcpy(slot->user, r->account, sizeof(slot->user));
	memcpy(slot->hosts, r->hosts, sizeof(slot->hosts));
	slot->generation = r->generation;
	slot->obtained_at = r->obtained_at;
	slot->expires_at = r->expires_at;
	slot->refused = false;
	slot->basis = *basis;
	slot->looked_at = 0;
	slot->have_credentials = there == 1;
	slot->credentials = st;
	memcpy(slot->token, r->access_token.data, r->access_token.len);
	slot->token_len = r->access_token.len;
}
