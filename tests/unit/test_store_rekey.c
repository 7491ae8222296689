/* SPDX-License-Identifier: BSD-2-Clause */
/* A new host key, and processes in a jail that cannot load it. */
#include "config.h"

#include "lib/store_admin.h"

#include <stdio.h>

#include "lib/token.h"

#include "tests/unit/run.h"
#include "tests/unit/store_fixture.h"
#include "tests/unit/unit.h"

#define ACCOUNT "a@x.org"

static struct mb_home home;
static struct mb_store *tool, *jailed;
static struct mb_record record;
static struct mb_err err;

static int setup(void **state)
{
	(void)state;
	err = (struct mb_err){0};
	store_make(&home, (uid_t)-1);
	tool = store_open(&home);
	store_fill(&record, ACCOUNT, 1);
	store_put(tool, &record);
	/* As Postfix's smtp: before the rekey, and then no path leads out. */
	jailed = store_open(&home);
	mb_store_jail(jailed);
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	mb_store_free(&tool);
	mb_store_free(&jailed);
	mb_record_clear(&record);
	run_clean();
	return 0;
}

static int reads(struct mb_store *s)
{
	struct mb_record r = {0};
	int ret = mb_store_read(s, store_id(ACCOUNT), &r, NULL, &err);

	mb_record_clear(&r);
	return ret;
}

static enum mb_sealed sealed(void)
{
	char account[MB_ADDRESS_MAX + 1];
	enum mb_sealed how;

	assert_int_equal(mb_store_record_sealed(tool, store_id(ACCOUNT), &how,
						account, &err), 1);
	assert_string_equal(account, ACCOUNT);
	return how;
}

static int reseal(void)
{
	struct mb_record_lock l = { .lock_fd = -1, .new_fd = -1 };
	int ret;

	assert_int_equal(mb_store_trylock(tool, store_id(ACCOUNT), &l, &err),
			 1);
	ret = mb_store_reseal(tool, &l, &err);
	assert_int_equal(l.new_fd, -1);
	mb_store_unlock(tool, &l);
	return ret;
}

static void a_process_in_a_jail_goes_on_until_the_end(void **state)
{
	(void)state;
	assert_int_equal(mb_store_rekey_begin(tool, &err), 1);
	assert_int_equal(mb_store_rekey_begin(tool, &err), 0);
	assert_int_equal(sealed(), MB_SEALED_OLD);
	assert_int_equal(reseal(), 1);
	assert_int_equal(reseal(), 0);
	assert_int_equal(sealed(), MB_SEALED_BOTH);
	assert_int_equal(reads(jailed), 1);
	/* What it writes is for the old key, and everybody reads that. */
	record.generation = 2;
	store_put(jailed, &record);
	assert_int_equal(sealed(), MB_SEALED_OLD);
	assert_int_equal(reads(tool), 1);
	/* What others write is for both. */
	record.generation = 3;
	store_put(tool, &record);
	assert_int_equal(sealed(), MB_SEALED_BOTH);
	assert_int_equal(reads(jailed), 1);
	assert_int_equal(mb_store_rekey_narrow(tool, &err), 0);
	assert_int_equal(reseal(), 1);
	assert_int_equal(sealed(), MB_SEALED_NEW);
	assert_int_equal(mb_store_rekey_end(tool, &err), 0);
	assert_int_equal(reads(tool), 1);
	assert_int_equal(reads(jailed), -1);
	assert_int_equal(err.id, MB_E_KEY_CHANGED);
	assert_non_null(strstr(err.remedy, "postfix reload"));
}

static void a_process_that_began_meanwhile_needs_no_restart(void **state)
{
	struct mb_store *both;

	(void)state;
	assert_int_equal(mb_store_rekey_begin(tool, &err), 1);
	both = store_open(&home);
	mb_store_jail(both);
	assert_int_equal(reseal(), 1);
	assert_int_equal(mb_store_rekey_narrow(tool, &err), 0);
	assert_int_equal(reseal(), 1);
	assert_int_equal(mb_store_rekey_end(tool, &err), 0);
	assert_int_equal(reads(both), 1);
	/* The mark is gone: for the new key alone, although it has both. */
	record.generation = 2;
	store_put(both, &record);
	assert_int_equal(reads(tool), 1);
	assert_int_equal(reads(jailed), -1);
	mb_store_free(&both);
}

static void a_process_outside_a_jail_loads_the_new_key(void **state)
{
	struct mb_store *free_one = store_open(&home);

	(void)state;
	assert_int_equal(mb_store_rekey_begin(tool, &err), 1);
	record.generation = 2;
	store_put(free_one, &record);
	assert_int_equal(sealed(), MB_SEALED_BOTH);
	mb_store_free(&free_one);
}

/* An enrolment that waited for its owner while the key was replaced. */
static void an_enrolment_is_not_saved_for_a_key_that_is_gone(void **state)
{
	struct mb_token_world w = { .records = &mb_store_records,
				    .records_ctx = jailed };
	struct mb_deadline d = mb_deadline_in(1000);
	struct mb_secret text = {0};

	(void)state;
	assert_int_equal(mb_secret_append_str(&text,
					      "# mailbearer-credentials 1\n"), 0);
	assert_int_equal(mb_store_credentials_write(tool, &text, NULL, NULL,
						    &err), 0);
	assert_int_equal(mb_token_enrol(&w, &record, &d, &err), 0);
	assert_int_equal(mb_store_rekey_begin(tool, &err), 1);
	assert_int_equal(mb_store_credentials_write(tool, &text, NULL, NULL,
						    &err), 0);
	assert_int_equal(mb_token_enrol(&w, &record, &d, &err), 0);
	assert_int_equal(sealed(), MB_SEALED_OLD);
	assert_int_equal(mb_store_rekey_narrow(tool, &err), 0);
	assert_int_equal(mb_store_credentials_write(tool, &text, NULL, NULL,
						    &err), 0);
	assert_int_equal(reseal(), 1);
	assert_int_equal(mb_token_enrol(&w, &record, &d, &err), -1);
	assert_int_equal(err.id, MB_E_KEY_CHANGED);
	assert_string_equal(err.cause, "was replaced meanwhile; nothing saved");
	assert_int_equal(mb_store_rekey_end(tool, &err), 0);
	assert_int_equal(reads(tool), 1);
	/* Where the new key can be loaded, it is. */
	mb_store_free(&jailed);
	jailed = store_open(&home);
	assert_int_equal(mb_store_rekey_begin(tool, &err), 1);
	assert_int_equal(mb_store_rekey_narrow(tool, &err), 0);
	assert_int_equal(mb_store_credentials_write(tool, &text, NULL, NULL,
						    &err), 0);
	assert_int_equal(reseal(), 1);
	assert_int_equal(mb_store_rekey_end(tool, &err), 0);
	w.records_ctx = jailed;
	assert_int_equal(mb_token_enrol(&w, &record, &d, &err), 0);
	assert_int_equal(reads(tool), 1);
	mb_secret_clear(&text);
}

static void a_resealed_record_keeps_its_generation(void **state)
{
	struct mb_record r = {0};

	(void)state;
	assert_int_equal(mb_store_rekey_begin(tool, &err), 1);
	assert_int_equal(reseal(), 1);
	assert_int_equal(mb_store_read(tool, store_id(ACCOUNT), &r, NULL,
				       &err), 1);
	assert_int_equal(r.generation, 1);
	assert_true(mb_secret_equal(&r.access_token, &record.access_token));
	mb_record_clear(&r);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_process_in_a_jail_goes_on_until_the_end),
		TEST(a_process_that_began_meanwhile_needs_no_restart),
		TEST(a_process_outside_a_jail_loads_the_new_key),
		TEST(an_enrolment_is_not_saved_for_a_key_that_is_gone),
		TEST(a_resealed_record_keeps_its_generation),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
