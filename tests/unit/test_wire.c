/* SPDX-License-Identifier: BSD-2-Clause */
/* The bytes of both mechanisms, and what is made of a server's refusal. */
#include "config.h"

#include <stdlib.h>
#include <string.h>

#include "lib/secret.h"
#include "lib/wire.h"
#include "tests/unit/unit.h"

#define TOKEN "ya29.vF9dft4qmTc2Nvb3RlckBhdHRhdmlzdGEuY29tCg"

static struct mb_wire wire_of(enum mb_wire_mech mech, const char *user,
			      const char *token)
{
	return (struct mb_wire){.mech = mech, .user = user, .token = token,
				.token_len = strlen(token)};
}

static int respond(const struct mb_wire *w, struct mb_secret *out,
		   struct mb_err *e)
{
	size_t len = 0;

	assert_int_equal(mb_secret_reserve(out, MB_WIRE_MAX), 0);
	if (mb_wire_response(w, out->data, out->cap, &len, e) < 0)
		return -1;
	assert_int_equal(out->data[len], 0);
	out->len = len;
	return 0;
}

static void expect(const struct mb_wire *w, const char *bytes)
{
	struct mb_secret out = {0};
	struct mb_err e = {0};

	assert_int_equal(respond(w, &out, &e), 0);
	assert_int_equal(out.len, strlen(bytes));
	assert_string_equal(mb_secret_str(&out), bytes);
	mb_secret_clear(&out);
}

static void expect_refused(const struct mb_wire *w, enum mb_id id)
{
	struct mb_secret out = {0};
	struct mb_err e = {0};

	assert_int_equal(mb_secret_set(&out, "before", 6), 0);
	assert_int_equal(respond(w, &out, &e), -1);
	assert_int_equal(e.id, id);
	assert_string_equal(mb_secret_str(&out), "before");
	mb_secret_clear(&out);
}

/* ---- XOAUTH2 ---- */

static void xoauth2_is_the_documented_example(void **state)
{
	struct mb_wire w = wire_of(MB_WIRE_XOAUTH2, "someuser@example.com",
				   TOKEN);

	(void)state;
	expect(&w, "user=someuser@example.com\001auth=Bearer " TOKEN
	       "\001\001");
}

static void xoauth2_is_the_second_example(void **state)
{
	struct mb_wire w = wire_of(MB_WIRE_XOAUTH2,
				   "test@contoso.onmicrosoft.com",
				   "EwBAAl3BAAUFFpUAo7J3Ve0bjLBWZWCclRC3EoAA");

	(void)state;
	expect(&w, "user=test@contoso.onmicrosoft.com\001auth=Bearer "
	       "EwBAAl3BAAUFFpUAo7J3Ve0bjLBWZWCclRC3EoAA\001\001");
}

static void xoauth2_sends_neither_host_nor_port_and_escapes_nothing(void **state)
{
	struct mb_wire w = wire_of(MB_WIRE_XOAUTH2, "a,b=c@example.com", "t");

	(void)state;
	w.host = "server.example.com";
	w.port = "143";
	expect(&w, "user=a,b=c@example.com\001auth=Bearer t\001\001");
}

/* ---- OAUTHBEARER ---- */

static void oauthbearer_is_the_example_of_the_rfc(void **state)
{
	struct mb_wire w = wire_of(MB_WIRE_OAUTHBEARER, "user@example.com",
		"vF9dft4qmTc2Nvb3RlckBhbHRhdmlzdGEuY29tCg==");

	(void)state;
	w.host = "server.example.com";
	w.port = "143";
	expect(&w, "n,a=user@example.com,\001host=server.example.com\001"
	       "port=143\001auth=Bearer "
	       "vF9dft4qmTc2Nvb3RlckBhbHRhdmlzdGEuY29tCg==\001\001");
}

static void oauthbearer_escapes_comma_and_equals_sign(void **state)
{
	struct mb_wire w = wire_of(MB_WIRE_OAUTHBEARER, ",a=,=b@x.org=", "t");

	(void)state;
	expect(&w, "n,a==2Ca=3D=2C=3Db@x.org=3D,\001auth=Bearer t\001\001");
}

static void oauthbearer_leaves_out_a_host_that_is_not_ascii(void **state)
{
	struct mb_wire w = wire_of(MB_WIRE_OAUTHBEARER, "a@x.org", "t");

	(void)state;
	w.host = "m\303\274ller.example";
	w.port = "993";
	expect(&w, "n,a=a@x.org,\001port=993\001auth=Bearer t\001\001");
}

static void oauthbearer_leaves_out_an_empty_host_and_port(void **state)
{
	struct mb_wire w = wire_of(MB_WIRE_OAUTHBEARER, "a@x.org", "t");

	(void)state;
	w.host = "";
	w.port = "";
	expect(&w, "n,a=a@x.org,\001auth=Bearer t\001\001");
}

static void non_ascii_user_goes_out_as_utf8(void **state)
{
	struct mb_wire w = wire_of(MB_WIRE_OAUTHBEARER, "j\303\274@x.org", "t");

	(void)state;
	expect(&w, "n,a=j\303\274@x.org,\001auth=Bearer t\001\001");
	w.mech = MB_WIRE_XOAUTH2;
	expect(&w, "user=j\303\274@x.org\001auth=Bearer t\001\001");
}

/* ---- bytes that are refused ---- */

static void every_control_byte_in_the_user_is_refused(void **state)
{
	char user[] = "a?b@x.org";
	struct mb_wire w = wire_of(MB_WIRE_XOAUTH2, user, "t");

	(void)state;
	for (int c = 1; c < 0x80; c = c == 0x1f ? 0x7f : c + 1) {
		user[1] = (char)c;
		w.mech = MB_WIRE_XOAUTH2;
		expect_refused(&w, MB_E_BAD_ADDRESS);
		w.mech = MB_WIRE_OAUTHBEARER;
		expect_refused(&w, MB_E_BAD_ADDRESS);
	}
}

static void every_control_byte_in_the_host_is_refused(void **state)
{
	char host[] = "a?b.org";
	struct mb_wire w = wire_of(MB_WIRE_OAUTHBEARER, "a@x.org", "t");

	(void)state;
	w.host = host;
	for (int c = 1; c < 0x80; c = c == 0x1f ? 0x7f : c + 1) {
		host[1] = (char)c;
		expect_refused(&w, MB_E_BAD_NAME);
	}
}

static void a_token_may_have_visible_ascii_only(void **state)
{
	char token[] = "abcdefghijklmnopqrs";
	struct mb_wire w = wire_of(MB_WIRE_XOAUTH2, "a@x.org", token);

	(void)state;
	/* Each byte at each place, since eight are looked at together. */
	for (int i = 0; i < 19 * 0x100; i++) {
		int c = i % 0x100, at = i / 0x100;
		struct mb_secret out = {0};
		struct mb_err e = {0};
		int want = c > 0x20 && c < 0x7f ? 0 : -1;

		token[at] = (char)c;
		assert_int_equal(respond(&w, &out, &e), want);
		token[at] = 'z';
		assert_int_equal(e.id, want ? MB_E_BAD_TOKEN : MB_E_NONE);
		mb_secret_clear(&out);
	}
}

static void an_error_never_shows_the_token(void **state)
{
	struct mb_wire w = wire_of(MB_WIRE_XOAUTH2, "a@x.org", "se\001cret");
	struct mb_secret out = {0};
	char line[MB_ERR_LINE];
	struct mb_err e = {0};

	(void)state;
	assert_int_equal(respond(&w, &out, &e), -1);
	assert_null(strstr(mb_err_line(&e, line, sizeof(line)), "cret"));
	mb_secret_clear(&out);
}

static void an_empty_user_or_token_is_refused(void **state)
{
	struct mb_wire w = wire_of(MB_WIRE_XOAUTH2, "", "t");

	(void)state;
	expect_refused(&w, MB_E_BAD_ADDRESS);
	w.user = NULL;
	expect_refused(&w, MB_E_BAD_ADDRESS);
	w = wire_of(MB_WIRE_OAUTHBEARER, "a@x.org", "");
	expect_refused(&w, MB_E_BAD_TOKEN);
}

static void a_long_token_goes_out_whole(void **state)
{
	size_t n = 16 * 1024, head = strlen("user=a@x.org\001auth=Bearer ");
	char *token = malloc(n + 1);
	struct mb_secret out = {0};
	struct mb_err e = {0};
	struct mb_wire w;

	(void)state;
	assert_non_null(token);
	memset(token, 'x', n);
	token[n] = '\0';
	w = wire_of(MB_WIRE_XOAUTH2, "a@x.org", token);
	assert_int_equal(respond(&w, &out, &e), 0);
	assert_int_equal(out.len, head + n + 2);
	assert_memory_equal(mb_secret_str(&out) + head, token, n);
	mb_secret_clear(&out);
	free(token);
}

static void a_response_fits_or_is_refused_untouched(void **state)
{
	static const char bytes[] = "n,a=a=2Cb@x.org,\001host=h\001port=143"
				    "\001auth=Bearer token\001\001";
	struct mb_wire w = wire_of(MB_WIRE_OAUTHBEARER, "a,b@x.org", "token");
	struct mb_err e = {0};
	char *buf = malloc(sizeof(bytes));
	size_t len = 7;

	(void)state;
	assert_non_null(buf);
	w.host = "h";
	w.port = "143";
	*buf = 'x';
	assert_int_equal(mb_wire_response(&w, buf, sizeof(bytes) - 1, &len,
					  &e), -1);
	assert_int_equal(e.id, MB_E_TOO_LARGE);
	assert_int_equal(*buf, 'x');
	assert_int_equal(len, 7);
	assert_int_equal(mb_wire_response(&w, buf, sizeof(bytes), &len, &e),
			 0);
	assert_int_equal(len, sizeof(bytes) - 1);
	assert_memory_equal(buf, bytes, sizeof(bytes));
	free(buf);
}

static void the_longest_of_everything_fits(void **state)
{
	char user[255], host[1025], token[16 * 1024 + 1];
	struct mb_secret out = {0};
	struct mb_err e = {0};
	struct mb_wire w;

	(void)state;
	memset(user, ',', sizeof(user));
	memset(host, 'h', sizeof(host));
	memset(token, 't', sizeof(token));
	user[254] = host[1024] = token[16 * 1024] = '\0';
	w = wire_of(MB_WIRE_OAUTHBEARER, user, token);
	w.host = host;
	w.port = "65535";
	assert_int_equal(respond(&w, &out, &e), 0);
	mb_secret_clear(&out);
}

/* ---- the answer to a refusal ---- */

static void a_refusal_is_answered_as_the_mechanism_asks(void **state)
{
	size_t n = 9;

	(void)state;
	assert_string_equal(mb_wire_refusal_reply(MB_WIRE_XOAUTH2, &n), "");
	assert_int_equal(n, 0);
	assert_string_equal(mb_wire_refusal_reply(MB_WIRE_OAUTHBEARER, &n),
			    "\001");
	assert_int_equal(n, 1);
}

static void the_programs_own_command_is_an_echo(void **state)
{
	(void)state;
	assert_true(mb_wire_is_echo("AUTHENTICATE XOAUTH2 ", 21));
	assert_true(mb_wire_is_echo("AUTHENTICATE OAUTHBEARER bixh", 29));
	assert_true(mb_wire_is_echo("auth xoauth2", 12));
	assert_false(mb_wire_is_echo("auth xoauth2", 11));
	assert_false(mb_wire_is_echo("", 0));
	assert_false(mb_wire_is_echo("{\"status\":\"401\"}", 16));
	assert_false(mb_wire_is_echo("AUTHENTICATION FAILED", 21));
}

/* ---- what the server said ---- */

static void expect_words(const char *reply, size_t n, const char *words)
{
	/* An exact copy on the heap: reading on is seen by the sanitizer. */
	char *copy = malloc(n ? n : 1);
	char buf[192];

	assert_non_null(copy);
	memcpy(copy, reply, n);
	memset(buf, 'x', sizeof(buf));
	mb_wire_describe(copy, n, buf, sizeof(buf));
	assert_string_equal(buf, words);
	free(copy);
}

static void expect_said(const char *reply, const char *words)
{
	expect_words(reply, strlen(reply), words);
}

static void the_documented_refusals_are_understood(void **state)
{
	(void)state;
	expect_said("{\"status\":\"401\",\"schemes\":\"bearer mac\","
		    "\"scope\":\"https://mail.google.com/\"}\n", "401");
	expect_said("{\"status\":\"invalid_token\",\"scope\":\"example_scope\","
		    "\"openid-configuration\":\"https://example.com/.well-known"
		    "/openid-configuration\"}", "invalid_token");
	expect_said("{\"status\":400,\"schemes\":\"bearer\"}", "400");
	expect_said(" { \"error\" : \"invalid_request\" } ", "invalid_request");
	expect_said("{\"error\":\"invalid_token\",\"status\":\"401\"}",
		    "401, invalid_token");
}

static void other_values_than_status_and_error_are_not_taken(void **state)
{
	(void)state;
	expect_said("{\"schemes\":\"status\",\"status\":\"400\"}", "400");
	expect_said("{\"statusx\":\"1\",\"xstatus\":\"2\"}",
		    "{\"statusx\":\"1\",\"xstatus\":\"2\"}");
	expect_said("{\"a\":\"\\\"status\\\":\\\"9\\\"\",\"status\":\"8\"}",
		    "8");
}

static void replies_that_are_not_json_are_quoted_and_escaped(void **state)
{
	(void)state;
	expect_said("", "");
	expect_said("  \r\n", "");
	expect_said("Go away", "Go away");
	expect_said("no\r\nway\033[31m", "no\\x0D\\x0Away\\x1B[31m");
	expect_words("a\0b", 3, "a\\x00b");
}

static void every_truncation_of_a_reply_is_survived(void **state)
{
	static const char reply[] =
		"{\"status\" : \"4\\\"01\", \"error\":[{\"x\":\"\\";
	char buf[192];

	(void)state;
	for (size_t n = 0; n < sizeof(reply); n++) {
		char *copy = malloc(n + 1);

		assert_non_null(copy);
		memcpy(copy, reply, n);
		mb_wire_describe(n ? copy : NULL, n, buf, sizeof(buf));
		assert_true(strlen(buf) < sizeof(buf));
		free(copy);
	}
}

static void a_long_reply_is_cut(void **state)
{
	char reply[2000], buf[192];

	(void)state;
	memset(reply, 'y', sizeof(reply));
	mb_wire_describe(reply, sizeof(reply), buf, sizeof(buf));
	assert_true(strlen(buf) < 100);
	memcpy(reply, "{\"status\":\"", 11);
	mb_wire_describe(reply, sizeof(reply), buf, sizeof(buf));
	assert_true(strlen(buf) < 100);
	mb_wire_describe(reply, sizeof(reply), buf, 8);
	assert_true(strlen(buf) < 8);
}

/* ---- port ---- */

static void the_port_is_what_follows_the_semicolon(void **state)
{
	(void)state;
	assert_string_equal(mb_wire_port("192.0.2.1;993"), "993");
	assert_string_equal(mb_wire_port("2001:db8::1;65535"), "65535");
	assert_null(mb_wire_port(NULL));
	assert_null(mb_wire_port(""));
	assert_null(mb_wire_port("192.0.2.1"));
	assert_null(mb_wire_port("192.0.2.1;"));
	assert_null(mb_wire_port("192.0.2.1;0993"));
	assert_null(mb_wire_port("192.0.2.1;0"));
	assert_null(mb_wire_port("192.0.2.1;65536"));
	assert_null(mb_wire_port("192.0.2.1;100000"));
	assert_null(mb_wire_port("192.0.2.1;99x"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(xoauth2_is_the_documented_example),
		cmocka_unit_test(xoauth2_is_the_second_example),
		cmocka_unit_test(
			xoauth2_sends_neither_host_nor_port_and_escapes_nothing),
		cmocka_unit_test(oauthbearer_is_the_example_of_the_rfc),
		cmocka_unit_test(oauthbearer_escapes_comma_and_equals_sign),
		cmocka_unit_test(
			oauthbearer_leaves_out_a_host_that_is_not_ascii),
		cmocka_unit_test(oauthbearer_leaves_out_an_empty_host_and_port),
		cmocka_unit_test(non_ascii_user_goes_out_as_utf8),
		cmocka_unit_test(every_control_byte_in_the_user_is_refused),
		cmocka_unit_test(every_control_byte_in_the_host_is_refused),
		cmocka_unit_test(a_token_may_have_visible_ascii_only),
		cmocka_unit_test(an_error_never_shows_the_token),
		cmocka_unit_test(an_empty_user_or_token_is_refused),
		cmocka_unit_test(a_long_token_goes_out_whole),
		cmocka_unit_test(a_response_fits_or_is_refused_untouched),
		cmocka_unit_test(the_longest_of_everything_fits),
		cmocka_unit_test(a_refusal_is_answered_as_the_mechanism_asks),
		cmocka_unit_test(the_programs_own_command_is_an_echo),
		cmocka_unit_test(the_documented_refusals_are_understood),
		cmocka_unit_test(
			other_values_than_status_and_error_are_not_taken),
		cmocka_unit_test(
			replies_that_are_not_json_are_quoted_and_escaped),
		cmocka_unit_test(every_truncation_of_a_reply_is_survived),
		cmocka_unit_test(a_long_reply_is_cut),
		cmocka_unit_test(the_port_is_what_follows_the_semicolon),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
