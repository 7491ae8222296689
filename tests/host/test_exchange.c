/* SPDX-License-Identifier: BSD-2-Clause */
/* The plugin in the real libsasl2, with a fake engine behind it: what each
 * kind of mail program gets from it, byte by byte. */
#include "config.h"

#include <sasl/saslutil.h>

#include "tests/host/fixture.h"

/* ---- bytes ---- */

static void xoauth2_sends_the_documented_bytes(void **state)
{
	struct client c = client_with(ACCOUNT);
	char b64[512];
	unsigned n;

	(void)state;
	assert_int_equal(client_start(&c), SASL_CONTINUE);
	assert_string_equal(c.chosen, "XOAUTH2");
	assert_out(&c, XOAUTH2);
	assert_int_equal(sasl_encode64(c.out, c.outlen, b64, sizeof(b64), &n),
			 SASL_OK);
	assert_string_equal(b64, "dXNlcj1zb21ldXNlckBleGFtcGxlLmNvbQFhdXRoPUJl"
		"YXJlciB5YTI5LnZGOWRmdDRxbVRjMk52YjNSbGNrQmhkSFJoZG1semRHRXVZ"
		"Mjl0Q2cBAQ==");
	client_end(&c);
	assert_string_equal(client_log, "");
}

static void oauthbearer_sends_the_bytes_of_the_rfc(void **state)
{
	struct client c = client_with("user@example.com");
	char b64[512];
	unsigned n;

	(void)state;
	fake->account = fake->user = "user@example.com";
	fake->token = "vF9dft4qmTc2Nvb3RlckBhbHRhdmlzdGEuY29tCg==";
	fake->token_len = strlen(fake->token);
	c.mech = "OAUTHBEARER";
	c.server = "server.example.com";
	c.remote = "192.0.2.1;143";
	assert_int_equal(client_start(&c), SASL_CONTINUE);
	assert_int_equal(sasl_encode64(c.out, c.outlen, b64, sizeof(b64), &n),
			 SASL_OK);
	assert_string_equal(b64, "bixhPXVzZXJAZXhhbXBsZS5jb20sAWhvc3Q9c2VydmVy"
		"LmV4YW1wbGUuY29tAXBvcnQ9MTQzAWF1dGg9QmVhcmVyIHZGOWRmdDRxbVRj"
		"Mk52YjNSbGNrQmhiSFJoZG1semRHRXVZMjl0Q2c9PQEB");
	client_end(&c);
}

static void oauthbearer_names_no_port_it_does_not_know(void **state)
{
	struct client c = client_with(ACCOUNT);

	(void)state;
	c.mech = "OAUTHBEARER";
	assert_int_equal(client_start(&c), SASL_CONTINUE);
	assert_out(&c, "n,a=" ACCOUNT ",\001host=imap.example.test\001"
		   "auth=Bearer " TOKEN "\001\001");
	client_end(&c);
}

static void xoauth2_comes_before_oauthbearer(void **state)
{
	struct client c = client_with(ACCOUNT);

	(void)state;
	c.mech = "OAUTHBEARER XOAUTH2";
	assert_int_equal(client_start(&c), SASL_CONTINUE);
	assert_string_equal(c.chosen, "XOAUTH2");
	client_end(&c);
}

static void the_engine_is_told_account_host_and_a_deadline(void **state)
{
	struct client c = client_with(ACCOUNT);

	(void)state;
	assert_int_equal(client_start(&c), SASL_CONTINUE);
	assert_string_equal(fake->last_account, ACCOUNT);
	assert_string_equal(fake->last_host, "imap.example.test");
	assert_in_range(fake->last_deadline, 20000, 30000);
	client_end(&c);
}

/* ---- kinds of programs ---- */

static void a_program_without_prompts_gets_ok_from_the_first_step(void **state)
{
	struct client c = client_with(ACCOUNT);
	const void *user = NULL;

	(void)state;
	c.no_place = true;
	assert_int_equal(client_start(&c), SASL_OK);
	assert_out(&c, XOAUTH2);
	assert_int_equal(sasl_getprop(c.conn, SASL_USERNAME, &user), SASL_OK);
	assert_string_equal(user, ACCOUNT);
	client_end(&c);
}

static void a_program_that_only_prompts_is_asked_for_names_alone(void **state)
{
	struct client c = client_with(ACCOUNT);

	(void)state;
	c.prompts = true;
	c.user = "";
	assert_int_equal(client_start(&c), SASL_CONTINUE);
	assert_out(&c, XOAUTH2);
	assert_int_equal(c.asked, 2);
	assert_false(c.asked_password);
	assert_int_equal(fake->knows, 0);
	client_end(&c);
	c = client_with(ACCOUNT);
	c.prompts = true;
	assert_int_equal(client_start(&c), SASL_CONTINUE);
	assert_int_equal(c.asked, 1);
	assert_out(&c, XOAUTH2);
	client_end(&c);
}

static void a_program_that_cannot_give_a_name_is_told_so(void **state)
{
	struct client c = client_with(ACCOUNT);

	(void)state;
	c.prompts = c.no_place = true;
	assert_int_equal(client_start(&c), SASL_BADPARAM);
	assert_in(client_detail(&c), "cannot ask");
	client_end(&c);
	c = client_with(NULL);
	assert_int_equal(client_start(&c), SASL_BADPARAM);
	assert_in(client_detail(&c), "gives none");
	client_end(&c);
	c = client_with(NULL);
	c.prompts = true;
	assert_int_equal(client_start(&c), SASL_BADPARAM);
	assert_int_equal(c.asked, 1);
	client_end(&c);
	assert_int_equal(fake->tokens, 0);
}

static void without_initial_response_the_bytes_come_with_the_first_step(
	void **state)
{
	struct client c = client_with(ACCOUNT);

	(void)state;
	c.no_initial = true;
	assert_int_equal(client_start(&c), SASL_CONTINUE);
	assert_int_equal(fake->tokens, 0);
	assert_int_equal(client_step(&c, "", 0), SASL_CONTINUE);
	assert_out(&c, XOAUTH2);
	client_end(&c);
	c = client_with(ACCOUNT);
	c.no_initial = c.no_place = true;
	assert_int_equal(client_start(&c), SASL_CONTINUE);
	assert_int_equal(client_step(&c, NULL, 0), SASL_OK);
	assert_out(&c, XOAUTH2);
	client_end(&c);
	c = client_with(ACCOUNT);
	c.no_initial = c.prompts = true;
	assert_int_equal(client_start(&c), SASL_CONTINUE);
	assert_int_equal(client_step(&c, "", 0), SASL_CONTINUE);
	assert_out(&c, XOAUTH2);
	client_end(&c);
}

/* ---- names ---- */

static void an_authorization_name_of_its_own_is_sent_as_user(void **state)
{
	struct client c = client_with(ACCOUNT);

	(void)state;
	c.user = "shared@example.com";
	assert_int_equal(client_start(&c), SASL_CONTINUE);
	assert_out(&c, "user=shared@example.com\001auth=Bearer " TOKEN
		   "\001\001");
	assert_string_equal(fake->last_account, ACCOUNT);
	client_end(&c);
}

static void an_empty_or_equal_authorization_name_changes_nothing(void **state)
{
	struct client c = client_with(ACCOUNT);

	(void)state;
	c.user = "";
	assert_int_equal(client_start(&c), SASL_CONTINUE);
	assert_out(&c, XOAUTH2);
	client_end(&c);
	c = client_with(ACCOUNT);
	c.user = ACCOUNT;
	assert_int_equal(client_start(&c), SASL_CONTINUE);
	assert_out(&c, XOAUTH2);
	client_end(&c);
}

static void the_spelling_as_enrolled_is_sent(void **state)
{
	struct client c = client_with(ACCOUNT);

	(void)state;
	fake->user = "SomeUser@Example.com";
	assert_int_equal(client_start(&c), SASL_CONTINUE);
	assert_out(&c, "user=SomeUser@Example.com\001auth=Bearer " TOKEN
		   "\001\001");
	client_end(&c);
}

static void try_name(const char *name, bool prompts)
{
	struct client c = client_with(name);
	int r;

	c.prompts = prompts;
	r = client_start(&c);
	if (r == SASL_OK || r == SASL_CONTINUE)
		fail_msg("\"%s\" was taken", name);
	assert_in(client_log, "[");
	client_end(&c);
}

static void hostile_names_are_refused_with_a_reason(void **state)
{
	static const char *const names[] = {
		"", " ", "%s%n%s%n%d@x.org", "\001", "a\001auth=Bearer x\001\001",
		"a\r\nb@x.org", "\377\376", "someuser@example.com\001",
		"../../etc/passwd", "someuser@example.com\177",
	};
	char huge[5000];

	(void)state;
	memset(huge, 'a', sizeof(huge) - 1);
	huge[sizeof(huge) - 1] = '\0';
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		fixture_reset();
		try_name(names[i], true);
		fixture_reset();
		try_name(names[i], false);
	}
	try_name(huge, true);
	try_name(huge, false);
	huge[MB_ERR_OBJECT] = '\0';
	try_name(huge, true);
}

static void control_bytes_in_an_authorization_name_are_refused(void **state)
{
	struct client c = client_with(ACCOUNT);

	(void)state;
	c.user = "x\001auth=Bearer y\001\001";
	assert_int_equal(client_start(&c), SASL_BADPARAM);
	assert_in(client_detail(&c), "control bytes");
	client_end(&c);
	assert_not_in(client_log, TOKEN);
}

static void control_bytes_in_the_token_are_refused(void **state)
{
	struct client c = client_with(ACCOUNT);

	(void)state;
	fake->token = "abc\001def";
	fake->token_len = 7;
	assert_int_equal(client_start(&c), SASL_FAIL);
	assert_in(client_detail(&c), "[bad-token]");
	assert_not_in(client_log, "abc");
	client_end(&c);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(xoauth2_sends_the_documented_bytes),
		TEST(oauthbearer_sends_the_bytes_of_the_rfc),
		TEST(oauthbearer_names_no_port_it_does_not_know),
		TEST(xoauth2_comes_before_oauthbearer),
		TEST(the_engine_is_told_account_host_and_a_deadline),
		TEST(a_program_without_prompts_gets_ok_from_the_first_step),
		TEST(a_program_that_only_prompts_is_asked_for_names_alone),
		TEST(a_program_that_cannot_give_a_name_is_told_so),
		TEST(without_initial_response_the_bytes_come_with_the_first_step),
		TEST(an_authorization_name_of_its_own_is_sent_as_user),
		TEST(an_empty_or_equal_authorization_name_changes_nothing),
		TEST(the_spelling_as_enrolled_is_sent),
		TEST(hostile_names_are_refused_with_a_reason),
		TEST(control_bytes_in_an_authorization_name_are_refused),
		TEST(control_bytes_in_the_token_are_refused),
	};

	return cmocka_run_group_tests(tests, fixture_start, fixture_end);
}
