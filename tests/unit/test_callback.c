/* SPDX-License-Identifier: BSD-2-Clause */
#include "config.h"

#include "tests/unit/unit.h"
#include "tools/callback.h"

static const struct {
	const char *url;
	bool loopback, v6;
	int port;
	const char *path, *with_port;	/* with port 9 put in */
} good[] = {
	{ "http://127.0.0.1/", true, false, 0, "/", "http://127.0.0.1:9/" },
	/* Microsoft ignores the port and nothing else: no path stays none. */
	{ "http://localhost", true, false, 0, "/", "http://localhost:9" },
	{ "http://localhost/a/b?c=d", true, false, 0, "/a/b",
	  "http://localhost:9/a/b?c=d" },
	{ "http://localhost?c=d", true, false, 0, "/",
	  "http://localhost:9?c=d" },
	{ "http://[::1]/x", true, true, 0, "/x", "http://[::1]:9/x" },
	{ "http://[::1]:80/x", true, true, 80, "/x", "http://[::1]:9/x" },
	{ "http://127.0.0.1:47113/", true, false, 47113, "/",
	  "http://127.0.0.1:9/" },
	{ "http://127.0.0.1:65535", true, false, 65535, "/",
	  "http://127.0.0.1:9" },
	{ "HTTP://LocalHost/", true, false, 0, "/", "HTTP://LocalHost:9/" },
	/* What a listener of ours cannot serve. */
	{ "https://127.0.0.1/", false, false, 0, "/", "https://127.0.0.1:9/" },
	{ "http://127.0.0.2/", false, false, 0, "/", "http://127.0.0.2:9/" },
	{ "https://login.example/common/nativeclient", false, false, 0,
	  "/common/nativeclient",
	  "https://login.example:9/common/nativeclient" },
};

static void callback_urls_are_taken_apart(void **state)
{
	struct mb_callback cb;
	char uri[MB_URL_MAX + 1];

	(void)state;
	for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++) {
		assert_int_equal(mb_callback_parse(&cb, good[i].url, NULL), 0);
		assert_int_equal(cb.loopback, good[i].loopback);
		assert_int_equal(cb.ipv6_only, good[i].v6);
		assert_int_equal(cb.port, good[i].port);
		assert_string_equal(cb.path, good[i].path);
		assert_int_equal(mb_callback_uri(&cb, 9, uri, NULL), 0);
		assert_string_equal(uri, good[i].with_port);
	}
}

static void without_a_port_of_ours_it_is_sent_as_registered(void **state)
{
	struct mb_callback cb;
	char uri[MB_URL_MAX + 1];

	(void)state;
	for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++) {
		assert_int_equal(mb_callback_parse(&cb, good[i].url, NULL), 0);
		assert_int_equal(mb_callback_uri(&cb, 0, uri, NULL), 0);
		assert_string_equal(uri, good[i].url);
	}
}

static void what_cannot_be_a_callback_url_is_refused(void **state)
{
	static const char *const bad[] = {
		"", "127.0.0.1/", "http://", "http:///x", "http://[::1/",
		"http://127.0.0.1:0x/", "http://127.0.0.1:65536/",
		"http://me@127.0.0.1/", "http://127.0.0.1/#top",
		"http://127.0.0.1/a b", "http://127.0.0.1/\n",
	};
	struct mb_callback cb = { .port = 7 };
	struct mb_err e = { 0 };

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		assert_int_equal(mb_callback_parse(&cb, bad[i], &e), -1);
		assert_int_equal(e.id, MB_E_BAD_ENDPOINT);
	}
	assert_int_equal(cb.port, 7);
}

static void url_may_be_as_long_as_the_limit_and_no_longer(void **state)
{
	static char url[MB_URL_MAX + 2] = "http://127.0.0.1/";
	struct mb_callback cb;
	char uri[MB_URL_MAX + 1];

	(void)state;
	memset(url + 17, 'a', MB_URL_MAX - 17);
	assert_int_equal(mb_callback_parse(&cb, url, NULL), 0);
	assert_int_equal(mb_callback_uri(&cb, 0, uri, NULL), 0);
	assert_int_equal(mb_callback_uri(&cb, 9, uri, NULL), -1);
	url[MB_URL_MAX] = 'a';
	assert_int_equal(mb_callback_parse(&cb, url, NULL), -1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(callback_urls_are_taken_apart),
		cmocka_unit_test(without_a_port_of_ours_it_is_sent_as_registered),
		cmocka_unit_test(what_cannot_be_a_callback_url_is_refused),
		cmocka_unit_test(url_may_be_as_long_as_the_limit_and_no_longer),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
