/* SPDX-License-Identifier: BSD-2-Clause */
/* RFC 8628, and what Google and Microsoft make of it. */
#include "config.h"

#include "tests/unit/unit.h"

#include <stdio.h>
#include <string.h>

#include "lib/oauth_device.h"

static struct mb_credential client;
static struct mb_secret no_secret;

static int set_up(void **state)
{
	(void)state;
	snprintf(client.name, sizeof(client.name), "work");
	snprintf(client.client_id, sizeof(client.client_id), "id&1");
	snprintf(client.scope, sizeof(client.scope), "mail offline_access");
	return 0;
}

static int reads(long status, const char *body, struct mb_device *d,
		 struct mb_err *e)
{
	const struct mb_oauth_asked asked = { .credential = &client,
		.account = "a@x.org", .grant = MB_OAUTH_CODE,
		.secret = &no_secret };
	struct mb_http_reply reply = { .status = status };
	int ret;

	mb_err_clear(e);
	assert_int_equal(mb_secret_append_str(&reply.body, body), 0);
	ret = mb_device_read(d, &asked, &reply, e);
	mb_http_reply_clear(&reply);
	return ret;
}

static void requests_are_those_of_the_rfc(void **state)
{
	struct mb_oauth_request q = {0};
	struct mb_secret code = {0};
	struct mb_err e = {0};

	(void)state;
	assert_int_equal(mb_oauth_device_request(&client, &q, &e), 0);
	assert_string_equal(mb_secret_str(&q.body),
			    "client_id=id%261&scope=mail%20offline_access");
	assert_int_equal(mb_secret_append_str(&code, "d+c"), 0);
	assert_int_equal(mb_oauth_device_code_request(&client, &code, &q, &e),
			 0);
	assert_string_equal(mb_secret_str(&q.body), "grant_type=urn%3Aietf%3A"
		"params%3Aoauth%3Agrant-type%3Adevice_code&device_code=d%2Bc"
		"&client_id=id%261");
	mb_oauth_request_clear(&q);
	mb_secret_clear(&code);
}

static void the_reply_of_the_rfc_is_read(void **state)
{
	struct mb_device d = {0};
	struct mb_err e = {0};

	(void)state;
	/* RFC 8628 section 3.2 */
	if (reads(200, "{\"device_code\":\"GmRhmhcxhwAzkoEqiMEg_DnyEysNkuNhs\","
		  "\"user_code\":\"WDJB-MJHT\","
		  "\"verification_uri\":\"https://example.com/device\","
		  "\"verification_uri_complete\":"
		  "\"https://example.com/device?user_code=WDJB-MJHT\","
		  "\"expires_in\":1800,\"interval\":7}", &d, &e) < 0)
		fail_msg("%s", e.cause);
	assert_string_equal(mb_secret_str(&d.device_code),
			    "GmRhmhcxhwAzkoEqiMEg_DnyEysNkuNhs");
	assert_string_equal(d.user_code, "WDJB-MJHT");
	assert_string_equal(d.uri, "https://example.com/device");
	assert_string_equal(d.uri_complete,
			    "https://example.com/device?user_code=WDJB-MJHT");
	assert_int_equal(d.expires_in, 1800);
	assert_int_equal(d.interval, 7);
	mb_device_clear(&d);
}

static void google_says_url_and_quotes_numbers(void **state)
{
	struct mb_device d = {0};
	struct mb_err e = {0};

	(void)state;
	assert_int_equal(reads(200, "{\"device_code\":\"4/4-GMMhmHCXhWEzkobqIHGG\","
		"\"user_code\":\"GQVQ-JKEC\","
		"\"verification_url\":\"https://www.google.com/device\","
		"\"expires_in\":\"1800\",\"interval\":\"5\"}", &d, &e), 0);
	assert_string_equal(d.uri, "https://www.google.com/device");
	assert_string_equal(d.uri_complete, "");
	assert_int_equal(d.expires_in, 1800);
	assert_int_equal(d.interval, 5);
	mb_device_clear(&d);
}

static void microsoft_adds_a_message_and_leaves_out(void **state)
{
	struct mb_device d = {0};
	struct mb_err e = {0};

	(void)state;
	assert_int_equal(reads(200, "{\"user_code\":\"RK987NX2B\","
		"\"device_code\":\"RAQABAAEAAAD\","
		"\"verification_uri\":\"https://microsoft.com/devicelogin\","
		"\"expires_in\":900,\"message\":\"To sign in ...\"}", &d, &e),
		0);
	assert_int_equal(d.interval, MB_DEVICE_INTERVAL);
	assert_int_equal(d.expires_in, 900);
	mb_device_clear(&d);
}

#define REPLY(code, user, uri, more) \
	"{\"device_code\":\"" code "\",\"user_code\":\"" user "\"," \
	"\"verification_uri\":\"" uri "\"" more "}"

static void what_cannot_be_shown_is_refused(void **state)
{
	static const struct {
		const char *body, *cause;
	} cases[] = {
		{ "", "something that is not a JSON object" },
		{ "[]", "something that is not a JSON object" },
		{ "<html>", "something that is not a JSON object" },
		{ "{}", "no device code" },
		{ REPLY("", "U", "https://x.org/", ""), "no device code" },
		{ REPLY("d d", "U", "https://x.org/", ""), "no device code" },
		{ REPLY("d", "U\\u001b[2J", "https://x.org/", ""), "no code to show" },
		{ REPLY("d", "\\u202eU", "https://x.org/", ""), "no code to show" },
		{ REPLY("d", "U", "http://x.org/", ""), "not https" },
		{ REPLY("d", "U", "javascript:alert(1)", ""), "not https" },
		{ REPLY("d", "U", "https://a@x.org/", ""), "not https" },
		{ REPLY("d", "U", "https://x.org/\\n", ""), "no address" },
		{ REPLY("d", "U", "https://x.org/", ",\"user_code\":\"V\""),
		  "something that is not a JSON object" },
	};
	struct mb_device d = { .user_code = "untouched" };
	struct mb_err e = {0};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		if (reads(200, cases[i].body, &d, &e) == 0)
			fail_msg("taken: %s", cases[i].body);
		assert_int_equal(e.id, MB_E_REPLY_BAD);
		if (!strstr(e.cause, cases[i].cause))
			fail_msg("%s: %s", cases[i].body, e.cause);
		assert_string_equal(d.user_code, "untouched");
	}
}

static void limits_hold(void **state)
{
	char body[3 * MB_DEVICE_CODE_MAX], code[MB_DEVICE_CODE_MAX + 2];
	struct mb_device d = {0};
	struct mb_err e = {0};

	(void)state;
	memset(code, 'x', sizeof(code));
	code[MB_DEVICE_CODE_MAX] = '\0';
	snprintf(body, sizeof(body), "{\"device_code\":\"%s\",\"user_code\":"
		 "\"U\",\"verification_uri\":\"https://x.org/\","
		 "\"expires_in\":1e18,\"interval\":100000}", code);
	assert_int_equal(reads(200, body, &d, &e), 0);
	assert_int_equal(d.expires_in, MB_DEVICE_LIFETIME_MAX);
	assert_int_equal(d.interval, MB_DEVICE_INTERVAL_MAX);
	code[MB_DEVICE_CODE_MAX] = 'x';
	code[MB_DEVICE_CODE_MAX + 1] = '\0';
	snprintf(body, sizeof(body), "{\"device_code\":\"%s\",\"user_code\":"
		 "\"U\",\"verification_uri\":\"https://x.org/\"}", code);
	assert_int_equal(reads(200, body, &d, &e), -1);
	assert_int_equal(reads(200, REPLY("d", "U", "https://x.org/",
		",\"expires_in\":-4,\"interval\":\"5s\""), &d, &e), 0);
	assert_int_equal(d.expires_in, MB_DEVICE_LIFETIME);
	assert_int_equal(d.interval, MB_DEVICE_INTERVAL);
	mb_device_clear(&d);
}

static void refusals_are_told_like_those_of_the_token_endpoint(void **state)
{
	struct mb_device d = {0};
	struct mb_err e = {0};

	(void)state;
	assert_int_equal(reads(401, "{\"error\":\"invalid_client\"}", &d, &e),
			 -1);
	assert_int_equal(e.id, MB_E_CLIENT_REFUSED);
	assert_int_equal(reads(400, "{\"error\":\"invalid_scope\","
		"\"error_description\":\"Invalid device flow scope\"}", &d, &e),
		-1);
	assert_non_null(strstr(e.cause, "invalid_scope"));
	/* Google: quota */
	assert_int_equal(reads(403, "{\"error_code\":\"rate_limit_exceeded\"}",
			       &d, &e), -1);
	assert_int_equal(e.id, MB_E_PROVIDER_BUSY);
	assert_int_equal(reads(503, "down", &d, &e), -1);
	assert_int_equal(e.id, MB_E_PROVIDER_BUSY);
}

static void the_body_decides_and_not_the_status(void **state)
{
	static const struct {
		long status;
		const char *body;
		enum mb_device_answer answer;
	} cases[] = {
		{ 400, "{\"error\":\"authorization_pending\"}",
		  MB_DEVICE_PENDING },
		{ 428, "{\"error\":\"authorization_pending\",\"error_description\":"
		  "\"Precondition Required\"}", MB_DEVICE_PENDING },
		{ 428, "", MB_DEVICE_PENDING },
		{ 400, "{\"error\":\"slow_down\"}", MB_DEVICE_SLOW_DOWN },
		{ 403, "{\"error\":\"slow_down\"}", MB_DEVICE_SLOW_DOWN },
		{ 403, "{\"error_code\":\"rate_limit_exceeded\"}",
		  MB_DEVICE_SLOW_DOWN },
		{ 403, "{\"error\":\"access_denied\"}", MB_DEVICE_DENIED },
		{ 400, "{\"error\":\"authorization_declined\","
		  "\"error_codes\":[70019]}", MB_DEVICE_DENIED },
		{ 400, "{\"error\":\"expired_token\"}", MB_DEVICE_EXPIRED },
		{ 400, "{\"error\":\"authorization_pending\","
		  "\"error_codes\":[70016]}", MB_DEVICE_PENDING },
		{ 400, "{\"error\":\"bad_verification_code\"}",
		  MB_DEVICE_ANSWERED },
		{ 400, "{\"error\":\"invalid_grant\"}", MB_DEVICE_ANSWERED },
		{ 200, "{\"access_token\":\"t\"}", MB_DEVICE_ANSWERED },
		{ 503, "", MB_DEVICE_LATER },
		{ 429, "{}", MB_DEVICE_LATER },
		{ 200, "", MB_DEVICE_ANSWERED },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct mb_http_reply reply = { .status = cases[i].status };

		assert_int_equal(mb_secret_append_str(&reply.body,
						      cases[i].body), 0);
		if (mb_device_judge(&reply) != cases[i].answer)
			fail_msg("%ld %s", cases[i].status, cases[i].body);
		mb_http_reply_clear(&reply);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(requests_are_those_of_the_rfc),
		cmocka_unit_test(the_reply_of_the_rfc_is_read),
		cmocka_unit_test(google_says_url_and_quotes_numbers),
		cmocka_unit_test(microsoft_adds_a_message_and_leaves_out),
		cmocka_unit_test(what_cannot_be_shown_is_refused),
		cmocka_unit_test(limits_hold),
		cmocka_unit_test(refusals_are_told_like_those_of_the_token_endpoint),
		cmocka_unit_test(the_body_decides_and_not_the_status),
	};

	return cmocka_run_group_tests(tests, set_up, NULL);
}
