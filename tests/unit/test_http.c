/* SPDX-License-Identifier: BSD-2-Clause */
/* The POST against a server that misbehaves in every way it knows.  Loopback
 * only; limits are short, nothing sleeps. */
#include "config.h"

#include "tests/unit/unit.h"

#include <dirent.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <sys/resource.h>
#include <unistd.h>

#include "lib/clock.h"
#include "lib/http.h"
#include "tests/fake/certs.h"
#include "tests/fake/fake.h"

#define BODY "grant_type=refresh_token&refresh_token=refresh-0"

static struct fake_tokend server;
static struct mb_http_reply reply;
static struct mb_err err;
static char dir[] = "/tmp/mb-http-XXXXXX";

static int start(const char *const *args)
{
	return fake_tokend_start(&server, args);
}

static int begin(void **state)
{
	static const char *const args[] = { "grant", NULL };

	(void)state;
	return start(args);
}

static int end(void **state)
{
	(void)state;
	fake_tokend_stop(&server);
	mb_http_reply_clear(&reply);
	mb_err_clear(&err);
	return 0;
}

/* POST with these limits to SCHEME://HOST:port/token. */
static enum mb_http_result post(const char *origin, const char *ca,
				const char *proxy, int64_t connect_ms,
				int64_t reply_ms)
{
	struct mb_secret body = {0}, pem = {0}, none = {0};
	char url[128];
	const struct mb_http_request q = {
		.object = "a@x.org", .credential = "work", .url = url,
		.proxy = proxy, .ca_pem = &pem, .body = &body,
		.authorization = &none,
		.patience = { connect_ms, reply_ms },
	};
	enum mb_http_result result;

	snprintf(url, sizeof(url), "%s:%d/token", origin, server.port);
	assert_int_equal(mb_secret_append_str(&body, BODY), 0);
	assert_int_equal(mb_secret_append_str(&pem, ca), 0);
	mb_err_clear(&err);
	mb_http_reply_clear(&reply);
	result = mb_http_post(&q, &reply, &err);
	mb_secret_clear(&body);
	mb_secret_clear(&pem);
	return result;
}

/* What the server is told, what comes of it, and with which error. */
static void expect(const char *answer, enum mb_http_result result,
		   enum mb_id id)
{
	assert_int_equal(fake_tokend_answers(&server, answer), 0);
	if (post("http://127.0.0.1", "", "", 5000, 5000) != result)
		fail_msg("%s: %s", answer, err.cause);
	assert_int_equal(err.id, id);
}

static void a_reply_comes_back_whole(void **state)
{
	(void)state;
	expect("grant", MB_HTTP_ANSWERED, MB_E_NONE);
	assert_int_equal(reply.status, 200);
	assert_string_equal(reply.body.data, "{\"access_token\":\"access-1\","
			    "\"token_type\":\"Bearer\",\"expires_in\":3600}");
	expect("error=invalid_grant", MB_HTTP_ANSWERED, MB_E_NONE);
	assert_int_equal(reply.status, 400);
	expect("empty", MB_HTTP_ANSWERED, MB_E_NONE);
	assert_int_equal(reply.body.len, 0);
	assert_int_equal(fake_tokend_count(&server), 3);
}

static void retry_after_is_read_in_both_forms(void **state)
{
	(void)state;
	expect("status=429:120", MB_HTTP_ANSWERED, MB_E_NONE);
	assert_int_equal(reply.status, 429);
	assert_int_equal(reply.retry_after, 120);
	expect("status=503:Fri, 31 Dec 2100 23:59:59 GMT", MB_HTTP_ANSWERED,
	       MB_E_NONE);
	assert_true(reply.retry_after > 86400);
	expect("status=503:Fri, 31 Dec 1999 23:59:59 GMT", MB_HTTP_ANSWERED,
	       MB_E_NONE);
	assert_int_equal(reply.retry_after, 0);
	expect("status=503:soon", MB_HTTP_ANSWERED, MB_E_NONE);
	assert_int_equal(reply.retry_after, 0);
	expect("status=503", MB_HTTP_ANSWERED, MB_E_NONE);
	assert_int_equal(reply.retry_after, 0);
}

static void a_redirect_is_not_followed(void **state)
{
	static const char *const args[] = { "grant", NULL };
	struct fake_tokend other;
	char answer[128], origin[64];

	(void)state;
	assert_int_equal(fake_tokend_start(&other, args), 0);
	snprintf(origin, sizeof(origin), "http://127.0.0.1:%d", other.port);
	snprintf(answer, sizeof(answer), "redirect=%s/steal?code=x", origin);
	expect(answer, MB_HTTP_ANSWERED, MB_E_NONE);
	assert_int_equal(reply.status, 307);
	assert_string_equal(reply.location, origin);
	assert_int_equal(fake_tokend_count(&other), 0);
	expect("redirect=file:///etc/passwd", MB_HTTP_ANSWERED, MB_E_NONE);
	assert_null(reply.body.data ? strstr(reply.body.data, "root") : NULL);
	fake_tokend_stop(&other);
}

static void sixty_four_kibibytes_are_taken_and_no_more(void **state)
{
	struct rusage before, after;

	(void)state;
	expect("size=65536", MB_HTTP_ANSWERED, MB_E_NONE);
	assert_int_equal(reply.body.len, MB_HTTP_REPLY_MAX);
	expect("size=65537", MB_HTTP_LOST, MB_E_REPLY_BAD);
	assert_non_null(strstr(err.cause, "more than 64 KiB"));
	getrusage(RUSAGE_SELF, &before);
	expect("huge", MB_HTTP_LOST, MB_E_REPLY_BAD);
	getrusage(RUSAGE_SELF, &after);
	assert_in_range(after.ru_maxrss - before.ru_maxrss, 0, 4096);
}

static void an_answer_that_breaks_off_is_lost(void **state)
{
	(void)state;
	expect("cut-headers", MB_HTTP_LOST, MB_E_NETWORK);
	expect("cut-body", MB_HTTP_LOST, MB_E_NETWORK);
	assert_int_equal(reply.body.len, 0);
	assert_non_null(strstr(err.cause, "broke off"));
}

static void a_server_that_says_nothing_is_left_in_time(void **state)
{
	int64_t begin_ms = mb_mono_ms();

	(void)state;
	assert_int_equal(fake_tokend_answers(&server, "silent\ndrip"), 0);
	assert_int_equal(post("http://127.0.0.1", "", "", 5000, 200),
			 MB_HTTP_LOST);
	assert_int_equal(err.id, MB_E_TIMEOUT);
	assert_non_null(strstr(err.cause, "no answer from http://127.0.0.1"));
	/* one byte at a time does not prolong it */
	assert_int_equal(post("http://127.0.0.1", "", "", 5000, 200),
			 MB_HTTP_LOST);
	assert_int_equal(err.id, MB_E_TIMEOUT);
	assert_in_range(mb_mono_ms() - begin_ms, 400, 3000);
}

static void waiting_for_the_answer_is_not_bounded_by_the_connection(void **state)
{
	(void)state;
	assert_int_equal(fake_tokend_answers(&server, "slow=400"), 0);
	assert_int_equal(post("http://127.0.0.1", "", "", 200, 5000),
			 MB_HTTP_ANSWERED);
}

/* A handshake that never comes: nothing of the request has left. */
static void before_the_request_is_sent_it_counts_as_not_sent(void **state)
{
	(void)state;
	assert_int_equal(fake_tokend_answers(&server, "silent"), 0);
	assert_int_equal(post("https://127.0.0.1", "", "", 200, 5000),
			 MB_HTTP_NOT_SENT);
	assert_int_equal(err.id, MB_E_TIMEOUT);
	assert_non_null(strstr(err.cause, "no connection to https://127"));
}

static void a_closed_port_is_not_sent(void **state)
{
	struct fake_tokend gone = server;

	(void)state;
	fake_tokend_stop(&server);
	server.port = gone.port;
	assert_int_equal(post("http://127.0.0.1", "", "", 5000, 5000),
			 MB_HTTP_NOT_SENT);
	assert_int_equal(err.id, MB_E_NETWORK);
	assert_string_equal(err.object, "a@x.org");
	assert_int_equal(begin(NULL), 0);
}

static void plain_http_goes_to_loopback_only(void **state)
{
	(void)state;
	assert_int_equal(post("http://mail.example.invalid", "", "", 5000,
			      5000), MB_HTTP_NOT_SENT);
	assert_non_null(strstr(err.cause, "rotocol"));
}

static void the_environment_names_no_proxy(void **state)
{
	(void)state;
	setenv("http_proxy", "http://127.0.0.1:1", 1);
	setenv("ALL_PROXY", "http://127.0.0.1:1", 1);
	expect("grant", MB_HTTP_ANSWERED, MB_E_NONE);
	unsetenv("http_proxy");
	unsetenv("ALL_PROXY");
}

static void the_request_s_own_proxy_is_used(void **state)
{
	struct fake_tokend proxy = server;
	char url[64];

	(void)state;
	snprintf(url, sizeof(url), "http://127.0.0.1:%d", proxy.port);
	setenv("no_proxy", "*", 1);
	server.port = 1;
	assert_int_equal(post("http://127.0.0.1", "", url, 5000, 5000),
			 MB_HTTP_ANSWERED);
	unsetenv("no_proxy");
	server.port = proxy.port;
	assert_int_equal(fake_tokend_count(&server), 1);
}

static int open_fds(void)
{
	DIR *d = opendir("/proc/self/fd");
	int n = 0;

	while (d && readdir(d))
		n++;
	if (d)
		closedir(d);
	return n;
}

static void no_descriptor_is_left_open(void **state)
{
	int before;

	(void)state;
	expect("grant", MB_HTTP_ANSWERED, MB_E_NONE);
	before = open_fds();
	expect("cut-body", MB_HTTP_LOST, MB_E_NETWORK);
	expect("huge", MB_HTTP_LOST, MB_E_REPLY_BAD);
	assert_int_equal(open_fds(), before);
}

/* ---- TLS ---- */

static void over_tls(const char *name, bool expired, bool own_ca,
		     enum mb_http_result result, const char *words)
{
	struct fake_cert cert, unused;
	char ca[4096], other[4096];
	const char *args[] = { "--cert", cert.cert, "--key", cert.key,
			       "grant", NULL };

	fake_tokend_stop(&server);
	assert_int_equal(fake_certs_make(dir, name, false, &unused, other), 0);
	assert_int_equal(fake_certs_make(dir, name, expired, &cert, ca), 0);
	assert_int_equal(start(args), 0);
	if (post("https://localhost", own_ca ? ca : other, "", 5000,
		 5000) != result)
		fail_msg("%s: %s", name, err.cause);
	if (words && !strstr(err.cause, words))
		fail_msg("\"%s\" does not say \"%s\"", err.cause, words);
	if (words && err.id != MB_E_TLS)
		fail_msg("%s: not TLS", err.cause);
	unlink(cert.cert);
	unlink(cert.key);
}

static void tls_with_the_right_name_and_ca_works(void **state)
{
	(void)state;
	over_tls("localhost", false, true, MB_HTTP_ANSWERED, NULL);
	assert_int_equal(reply.status, 200);
}

static void a_redirect_from_https_to_http_is_not_followed(void **state)
{
	static const char *const plain[] = { "grant", NULL };
	struct fake_tokend other;
	struct fake_cert cert;
	char ca[4096], answer[128];
	const char *args[] = { "--cert", cert.cert, "--key", cert.key, answer,
			       NULL };

	(void)state;
	fake_tokend_stop(&server);
	assert_int_equal(fake_tokend_start(&other, plain), 0);
	snprintf(answer, sizeof(answer), "redirect=http://127.0.0.1:%d/token",
		 other.port);
	assert_int_equal(fake_certs_make(dir, "localhost", false, &cert, ca),
			 0);
	assert_int_equal(start(args), 0);
	assert_int_equal(post("https://localhost", ca, "", 5000, 5000),
			 MB_HTTP_ANSWERED);
	assert_int_equal(reply.status, 307);
	assert_int_equal(reply.body.data ? strstr(reply.body.data,
						  "access") != NULL : 0, 0);
	assert_int_equal(fake_tokend_count(&other), 0);
	fake_tokend_stop(&other);
	unlink(cert.cert);
	unlink(cert.key);
}

static void a_wrong_name_is_refused(void **state)
{
	(void)state;
	over_tls("mail.example.org", false, true, MB_HTTP_NOT_SENT,
		 "is for another name");
}

static void an_expired_certificate_is_refused(void **state)
{
	(void)state;
	over_tls("localhost", true, true, MB_HTTP_NOT_SENT, "has expired");
}

static void an_unknown_authority_is_refused(void **state)
{
	(void)state;
	over_tls("localhost", false, false, MB_HTTP_NOT_SENT,
		 "an authority that is not trusted here");
	assert_non_null(strstr(err.remedy, "mailbearer set work --ca-file"));
}

static void the_systems_authorities_do_not_know_ours(void **state)
{
	struct fake_cert cert;
	char ca[4096];
	const char *args[] = { "--cert", cert.cert, "--key", cert.key,
			       "grant", NULL };

	(void)state;
	fake_tokend_stop(&server);
	assert_int_equal(fake_certs_make(dir, "localhost", false, &cert, ca),
			 0);
	assert_int_equal(start(args), 0);
	assert_int_equal(post("https://localhost", "", "", 5000, 5000),
			 MB_HTTP_NOT_SENT);
	assert_int_equal(err.id, MB_E_TLS);
	unlink(cert.cert);
	unlink(cert.key);
}

static void a_damaged_ca_is_named(void **state)
{
	(void)state;
	assert_int_equal(post("https://localhost", "-----BEGIN CERTIFICATE"
			      "-----\nMII=\n-----END CERTIFICATE-----\n", "",
			      5000, 5000), MB_HTTP_NOT_SENT);
	assert_int_equal(err.id, MB_E_TLS);
	assert_string_equal(err.object, "work");
}

/* ---- threads ---- */

static void *post_many(void *arg)
{
	struct mb_secret body = {0}, none = {0};
	const struct mb_http_request q = { .object = "a", .credential = "c",
		.url = arg, .proxy = "", .ca_pem = &none, .body = &body,
		.authorization = &none };
	uintptr_t good = 0;

	if (mb_secret_append_str(&body, BODY) < 0)
		return NULL;
	for (int i = 0; i < 10; i++) {
		struct mb_http_reply r = {0};

		good += mb_http_post(&q, &r, NULL) == MB_HTTP_ANSWERED;
		mb_http_reply_clear(&r);
	}
	mb_secret_clear(&body);
	return (void *)good;
}

static void several_threads_may_post(void **state)
{
	pthread_t thread[4];
	char url[64];
	void *good;

	(void)state;
	snprintf(url, sizeof(url), "http://127.0.0.1:%d/t", server.port);
	for (int i = 0; i < 4; i++)
		assert_int_equal(pthread_create(&thread[i], NULL, post_many,
						url), 0);
	for (int i = 0; i < 4; i++) {
		assert_int_equal(pthread_join(thread[i], &good), 0);
		assert_int_equal((uintptr_t)good, 10);
	}
	assert_int_equal(fake_tokend_count(&server), 40);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, begin, end)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_reply_comes_back_whole),
		TEST(retry_after_is_read_in_both_forms),
		TEST(a_redirect_is_not_followed),
		TEST(sixty_four_kibibytes_are_taken_and_no_more),
		TEST(an_answer_that_breaks_off_is_lost),
		TEST(a_server_that_says_nothing_is_left_in_time),
		TEST(waiting_for_the_answer_is_not_bounded_by_the_connection),
		TEST(before_the_request_is_sent_it_counts_as_not_sent),
		TEST(a_closed_port_is_not_sent),
		TEST(plain_http_goes_to_loopback_only),
		TEST(the_environment_names_no_proxy),
		TEST(the_request_s_own_proxy_is_used),
		TEST(no_descriptor_is_left_open),
		TEST(tls_with_the_right_name_and_ca_works),
		TEST(a_redirect_from_https_to_http_is_not_followed),
		TEST(a_wrong_name_is_refused),
		TEST(an_expired_certificate_is_refused),
		TEST(an_unknown_authority_is_refused),
		TEST(the_systems_authorities_do_not_know_ours),
		TEST(a_damaged_ca_is_named),
		TEST(several_threads_may_post),
	};
	int failed;

	signal(SIGPIPE, SIG_IGN);	/* as lib/http.h asks of its callers */
	if (!mkdtemp(dir))
		return 1;
	failed = cmocka_run_group_tests(tests, NULL, NULL);
	rmdir(dir);
	return failed;
}
