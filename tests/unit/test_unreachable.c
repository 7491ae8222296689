/* SPDX-License-Identifier: BSD-2-Clause */
/* Servers that cannot be reached: given up in time, and nothing was sent. */
#include "config.h"

#include "tests/unit/unit.h"

#include <arpa/inet.h>
#include <dlfcn.h>
#include <netdb.h>
#include <signal.h>
#include <stdio.h>
#include <sys/socket.h>
#include <unistd.h>

#include "lib/clock.h"
#include "lib/http.h"
#include "tests/unit/data.h"

enum { PATIENCE_MS = 300, SOON_MS = 2000, HANG_S = 30 };

/* What libcurl calls, for the program exports it: a name server that never
 * answers. */
__attribute__((visibility("default")))
int getaddrinfo(const char *name, const char *service,
		const struct addrinfo *hints, struct addrinfo **list)
{
	int (*real)(const char *, const char *, const struct addrinfo *,
		    struct addrinfo **);
	void *found;

	if (name && strcmp(name, "hangs.example.test") == 0) {
		(void)sleep(HANG_S);
		return EAI_AGAIN;
	}
	found = dlsym(RTLD_NEXT, "getaddrinfo");
	memcpy(&real, &found, sizeof(real));
	return real(name, service, hints, list);
}

static void not_sent_in_time(const char *url, const char *proxy)
{
	char body_text[] = "refresh_token=MARKER";
	struct mb_secret body = { body_text, strlen(body_text), 0 };
	struct mb_secret none = {0}, ca = {0};
	char *pem = test_data("recovery.crt", NULL);	/* any will do */
	struct mb_http_request q = {
		.object = "a@x.org", .credential = "work", .url = url,
		.proxy = proxy, .ca_pem = &ca, .body = &body,
		.authorization = &none,
		.patience = { PATIENCE_MS, SOON_MS },
	};
	struct mb_http_reply reply = {0};
	struct mb_err e = {0};
	int64_t begin;

	assert_int_equal(mb_secret_append_str(&ca, pem), 0);
	begin = mb_mono_ms();
	assert_int_equal(mb_http_post(&q, &reply, &e), MB_HTTP_NOT_SENT);
	if (e.id != MB_E_TIMEOUT)
		fail_msg("%s: %s", e.object, e.cause);
	assert_non_null(strstr(e.cause, "no connection to "));
	assert_in_range(mb_mono_ms() - begin, PATIENCE_MS - 50, SOON_MS);
	mb_http_reply_clear(&reply);
	mb_secret_clear(&ca);
	free(pem);
}

static void a_name_server_that_hangs_is_left_in_time(void **state)
{
	(void)state;
	not_sent_in_time("https://hangs.example.test/token", "");
	not_sent_in_time("http://localhost:1/token",
			 "http://hangs.example.test:3128");
}

/* A listener whose queue is full: packets to it are dropped, as by a firewall
 * or by a host that is not there. */
static void a_server_that_drops_packets_is_left_in_time(void **state)
{
	struct sockaddr_in a = { .sin_family = AF_INET };
	socklen_t n = sizeof(a);
	int listener, queued[8];
	char url[64];

	(void)state;
	a.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	assert_int_equal(bind(listener, (struct sockaddr *)&a, n), 0);
	assert_int_equal(listen(listener, 0), 0);
	assert_int_equal(getsockname(listener, (struct sockaddr *)&a, &n), 0);
	for (int i = 0; i < 8; i++) {
		queued[i] = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC |
				   SOCK_NONBLOCK, 0);
		(void)connect(queued[i], (struct sockaddr *)&a, n);
	}
	snprintf(url, sizeof(url), "http://127.0.0.1:%d/token",
		 ntohs(a.sin_port));
	not_sent_in_time(url, "");
	for (int i = 0; i < 8; i++)
		close(queued[i]);
	close(listener);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_name_server_that_hangs_is_left_in_time),
		cmocka_unit_test(a_server_that_drops_packets_is_left_in_time),
	};

	int failed;

	signal(SIGPIPE, SIG_IGN);
	failed = cmocka_run_group_tests(tests, NULL, NULL);
	fflush(NULL);
	/* Not exit(), while a thread hangs in a function of this program. */
	_exit(failed);
}
