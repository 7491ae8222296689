/* SPDX-License-Identifier: BSD-2-Clause */
/* What providers and servers say is found in any text, and means something. */
#include "config.h"

#include "tests/unit/unit.h"

#include <stdio.h>

#include "lib/codes.h"

static const struct mb_code *in(const char *text)
{
	return mb_codes_in(text, strlen(text));
}

static void is(const char *text, const char *name)
{
	const struct mb_code *c = in(text);

	if (!c || strcmp(c->name, name) != 0)
		fail_msg("%s: %s", text, c ? c->name : "nothing");
}

static void a_number_is_found_wherever_it_stands(void **state)
{
	(void)state;
	is("AADSTS50173", "AADSTS50173");
	is("50173", "AADSTS50173");
	is("a@x.org: refresh token refused (AADSTS700082: not used)",
	   "AADSTS700082");
	is("aadsts7000215: Invalid client secret provided.", "AADSTS7000215");
	/* the number, not a longer or shorter one */
	assert_null(in("AADSTS501731"));
	assert_null(in("AADSTS5017"));
	assert_null(in("AADSTS"));
	assert_null(in("AADSTS99999999999999999999"));
	assert_null(in("535"));
	assert_null(in(""));
}

static void a_number_says_more_than_the_error_beside_it(void **state)
{
	(void)state;
	is("{\"error\":\"invalid_grant\",\"error_description\":\"AADSTS50173: "
	   "x\"}", "AADSTS50173");
	/* one nobody listed: what is left */
	is("invalid_grant AADSTS123456", "invalid_grant");
}

static void a_subtype_stands_before_its_error(void **state)
{
	(void)state;
	assert_string_equal(in("{\"error\":\"invalid_grant\","
			       "\"error_subtype\":\"invalid_rapt\"}")->second,
			    "invalid_rapt");
	assert_null(in("{\"error\":\"invalid_grant\"}")->second);
	assert_null(in("user_invalid_grant_x"));
}

static void the_status_of_a_challenge_counts_as_its_own_word(void **state)
{
	(void)state;
	is("{\"status\":\"401\",\"schemes\":\"bearer mac\"}", "401");
	is("{ \"status\" : 400 }", "400");
	is("{\"status\":\"invalid_token\",\"scope\":\"x\"}", "invalid_token");
	is("a@x.org: imap.x.org refused the access token (403)", "403");
	assert_null(in("{\"status\":\"4011\"}"));
	assert_null(in("{\"status\":\"\"}"));
	assert_null(in("{\"status\""));
	assert_null(in("{\"code\":\"401\"}"));
}

static void servers_are_known_by_their_words(void **state)
{
	(void)state;
	is("535 5.7.139 Authentication unsuccessful, SmtpClientAuthentication "
	   "is disabled for the Tenant.", "SmtpClientAuthentication is disabled");
	is("535 5.7.139 Authentication unsuccessful, the request did not meet "
	   "the criteria", "5.7.139");
	is("535 5.7.139 Authentication unsuccessful, basic authentication is "
	   "disabled.", "5.7.139");
	assert_string_equal(in("535 5.7.139 Authentication unsuccessful, basic "
			       "authentication is disabled.")->second,
			    "basic authentication is disabled");
	is("535 5.7.3 Authentication unsuccessful [X.PROD.OUTLOOK.COM]",
	   "5.7.3");
	is("A1 BAD User is authenticated but not connected.",
	   "User is authenticated but not connected");
	is("A1 NO AUTHENTICATE failed.", "AUTHENTICATE failed");
	assert_null(in("550 5.7.1 no such thing"));
	assert_null(in("5.7.1395"));
}

static void bytes_behind_the_text_are_not_read(void **state)
{
	static const char text[] = "AADSTS50173";
	char *exact = malloc(sizeof(text) - 2);

	(void)state;
	assert_non_null(exact);
	memcpy(exact, text, sizeof(text) - 2);
	assert_null(mb_codes_in(exact, sizeof(text) - 2));
	free(exact);
	assert_null(mb_codes_in("", 0));
}

static void every_row_can_be_found_and_says_what_to_do(void **state)
{
	char next[MB_ERR_REMEDY], text[300];

	(void)state;
	for (size_t i = 0; i < mb_codes_n; i++) {
		const struct mb_code *c = &mb_codes[i];

		if (c->from == MB_CODE_SASL)
			snprintf(text, sizeof(text), "{\"status\":\"%s\"}",
				 c->name);
		else
			snprintf(text, sizeof(text), "x (%s): %s", c->name,
				 c->second ? c->second : "");
		if (in(text) != c && c->from != MB_CODE_SAID)
			fail_msg("%s is not found", c->name);
		if (!in(text))
			fail_msg("%s is not found", c->name);
		if (!c->words && !c->text)
			fail_msg("%s has no words", c->name);
		mb_code_next(c, NULL, NULL, next, sizeof(next));
		assert_true(*next);
		assert_null(strchr(next, '%'));
	}
}

static void the_remedy_names_account_and_credential(void **state)
{
	char buf[MB_ERR_REMEDY];

	(void)state;
	assert_string_equal(mb_code_next(in("AADSTS50173"), "a@x.org", NULL,
					 buf, sizeof(buf)),
			    "its owner signs in again: mailbearer enroll "
			    "a@x.org");
	assert_string_equal(mb_code_next(in("AADSTS7000215"), NULL, "m365", buf,
					 sizeof(buf)),
			    "copy it anew, then: mailbearer set m365 "
			    "--client-secret-file -");
	assert_string_equal(mb_code_next(in("AADSTS7000215"), NULL, NULL, buf,
					 sizeof(buf)),
			    "copy it anew, then: mailbearer set NAME "
			    "--client-secret-file -");
	assert_true(strlen(mb_code_next(in("AADSTS50173"), "a@x.org", NULL, buf,
					10)) < 10);
}

static void the_code_knows_better_than_the_id_whose_turn_it_is(void **state)
{
	struct mb_err e = {0};

	(void)state;
	mb_fail(&e, MB_E_SIGN_IN_NEEDED, "a@x.org", "refused (AADSTS53003)");
	assert_int_equal(mb_codes_turn(&e), MB_TURN_ADMIN);
	mb_fail(&e, MB_E_SIGN_IN_NEEDED, "a@x.org", "refused (AADSTS1)");
	assert_int_equal(mb_codes_turn(&e), MB_TURN_OWNER);
	/* of another kind: its words are not a code */
	mb_fail(&e, MB_E_IO, "AADSTS53003", "cannot open AADSTS53003");
	assert_int_equal(mb_codes_turn(&e), MB_TURN_ADMIN);
	assert_null(mb_codes_of(&e));
}

static void a_refusal_is_dressed_with_what_it_means(void **state)
{
	static const char known[] = "{\"status\":\"403\"}", other[] = "zz";
	struct mb_err e = {0};

	(void)state;
	mb_fail(&e, MB_E_TOKEN_REFUSED, "a@x.org", "refused (403)");
	mb_remedy(&e, "as before");
	mb_codes_dress(&e, other, strlen(other), "a@x.org", NULL);
	assert_string_equal(e.remedy, "as before");
	mb_codes_dress(&e, known, strlen(known), "a@x.org", "work");
	assert_string_equal(e.cause, "refused (403): the token does not cover "
			    "mail");
	assert_string_equal(e.remedy, "check it: mailbearer show work, then: "
			    "mailbearer set work --scope ...");
	assert_int_equal(e.id, MB_E_TOKEN_REFUSED);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_number_is_found_wherever_it_stands),
		cmocka_unit_test(a_number_says_more_than_the_error_beside_it),
		cmocka_unit_test(a_subtype_stands_before_its_error),
		cmocka_unit_test(the_status_of_a_challenge_counts_as_its_own_word),
		cmocka_unit_test(servers_are_known_by_their_words),
		cmocka_unit_test(bytes_behind_the_text_are_not_read),
		cmocka_unit_test(every_row_can_be_found_and_says_what_to_do),
		cmocka_unit_test(the_remedy_names_account_and_credential),
		cmocka_unit_test(the_code_knows_better_than_the_id_whose_turn_it_is),
		cmocka_unit_test(a_refusal_is_dressed_with_what_it_means),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
