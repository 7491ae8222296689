/* SPDX-License-Identifier: BSD-2-Clause */
#include "config.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdio.h>
#include <sys/socket.h>
#include <unistd.h>

#include "tests/unit/unit.h"
#include "tools/listen.h"
#include "tools/loopback.h"
#include "tools/page.h"

enum { REPLY_MAX = 8192, PATIENCE_MS = 5000 };

struct seen {
	int calls;
	char last[256];
};

/* "code=right" is the answer. */
static bool answer(void *arg, const char *query, size_t n,
		   struct mb_secret *page)
{
	struct seen *s = arg;

	s->calls++;
	snprintf(s->last, sizeof(s->last), "%.*s", (int)(n > 200 ? 200 : n),
		 query);
	if (!strcmp(s->last, "code=right"))
		return true;
	assert_int_equal(mb_page_result(page, "Wrong", NULL, NULL, NULL), 0);
	return false;
}

static struct mb_loopback *open_on(int port, const char *path, struct seen *s)
{
	struct mb_loopback *l = NULL;

	assert_int_equal(mb_loopback_open(&l, MB_LOOPBACK_BOTH, port, path,
					  NULL), 0);
	mb_loopback_answer_with(l, answer, s);
	return l;
}

static int connect_to(int family, int port)
{
	struct sockaddr_in v4 = { .sin_family = AF_INET,
				  .sin_port = htons((uint16_t)port),
				  .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	struct sockaddr_in6 v6 = { .sin6_family = AF_INET6,
				   .sin6_port = htons((uint16_t)port),
				   .sin6_addr = IN6ADDR_LOOPBACK_INIT };
	int fd = socket(family, SOCK_STREAM | SOCK_CLOEXEC, 0);
	int bad;

	if (fd < 0)
		return -1;
	bad = family == AF_INET ?
	      connect(fd, (const struct sockaddr *)&v4, sizeof(v4)) :
	      connect(fd, (const struct sockaddr *)&v6, sizeof(v6));
	if (!bad)
		return fd;
	close(fd);
	return -1;
}

/* Serve until fd has a whole reply; what came of it. */
static void serve_reply(struct mb_loopback *l, int fd, char *reply)
{
	struct mb_deadline d = mb_deadline_in(PATIENCE_MS);
	size_t n = 0;
	ssize_t got = -1;

	while (mb_deadline_left(&d) > 0 && got != 0) {
		mb_loopback_run(l);
		got = recv(fd, reply + n, REPLY_MAX - 1 - n, MSG_DONTWAIT);
		if (got > 0)
			n += (size_t)got;
		else if (got < 0)
			mb_sleep_ms(1, NULL);
	}
	reply[n] = '\0';
}

static void exchange(struct mb_loopback *l, const char *request, char *reply)
{
	int fd = connect_to(AF_INET, mb_loopback_port(l));

	assert_true(fd >= 0);
	assert_int_equal(send(fd, request, strlen(request), MSG_NOSIGNAL),
			 strlen(request));
	serve_reply(l, fd, reply);
	close(fd);
}

static int status_of(const char *reply)
{
	return strncmp(reply, "HTTP/1.1 ", 9) ? -1 :
	       (int)strtol(reply + 9, NULL, 10);
}

#define GET(target) "GET " target " HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n"

static void wrong_requests_get_4xx_and_the_wait_goes_on(void **state)
{
	static const struct {
		const char *request;
		int status;
	} wrong[] = {
		{ GET("/"), 404 },
		{ GET("/done/"), 404 },
		{ GET("/favicon.ico"), 404 },
		{ GET("/%64one?code=right"), 404 },
		{ "POST /done?code=right HTTP/1.1\r\nHost: localhost\r\n"
		  "Content-Length: 4\r\n\r\ncode", 405 },
		{ "HEAD /done?code=right HTTP/1.1\r\nHost: localhost\r\n\r\n", 405 },
		{ "DELETE / HTTP/1.1\r\nHost: localhost\r\n\r\n", 405 },
		{ GET("/done"), 400 },
		{ GET("/done?code=wrong"), 400 },
		{ "rubbish\r\n\r\n", -1 },
	};
	struct seen seen = { 0 };
	struct mb_loopback *l = open_on(0, "/done", &seen);
	char reply[REPLY_MAX];

	(void)state;
	for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
		exchange(l, wrong[i].request, reply);
		if (wrong[i].status > 0)
			assert_int_equal(status_of(reply), wrong[i].status);
		else
			assert_int_not_equal(status_of(reply), 200);
	}
	assert_int_equal(seen.calls, 2);
	mb_loopback_close(&l);
	assert_null(l);
}

static void every_reply_forbids_caching_scripts_and_referrer(void **state)
{
	static const char *const headers[] = {
		"Cache-Control: no-store\r\n",
		"Content-Security-Policy: default-src 'none';",
		"X-Content-Type-Options: nosniff\r\n",
		"Referrer-Policy: no-referrer\r\n",
		"Content-Type: text/html; charset=utf-8\r\n",
	};
	struct seen seen = { 0 };
	struct mb_loopback *l = open_on(0, "/done", &seen);
	char reply[REPLY_MAX];

	(void)state;
	exchange(l, GET("/done?code=wrong"), reply);
	for (size_t i = 0; i < sizeof(headers) / sizeof(headers[0]); i++)
		assert_non_null(strstr(reply, headers[i]));
	exchange(l, "PUT /done HTTP/1.1\r\nHost: localhost\r\n\r\n", reply);
	assert_non_null(strstr(reply, "Allow: GET\r\n"));
	mb_loopback_close(&l);
}

static void oversized_requests_are_refused(void **state)
{
	static char request[256 * 1024];
	struct seen seen = { 0 };
	struct mb_loopback *l = open_on(0, "/done", &seen);
	char reply[REPLY_MAX];
	int fd = connect_to(AF_INET, mb_loopback_port(l));
	size_t sent = 0;

	(void)state;
	memset(request, 'a', sizeof(request));
	memcpy(request, "GET /done?code=", 15);
	for (int i = 0; i < 1000 && sent < sizeof(request); i++) {
		ssize_t n = send(fd, request + sent, sizeof(request) - sent,
				 MSG_DONTWAIT | MSG_NOSIGNAL);

		if (n > 0)
			sent += (size_t)n;
		mb_loopback_run(l);
	}
	serve_reply(l, fd, reply);
	assert_int_not_equal(status_of(reply), 200);
	close(fd);
	assert_int_equal(seen.calls, 0);
	/* and the next one is served */
	exchange(l, GET("/done?code=wrong"), reply);
	assert_int_equal(status_of(reply), 400);
	mb_loopback_close(&l);
}

static void target_arrives_as_it_was_sent(void **state)
{
	struct seen seen = { 0 };
	struct mb_loopback *l = open_on(0, "/", &seen);
	char reply[REPLY_MAX];

	(void)state;
	exchange(l, GET("/?code=4%2F0+x&a=%zz&state=%C3%A9"), reply);
	assert_string_equal(seen.last, "code=4%2F0+x&a=%zz&state=%C3%A9");
	mb_loopback_close(&l);
}

/* Start a request without reading the reply. */
static int ask(struct mb_loopback *l, int family, const char *request)
{
	int fd = connect_to(family, mb_loopback_port(l));

	assert_true(fd >= 0);
	assert_int_equal(send(fd, request, strlen(request), MSG_NOSIGNAL),
			 strlen(request));
	return fd;
}

static void read_all(int fd, char *reply)
{
	size_t n = 0;
	ssize_t got;

	while ((got = recv(fd, reply + n, REPLY_MAX - 1 - n, 0)) > 0)
		n += (size_t)got;
	reply[n] = '\0';
	close(fd);
}

static void answer_waits_for_the_page_and_a_second_request_is_harmless(
	void **state)
{
	struct seen seen = { 0 };
	struct mb_loopback *l = open_on(0, "/done", &seen);
	struct mb_secret page = { 0 };
	char reply[REPLY_MAX];
	int fd, again, byte;

	(void)state;
	fd = ask(l, AF_INET, GET("/done?code=right"));
	for (int i = 0; i < 2000 && !seen.calls; i++) {
		mb_loopback_run(l);
		mb_sleep_ms(1, NULL);
	}
	assert_int_equal(seen.calls, 1);
	for (int i = 0; i < 10; i++)
		mb_loopback_run(l);
	assert_int_equal(recv(fd, &byte, 1, MSG_DONTWAIT), -1);

	exchange(l, GET("/done?code=wrong"), reply);
	assert_int_equal(status_of(reply), 400);
	exchange(l, GET("/done"), reply);
	assert_int_equal(status_of(reply), 400);
	again = ask(l, AF_INET, GET("/done?code=right"));
	assert_int_equal(mb_page_result(&page, "Done", NULL, NULL, NULL), 0);
	mb_loopback_finish(l, false, &page);
	read_all(fd, reply);
	assert_int_equal(status_of(reply), 200);
	assert_non_null(strstr(reply, "<h1>Done</h1>"));
	read_all(again, reply);
	assert_int_equal(status_of(reply), 200);
	assert_non_null(strstr(reply, "<h1>Nothing more to do here</h1>"));
	assert_int_equal(seen.calls, 1);
	mb_secret_clear(&page);
	mb_loopback_close(&l);
}

static void finish_with(struct mb_loopback *l, int fd, const char *heading)
{
	struct mb_secret page = { 0 };
	char reply[REPLY_MAX];

	assert_int_equal(mb_page_result(&page, heading, NULL, NULL, NULL), 0);
	mb_loopback_finish(l, false, &page);
	read_all(fd, reply);
	assert_int_equal(status_of(reply), 200);
	assert_non_null(strstr(reply, heading));
	close(fd);
	mb_secret_clear(&page);
}

static void browser_that_went_away_hurts_nobody(void **state)
{
	struct seen seen = { 0 };
	struct mb_loopback *l = open_on(0, "/done", &seen);
	struct mb_secret page = { 0 };
	int fd;

	(void)state;
	fd = ask(l, AF_INET, GET("/done?code=right"));
	for (int i = 0; i < 2000 && !seen.calls; i++) {
		mb_loopback_run(l);
		mb_sleep_ms(1, NULL);
	}
	close(fd);
	assert_int_equal(mb_page_result(&page, "Done", NULL, NULL, NULL), 0);
	mb_loopback_finish(l, true, &page);
	mb_secret_clear(&page);
	mb_loopback_close(&l);
}

static void listener_may_be_closed_while_the_browser_waits(void **state)
{
	struct seen seen = { 0 };
	struct mb_loopback *l = open_on(0, "/done", &seen);
	int fd;

	(void)state;
	fd = ask(l, AF_INET, GET("/done?code=right"));
	for (int i = 0; i < 2000 && !seen.calls; i++) {
		mb_loopback_run(l);
		mb_sleep_ms(1, NULL);
	}
	mb_loopback_close(&l);
	close(fd);
}

static void both_families_share_the_port_and_it_is_free_afterwards(
	void **state)
{
	struct seen seen = { 0 };
	struct mb_loopback *l = open_on(0, "/done", &seen), *other = NULL;
	int port = mb_loopback_port(l), fd;
	struct mb_err e = { 0 };
	char reply[REPLY_MAX];

	(void)state;
	assert_true(port > 0);
	fd = connect_to(AF_INET6, port);
	if (fd >= 0) {	/* a host may be without ::1 */
		assert_true(send(fd, GET("/x"), strlen(GET("/x")),
				 MSG_NOSIGNAL) > 0);
		serve_reply(l, fd, reply);
		assert_int_equal(status_of(reply), 404);
		close(fd);
	}
	assert_int_equal(mb_loopback_open(&other, MB_LOOPBACK_BOTH, port, "/",
					  &e), -1);
	assert_int_equal(e.id, MB_E_BUSY);
	assert_null(other);
	mb_loopback_close(&l);
	assert_int_equal(connect_to(AF_INET, port), -1);
	l = open_on(port, "/done", &seen);
	assert_int_equal(mb_loopback_port(l), port);
	mb_loopback_close(&l);
}

static void port_taken_on_ipv6_alone_counts_as_taken(void **state)
{
	struct mb_listen v6 = { 0 }, both = { 0 };
	struct mb_err e = { 0 };

	(void)state;
	if (mb_listen_open(&v6, true, 0, NULL) < 0)
		skip();		/* no ::1 here */
	assert_int_equal(v6.v4, -1);
	assert_int_equal(mb_listen_open(&both, false, v6.port, &e), -1);
	assert_int_equal(e.id, MB_E_BUSY);
	assert_int_equal(mb_listen_open(&both, false, 0, NULL), 0);
	assert_int_not_equal(both.port, v6.port);
	mb_listen_close(&both);
	mb_listen_close(&v6);
}

static void host_header_must_name_the_loopback(void **state)
{
	static const struct {
		const char *host;
		int status;
	} cases[] = {
		{ "127.0.0.1", 404 }, { "127.0.0.1:8080", 404 },
		{ "localhost", 404 }, { "LocalHost:1", 404 },
		{ "[::1]", 404 }, { "[::1]:8080", 404 },
		{ "a", 421 }, { "evil.example", 421 },
		{ "127.0.0.1.evil.example", 421 },
		{ "localhost.evil.example", 421 }, { "", 421 },
		{ "u@localhost", 421 }, { "localhost/", 421 },
		{ "localhost:x", 421 }, { "192.0.2.1", 421 },
	};
	struct seen seen = { 0 };
	struct mb_loopback *l = open_on(0, "/done", &seen);
	char request[200], reply[REPLY_MAX];

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		snprintf(request, sizeof(request),
			 "GET /x HTTP/1.1\r\nHost: %s\r\n\r\n",
			 cases[i].host);
		exchange(l, request, reply);
		assert_int_equal(status_of(reply), cases[i].status);
	}
	exchange(l, "GET /done?code=right HTTP/1.1\r\nHost: a\r\n\r\n",
		 reply);
	assert_int_equal(status_of(reply), 421);
	exchange(l, "GET /done?code=right HTTP/1.0\r\n\r\n", reply);
	assert_int_equal(status_of(reply), 421);
	assert_int_equal(seen.calls, 0);
	mb_loopback_close(&l);
}

static void silent_connections_make_room_for_the_browser(void **state)
{
	enum { SILENT = 200 };
	struct seen seen = { 0 };
	struct mb_loopback *l = open_on(0, "/done", &seen);
	int silent[SILENT], late;
	char reply[REPLY_MAX];

	(void)state;
	for (int i = 0; i < SILENT; i++) {
		silent[i] = connect_to(AF_INET, mb_loopback_port(l));
		assert_true(silent[i] >= 0);
		/* half a request */
		assert_int_equal(send(silent[i], "GET /d", 6, MSG_NOSIGNAL),
				 6);
		mb_loopback_run(l);
	}
	exchange(l, GET("/done?code=wrong"), reply);
	assert_int_equal(status_of(reply), 400);
	/* While it waits, the answer's own is not closed. */
	late = ask(l, AF_INET, GET("/done?code=right"));
	for (int i = 0; i < 2000 && seen.calls < 2; i++) {
		mb_loopback_run(l);
		mb_sleep_ms(1, NULL);
	}
	assert_int_equal(seen.calls, 2);
	for (int i = 0; i < SILENT; i++) {
		close(silent[i]);
		silent[i] = connect_to(AF_INET, mb_loopback_port(l));
		mb_loopback_run(l);
	}
	finish_with(l, late, "Done");
	for (int i = 0; i < SILENT; i++)
		close(silent[i]);
	mb_loopback_close(&l);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(wrong_requests_get_4xx_and_the_wait_goes_on),
		cmocka_unit_test(every_reply_forbids_caching_scripts_and_referrer),
		cmocka_unit_test(oversized_requests_are_refused),
		cmocka_unit_test(target_arrives_as_it_was_sent),
		cmocka_unit_test(answer_waits_for_the_page_and_a_second_request_is_harmless),
		cmocka_unit_test(browser_that_went_away_hurts_nobody),
		cmocka_unit_test(listener_may_be_closed_while_the_browser_waits),
		cmocka_unit_test(host_header_must_name_the_loopback),
		cmocka_unit_test(silent_connections_make_room_for_the_browser),
		cmocka_unit_test(both_families_share_the_port_and_it_is_free_afterwards),
		cmocka_unit_test(port_taken_on_ipv6_alone_counts_as_taken),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
