/* SPDX-License-Identifier: BSD-2-Clause */
/* What the plugin makes of a server that refuses, of what comes after a
 * success, and of its own failures. */
#include "config.h"

#include <stdio.h>

#include "tests/host/fixture.h"

/* ---- what the server makes of it ---- */

static void a_refusal_is_answered_empty_and_told(void **state)
{
	struct client c = client_with(ACCOUNT);

	(void)state;
	assert_int_equal(client_start(&c), SASL_CONTINUE);
	assert_int_equal(client_hear(&c, CHALLENGE), SASL_OK);
	assert_out(&c, "");
	assert_int_equal(fake->refusals, 1);
	assert_int_equal(fake->last_refused, 7);
	assert_string_equal(fake->last_account, ACCOUNT);
	assert_int_equal(fake->explained, 1);
	assert_in(client_log, ACCOUNT ": imap.example.test refused the access "
		  "token (401)");
	assert_in(client_log, "[token-refused]");
	client_end(&c);
}

static void a_refusal_of_oauthbearer_is_answered_with_one_byte(void **state)
{
	static const char said[] = "{\"status\":\"invalid_token\"}";
	struct client c = client_with(ACCOUNT);

	(void)state;
	c.mech = "OAUTHBEARER";
	c.no_place = true;
	assert_int_equal(client_start(&c), SASL_OK);
	assert_int_equal(client_hear(&c, said), SASL_OK);
	assert_out(&c, "\001");
	assert_int_equal(fake->refusals, 1);
	assert_in(client_log, "(invalid_token)");
	client_end(&c);
}

static void a_refusal_that_is_not_json_is_answered_too(void **state)
{
	struct client c = client_with(ACCOUNT);

	(void)state;
	assert_int_equal(client_start(&c), SASL_CONTINUE);
	assert_int_equal(client_step(&c, "no\n%s\0zz", 8), SASL_OK);
	assert_out(&c, "");
	assert_int_equal(fake->refusals, 1);
	assert_in(client_log, "(no\\x0A%s\\x00zz)");
	client_end(&c);
}

static void a_refusal_without_nul_is_read_to_its_length_only(void **state)
{
	size_t n = strlen(CHALLENGE) - 20;
	struct client c = client_with(ACCOUNT);
	char *exact = malloc(n);

	(void)state;
	assert_non_null(exact);
	memcpy(exact, CHALLENGE, n);
	assert_int_equal(client_start(&c), SASL_CONTINUE);
	assert_int_equal(client_step(&c, exact, (unsigned)n), SASL_OK);
	free(exact);
	client_end(&c);
}

static void a_server_that_repeats_the_token_gets_it_into_no_log(void **state)
{
	static const char said[] = "{\"status\":\"" TOKEN "\"}";
	struct client c = client_with(ACCOUNT);

	(void)state;
	assert_int_equal(client_start(&c), SASL_CONTINUE);
	assert_int_equal(client_hear(&c, said), SASL_OK);
	assert_in(client_log, "[token-refused]");
	assert_not_in(client_log, "vF9dft4q");
	client_end(&c);
}

static void one_refusal_counts_once(void **state)
{
	struct client c = client_with(ACCOUNT);

	(void)state;
	assert_int_equal(client_start(&c), SASL_CONTINUE);
	for (int i = 0; i < 3; i++)
		assert_int_equal(client_step(&c, CHALLENGE, 10), SASL_OK);
	assert_int_equal(fake->refusals, 1);
	client_end(&c);
}

static void a_server_that_never_ends_is_cut_off(void **state)
{
	struct client c = client_with(ACCOUNT);
	int r = SASL_OK, n;

	(void)state;
	assert_int_equal(client_start(&c), SASL_CONTINUE);
	for (n = 0; n < 100 && r == SASL_OK; n++)
		r = client_step(&c, CHALLENGE, 10);
	assert_int_equal(r, SASL_BADPROT);
	client_end(&c);
}

static void nothing_after_success_fails_a_good_login(void **state)
{
	static const char *const junk[] = {
		NULL, "", "AUTHENTICATE XOAUTH2 ",
	};

	(void)state;
	for (size_t i = 0; i < sizeof(junk) / sizeof(junk[0]); i++) {
		unsigned n = junk[i] ? (unsigned)strlen(junk[i]) : 0;
		struct client c = client_with(ACCOUNT);

		assert_int_equal(client_start(&c), SASL_CONTINUE);
		assert_int_equal(client_step(&c, junk[i], n), SASL_OK);
		assert_out(&c, "");
		client_end(&c);
	}
	assert_int_equal(fake->refusals, 0);
	assert_string_equal(client_log, "");
}

/* ---- failures ---- */

static void an_unknown_account_gets_nomech_where_functions_tell_it(void **state)
{
	struct client c = client_with("other@example.com");

	(void)state;
	assert_int_equal(client_start(&c), SASL_NOMECH);
	assert_in(client_detail(&c), "other@example.com is not enrolled");
	assert_int_equal(fake->tokens, 0);
	client_end(&c);
}

static void an_unknown_account_is_told_where_prompts_do(void **state)
{
	struct client c = client_with("other@example.com");

	(void)state;
	c.prompts = true;
	assert_int_equal(client_start(&c), SASL_NOUSER);
	assert_in(client_detail(&c), "[not-enrolled]");
	client_end(&c);
}

static void each_kind_of_failure_has_its_code_and_one_line(void **state)
{
	static const struct {
		enum mb_id id;
		int code;
	} rows[] = {
		{MB_E_SIGN_IN_NEEDED, SASL_EXPIRED},
		{MB_E_SECRET_WRONG, SASL_CONFIGERR},
		{MB_E_HOST_NOT_LISTED, SASL_NOAUTHZ},
		{MB_E_TIMEOUT, SASL_UNAVAIL},
		{MB_E_NOMEM, SASL_NOMEM},
		{MB_E_IO, SASL_FAIL},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct client c = client_with(ACCOUNT);
		char line[200];

		fixture_reset();
		fake->fail = rows[i].id;
		assert_int_equal(client_start(&c), rows[i].code);
		assert_null(c.out);
		snprintf(line, sizeof(line), ACCOUNT ": fails as asked; "
			 "run: true [%s]\n", mb_message(rows[i].id)->name);
		assert_string_equal(client_log, line);
		client_end(&c);
	}
}

static void a_broken_store_is_reported_at_authentication(void **state)
{
	struct client c = client_with(ACCOUNT);

	(void)state;
	fake->broken = true;
	assert_int_equal(client_start(&c), SASL_FAIL);
	assert_in(client_detail(&c), "/store/key");
	client_end(&c);
	c = client_with(ACCOUNT);
	c.prompts = true;
	assert_int_equal(client_start(&c), SASL_FAIL);
	assert_in(client_detail(&c), "[key-bad]");
	client_end(&c);
}

static void a_server_that_is_not_listed_gets_no_byte(void **state)
{
	struct client c = client_with(ACCOUNT);

	(void)state;
	fake->fail = MB_E_HOST_NOT_LISTED;
	c.server = "mail.attacker.example";
	assert_int_equal(client_start(&c), SASL_NOAUTHZ);
	assert_null(c.out);
	assert_int_equal(c.outlen, 0);
	client_end(&c);
}

static void background_trouble_is_logged_and_the_login_goes_on(void **state)
{
	struct client c = client_with(ACCOUNT);

	(void)state;
	fake->trouble = 1;
	assert_int_equal(client_start(&c), SASL_CONTINUE);
	assert_out(&c, XOAUTH2);
	assert_string_equal(client_log,
			    "/store/accounts: no space left [disk-full]\n");
	client_end(&c);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_refusal_is_answered_empty_and_told),
		TEST(a_refusal_of_oauthbearer_is_answered_with_one_byte),
		TEST(a_refusal_that_is_not_json_is_answered_too),
		TEST(a_refusal_without_nul_is_read_to_its_length_only),
		TEST(a_server_that_repeats_the_token_gets_it_into_no_log),
		TEST(one_refusal_counts_once),
		TEST(a_server_that_never_ends_is_cut_off),
		TEST(nothing_after_success_fails_a_good_login),
		TEST(an_unknown_account_gets_nomech_where_functions_tell_it),
		TEST(an_unknown_account_is_told_where_prompts_do),
		TEST(each_kind_of_failure_has_its_code_and_one_line),
		TEST(a_broken_store_is_reported_at_authentication),
		TEST(a_server_that_is_not_listed_gets_no_byte),
		TEST(background_trouble_is_logged_and_the_login_goes_on),
	};

	return cmocka_run_group_tests(tests, fixture_start, fixture_end);
}
