/* SPDX-License-Identifier: BSD-2-Clause */
#include "config.h"

#include "tests/unit/unit.h"
#include "tools/idtoken.h"
#include "tools/pkce.h"

/* "header.CLAIMS.signature" */
static void wrap(struct mb_secret *jws, const char *claims)
{
	static char middle[2 * MB_IDTOKEN_MAX];

	mb_pkce_base64url((const unsigned char *)claims, strlen(claims),
			  middle);
	mb_secret_clear(jws);
	assert_int_equal(mb_secret_append_str(jws, "eyJhbGciOiJSUzI1NiJ9."), 0);
	assert_int_equal(mb_secret_append_str(jws, middle), 0);
	assert_int_equal(mb_secret_append_str(jws, ".c2lnbmF0dXJl"), 0);
}

static int read_claims(struct mb_idtoken *t, const char *claims)
{
	struct mb_secret jws = { 0 };
	int ret;

	wrap(&jws, claims);
	ret = mb_idtoken_read(t, &jws, "client", "a@x.org", NULL);
	mb_secret_clear(&jws);
	return ret;
}

static void claims_are_read(void **state)
{
	struct mb_idtoken t = { 0 };

	(void)state;
	assert_int_equal(read_claims(&t, "{\"iss\":\"https://i\",\"aud\":\"client\","
		"\"email\":\"a@x.org\",\"preferred_username\":\"alice\","
		"\"upn\":\"u@x.org\",\"nonce\":\"n\",\"exp\":1}"), 0);
	assert_string_equal(t.issuer, "https://i");
	assert_string_equal(t.nonce, "n");
	assert_string_equal(t.address[0], "a@x.org");
	assert_string_equal(t.address[1], "");
	assert_string_equal(t.address[2], "u@x.org");
	assert_true(t.for_client);
}

static void audience_may_be_a_list(void **state)
{
	struct mb_idtoken t = { 0 };

	(void)state;
	assert_int_equal(read_claims(&t, "{\"aud\":[\"x\",\"client\"]}"), 0);
	assert_true(t.for_client);
	assert_int_equal(read_claims(&t, "{\"aud\":[\"x\",1]}"), 0);
	assert_false(t.for_client);
	assert_int_equal(read_claims(&t, "{\"aud\":\"clien\"}"), 0);
	assert_false(t.for_client);
	assert_int_equal(read_claims(&t, "{}"), 0);
	assert_false(t.for_client);
}

static void what_is_no_id_token_is_refused(void **state)
{
	static const char *const bad[] = {
		"", ".", "..", "a.b", "a.e30", "a.e30.b.c", "a.e30=.b", "a.e3.b",
		"a.!!!!.b", "a.W10.b", "a.bnVsbA.b", "a.eyJhIjoxLCJhIjoyfQ.b",
	};
	struct mb_idtoken t = { .nonce = "kept" };
	struct mb_err e = { 0 };

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		struct mb_secret jws = { 0 };

		assert_int_equal(mb_secret_append_str(&jws, bad[i]), 0);
		assert_int_equal(mb_idtoken_read(&t, &jws, "client", "a@x.org",
						 &e), -1);
		assert_int_equal(e.id, MB_E_REPLY_BAD);
		mb_secret_clear(&jws);
	}
	assert_string_equal(t.nonce, "kept");
}

static void token_beyond_the_limit_is_refused(void **state)
{
	static char claims[MB_IDTOKEN_MAX];
	struct mb_idtoken t = { 0 };

	(void)state;
	memset(claims, ' ', sizeof(claims) - 1);
	memcpy(claims, "{}", 2);
	claims[8000] = '\0';
	assert_int_equal(read_claims(&t, claims), 0);
	claims[8000] = ' ';
	assert_int_equal(read_claims(&t, claims), -1);
}

static void token_of_another_request_is_refused(void **state)
{
	struct mb_credential *c = calloc(1, sizeof(*c));
	struct mb_idtoken t = { .for_client = true, .issuer = "https://i",
				.nonce = "n" };
	struct mb_err e = { 0 };

	(void)state;
	assert_non_null(c);
	memcpy(c->issuer, "https://i", 10);
	assert_int_equal(mb_idtoken_check(&t, c, "n", "a@x.org", &e), 0);
	assert_int_equal(mb_idtoken_check(&t, c, "", "a@x.org", &e), 0);
	assert_int_equal(mb_idtoken_check(&t, c, "m", "a@x.org", &e), -1);
	memcpy(t.issuer, "https://j", 10);
	assert_int_equal(mb_idtoken_check(&t, c, "n", "a@x.org", &e), -1);
	t.issuer[0] = '\0';	/* and so it did not come from there */
	assert_int_equal(mb_idtoken_check(&t, c, "n", "a@x.org", &e), -1);
	memcpy(t.issuer, "i", 2);	/* Google leaves the scheme out */
	assert_int_equal(mb_idtoken_check(&t, c, "n", "a@x.org", &e), 0);
	t.for_client = false;
	assert_int_equal(mb_idtoken_check(&t, c, "n", "a@x.org", &e), -1);
	assert_int_equal(e.id, MB_E_REPLY_BAD);
	free(c);
}

static void token_for_another_party_is_refused(void **state)
{
	struct mb_idtoken t = { 0 };

	(void)state;
	assert_int_equal(read_claims(&t, "{\"aud\":[\"client\",\"other\"],"
				     "\"azp\":\"client\"}"), 0);
	assert_true(t.for_client);
	assert_int_equal(read_claims(&t, "{\"aud\":[\"client\",\"other\"],"
				     "\"azp\":\"other\"}"), 0);
	assert_false(t.for_client);
	assert_int_equal(read_claims(&t, "{\"aud\":\"client\",\"azp\":7}"),
			 0);
	assert_false(t.for_client);
}

static void a_clock_that_is_off_is_noticed(void **state)
{
	struct mb_idtoken t = { 0 };

	(void)state;
	assert_int_equal(mb_idtoken_clock_min(&t, 1764000000), 0);
	assert_int_equal(read_claims(&t, "{\"iat\":1764000000}"), 0);
	assert_int_equal(mb_idtoken_clock_min(&t, 1764000000 + 299), 0);
	assert_int_equal(mb_idtoken_clock_min(&t, 1764000000 + 3600), 60);
	assert_int_equal(mb_idtoken_clock_min(&t, 1764000000 - 3600), -60);
	assert_int_equal(read_claims(&t, "{\"iat\":1e300}"), 0);
	assert_int_equal(mb_idtoken_clock_min(&t, 1764000000), 0);
}

static void wrong_account_is_named(void **state)
{
	struct mb_idtoken t = { .address = { "b@x.org" } };
	struct mb_err e = { 0 };
	char line[MB_ERR_LINE];

	(void)state;
	assert_int_equal(mb_idtoken_is(&t, "relay@x.org", &e), -1);
	assert_string_equal(mb_err_line(&e, line, sizeof(line)),
		"signed in as b@x.org, wanted relay@x.org; nothing saved; use a private window, or for a shared mailbox: --as b@x.org [wrong-account]");
}

static void right_account_may_be_any_claim_in_any_case(void **state)
{
	struct mb_idtoken t = { .address = { "alias@x.org", "A@X.org" } };
	struct mb_idtoken none = { 0 };

	(void)state;
	assert_int_equal(mb_idtoken_is(&t, "a@x.ORG", NULL), 0);
	assert_int_equal(mb_idtoken_is(&t, "c@x.org", NULL), -1);
	assert_int_equal(mb_idtoken_is(&none, "a@x.org", NULL), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(claims_are_read),
		cmocka_unit_test(audience_may_be_a_list),
		cmocka_unit_test(what_is_no_id_token_is_refused),
		cmocka_unit_test(token_beyond_the_limit_is_refused),
		cmocka_unit_test(token_of_another_request_is_refused),
		cmocka_unit_test(token_for_another_party_is_refused),
		cmocka_unit_test(a_clock_that_is_off_is_noticed),
		cmocka_unit_test(wrong_account_is_named),
		cmocka_unit_test(right_account_may_be_any_claim_in_any_case),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
