/* SPDX-License-Identifier: BSD-2-Clause */
#include "config.h"

#include "tests/unit/unit.h"
#include "tools/opts.h"
#include "tools/out.h"

static const struct mb_opt table[] = {
	{ "name", "NAME", "", 0 },
	{ "host", "HOST", "", MB_OPT_MANY },
	{ "switch", NULL, "", 0 },
	{ "number", "N", "", 0 },
	{ "secret", "VALUE", "use a file", MB_OPT_REFUSED },
	{ NULL, NULL, NULL, 0 },
};

enum { WORDS = 10 };

static struct mb_err err;
static char words[WORDS][32];

/* Parse up to WORDS words, NULL ends them. */
static int parse(struct mb_opts *o, ...)
{
	char *argv[WORDS + 1] = { NULL };
	const char *word;
	int argc = 0;
	va_list ap;

	va_start(ap, o);
	while (argc < WORDS && (word = va_arg(ap, const char *))) {
		assert_true(strlen(word) < sizeof(words[0]));
		memcpy(words[argc], word, strlen(word) + 1);
		argv[argc] = words[argc];
		argc++;
	}
	va_end(ap);
	mb_err_clear(&err);
	/* The operands stay in the order they were put. */
	static char *kept[WORDS + 1];
	memcpy(kept, argv, sizeof(argv));
	return mb_opts_parse(o, "verb", table, argc, kept, &err);
}

static void options_and_operands_come_in_any_order(void **state)
{
	struct mb_opts o;

	(void)state;
	assert_int_equal(parse(&o, "a", "--name", "n", "b", "--switch", "-",
			       NULL), 0);
	assert_int_equal(o.noperands, 3);
	assert_string_equal(o.operands[0], "a");
	assert_string_equal(o.operands[1], "b");
	assert_string_equal(o.operands[2], "-");
	assert_string_equal(mb_opts_get(&o, "name"), "n");
	assert_true(mb_opts_has(&o, "switch"));
	assert_false(mb_opts_has(&o, "host"));
	assert_null(mb_opts_get(&o, "host"));
}

static void two_hyphens_end_options(void **state)
{
	struct mb_opts o;

	(void)state;
	assert_int_equal(parse(&o, "--", "--switch", NULL), 0);
	assert_int_equal(o.noperands, 1);
	assert_false(mb_opts_has(&o, "switch"));
}

static void a_value_may_follow_an_equals_sign(void **state)
{
	struct mb_opts o;

	(void)state;
	assert_int_equal(parse(&o, "--name=a=b", "--host=", NULL), 0);
	assert_string_equal(mb_opts_get(&o, "name"), "a=b");
	assert_string_equal(mb_opts_get(&o, "host"), "");
}

static void an_option_that_repeats_keeps_its_order(void **state)
{
	struct mb_opts o;

	(void)state;
	assert_int_equal(parse(&o, "--host", "a", "--host", "b", NULL), 0);
	assert_string_equal(mb_opts_nth(&o, "host", 0), "a");
	assert_string_equal(mb_opts_nth(&o, "host", 1), "b");
	assert_null(mb_opts_nth(&o, "host", 2));
	assert_string_equal(mb_opts_get(&o, "host"), "b");
}

static void wrong_usage_is_refused(void **state)
{
	struct mb_opts o;

	(void)state;
	assert_int_equal(parse(&o, "--nam", "x", NULL), -1);
	assert_int_equal(err.id, MB_E_USAGE);
	assert_int_equal(parse(&o, "--names", "x", NULL), -1);
	assert_int_equal(parse(&o, "--name", NULL), -1);
	assert_int_equal(parse(&o, "--switch=1", NULL), -1);
	assert_int_equal(parse(&o, "--name", "a", "--name", "b", NULL), -1);
	assert_int_equal(parse(&o, "-x", NULL), -1);
	assert_int_equal(parse(&o, "--=x", NULL), -1);
}

static void a_secret_is_refused_wiped_and_not_repeated(void **state)
{
	struct mb_opts o;
	char line[MB_ERR_LINE];

	(void)state;
	assert_int_equal(parse(&o, "--secret", "hidden", NULL), -1);
	assert_null(strstr(mb_err_line(&err, line, sizeof(line)), "hidden"));
	assert_string_equal(err.remedy, "use a file");
	assert_string_equal(words[1], "");
	assert_int_equal(parse(&o, "--secret=hidden", NULL), -1);
	assert_null(strstr(mb_err_line(&err, line, sizeof(line)), "hidden"));
	assert_string_equal(words[0], "--secret=");
}

static void numbers_are_checked(void **state)
{
	struct mb_opts o;
	int64_t n = 7;

	(void)state;
	assert_int_equal(parse(&o, NULL), 0);
	assert_int_equal(mb_opts_number(&o, "number", 0, 9, &n, &err), 0);
	assert_int_equal(n, 7);
	assert_int_equal(parse(&o, "--number", "9", NULL), 0);
	assert_int_equal(mb_opts_number(&o, "number", 0, 9, &n, &err), 0);
	assert_int_equal(n, 9);
	for (const char *const *bad = (const char *const[]){ "10", "-1", "", "x",
	     "1x", "99999999999999999999", NULL }; *bad; bad++) {
		assert_int_equal(parse(&o, "--number", *bad, NULL), 0);
		assert_int_equal(mb_opts_number(&o, "number", 0, 9, &n, &err),
				 -1);
		assert_int_equal(n, 9);
	}
}

static void a_span_says_what_people_say(void **state)
{
	static const struct {
		int64_t diff;
		const char *text;
	} rows[] = {
		{ 0, "now" }, { 1, "in 1 second" }, { 119, "in 119 seconds" },
		{ 120, "in 2 minutes" }, { 7199, "in 119 minutes" },
		{ 7200, "in 2 hours" }, { 172799, "in 47 hours" },
		{ 172800, "in 2 days" }, { 6 * 86400, "in 6 days" },
		{ -1, "1 second ago" }, { -7 * 86400, "7 days ago" },
	};
	char buf[40];

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		assert_string_equal(mb_out_span(1000000 + rows[i].diff,
						1000000, buf), rows[i].text);
}

static void every_error_has_an_exit_status(void **state)
{
	struct mb_err e = { 0 };

	(void)state;
	for (int id = MB_E_NONE + 1; id < MB_E_COUNT; id++) {
		e.id = (enum mb_id)id;
		assert_in_range(mb_out_status(&e), 1, 5);
	}
	e.id = MB_E_NOT_ENROLLED;
	assert_int_equal(mb_out_status(&e), MB_EXIT_NOT_FOUND);
	e.id = MB_E_SIGN_IN_NEEDED;
	assert_int_equal(mb_out_status(&e), MB_EXIT_PERSON);
	e.id = MB_E_USAGE;
	assert_int_equal(mb_out_status(&e), MB_EXIT_USAGE);
	e.id = MB_E_NETWORK;
	assert_int_equal(mb_out_status(&e), MB_EXIT_TEMPORARY);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(options_and_operands_come_in_any_order),
		cmocka_unit_test(two_hyphens_end_options),
		cmocka_unit_test(a_value_may_follow_an_equals_sign),
		cmocka_unit_test(an_option_that_repeats_keeps_its_order),
		cmocka_unit_test(wrong_usage_is_refused),
		cmocka_unit_test(a_secret_is_refused_wiped_and_not_repeated),
		cmocka_unit_test(numbers_are_checked),
		cmocka_unit_test(a_span_says_what_people_say),
		cmocka_unit_test(every_error_has_an_exit_status),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
