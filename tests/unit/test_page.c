/* SPDX-License-Identifier: BSD-2-Clause */
#include "config.h"

#include "tests/unit/unit.h"
#include "tools/page.h"

static void result_is_this_page(void **state)
{
	struct mb_secret out = { 0 };

	(void)state;
	assert_int_equal(mb_page_result(&out, "a@x.org is enrolled", "All well.",
					"Close it.", NULL), 0);
	assert_string_equal(mb_secret_str(&out),
		"<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n"
		"<meta charset=\"utf-8\">\n"
		"<meta name=\"viewport\" content=\"width=device-width\">\n"
		"<title>a@x.org is enrolled</title>\n"
		"</head>\n<body>\n<main>\n<h1>a@x.org is enrolled</h1>\n"
		"<p>All well.</p>\n<p>Close it.</p>\n"
		"</main>\n</body>\n</html>\n");
	mb_secret_clear(&out);
}

static void everything_is_escaped(void **state)
{
	struct mb_secret out = { 0 };
	const char *html;

	(void)state;
	assert_int_equal(mb_page_result(&out, "<script>alert(1)</script>",
					"\"&' onload=x>", NULL, NULL), 0);
	html = mb_secret_str(&out);
	assert_null(strstr(html, "<script"));
	assert_non_null(strstr(html,
		"<h1>&lt;script&gt;alert(1)&lt;/script&gt;</h1>"));
	assert_non_null(strstr(html, "<p>&quot;&amp;&#39; onload=x&gt;</p>"));
	mb_secret_clear(&out);
}

static void error_page_says_what_went_wrong_and_what_to_do(void **state)
{
	struct mb_secret out = { 0 };
	struct mb_err e = { 0 };

	(void)state;
	mb_fail(&e, MB_E_DENIED, "a@x.org", "declined <b>");
	mb_remedy(&e, "run: mailbearer enroll a@x.org");
	assert_int_equal(mb_page_error(&out, "Not enrolled", &e, NULL), 0);
	assert_non_null(strstr(mb_secret_str(&out),
		"<p>a@x.org: declined &lt;b&gt;</p>\n"
		"<p>What to do: run: mailbearer enroll a@x.org</p>\n"));
	mb_secret_clear(&out);
}

static void error_without_remedy_has_no_empty_paragraph(void **state)
{
	struct mb_secret out = { 0 };
	struct mb_err e = { 0 };

	(void)state;
	mb_fail(&e, MB_E_WRONG_ACCOUNT, "signed in as b@x.org,", " wanted a@x.org");
	assert_int_equal(mb_page_error(&out, "Not enrolled", &e, NULL), 0);
	assert_non_null(strstr(mb_secret_str(&out),
		"<p>signed in as b@x.org, wanted a@x.org</p>\n</main>"));
	mb_secret_clear(&out);
}

static void forward_page_cannot_be_broken_out_of(void **state)
{
	struct mb_secret out = { 0 }, url = { 0 };

	(void)state;
	assert_int_equal(mb_secret_append_str(&url, "https://x/?a=1&b=\"><i>"),
			 0);
	assert_int_equal(mb_page_forward(&out, &url, NULL), 0);
	assert_non_null(strstr(mb_secret_str(&out),
		"content=\"0; url=https://x/?a=1&amp;b=&quot;&gt;&lt;i&gt;\">"));
	assert_non_null(strstr(mb_secret_str(&out),
		"<a href=\"https://x/?a=1&amp;b=&quot;&gt;&lt;i&gt;\">"));
	assert_null(strstr(mb_secret_str(&out), "<i>"));
	mb_secret_clear(&out);
	mb_secret_clear(&url);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(result_is_this_page),
		cmocka_unit_test(everything_is_escaped),
		cmocka_unit_test(error_page_says_what_went_wrong_and_what_to_do),
		cmocka_unit_test(error_without_remedy_has_no_empty_paragraph),
		cmocka_unit_test(forward_page_cannot_be_broken_out_of),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
