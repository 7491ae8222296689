/* SPDX-License-Identifier: BSD-2-Clause */
#include "config.h"

#include <time.h>

#include "lib/clock.h"
#include "tests/unit/unit.h"

static void now_is_unix_time(void **state)
{
	(void)state;
	assert_true(mb_now() - (int64_t)time(NULL) <= 1);
	assert_true((int64_t)time(NULL) - mb_now() <= 1);
}

static void monotonic_never_goes_back(void **state)
{
	int64_t last = mb_mono_ms();
	int i;

	(void)state;
	for (i = 0; i < 1000; i++) {
		int64_t t = mb_mono_ms();

		assert_true(t >= last);
		last = t;
	}
}

static void deadline_runs_out_and_stays_out(void **state)
{
	struct mb_deadline d = mb_deadline_in(0);

	(void)state;
	assert_int_equal(mb_deadline_left(&d), 0);
	d = mb_deadline_in(-5);
	assert_int_equal(mb_deadline_left(&d), 0);
	d = mb_deadline_in(60000);
	assert_true(mb_deadline_left(&d) > 50000);
	assert_true(mb_deadline_left(&d) <= 60000);
}

static void far_deadline_does_not_overflow(void **state)
{
	struct mb_deadline d = mb_deadline_in(INT64_MAX);

	(void)state;
	assert_int_equal(d.end_ms, INT64_MAX);
	assert_true(mb_deadline_left(&d) > INT64_MAX / 2);
	assert_true(mb_deadline_left(NULL) == INT64_MAX);
}

static void sleep_lasts_as_long_as_asked(void **state)
{
	int64_t start = mb_mono_ms();

	(void)state;
	mb_sleep_ms(20, NULL);
	assert_true(mb_mono_ms() - start >= 19);
	mb_sleep_ms(0, NULL);
	mb_sleep_ms(-1, NULL);
}

static void sleep_ends_with_the_deadline(void **state)
{
	struct mb_deadline d = mb_deadline_in(20);
	int64_t start = mb_mono_ms();

	(void)state;
	mb_sleep_ms(60000, &d);
	assert_true(mb_mono_ms() - start < 30000);
	assert_int_equal(mb_deadline_left(&d), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(now_is_unix_time),
		cmocka_unit_test(monotonic_never_goes_back),
		cmocka_unit_test(deadline_runs_out_and_stays_out),
		cmocka_unit_test(far_deadline_does_not_overflow),
		cmocka_unit_test(sleep_lasts_as_long_as_asked),
		cmocka_unit_test(sleep_ends_with_the_deadline),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
