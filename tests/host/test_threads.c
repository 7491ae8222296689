/* SPDX-License-Identifier: BSD-2-Clause */
/* The refresh helper, started while other threads of the host are busy in the
 * libraries that helper and host have in common: whatever lock they hold at
 * that moment is held for ever in a copy of the process. */
#include "config.h"

#include <curl/curl.h>
#include <openssl/ssl.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tests/fake/certs.h"
#include "tests/host/bed.h"
#include "tests/unit/run.h"
#include "tests/unit/unit.h"

enum { THREADS = 4, STARTS = 100 };

static struct {
	atomic_bool stop;
	atomic_long rounds;	/* of all threads */
	struct fake_tokend other;	/* whom the threads talk to */
	char ca[4096];
} busy;

static int setup(void **state)
{
	(void)state;
	bed_make("rotate", true);
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	bed_clean();
	return 0;
}

static void *in_openssl(void *arg)
{
	while (!atomic_load(&busy.stop)) {
		SSL_CTX *c = SSL_CTX_new(TLS_client_method());

		free(malloc(1000));
		SSL_CTX_free(c);
		atomic_fetch_add(&busy.rounds, 1);
	}
	return arg;
}

static size_t drop(char *data, size_t size, size_t n, void *ctx)
{
	(void)data;
	(void)ctx;
	return size * n;
}

static CURLcode post(const char *url)
{
	struct curl_blob ca = { busy.ca, strlen(busy.ca), CURL_BLOB_NOCOPY };
	CURL *c = curl_easy_init();
	CURLcode r;

	if (!c)
		return CURLE_OUT_OF_MEMORY;
	curl_easy_setopt(c, CURLOPT_URL, url);
	curl_easy_setopt(c, CURLOPT_CAINFO_BLOB, &ca);
	curl_easy_setopt(c, CURLOPT_POSTFIELDS, "grant_type=refresh_token");
	curl_easy_setopt(c, CURLOPT_WRITEFUNCTION, drop);
	curl_easy_setopt(c, CURLOPT_NOSIGNAL, 1L);
	curl_easy_setopt(c, CURLOPT_TIMEOUT, 30L);
	r = curl_easy_perform(c);
	curl_easy_cleanup(c);
	return r;
}

/* Resolver, connection, handshake, request: each time anew. */
static void *in_libcurl(void *arg)
{
	char url[64];

	snprintf(url, sizeof(url), "https://localhost:%d/token",
		 busy.other.port);
	while (!atomic_load(&busy.stop)) {
		if (post(url) != CURLE_OK)
			return &busy;
		atomic_fetch_add(&busy.rounds, 1);
	}
	return arg;
}

/* 100 refreshes among such threads; how many went wrong. */
static int get_among(void *(*thread)(void *))
{
	pthread_t id[THREADS];
	void *bad_thread;
	int bad = 0;

	for (int i = 0; i < THREADS; i++)
		if (pthread_create(&id[i], NULL, thread, NULL) != 0)
			return 101;
	while (atomic_load(&busy.rounds) < THREADS)
		usleep(1000);
	for (int i = 0; i < STARTS; i++) {
		bed_expire();
		if (bed_get(20000) < 0 || bed_requests() != 1)
			bad++;
	}
	atomic_store(&busy.stop, true);
	for (int i = 0; i < THREADS; i++) {
		pthread_join(id[i], &bad_thread);
		if (bad_thread)
			return 102;
	}
	printf("# %ld rounds of the threads meanwhile\n",
	       atomic_load(&busy.rounds));
	fflush(stdout);
	/* None of it was done in this process. */
	return bed_mapped("http.so") ? 103 : bad;
}

static int get_among_openssl(void)
{
	return get_among(in_openssl);
}

static int get_among_libcurl(void)
{
	return curl_global_init(CURL_GLOBAL_DEFAULT) != CURLE_OK ? 104 :
	       get_among(in_libcurl);
}

static void hundred_starts_among_threads_in_openssl_never_hang(void **state)
{
	(void)state;
	assert_int_equal(bed_child(get_among_openssl), 0);
	assert_true(bed_alive());
}

static void hundred_starts_among_threads_in_libcurl_never_hang(void **state)
{
	struct fake_cert cert;
	const char *args[] = { "--cert", cert.cert, "--key", cert.key, "keep",
			       NULL };

	(void)state;
	assert_int_equal(fake_certs_make(run_dir(), "localhost", false, &cert,
					 busy.ca), 0);
	assert_int_equal(fake_tokend_start(&busy.other, args), 0);
	assert_int_equal(bed_child(get_among_libcurl), 0);
	fake_tokend_stop(&busy.other);
	assert_true(bed_alive());
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(hundred_starts_among_threads_in_openssl_never_hang),
		TEST(hundred_starts_among_threads_in_libcurl_never_hang),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
