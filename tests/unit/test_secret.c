/* SPDX-License-Identifier: BSD-2-Clause */
#include "config.h"

#include "lib/secret.h"
#include "tests/unit/unit.h"

static void appending_keeps_what_was_there(void **state)
{
	struct mb_secret s = {0};

	(void)state;
	assert_string_equal(mb_secret_str(&s), "");
	assert_int_equal(mb_secret_append_str(&s, "abc"), 0);
	assert_int_equal(mb_secret_append(&s, "d\000e", 3), 0);
	assert_int_equal(s.len, 6);
	assert_memory_equal(mb_secret_str(&s), "abcd\000e", 7);
	mb_secret_clear(&s);
	assert_null(s.data);
	assert_int_equal(s.len, 0);
	assert_int_equal(s.cap, 0);
	mb_secret_clear(&s);
	mb_secret_clear(NULL);
}

static void growing_is_right_at_every_length(void **state)
{
	struct mb_secret s = {0};
	size_t i;

	(void)state;
	for (i = 0; i < 3000; i++) {
		char c = (char)('a' + i % 26);

		assert_int_equal(mb_secret_append(&s, &c, 1), 0);
		assert_true(s.len < s.cap);
		assert_int_equal(s.data[s.len], 0);
	}
	for (i = 0; i < 3000; i++)
		assert_int_equal(s.data[i], 'a' + i % 26);
	mb_secret_clear(&s);
}

static void appending_its_own_bytes_works(void **state)
{
	struct mb_secret s = {0};
	int i;

	(void)state;
	mb_secret_append_str(&s, "ab");
	for (i = 0; i < 10; i++)
		assert_int_equal(mb_secret_append(&s, s.data, s.len), 0);
	assert_int_equal(s.len, 2048);
	for (i = 0; i < 2048; i++)
		assert_int_equal(s.data[i], i % 2 ? 'b' : 'a');
	mb_secret_clear(&s);
}

static void setting_replaces(void **state)
{
	struct mb_secret s = {0};

	(void)state;
	assert_int_equal(mb_secret_set(&s, "long text here", 14), 0);
	assert_int_equal(mb_secret_set(&s, "x", 1), 0);
	assert_string_equal(mb_secret_str(&s), "x");
	assert_int_equal(mb_secret_set(&s, s.data, 0), 0);
	assert_int_equal(s.len, 0);
	assert_string_equal(mb_secret_str(&s), "");
	mb_secret_clear(&s);
}

static void limit_is_reached_and_not_passed(void **state)
{
	struct mb_secret s = {0};
	char *big = test_malloc(MB_SECRET_MAX + 1);

	(void)state;
	memset(big, 'x', MB_SECRET_MAX + 1);
	assert_int_equal(mb_secret_set(&s, big, MB_SECRET_MAX + 1), -1);
	assert_null(s.data);
	assert_int_equal(mb_secret_set(&s, big, MB_SECRET_MAX), 0);
	assert_int_equal(mb_secret_append(&s, "y", 1), -1);
	assert_int_equal(mb_secret_append(&s, "y", SIZE_MAX), -1);
	assert_int_equal(s.len, MB_SECRET_MAX);
	assert_int_equal(s.data[MB_SECRET_MAX - 1], 'x');
	assert_int_equal(mb_secret_reserve(&s, MB_SECRET_MAX + 1), -1);
	mb_secret_clear(&s);
	test_free(big);
}

static void after_reserving_the_block_does_not_move(void **state)
{
	struct mb_secret s = {0};
	char *block;
	int i;

	(void)state;
	assert_int_equal(mb_secret_reserve(&s, 1000), 0);
	assert_int_equal(s.len, 0);
	assert_string_equal(mb_secret_str(&s), "");
	block = s.data;
	for (i = 0; i < 1000; i++)
		mb_secret_append(&s, "z", 1);
	assert_ptr_equal(s.data, block);
	mb_secret_clear(&s);
}

static void moving_empties_the_source(void **state)
{
	struct mb_secret a = {0}, b = {0};

	(void)state;
	mb_secret_append_str(&a, "a");
	mb_secret_append_str(&b, "b");
	mb_secret_move(&a, &b);
	assert_string_equal(mb_secret_str(&a), "b");
	assert_null(b.data);
	assert_int_equal(b.len, 0);
	mb_secret_move(&a, &a);
	assert_string_equal(mb_secret_str(&a), "b");
	mb_secret_clear(&a);
}

static void truncating_wipes_the_rest(void **state)
{
	struct mb_secret s = {0};

	(void)state;
	mb_secret_append_str(&s, "keep-secret");
	mb_secret_truncate(&s, 20);
	assert_int_equal(s.len, 11);
	mb_secret_truncate(&s, 4);
	assert_memory_equal(s.data, "keep\000\000\000\000\000\000\000", 12);
	mb_secret_truncate(&s, 0);
	assert_string_equal(mb_secret_str(&s), "");
	mb_secret_clear(&s);
	mb_secret_truncate(&s, 0);
}

static void equal_means_same_length_and_bytes(void **state)
{
	struct mb_secret a = {0}, b = {0};

	(void)state;
	assert_true(mb_secret_equal(&a, &b));
	mb_secret_append_str(&a, "abc");
	assert_false(mb_secret_equal(&a, &b));
	mb_secret_append_str(&b, "abd");
	assert_false(mb_secret_equal(&a, &b));
	mb_secret_set(&b, "abc", 3);
	assert_true(mb_secret_equal(&a, &b));
	mb_secret_append(&b, "", 1);
	assert_false(mb_secret_equal(&a, &b));
	mb_secret_clear(&a);
	mb_secret_clear(&b);
}

static void wiping_zeroes(void **state)
{
	char text[] = "secret";

	(void)state;
	mb_wipe(text, sizeof(text));
	assert_memory_equal(text, "\000\000\000\000\000\000\000", 7);
	mb_wipe(NULL, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(appending_keeps_what_was_there),
		cmocka_unit_test(growing_is_right_at_every_length),
		cmocka_unit_test(appending_its_own_bytes_works),
		cmocka_unit_test(setting_replaces),
		cmocka_unit_test(limit_is_reached_and_not_passed),
		cmocka_unit_test(after_reserving_the_block_does_not_move),
		cmocka_unit_test(moving_empties_the_source),
		cmocka_unit_test(truncating_wipes_the_rest),
		cmocka_unit_test(equal_means_same_length_and_bytes),
		cmocka_unit_test(wiping_zeroes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
