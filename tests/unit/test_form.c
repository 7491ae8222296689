/* SPDX-License-Identifier: BSD-2-Clause */
#include "config.h"

#include "tests/unit/unit.h"

#include "lib/form.h"
#include "lib/url.h"

static void encoded(const void *data, size_t n, const char *expected)
{
	struct mb_secret s = {0};

	assert_int_equal(mb_form_encode(&s, data, n), 0);
	assert_string_equal(mb_secret_str(&s), expected);
	mb_secret_clear(&s);
}

static void every_reserved_byte_is_percent_encoded(void **state)
{
	static const char hard[] = "a+b c&d=e%41/~\xc3\xa9";
	static const char plain[] = "azAZ09-._~";

	(void)state;
	encoded(hard, sizeof(hard) - 1, "a%2Bb%20c%26d%3De%2541%2F~%C3%A9");
	encoded(plain, sizeof(plain) - 1, plain);
	encoded("\0\x01\xff", 3, "%00%01%FF");
	encoded("", 0, "");
}

static void pairs_are_joined(void **state)
{
	struct mb_secret s = {0};

	(void)state;
	assert_int_equal(mb_form_add_str(&s, "a", "1 2"), 0);
	assert_int_equal(mb_form_add_str(&s, "b", ""), 0);
	assert_int_equal(mb_form_add(&s, "c", "\n", 1), 0);
	assert_string_equal(mb_secret_str(&s), "a=1%202&b=&c=%0A");
	mb_secret_clear(&s);
	assert_int_equal(mb_secret_append_str(&s, "https://x.org/?"), 0);
	assert_int_equal(mb_form_add_str(&s, "a", "1"), 0);
	assert_string_equal(mb_secret_str(&s), "https://x.org/?a=1");
	mb_secret_clear(&s);
}

/* RFC 4648 section 10. */
static void base64_has_the_bytes_of_the_rfc(void **state)
{
	static const char *const vectors[][2] = {
		{ "", "" }, { "f", "Zg==" }, { "fo", "Zm8=" },
		{ "foo", "Zm9v" }, { "foob", "Zm9vYg==" },
		{ "fooba", "Zm9vYmE=" }, { "foobar", "Zm9vYmFy" },
		{ "\xff\xff\xfe", "///+" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(vectors) / sizeof(vectors[0]); i++) {
		struct mb_secret s = {0};

		assert_int_equal(mb_form_base64(&s, vectors[i][0],
						strlen(vectors[i][0])), 0);
		assert_string_equal(mb_secret_str(&s), vectors[i][1]);
		mb_secret_clear(&s);
	}
}

static void origin(const char *url, const char *expected)
{
	struct mb_url u;
	char buf[300];

	assert_int_equal(mb_url_parse(url, &u), 0);
	mb_url_origin(&u, buf, sizeof(buf));
	assert_string_equal(buf, expected);
}

static void an_origin_has_scheme_host_and_port(void **state)
{
	(void)state;
	origin("HTTPS://Login.Example.ORG/a?b#c", "https://login.example.org");
	origin("http://u:p@x.org:81?q", "http://x.org:81");
	origin("https://[2001:DB8::1]:443/", "https://[2001:db8::1]:443");
}

static void the_parts_of_a_url_are_seen(void **state)
{
	struct mb_url u;

	(void)state;
	assert_int_equal(mb_url_parse("https://x.org/p?q", &u), 0);
	assert_true(u.query && !u.fragment && !u.userinfo);
	assert_int_equal(u.path, 13);
	assert_int_equal(mb_url_parse("https://a@b@x.org#q?r", &u), 0);
	assert_string_equal(u.host, "x.org");
	assert_true(u.userinfo && u.fragment && !u.query);
	assert_int_equal(mb_url_parse("https://x.org:", &u), -1);
	assert_int_equal(mb_url_parse("https://[::1", &u), -1);
	assert_int_equal(mb_url_parse("https://[::1]x/", &u), -1);
	assert_int_equal(mb_url_parse("://x.org/", &u), -1);
	assert_int_equal(mb_url_parse("https:/x.org/", &u), -1);
	assert_int_equal(mb_url_parse("https://x.org/\xc3\xa9", &u), -1);
	assert_int_equal(mb_url_parse("", &u), -1);
}

/* curl decodes %2e, and would speak to another host than was checked. */
static void a_host_that_others_would_read_otherwise_is_refused(void **state)
{
	static const char *const bad[] = {
		"https://x%2eorg/", "http://127.0.0.1%2ex.org/", "https://x,y/",
		"https://x.org!/", "https://[::1%25lo]/", "https://[v1!x]/",
		"https://{tenant}.x.org/", "https:///p", "https://[]/",
	};
	struct mb_url u;

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		assert_int_equal(mb_url_parse(bad[i], &u), -1);
	assert_int_equal(mb_url_parse("https://A-b_c.x.org./", &u), 0);
	assert_string_equal(u.host, "a-b_c.x.org.");
	assert_int_equal(mb_url_parse("https://[::ffff:127.0.0.1]/", &u), 0);
}

static bool loopback(const char *url)
{
	struct mb_url u;

	assert_int_equal(mb_url_parse(url, &u), 0);
	return mb_url_is_loopback(&u);
}

static void what_only_looks_like_loopback_is_not(void **state)
{
	(void)state;
	assert_true(loopback("http://127.0.0.1/"));
	assert_true(loopback("http://127.255.255.255:1/"));
	assert_true(loopback("http://[::1]/"));
	assert_true(loopback("http://LocalHost/"));
	assert_false(loopback("http://127.0.0.256/"));
	assert_false(loopback("http://127.0.0.01/"));
	assert_false(loopback("http://127.1/"));
	assert_false(loopback("http://127.0.0.1.x.org/"));
	assert_false(loopback("http://0x7f.0.0.1/"));
	assert_false(loopback("http://localhost.x.org/"));
	assert_false(loopback("http://[::2]/"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_reserved_byte_is_percent_encoded),
		cmocka_unit_test(pairs_are_joined),
		cmocka_unit_test(base64_has_the_bytes_of_the_rfc),
		cmocka_unit_test(an_origin_has_scheme_host_and_port),
		cmocka_unit_test(the_parts_of_a_url_are_seen),
		cmocka_unit_test(
			a_host_that_others_would_read_otherwise_is_refused),
		cmocka_unit_test(what_only_looks_like_loopback_is_not),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
