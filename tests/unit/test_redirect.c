/* SPDX-License-Identifier: BSD-2-Clause */
#include "config.h"

#include "tests/unit/unit.h"
#include "tools/redirect.h"

#define URI "http://127.0.0.1:4321/done"

static int query(struct mb_redirect *r, const char *text, struct mb_err *e)
{
	return mb_redirect_query(r, text, strlen(text), e);
}

static int paste(struct mb_redirect *r, const char *text, const char *uri,
		 struct mb_err *e)
{
	struct mb_secret s = { 0 };
	int ret;

	assert_int_equal(mb_secret_append_str(&s, text), 0);
	ret = mb_redirect_pasted(r, &s, uri, e);
	mb_secret_clear(&s);
	return ret;
}

/* ---- query ---- */

static void query_gives_code_state_and_issuer(void **state)
{
	struct mb_redirect r = { 0 };

	(void)state;
	assert_int_equal(query(&r, "state=s%2D1&foo=bar&code=4%2F0Ab%20c+d"
			       "&iss=https%3A%2F%2Faccounts.google.com&scope=",
			       NULL), 0);
	assert_string_equal(mb_secret_str(&r.code), "4/0Ab c d");
	assert_string_equal(mb_secret_str(&r.state), "s-1");
	assert_string_equal(r.iss, "https://accounts.google.com");
	assert_string_equal(r.error, "");
	mb_redirect_clear(&r);
}

static void query_gives_error_with_escaped_description(void **state)
{
	struct mb_redirect r = { 0 };

	(void)state;
	assert_int_equal(query(&r, "error=access_denied&error_description="
			       "no%E2%80%AEway&state=s", NULL), 0);
	assert_string_equal(r.error, "access_denied");
	assert_string_equal(r.error_description, "no\\xE2\\x80\\xAEway");
	mb_redirect_clear(&r);
}

static void query_that_is_empty_has_nothing(void **state)
{
	struct mb_redirect r = { 0 };

	(void)state;
	assert_int_equal(query(&r, "", NULL), 0);
	assert_int_equal(query(&r, "&&=&codes=1&code", NULL), 0);
	assert_int_equal(r.code.len, 0);
	assert_int_equal(r.state.len, 0);
	mb_redirect_clear(&r);
}

static void query_with_a_parameter_twice_is_refused(void **state)
{
	struct mb_redirect r = { 0 };
	struct mb_err e = { 0 };

	(void)state;
	assert_int_equal(query(&r, "code=a&code=a", &e), -1);
	assert_int_equal(e.id, MB_E_BAD_REDIRECT);
	assert_int_equal(query(&r, "state=&state=b", NULL), -1);
	assert_int_equal(query(&r, "x=1&x=2&code=a", NULL), 0);
	mb_redirect_clear(&r);
}

static void query_with_damaged_encoding_is_refused(void **state)
{
	static const char *const bad[] = {
		"code=%", "code=%4", "code=%zz", "code=a%00b", "code=a%0ab",
		"state=%1f", "code=a\177", "iss=%7f",
	};
	struct mb_redirect r = { 0 };
	struct mb_err e = { 0 };

	(void)state;
	assert_int_equal(query(&r, "code=kept", NULL), 0);
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		assert_int_equal(query(&r, bad[i], &e), -1);
		assert_int_equal(e.id, MB_E_BAD_REDIRECT);
	}
	assert_string_equal(mb_secret_str(&r.code), "kept");
	mb_redirect_clear(&r);
}

static void query_code_may_be_as_long_as_the_limit_and_no_longer(void **state)
{
	static char text[MB_REDIRECT_CODE_MAX + 8] = "code=";
	struct mb_redirect r = { 0 };

	(void)state;
	memset(text + 5, 'a', MB_REDIRECT_CODE_MAX);
	assert_int_equal(query(&r, text, NULL), 0);
	assert_int_equal(r.code.len, MB_REDIRECT_CODE_MAX);
	text[5 + MB_REDIRECT_CODE_MAX] = 'a';
	assert_int_equal(query(&r, text, NULL), -1);
	mb_redirect_clear(&r);
}

static void query_may_be_as_long_as_the_limit_and_no_longer(void **state)
{
	static char text[MB_REDIRECT_MAX + 2];
	struct mb_redirect r = { 0 };

	(void)state;
	memset(text, 'a', MB_REDIRECT_MAX);
	assert_int_equal(query(&r, text, NULL), 0);
	text[MB_REDIRECT_MAX] = 'a';
	assert_int_equal(query(&r, text, NULL), -1);
	mb_redirect_clear(&r);
}

/* ---- target ---- */

static void target_must_have_the_path(void **state)
{
	const char *q = NULL;
	size_t n = 99;

	(void)state;
	assert_true(mb_redirect_target("/done?code=1", "/done", &q, &n));
	assert_string_equal(q, "code=1");
	assert_int_equal(n, 6);
	assert_true(mb_redirect_target("/done", "/done", &q, &n));
	assert_int_equal(n, 0);
	assert_false(mb_redirect_target("/done/", "/done", &q, &n));
	assert_false(mb_redirect_target("/don", "/done", &q, &n));
	assert_false(mb_redirect_target("", "/", &q, &n));
	assert_false(mb_redirect_target("http://127.0.0.1/done", "/done", &q,
					&n));
}

/* ---- pasted ---- */

static void pasted_address_is_taken_in_every_spelling(void **state)
{
	static const char *const good[] = {
		URI "?code=c&state=s",
		"  \"" URI "?code=c&state=s\" \t",
		"<" URI "?code=c&state=s>",
		"127.0.0.1:4321/done?code=c&state=s",
		URI "/?code=c&state=s",
		URI "?code=c&state=s#",
		URI "?code=c&state=s#_=_",
		"HTTP://127.0.0.1:4321/done?state=s&code=c",
		"?code=c&state=s",
		"code=c&state=s",
		"state=s&code=c",
	};
	struct mb_redirect r = { 0 };

	(void)state;
	for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++) {
		assert_int_equal(paste(&r, good[i], URI, NULL), 0);
		assert_string_equal(mb_secret_str(&r.code), "c");
		assert_string_equal(mb_secret_str(&r.state), "s");
	}
	mb_redirect_clear(&r);
}

static void pasted_root_path_may_lack_its_slash(void **state)
{
	struct mb_redirect r = { 0 };

	(void)state;
	assert_int_equal(paste(&r, "http://localhost:99/?code=c",
			       "http://localhost:99", NULL), 0);
	assert_int_equal(paste(&r, "http://localhost:99?code=c",
			       "http://localhost:99/", NULL), 0);
	assert_int_equal(paste(&r, "http://localhost:991/?code=c",
			       "http://localhost:99/", NULL), -1);
	mb_redirect_clear(&r);
}

static void pasted_wrong_is_refused_with_what_it_is(void **state)
{
	static const struct {
		const char *text, *cause;
	} wrong[] = {
		{ "https://login.example/authorize?state=s",
		  "is not the one the sign-in ends on, which begins with " URI },
		{ "http://127.0.0.1:4322/done?code=c",
		  "is not the one the sign-in ends on, which begins with " URI },
		{ URI "x?code=c",
		  "is not the one the sign-in ends on, which begins with " URI },
		{ "secret", " is not an address" },
		{ "", "nothing was pasted" },
		{ " \"\" ", "nothing was pasted" },
		{ URI, "has nothing behind the \"?\": it is not whole" },
		{ URI "?", "has nothing behind the \"?\": it is not whole" },
		{ URI "#code=c", "has nothing behind the \"?\": it is not whole" },
	};
	struct mb_redirect r = { 0 };
	struct mb_err e = { 0 };

	(void)state;
	for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
		assert_int_equal(paste(&r, wrong[i].text, URI, &e), -1);
		assert_int_equal(e.id, MB_E_BAD_REDIRECT);
		assert_string_equal(e.cause, wrong[i].cause);
	}
	assert_int_equal(r.code.len, 0);
}

/* ---- judging ---- */

static enum mb_verdict judge(const char *text, const char *issuer,
			     const char *tenant, struct mb_err *e)
{
	struct mb_credential *c = calloc(1, sizeof(*c));
	struct mb_redirect r = { 0 };
	struct mb_secret state = { 0 };
	enum mb_verdict ret;

	assert_non_null(c);
	memcpy(c->name, "work", 5);
	memcpy(c->issuer, issuer, strlen(issuer) + 1);
	memcpy(c->tenant, tenant, strlen(tenant) + 1);
	assert_int_equal(mb_secret_append_str(&state, "right"), 0);
	assert_int_equal(query(&r, text, NULL), 0);
	mb_err_clear(e);
	ret = mb_redirect_judge(&r, &state, c, "a@x.org", e);
	mb_redirect_clear(&r);
	mb_secret_clear(&state);
	free(c);
	return ret;
}

static void answer_with_the_right_state_has_a_code(void **state)
{
	struct mb_err e = { 0 };

	(void)state;
	assert_int_equal(judge("code=c&state=right", "", "", &e),
			 MB_VERDICT_CODE);
	assert_int_equal(e.id, MB_E_NONE);
}

static void answer_with_another_state_is_ignored(void **state)
{
	struct mb_err e = { 0 };

	(void)state;
	assert_int_equal(judge("code=c&state=wrong", "", "", &e),
			 MB_VERDICT_IGNORE);
	assert_string_equal(e.cause,
		"that answer belongs to another sign-in (state differs)");
	assert_int_equal(judge("code=c&state=righ", "", "", &e),
			 MB_VERDICT_IGNORE);
	assert_int_equal(judge("code=c", "", "", &e), MB_VERDICT_IGNORE);
	/* Nobody without the state may end the wait. */
	assert_int_equal(judge("error=access_denied", "", "", &e),
			 MB_VERDICT_IGNORE);
}

static void answer_without_code_is_ignored(void **state)
{
	struct mb_err e = { 0 };

	(void)state;
	assert_int_equal(judge("state=right", "", "", &e), MB_VERDICT_IGNORE);
	assert_string_equal(e.cause,
		"that answer has neither a code nor an error");
}

static void answer_that_was_declined_says_so(void **state)
{
	struct mb_err e = { 0 };
	char line[MB_ERR_LINE];

	(void)state;
	assert_int_equal(judge("error=access_denied&state=right", "", "", &e),
			 MB_VERDICT_REFUSED);
	assert_string_equal(mb_err_line(&e, line, sizeof(line)),
		"a@x.org: the sign-in was declined (access_denied); nothing saved; to allow it, run again: mailbearer enroll a@x.org [denied]");
	assert_int_equal(judge("error=invalid_scope&error_description=no+such"
			       "&state=right&code=c", "", "", &e),
			 MB_VERDICT_REFUSED);
	assert_string_equal(e.cause,
		"the provider refused the sign-in (invalid_scope: no such); nothing saved");
}

static void answer_of_another_issuer_is_refused(void **state)
{
	struct mb_err e = { 0 };

	(void)state;
	assert_int_equal(judge("code=c&state=right&iss=https%3A%2F%2Fevil.org",
			       "https://good.org", "", &e), MB_VERDICT_REFUSED);
	assert_int_equal(e.id, MB_E_BAD_REDIRECT);
	assert_int_equal(judge("code=c&state=right&iss=https%3A%2F%2Fgood.org/",
			       "https://good.org", "", &e), MB_VERDICT_REFUSED);
	assert_int_equal(judge("code=c&state=right&iss=https%3A%2F%2Fgood.org",
			       "https://good.org", "", &e), MB_VERDICT_CODE);
	assert_int_equal(judge("code=c&state=right", "https://good.org", "",
			       &e), MB_VERDICT_CODE);
	assert_int_equal(judge("code=c&state=right&iss=https%3A%2F%2Fany.org",
			       "", "", &e), MB_VERDICT_CODE);
}

static void issuer_of_a_tenant_is_compared_by_origin(void **state)
{
	static const char guid[] =
		"code=c&state=right&iss=https%3A%2F%2Flogin.example%2Fguid%2Fv2.0";
	struct mb_err e = { 0 };

	(void)state;
	assert_int_equal(judge(guid, "https://login.example/{tenantid}/v2.0",
			       "", &e), MB_VERDICT_CODE);
	assert_int_equal(judge(guid, "https://login.example/x.org/v2.0",
			       "x.org", &e), MB_VERDICT_CODE);
	assert_int_equal(judge(guid, "https://login.example/x.org/v2.0", "",
			       &e), MB_VERDICT_REFUSED);
	assert_int_equal(judge(guid, "https://login.example.org/{tenantid}",
			       "", &e), MB_VERDICT_REFUSED);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(query_gives_code_state_and_issuer),
		cmocka_unit_test(query_gives_error_with_escaped_description),
		cmocka_unit_test(query_that_is_empty_has_nothing),
		cmocka_unit_test(query_with_a_parameter_twice_is_refused),
		cmocka_unit_test(query_with_damaged_encoding_is_refused),
		cmocka_unit_test(query_code_may_be_as_long_as_the_limit_and_no_longer),
		cmocka_unit_test(query_may_be_as_long_as_the_limit_and_no_longer),
		cmocka_unit_test(target_must_have_the_path),
		cmocka_unit_test(pasted_address_is_taken_in_every_spelling),
		cmocka_unit_test(pasted_root_path_may_lack_its_slash),
		cmocka_unit_test(pasted_wrong_is_refused_with_what_it_is),
		cmocka_unit_test(answer_with_the_right_state_has_a_code),
		cmocka_unit_test(answer_with_another_state_is_ignored),
		cmocka_unit_test(answer_without_code_is_ignored),
		cmocka_unit_test(answer_that_was_declined_says_so),
		cmocka_unit_test(answer_of_another_issuer_is_refused),
		cmocka_unit_test(issuer_of_a_tenant_is_compared_by_origin),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
