/* SPDX-License-Identifier: BSD-2-Clause */
#include "config.h"

#include "tests/unit/store_fixture.h"

#include <stdio.h>
#include <unistd.h>

#include "tests/unit/run.h"
#include "tests/unit/unit.h"

void store_make(struct mb_home *home, uid_t service)
{
	struct mb_store_plan plan = { .home = home, .service_uid = service,
				      .service_gid = (gid_t)service };
	struct mb_err e = {0};

	assert_int_equal(mb_home_locate(MB_HOME_DIR, run_path("s"),
					MB_CALLER_HOST, home, &e), 0);
	if (mb_store_create(&plan, &e) < 0)
		fail_msg("%s: %s", e.object, e.cause);
}

struct mb_store *store_open(const struct mb_home *home)
{
	struct mb_store *s = NULL;
	struct mb_err e = {0};

	if (mb_store_open(&s, home, &e) < 0)
		fail_msg("%s: %s", e.object, e.cause);
	return s;
}

const char *store_id(const char *account)
{
	static char id[4][MB_RECORD_ID_LEN + 1];
	static unsigned int next;
	char canonical[MB_ADDRESS_MAX + 1];
	char *out = id[next++ % 4];

	assert_int_equal(mb_address_canon(account, canonical, NULL), 0);
	assert_int_equal(mb_address_record_id(canonical, out, NULL), 0);
	return out;
}

void store_fill(struct mb_record *r, const char *account, int64_t generation)
{
	char token[64];

	mb_record_clear(r);
	snprintf(r->account, sizeof(r->account), "%s", account);
	snprintf(r->credential, sizeof(r->credential), "work");
	snprintf(r->hosts, sizeof(r->hosts), "*.example.org");
	snprintf(r->credentials_seen, sizeof(r->credentials_seen), "none");
	r->generation = generation;
	r->obtained_at = mb_now() - 10;
	r->expires_at = mb_now() + 3590;
	snprintf(token, sizeof(token), "access-%lld", (long long)generation);
	mb_secret_set(&r->access_token, token, strlen(token));
	mb_secret_set(&r->refresh_token, "refresh", 7);
}

void store_put(struct mb_store *s, const struct mb_record *r)
{
	struct mb_record_lock l = { .lock_fd = -1, .new_fd = -1 };
	struct mb_err e = {0};
	bool adopted;

	assert_int_equal(mb_store_trylock(s, store_id(r->account), &l, &e),
			 1);
	if (mb_store_reserve(s, &l, &adopted, &e) < 0 ||
	    mb_store_commit(s, &l, r, &e) < 0)
		fail_msg("%s: %s", e.object, e.cause);
	mb_store_unlock(s, &l);
}

const char *store_file(const char *account, const char *suffix)
{
	char name[80];

	snprintf(name, sizeof(name), "s/accounts/%s.%s", store_id(account),
		 suffix);
	return run_path(name);
}
