/* SPDX-License-Identifier: BSD-2-Clause */
/* Requests byte for byte, and replies good and bad.  What error replies mean is
 * in test_outcome.c. */
#include "config.h"

#include "tests/unit/unit.h"

#include <stdio.h>

#include "lib/oauth.h"
#include "lib/record.h"

#define HARD "a+b c&d=e%41/~\xc3\xa9"
#define HARD_ENCODED "a%2Bb%20c%26d%3De%2541%2F~%C3%A9"

static void set(struct mb_secret *s, const char *text)
{
	assert_int_equal(mb_secret_set(s, text, strlen(text)), 0);
}

static void client(struct mb_credential *c)
{
	mb_credential_clear(c);
	snprintf(c->name, sizeof(c->name), "work");
	snprintf(c->client_id, sizeof(c->client_id), "id 1");
	snprintf(c->authorization_endpoint, sizeof(c->authorization_endpoint),
		 "https://x.org/auth");
	snprintf(c->scope, sizeof(c->scope), "https://mail.google.com/ b");
}

static void refresh_body_percent_encodes_every_value(void **state)
{
	struct mb_oauth_request q = {0};
	struct mb_credential c = {0};
	struct mb_secret token = {0};
	struct mb_err e = {0};

	(void)state;
	client(&c);
	set(&token, "..+..&x");
	assert_int_equal(mb_oauth_refresh_request(&c, &token, &q, &e), 0);
	assert_string_equal(mb_secret_str(&q.body),
		"grant_type=refresh_token&refresh_token=..%2B..%26x"
		"&client_id=id%201");
	assert_int_equal(q.authorization.len, 0);

	set(&c.client_secret, HARD);
	c.auth_method = MB_AUTH_POST;
	assert_int_equal(mb_oauth_refresh_request(&c, &token, &q, &e), 0);
	assert_string_equal(mb_secret_str(&q.body),
		"grant_type=refresh_token&refresh_token=..%2B..%26x"
		"&client_id=id%201&client_secret=" HARD_ENCODED);
	mb_oauth_request_clear(&q);
	mb_credential_clear(&c);
	mb_secret_clear(&token);
}

/* RFC 6749 section 2.3.1: both are form-encoded before base64. */
static void basic_encodes_id_and_secret_before_base64(void **state)
{
	struct mb_oauth_request q = {0};
	struct mb_credential c = {0};
	struct mb_secret token = {0};
	struct mb_err e = {0};

	(void)state;
	client(&c);
	set(&token, "t");
	set(&c.client_secret, HARD);
	c.auth_method = MB_AUTH_BASIC;
	assert_int_equal(mb_oauth_refresh_request(&c, &token, &q, &e), 0);
	assert_string_equal(mb_secret_str(&q.body),
			    "grant_type=refresh_token&refresh_token=t");
	/* base64("id%201:a%2Bb%20c%26d%3De%2541%2F~%C3%A9") */
	assert_string_equal(mb_secret_str(&q.authorization),
		"Basic aWQlMjAxOmElMkJiJTIwYyUyNmQlM0RlJTI1NDElMkZ+JUMzJUE5");
	mb_oauth_request_clear(&q);
	mb_credential_clear(&c);
	mb_secret_clear(&token);
}

static void code_body_has_verifier_and_redirect_uri(void **state)
{
	struct mb_secret code = {0}, verifier = {0};
	struct mb_oauth_request q = {0};
	struct mb_credential c = {0};
	struct mb_err e = {0};

	(void)state;
	client(&c);
	set(&code, "4/P7q");
	set(&verifier, "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk");
	assert_int_equal(mb_oauth_code_request(&c, &code, &verifier,
			 "http://127.0.0.1:1/", &q, &e), 0);
	assert_string_equal(mb_secret_str(&q.body),
		"grant_type=authorization_code&code=4%2FP7q"
		"&redirect_uri=http%3A%2F%2F127.0.0.1%3A1%2F&code_verifier="
		"dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"
		"&client_id=id%201");
	mb_secret_clear(&verifier);
	assert_int_equal(mb_oauth_code_request(&c, &code, &verifier,
			 "http://127.0.0.1:1/", &q, &e), 0);
	assert_null(strstr(mb_secret_str(&q.body), "code_verifier"));
	mb_oauth_request_clear(&q);
	mb_secret_clear(&code);
}

/* RFC 7636 appendix B. */
static void challenge_is_the_one_of_the_rfc(void **state)
{
	char challenge[MB_OAUTH_CHALLENGE_LEN + 1];
	struct mb_err e = {0};

	(void)state;
	assert_int_equal(mb_oauth_challenge(
		"dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk", challenge, &e),
		0);
	assert_string_equal(challenge,
			    "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM");
}

static void authorization_url_has_all_that_is_known(void **state)
{
	struct mb_oauth_authorization a = {
		.redirect_uri = "http://127.0.0.1:7/cb",
		.state = "s&t", .code_challenge = "CC",
		.login_hint = "a+b@x.org", .nonce = "n",
	};
	struct mb_credential c = {0};
	struct mb_secret url = {0};
	struct mb_err e = {0};

	(void)state;
	client(&c);
	snprintf(c.authorization_extra, sizeof(c.authorization_extra),
		 "access_type=offline&prompt=consent");
	assert_int_equal(mb_oauth_authorization_url(&c, &a, &url, &e), 0);
	assert_string_equal(mb_secret_str(&url),
		"https://x.org/auth?response_type=code&client_id=id%201"
		"&redirect_uri=http%3A%2F%2F127.0.0.1%3A7%2Fcb"
		"&scope=https%3A%2F%2Fmail.google.com%2F%20b&state=s%26t"
		"&code_challenge=CC&code_challenge_method=S256"
		"&login_hint=a%2Bb%40x.org&nonce=n"
		"&access_type=offline&prompt=consent");
	a.code_challenge = a.login_hint = a.nonce = NULL;
	c.scope[0] = c.authorization_extra[0] = '\0';
	snprintf(c.authorization_endpoint, sizeof(c.authorization_endpoint),
		 "https://x.org/auth?p=1");
	assert_int_equal(mb_oauth_authorization_url(&c, &a, &url, &e), 0);
	assert_string_equal(mb_secret_str(&url),
		"https://x.org/auth?p=1&response_type=code&client_id=id%201"
		"&redirect_uri=http%3A%2F%2F127.0.0.1%3A7%2Fcb&state=s%26t");
	c.authorization_endpoint[0] = '\0';
	assert_int_equal(mb_oauth_authorization_url(&c, &a, &url, &e), -1);
	assert_int_equal(e.id, MB_E_BAD_ENDPOINT);
	mb_secret_clear(&url);
}

/* ---- replies ---- */

static struct mb_credential the_client;
static const struct mb_secret sent = { (char *)(uintptr_t)"old-refresh", 11,
				       0 };

/* Judge a 200 with that body at the time 1000. */
static enum mb_outcome judge(const char *body, struct mb_grant *g,
			     struct mb_err *e)
{
	struct mb_oauth_asked asked = { .credential = &the_client,
		.account = "a@x.org", .grant = MB_OAUTH_REFRESH,
		.secret = &sent, .age_s = 86400, .now = 1000 };
	struct mb_http_reply r = { .status = 200 };
	enum mb_outcome outcome;

	set(&r.body, body);
	mb_err_clear(e);
	outcome = mb_oauth_judge(&asked, &r, g, e);
	mb_http_reply_clear(&r);
	return outcome;
}

static void a_whole_reply_is_taken(void **state)
{
	struct mb_grant g = {0};
	struct mb_err e;

	(void)state;
	assert_int_equal(judge("{\"access_token\":\"AT\",\"token_type\":"
		"\"bEaReR\",\"expires_in\":3599,\"refresh_token\":\"RT\","
		"\"id_token\":\"h.p.s\",\"scope\":\"a b\",\"more\":[1,{}]}",
		&g, &e), MB_OUT_GRANTED);
	assert_string_equal(mb_secret_str(&g.access_token), "AT");
	assert_string_equal(mb_secret_str(&g.refresh_token), "RT");
	assert_string_equal(mb_secret_str(&g.id_token), "h.p.s");
	assert_string_equal(g.scope, "a b");
	assert_string_equal(g.token_type, "bEaReR");
	assert_int_equal(g.expires_at, 4599);
	assert_int_equal(e.id, MB_E_NONE);
	assert_int_equal(judge("{\"access_token\":\"AT\"}", &g, &e),
			 MB_OUT_GRANTED);
	assert_int_equal(g.refresh_token.len, 0);
	assert_int_equal(g.id_token.len, 0);
	assert_string_equal(g.scope, "");
	mb_grant_clear(&g);
}

/* expires_in as `text`: the token is there, and lives for `lifetime`. */
static void lives(const char *text, int64_t lifetime)
{
	struct mb_grant g = {0};
	struct mb_err e;
	char body[1024];

	snprintf(body, sizeof(body), "{\"access_token\":\"AT\","
		 "\"refresh_token\":\"RT\"%s%s}", *text ? ",\"expires_in\":" :
		 "", text);
	if (judge(body, &g, &e) != MB_OUT_GRANTED)
		fail_msg("%s: %s", text, e.cause);
	assert_string_equal(mb_secret_str(&g.refresh_token), "RT");
	if (g.expires_at != 1000 + lifetime)
		fail_msg("%s: %lld", text, (long long)g.expires_at - 1000);
	mb_grant_clear(&g);
}

static void no_shape_of_expires_in_loses_a_token(void **state)
{
	char digits[600];

	(void)state;
	lives("", 3600);
	lives("null", 3600);
	lives("0", 3600);
	lives("-5", 3600);
	lives("0.5", 3600);
	lives("[]", 3600);
	lives("true", 3600);
	lives("\"\"", 3600);
	lives("\"soon\"", 3600);
	lives("\"12x\"", 3600);
	lives("1", 1);
	lives("3599.9", 3599);
	lives("\"3599\"", 3599);
	lives("\"3599.5\"", 3599);
	lives("1e3", 1000);
	lives("4102444800", MB_OAUTH_LIFETIME_MAX);
	lives("99999999999999999999999", MB_OAUTH_LIFETIME_MAX);
	lives("\"99999999999999999999999\"", 3600);
	/* more than a double holds: jansson alone would refuse the reply */
	lives("1e999", 3600);
	lives("-1e999", 3600);
	memset(digits, '9', sizeof(digits));
	digits[sizeof(digits) - 1] = '\0';
	lives(digits, 3600);
	the_client.token_lifetime = 1800;
	lives("", 1800);
	lives("null", 1800);
	lives("60", 60);
	the_client.token_lifetime = 0;
}

/* Not granted, but the new refresh token comes back. */
static void rescued(const char *body)
{
	struct mb_grant g = {0};
	struct mb_err e;

	if (judge(body, &g, &e) != MB_OUT_TRANSIENT)
		fail_msg("granted: %s", body);
	assert_int_equal(e.id, MB_E_REPLY_BAD);
	assert_int_equal(g.access_token.len, 0);
	assert_int_equal(g.expires_at, 0);
	assert_string_equal(mb_secret_str(&g.refresh_token), "RT");
	mb_grant_clear(&g);
}

static void a_rotated_token_is_kept_when_the_rest_is_no_use(void **state)
{
	(void)state;
	rescued("{\"refresh_token\":\"RT\"}");
	rescued("{\"refresh_token\":\"RT\",\"access_token\":null}");
	rescued("{\"refresh_token\":\"RT\",\"access_token\":7}");
	rescued("{\"refresh_token\":\"RT\",\"access_token\":\"\"}");
	rescued("{\"refresh_token\":\"RT\",\"access_token\":\"a b\"}");
	rescued("{\"refresh_token\":\"RT\",\"access_token\":\"a\\u0001b\"}");
	rescued("{\"refresh_token\":\"RT\",\"access_token\":\"\xc3\xa9\"}");
	rescued("{\"refresh_token\":\"RT\",\"access_token\":\"A\","
		"\"token_type\":\"DPoP\"}");
	/* duplicate members */
	rescued("{\"refresh_token\":\"RT\",\"access_token\":\"A\","
		"\"access_token\":\"B\"}");
	rescued("{\"refresh_token\":\"R0\",\"access_token\":\"A\","
		"\"refresh_token\":\"RT\"}");
}

static void useless(const char *body, const char *words)
{
	struct mb_grant g = {0};
	struct mb_err e;
	char line[MB_ERR_LINE];

	assert_int_equal(judge(body, &g, &e), MB_OUT_TRANSIENT);
	assert_int_equal(e.id, MB_E_REPLY_BAD);
	assert_int_equal(g.refresh_token.len, 0);
	assert_string_equal(e.object, "a@x.org");
	mb_err_line(&e, line, sizeof(line));
	if (!strstr(line, words))
		fail_msg("\"%s\" does not say \"%s\"", line, words);
}

static void a_reply_that_is_no_use_says_what_came(void **state)
{
	char deep[4200];

	(void)state;
	useless("", "HTTP 200 with nothing");
	useless(" \r\n", "HTTP 200 with nothing");
	useless(" <!DOCTYPE html><title>Hi</title>", "HTTP 200 with HTML");
	useless("access_token=a", "with something that is not a JSON object");
	useless("[\"access_token\"]", "not a JSON object");
	useless("\"access_token\"", "not a JSON object");
	useless("{\"access_token\":\"A\"", "not a JSON object");
	useless("{\"access_token\":\"A\"} x", "not a JSON object");
	useless("{\"access_token\":\"A\\u0000\"}", "not a JSON object");
	useless("{\"access_token\":\"\xff\"}", "not a JSON object");
	useless("{}", "with no access token");
	useless("{\"access_token\":{}}", "with an access token that cannot");
	useless("{\"access_token\":\"a\",\"token_type\":\"mac\"}",
		"not of type Bearer");
	memset(deep, '[', sizeof(deep));
	deep[sizeof(deep) - 1] = '\0';
	useless(deep, "not a JSON object");
}

static void a_token_has_at_most_sixteen_kibibytes(void **state)
{
	static char body[MB_TOKEN_MAX + 200];
	struct mb_grant g = {0};
	struct mb_err e;
	char *at;

	(void)state;
	at = body + snprintf(body, sizeof(body), "{\"access_token\":\"");
	memset(at, 'x', MB_TOKEN_MAX);
	snprintf(at + MB_TOKEN_MAX, 10, "\"}");
	assert_int_equal(judge(body, &g, &e), MB_OUT_GRANTED);
	assert_int_equal(g.access_token.len, MB_TOKEN_MAX);
	snprintf(at + MB_TOKEN_MAX, 10, "x\"}");
	assert_int_equal(judge(body, &g, &e), MB_OUT_TRANSIENT);
	mb_grant_clear(&g);
}

static void a_scope_that_is_odd_is_left_out(void **state)
{
	static char body[4000];
	struct mb_grant g = {0};
	struct mb_err e;
	char *at;

	(void)state;
	assert_int_equal(judge("{\"access_token\":\"A\",\"scope\":[\"a\"]}",
			       &g, &e), MB_OUT_GRANTED);
	assert_string_equal(g.scope, "");
	assert_int_equal(judge("{\"access_token\":\"A\",\"scope\":\"a\\nb\"}",
			       &g, &e), MB_OUT_GRANTED);
	assert_string_equal(g.scope, "");
	at = body + snprintf(body, sizeof(body),
			     "{\"access_token\":\"A\",\"scope\":\"");
	memset(at, 's', 2049);
	snprintf(at + 2049, 10, "\"}");
	assert_int_equal(judge(body, &g, &e), MB_OUT_GRANTED);
	assert_string_equal(g.scope, "");
	mb_grant_clear(&g);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(refresh_body_percent_encodes_every_value),
		cmocka_unit_test(basic_encodes_id_and_secret_before_base64),
		cmocka_unit_test(code_body_has_verifier_and_redirect_uri),
		cmocka_unit_test(challenge_is_the_one_of_the_rfc),
		cmocka_unit_test(authorization_url_has_all_that_is_known),
		cmocka_unit_test(a_whole_reply_is_taken),
		cmocka_unit_test(no_shape_of_expires_in_loses_a_token),
		cmocka_unit_test(
			a_rotated_token_is_kept_when_the_rest_is_no_use),
		cmocka_unit_test(a_reply_that_is_no_use_says_what_came),
		cmocka_unit_test(a_token_has_at_most_sixteen_kibibytes),
		cmocka_unit_test(a_scope_that_is_odd_is_left_out),
	};

	client(&the_client);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
