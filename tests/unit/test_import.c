/* SPDX-License-Identifier: BSD-2-Clause */
#include "config.h"

#include <stdio.h>

#include "lib/record.h"
#include "tests/unit/unit.h"
#include "tools/import.h"

enum { NOW = 1700000000 };

static int parse(struct mb_grant *g, const char *text, struct mb_err *e)
{
	struct mb_secret s = { 0 };
	int ret;

	assert_int_equal(mb_secret_append_str(&s, text), 0);
	ret = mb_import_parse(g, &s, NOW, "tokens.json", e);
	mb_secret_clear(&s);
	return ret;
}

static void token_response_is_taken_over(void **state)
{
	struct mb_grant g = { 0 };

	(void)state;
	assert_int_equal(parse(&g, "{\"access_token\":\"at\",\"refresh_token\":"
		"\"rt\",\"expires_in\":3599,\"scope\":\"a b\",\"token_type\":"
		"\"bearer\",\"x\":[1]}", NULL), 0);
	assert_string_equal(mb_secret_str(&g.access_token), "at");
	assert_string_equal(mb_secret_str(&g.refresh_token), "rt");
	assert_string_equal(g.scope, "a b");
	assert_string_equal(g.token_type, "bearer");
	assert_int_equal(g.expires_at, NOW + 3599);
	mb_grant_clear(&g);
}

static void expires_at_beats_expires_in(void **state)
{
	struct mb_grant g = { 0 };

	(void)state;
	assert_int_equal(parse(&g, "{\"access_token\":\"at\",\"refresh_token\":"
		"\"rt\",\"expires_in\":3599,\"expires_at\":1700000100}", NULL),
		0);
	assert_int_equal(g.expires_at, NOW + 100);
	/* after 2038, and long ago */
	assert_int_equal(parse(&g, "{\"refresh_token\":\"rt\","
		"\"expires_at\":1}", NULL), 0);
	assert_int_equal(g.expires_at, 1);
	mb_grant_clear(&g);
}

static void refresh_token_alone_is_enough(void **state)
{
	struct mb_grant g = { 0 };

	(void)state;
	assert_int_equal(parse(&g, "{\"refresh_token\":\"rt\"}", NULL), 0);
	assert_int_equal(g.access_token.len, 0);
	assert_int_equal(g.expires_at, 0);
	mb_grant_clear(&g);
}

static void access_token_of_unknown_age_is_left_out(void **state)
{
	struct mb_grant g = { 0 };

	(void)state;
	assert_int_equal(parse(&g, "{\"refresh_token\":\"rt\",\"access_token\":"
		"\"at\",\"expires_in\":null}", NULL), 0);
	assert_int_equal(g.access_token.len, 0);
	assert_int_equal(g.expires_at, 0);
	mb_grant_clear(&g);
}

static void without_refresh_token_it_is_refused(void **state)
{
	struct mb_grant g = { 0 };
	struct mb_err e = { 0 };

	(void)state;
	assert_int_equal(parse(&g, "{\"access_token\":\"at\",\"expires_in\":9}",
			       &e), -1);
	assert_int_equal(e.id, MB_E_NO_REFRESH_TOKEN);
	assert_int_equal(parse(&g, "{}", &e), -1);
	assert_int_equal(e.id, MB_E_NO_REFRESH_TOKEN);
}

static void wrong_types_and_values_are_named(void **state)
{
	static const struct {
		const char *text, *cause;
	} bad[] = {
		{ "", "line 1, column 0: this is not JSON" },
		{ "{", "line 1, column 1: this is not JSON" },
		{ "{} x", "line 1, column 4: this is not JSON" },
		{ "[]", "the reply is not a JSON object" },
		{ "null", "line 1, column 4: this is not JSON" },
		{ "{\"refresh_token\":\"a\",\"refresh_token\":\"b\"}",
		  "line 1, column 36: the same member twice" },
		{ "{\"refresh_token\":1}", "refresh_token is not a string" },
		{ "{\"refresh_token\":\"\"}",
		  "refresh_token is empty, too long, or has bytes that a token cannot have" },
		{ "{\"refresh_token\":\"a b\"}",
		  "refresh_token is empty, too long, or has bytes that a token cannot have" },
		{ "{\"refresh_token\":\"r\",\"access_token\":\"\\u0001\"}",
		  "access_token is empty, too long, or has bytes that a token cannot have" },
		{ "{\"refresh_token\":\"r\",\"expires_in\":\"3600\"}",
		  "expires_in is not a whole number" },
		{ "{\"refresh_token\":\"r\",\"expires_in\":1.5}",
		  "expires_in is not a whole number" },
		{ "{\"refresh_token\":\"r\",\"expires_in\":-1}",
		  "expires_in is negative" },
		{ "{\"refresh_token\":\"r\",\"expires_in\":315360001}",
		  "expires_in is more than ten years" },
		{ "{\"refresh_token\":\"r\",\"expires_at\":1700000000000}",
		  "expires_at is more than ten years away (Unix seconds are meant)" },
		{ "{\"refresh_token\":\"r\",\"scope\":[\"a\"]}",
		  "scope is not a string" },
		{ "{\"refresh_token\":\"r\",\"scope\":\"a\\nb\"}",
		  "scope has a control byte in it" },
		{ "{\"refresh_token\":\"r\",\"token_type\":\"mac\"}",
		  "token_type is not Bearer, mail servers accept nothing else" },
	};
	struct mb_grant g = { .expires_at = 7 };
	struct mb_err e = { 0 };

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		assert_int_equal(parse(&g, bad[i].text, &e), -1);
		assert_string_equal(e.cause, bad[i].cause);
		assert_string_equal(e.object, "tokens.json");
	}
	assert_int_equal(g.expires_at, 7);
}

static void tokens_and_files_have_limits(void **state)
{
	static char text[MB_IMPORT_MAX + 2];
	struct mb_grant g = { 0 };
	struct mb_err e = { 0 };
	int n = snprintf(text, sizeof(text), "{\"refresh_token\":\"");

	(void)state;
	memset(text + n, 'r', MB_TOKEN_MAX);
	memcpy(text + n + MB_TOKEN_MAX, "\"}", 2);
	assert_int_equal(parse(&g, text, NULL), 0);
	assert_int_equal(g.refresh_token.len, MB_TOKEN_MAX);
	memcpy(text + n + MB_TOKEN_MAX, "r\"}", 3);
	assert_int_equal(parse(&g, text, NULL), -1);

	memset(text, ' ', sizeof(text) - 1);
	memcpy(text, "{\"refresh_token\":\"r\"}", 21);
	text[MB_IMPORT_MAX] = '\0';
	assert_int_equal(parse(&g, text, NULL), 0);
	text[MB_IMPORT_MAX] = ' ';
	assert_int_equal(parse(&g, text, &e), -1);
	assert_int_equal(e.id, MB_E_TOO_LARGE);
	mb_grant_clear(&g);
}

static void error_repeats_nothing_of_the_input(void **state)
{
	struct mb_grant g = { 0 };
	struct mb_err e = { 0 };
	char line[MB_ERR_LINE];

	(void)state;
	assert_int_equal(parse(&g, "{\"refresh_token\":\"MARKER", &e), -1);
	assert_null(strstr(mb_err_line(&e, line, sizeof(line)), "MARKER"));
	assert_int_equal(parse(&g, "{\"refresh_token\":\"MARKER b\"}", &e), -1);
	assert_null(strstr(mb_err_line(&e, line, sizeof(line)), "MARKER"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(token_response_is_taken_over),
		cmocka_unit_test(expires_at_beats_expires_in),
		cmocka_unit_test(refresh_token_alone_is_enough),
		cmocka_unit_test(access_token_of_unknown_age_is_left_out),
		cmocka_unit_test(without_refresh_token_it_is_refused),
		cmocka_unit_test(wrong_types_and_values_are_named),
		cmocka_unit_test(tokens_and_files_have_limits),
		cmocka_unit_test(error_repeats_nothing_of_the_input),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
