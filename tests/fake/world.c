/* SPDX-License-Identifier: BSD-2-Clause */
#include "config.h"

#include "tests/fake/world.h"

#include <stdio.h>
#include <string.h>

#include "tests/unit/unit.h"

struct fake fake;

static void id_of(const char *account, char *id)
{
	char canonical[MB_ADDRESS_MAX + 1];

	assert_int_equal(mb_address_canon(account, canonical, NULL), 0);
	assert_int_equal(mb_address_record_id(canonical, id, NULL), 0);
}

static struct mb_record *by_id(const char *id)
{
	for (int i = 0; i < FAKE_RECORDS; i++)
		if (fake.record[i].generation && strcmp(fake.id[i], id) == 0)
			return &fake.record[i];
	return NULL;
}

struct mb_record *fake_find(const char *account)
{
	char id[MB_RECORD_ID_LEN + 1];

	id_of(account, id);
	return by_id(id);
}

struct mb_record *fake_enrol(const char *account, int64_t generation,
			     int64_t obtained_at, int64_t expires_at)
{
	struct mb_record *r;
	int i = 0;

	while (fake.record[i].generation)
		assert_true(++i < FAKE_RECORDS);
	r = &fake.record[i];
	id_of(account, fake.id[i]);
	snprintf(r->account, sizeof(r->account), "%s", account);
	snprintf(r->credential, sizeof(r->credential), "%s", fake.name);
	memcpy(r->credential_digest, fake.digest, sizeof(fake.digest));
	memcpy(r->credentials_seen, fake.seen, sizeof(fake.seen));
	snprintf(r->hosts, sizeof(r->hosts), "%s", fake.hosts);
	r->generation = generation;
	r->obtained_at = obtained_at;
	r->expires_at = expires_at;
	r->enrolled_at = obtained_at;
	mb_secret_set(&r->access_token, "old-access", 10);
	mb_secret_set(&r->refresh_token, "old-refresh", 11);
	return r;
}

static int on_demand(enum mb_id id, struct mb_err *e)
{
	mb_fail(e, id, "fake", "failed on demand");
	return mb_remedy(e, "do not demand it");
}

static void stamp_of(const struct mb_record *r, struct mb_stamp *stamp)
{
	*stamp = (struct mb_stamp){ .ino = (ino_t)r->generation };
}

static int fake_read(void *ctx, const char *id, struct mb_record *r,
		     struct mb_stamp *stamp, struct mb_err *e)
{
	struct mb_record *found = by_id(id);

	assert_ptr_equal(ctx, &fake);
	if (!found)
		return 0;
	assert_int_equal(mb_record_copy(r, found, e), 0);
	if (stamp)
		stamp_of(found, stamp);
	return 1;
}

static int fake_stamp(void *ctx, const char *id, struct mb_stamp *stamp,
		      struct mb_err *e)
{
	struct mb_record *found = by_id(id);

	(void)ctx;
	(void)e;
	if (found)
		stamp_of(found, stamp);
	return found ? 1 : 0;
}

static int fake_trylock(void *ctx, const char *id, struct mb_record_lock *l,
			struct mb_err *e)
{
	(void)ctx;
	fake.tries++;
	if (fake.lock_error)
		return on_demand(fake.lock_error, e);
	if (fake.busy > 0) {
		if (--fake.busy == 0 && fake.meanwhile)
			fake.meanwhile(&fake);
		return 0;
	}
	assert_false(fake.locked);
	fake.locked = true;
	l->lock_fd = 1000;
	snprintf(l->id, sizeof(l->id), "%s", id);
	return 1;
}

static void fake_unlock(void *ctx, struct mb_record_lock *l)
{
	(void)ctx;
	if (l->lock_fd < 0)
		return;
	assert_true(fake.locked);
	assert_int_equal(l->new_fd, -1);	/* given back or committed */
	fake.locked = false;
	l->lock_fd = -1;
}

static int fake_reserve(void *ctx, struct mb_record_lock *l, bool *adopted,
			struct mb_err *e)
{
	struct mb_record *r;

	(void)ctx;
	assert_true(fake.locked);
	*adopted = false;
	if (l->new_fd >= 0)
		return 0;
	if (fake.reserve_error)
		return on_demand(fake.reserve_error, e);
	if (fake.left.generation) {
		r = by_id(l->id);
		if (!r)
			return mb_fail(e, MB_E_INTERNAL, l->id, "unknown");
		mb_record_clear(r);
		*r = fake.left;
		fake.left = (struct mb_record){0};
		*adopted = true;
	}
	fake.reserved++;
	l->new_fd = 1001;
	return 0;
}

static int fake_commit(void *ctx, struct mb_record_lock *l,
		       const struct mb_record *r, struct mb_err *e)
{
	struct mb_record *to = by_id(l->id);

	(void)ctx;
	assert_true(fake.locked);
	assert_int_equal(l->new_fd, 1001);
	if (fake.commit_error)
		return on_demand(fake.commit_error, e);
	if (!to)
		to = fake_enrol(r->account, 1, 0, 0);
	else
		assert_true(r->generation > to->generation);
	assert_int_equal(mb_record_copy(to, r, e), 0);
	fake.committed++;
	l->new_fd = -1;
	return 0;
}

static void fake_keep(void *ctx, struct mb_record_lock *l)
{
	(void)ctx;
	fake.kept++;
	l->new_fd = -1;
}

static void fake_abandon(void *ctx, struct mb_record_lock *l)
{
	(void)ctx;
	l->new_fd = -1;
}

static int fake_credentials(void *ctx, struct mb_secret *text,
			    struct mb_err *e)
{
	(void)ctx;
	(void)e;
	fake.credentials_read++;
	return mb_secret_set(text, "text", 4);
}

static int fake_seen(void *ctx, char *seen, struct mb_err *e)
{
	(void)ctx;
	(void)e;
	memcpy(seen, fake.seen, sizeof(fake.seen));
	return 0;
}

static const char *fake_label(void *ctx)
{
	(void)ctx;
	return "/fake/store";
}

static const struct mb_records fake_records = {
	.read = fake_read, .stamp = fake_stamp, .trylock = fake_trylock,
	.unlock = fake_unlock, .reserve = fake_reserve,
	.commit = fake_commit, .keep = fake_keep, .abandon = fake_abandon,
	.credentials = fake_credentials, .seen = fake_seen,
	.label = fake_label,
};

static int fake_lookup(const struct mb_secret *text, const char *name,
		       struct mb_credential *out, char digest[65],
		       struct mb_err *e)
{
	assert_string_equal(mb_secret_str(text), "text");
	mb_credential_clear(out);
	if (strcmp(name, fake.name) != 0) {
		mb_fail(e, MB_E_NO_CREDENTIAL, name, "no such credential");
		return -1;
	}
	snprintf(out->name, sizeof(out->name), "%s", fake.name);
	snprintf(out->hosts, sizeof(out->hosts), "%s", fake.hosts);
	out->rotates = fake.rotates;
	memcpy(digest, fake.digest, sizeof(fake.digest));
	return 0;
}

static enum mb_outcome fake_refresh(const struct mb_credential *c,
				    const char *account, int64_t age_s,
				    const struct mb_secret *refresh_token,
				    const struct mb_patience *p,
				    struct mb_grant *out, struct mb_err *e)
{
	assert_string_equal(c->name, fake.name);
	fake.requests++;
	fake.patience = *p;
	fake.age = age_s;
	snprintf(fake.sent, sizeof(fake.sent), "%s",
		 mb_secret_str(refresh_token));
	if (fake.during_request)
		fake.during_request(&fake);
	if (fake.refresh_token)
		mb_secret_set(&out->refresh_token, fake.refresh_token,
			      strlen(fake.refresh_token));
	out->retry_after = fake.retry_after;
	if (fake.outcome != MB_OUT_GRANTED) {
		mb_fail(e, fake.error, account, "the fake refused");
		mb_remedy(e, "ask again");
		return fake.outcome;
	}
	if (fake.access_token)
		mb_secret_set(&out->access_token, fake.access_token,
			      strlen(fake.access_token));
	out->expires_at = fake.now + fake.lifetime;
	return MB_OUT_GRANTED;
}

static int fake_prepare(struct mb_err *e)
{
	(void)e;
	return 0;
}

static const struct mb_redeem fake_redeem = {
	.abi = MB_REDEEM_ABI, .build_id = "fake", .prepare = fake_prepare,
	.find = fake_lookup, .refresh = fake_refresh,
};

static int fake_load(void *ctx, const struct mb_redeem **r, struct mb_err *e)
{
	(void)ctx;
	(void)e;
	*r = &fake_redeem;
	return 0;
}

static int64_t fake_now(void)
{
	return fake.now;
}

static void fake_note(void *ctx, const struct mb_err *e)
{
	(void)ctx;
	fake.notes++;
	fake.noted = *e;
}

struct mb_token_world fake_world = {
	.records = &fake_records, .records_ctx = &fake, .redeem = fake_load,
	.now = fake_now, .note = fake_note,
};

void fake_clear(void)
{
	for (int i = 0; i < FAKE_RECORDS; i++)
		mb_record_clear(&fake.record[i]);
	mb_record_clear(&fake.left);
	assert_false(fake.locked);
}

void fake_reset(void)
{
	fake_clear();
	fake = (struct fake){
		.now = 1000000, .outcome = MB_OUT_GRANTED, .rotates = true,
		.access_token = "new-access", .refresh_token = "new-refresh",
		.lifetime = 3600, .name = "work", .hosts = "*.example.org",
		.digest = "d1", .seen = "1.2.3",
	};
	fake_world.jailed = false;
	fake_world.redeem = fake_load;
}
