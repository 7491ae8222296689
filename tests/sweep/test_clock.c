/* SPDX-License-Identifier: BSD-2-Clause */
/* A day of logins, one a minute, while the clock does what clocks do: no storm
 * of requests, no login that fails, no dead account. */
#include "config.h"

#include <stdio.h>

#include "tests/sweep/bed.h"
#include "tests/unit/run.h"
#include "tests/unit/store_fixture.h"
#include "tests/unit/unit.h"

enum {
	DAY = 86400,
	/* Tokens of an hour are renewed after 50 minutes: 29 of them a day,
	 * and one that a leap makes necessary. */
	REQUESTS = 31,
	/* One in 5 minutes, and the first few in between. */
	REQUESTS_DOWN = 288 + 10,
};
#define Y2038 ((int64_t)1 << 31)
#define NOW ((int64_t)1700000000)

static void login(void)
{
	struct mb_record got = {0};
	struct mb_err e = {0};

	bed.trials++;
	if (bed_token(&got, false, &e) < 0) {
		if (!bed.down)
			fail_msg("at %lld: %s: %s", (long long)bed.clock,
				 e.object, e.cause);
		bed.failed++;
	}
	mb_record_clear(&got);
}

/* A day from there, at noon of which the clock leaps. */
static int day(int64_t from, int64_t leap)
{
	int before = bed.requests;

	bed.clock = from;
	for (int minute = 0; minute < DAY / 60; minute++) {
		if (minute == DAY / 120)
			bed.clock += leap;
		login();
		bed.clock += 60;
	}
	bed.total_requests += bed.requests - before;
	return bed.requests - before;
}

static void ordinary(const char *what, int64_t from, int64_t leap)
{
	bed.clock = from;
	bed_enrol(3000);
	assert_in_range(day(from, leap), 1, REQUESTS);
	assert_int_equal(bed.refused, 0);
	assert_true(bed_alive());
	bed_report(what);
}

static void a_day_has_its_thirty_requests(void **state)
{
	(void)state;
	ordinary("clock: steady", NOW, 0);
}

static void a_clock_set_back_by_a_day_makes_no_storm(void **state)
{
	(void)state;
	ordinary("clock: back by a day", NOW, -DAY);
}

static void a_clock_set_forward_by_a_day_makes_no_storm(void **state)
{
	(void)state;
	ordinary("clock: forward by a day", NOW, DAY);
}

static void a_clock_that_starts_in_1970_makes_no_storm(void **state)
{
	(void)state;
	/* A host without a battery, until the time server is heard. */
	ordinary("clock: 1970, then now", 100, NOW);
	ordinary("clock: now, then 1970", NOW, -NOW + 100000);
}

static void the_year_2038_is_a_day_like_others(void **state)
{
	(void)state;
	ordinary("clock: across 2038", Y2038 - DAY / 2, 0);
	ordinary("clock: beyond 2038", 4 * Y2038, 0);
	ordinary("clock: back from beyond 2038", 4 * Y2038, -3 * Y2038);
}

static void a_server_that_is_down_for_a_day_is_asked_in_pauses(void **state)
{
	static const int64_t leaps[] = { 0, -DAY, DAY };

	(void)state;
	for (size_t i = 0; i < 3; i++) {
		bed.clock = NOW;
		bed_enrol(3000);
		bed.down = true;
		assert_in_range(day(NOW, leaps[i]), 2, REQUESTS_DOWN);
		bed.down = false;
		bed.clock += 3600;
		login();
		assert_true(bed_alive());
		bed_report("clock: endpoint down, clock leaps or not");
	}
}

static void lifetimes_of_any_length_make_no_storm(void **state)
{
	(void)state;
	bed.clock = NOW;
	bed_enrol(3000);
	bed.expires_in = 10 * 365 * (int64_t)DAY;
	/* Not before it has to be. */
	assert_in_range(day(NOW, 0), 1, 1);
	bed_enrol(-1);
	bed.expires_in = 1;
	/* One for each login, for none of them lives to see the next. */
	assert_in_range(day(NOW, 0), 1, DAY / 60);
	assert_int_equal(bed.refused, 0);
	assert_true(bed_alive());
	bed_report("clock: tokens of 10 years, of a second");
}

static int begin(void **state)
{
	(void)state;
	bed_make();
	return 0;
}

static int end(void **state)
{
	(void)state;
	run_clean();
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_day_has_its_thirty_requests),
		cmocka_unit_test(a_clock_set_back_by_a_day_makes_no_storm),
		cmocka_unit_test(a_clock_set_forward_by_a_day_makes_no_storm),
		cmocka_unit_test(a_clock_that_starts_in_1970_makes_no_storm),
		cmocka_unit_test(the_year_2038_is_a_day_like_others),
		cmocka_unit_test(
			a_server_that_is_down_for_a_day_is_asked_in_pauses),
		cmocka_unit_test(lifetimes_of_any_length_make_no_storm),
	};

	return cmocka_run_group_tests(tests, begin, end);
}
