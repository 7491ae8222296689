/* SPDX-License-Identifier: BSD-2-Clause */
#include "config.h"

#include <stdio.h>

#include "tests/unit/unit.h"
#include "tools/due.h"

enum { NOW = 1000000000, DAY = 86400, IDLE = 7 * DAY };

/* One that is well, used an hour ago. */
static struct mb_account well(const char *address)
{
	static char cred[] = "cred", none[] = "";
	static char names[8][32];
	static size_t n;
	char *name = names[n++ % 8];

	snprintf(name, sizeof(names[0]), "%s", address);
	return (struct mb_account){
		.address = name, .credential = cred, .token_of = none,
		.cause = none, .remedy = none, .state = MB_STATE_OK,
		.expires_at = NOW + 1800, .obtained_at = NOW - 1800,
		.enrolled_at = NOW - DAY, .refreshed_at = NOW - 1800,
		.fresh = true, .may_ask = true,
	};
}

static struct mb_due_list list_of(struct mb_account *a, size_t n)
{
	struct mb_accounts all = { .list = a, .n = n };
	struct mb_due_list due = { 0 };
	struct mb_err e = { 0 };

	assert_int_equal(mb_due_list(&all, NOW, IDLE, &due, &e), 0);
	return due;
}

/* Is the account due? 0 no, 1 yes, 2 by force. */
static int due(struct mb_account a)
{
	struct mb_due_list list = list_of(&a, 1);
	int ret = list.n == 0 ? 0 : list.tasks[0].force ? 2 : 1;

	mb_due_clear(&list);
	return ret;
}

static void what_is_well_is_not_due(void **state)
{
	(void)state;
	assert_int_equal(due(well("a@x.org")), 0);
}

static void past_soft_expiry_is_due(void **state)
{
	struct mb_account a = well("a@x.org");

	(void)state;
	a.fresh = false;
	assert_int_equal(due(a), 1);
}

static void a_token_that_a_server_refused_is_due(void **state)
{
	struct mb_account a = well("a@x.org");

	(void)state;
	a.refused = true;
	assert_int_equal(due(a), 1);
}

static void idle_is_due_although_the_token_is_fresh(void **state)
{
	struct mb_account a = well("a@x.org");

	(void)state;
	a.enrolled_at = NOW - 100 * DAY;
	a.refreshed_at = NOW - IDLE;
	assert_int_equal(due(a), 2);
	a.refreshed_at = NOW - IDLE + 1;
	assert_int_equal(due(a), 0);
}

static void a_recent_sign_in_is_not_idle(void **state)
{
	struct mb_account a = well("a@x.org");

	(void)state;
	a.refreshed_at = 0;
	assert_int_equal(due(a), 0);
	a.enrolled_at = NOW - IDLE;
	assert_int_equal(due(a), 2);
}

static void what_must_not_be_asked_is_not_due(void **state)
{
	struct mb_account a = well("a@x.org");

	(void)state;
	a.may_ask = false;
	a.fresh = false;
	a.refused = true;
	a.refreshed_at = NOW - IDLE;
	assert_int_equal(due(a), 0);
}

static void a_shared_mailbox_has_no_token_of_its_own(void **state)
{
	static char owner[] = "b@x.org";
	struct mb_account a = well("a@x.org");

	(void)state;
	a.fresh = false;
	a.token_of = owner;
	assert_int_equal(due(a), 0);
}

static void a_broken_record_is_not_due(void **state)
{
	struct mb_account a = well("0123");

	(void)state;
	a.state = MB_STATE_BROKEN;
	a.fresh = false;
	assert_int_equal(due(a), 0);
}

static void what_failed_comes_last_and_what_is_urgent_first(void **state)
{
	struct mb_account a[4] = { well("a"), well("b"), well("c"), well("d") };
	struct mb_due_list list;
	size_t i;

	(void)state;
	for (i = 0; i < 4; i++)
		a[i].fresh = false;
	a[0].attempts = 2;
	a[0].expires_at = 0;
	a[1].expires_at = NOW + 300;
	a[2].expires_at = NOW + 100;
	a[3].attempts = 1;
	list = list_of(a, 4);
	assert_int_equal(list.n, 4);
	assert_int_equal(list.tasks[0].account, 2);
	assert_int_equal(list.tasks[1].account, 1);
	assert_int_equal(list.tasks[2].account, 3);
	assert_int_equal(list.tasks[3].account, 0);
	mb_due_clear(&list);
}

static void accounts_of_one_credential_share_its_number(void **state)
{
	static char other[] = "other";
	struct mb_account a[4] = { well("a"), well("b"), well("c"), well("d") };
	size_t number[4] = { 0 };
	struct mb_due_list list;
	size_t i;

	(void)state;
	for (i = 0; i < 4; i++)
		a[i].fresh = false;
	a[1].credential = other;
	a[3].credential = other;
	list = list_of(a, 4);
	assert_int_equal(list.ncredentials, 2);
	for (i = 0; i < list.n; i++)
		number[list.tasks[i].account] = list.tasks[i].credential;
	assert_int_equal(number[0], number[2]);
	assert_int_equal(number[1], number[3]);
	assert_int_not_equal(number[0], number[1]);
	assert_true(number[0] < 2 && number[1] < 2);
	mb_due_clear(&list);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_well_is_not_due),
		cmocka_unit_test(past_soft_expiry_is_due),
		cmocka_unit_test(a_token_that_a_server_refused_is_due),
		cmocka_unit_test(idle_is_due_although_the_token_is_fresh),
		cmocka_unit_test(a_recent_sign_in_is_not_idle),
		cmocka_unit_test(what_must_not_be_asked_is_not_due),
		cmocka_unit_test(a_shared_mailbox_has_no_token_of_its_own),
		cmocka_unit_test(a_broken_record_is_not_due),
		cmocka_unit_test(
			what_failed_comes_last_and_what_is_urgent_first),
		cmocka_unit_test(accounts_of_one_credential_share_its_number),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
