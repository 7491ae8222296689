/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What a browser, or anybody else on this host, sends to the listener.  Input:
 * the bytes of the connection.
 */
#include "config.h"

#include <arpa/inet.h>
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "tests/fuzz/fuzz.h"
#include "tools/loopback.h"
#include "tools/page.h"
#include "tools/redirect.h"

enum { SOCKET_HOLDS = 60000, TURNS = 8 };

static struct mb_loopback *listener;
static struct fuzz_in input;
static int asked;

/* A query arrives as it was sent: decoding is ours alone. */
static bool answer(void *arg, const char *query, size_t n,
		   struct mb_secret *page)
{
	struct mb_redirect r = { 0 };
	struct mb_err e = { 0 };

	(void)arg;
	asked++;
	fuzz_check(strlen(query) == n);
	fuzz_check(n == 0 || memmem(input.p, input.n, query, n));
	fuzz_check(memmem(input.p, input.n, "GET", 3));
	if (mb_redirect_query(&r, query, n, &e) == 0)
		(void)mb_fail(&e, MB_E_BAD_REDIRECT, "that", "%s %s", r.error,
			      r.error_description);
	fuzz_check(mb_page_error(page, "Not signed in", &e, NULL) == 0);
	mb_redirect_clear(&r);
	return false;
}

static void start(void)
{
	struct mb_err e = { 0 };

	if (listener)
		return;
	(void)signal(SIGPIPE, SIG_IGN);
	fuzz_check(mb_loopback_open(&listener, MB_LOOPBACK_BOTH, 0, "/cb",
				    &e) == 0);
	mb_loopback_answer_with(listener, answer, NULL);
}

static int connect_to(int port)
{
	/* No TIME-WAIT: each input is a connection of its own. */
	static const struct linger at_once = { 1, 0 };
	struct sockaddr_in to = {
		.sin_family = AF_INET,
		.sin_port = htons((uint16_t)port),
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK),
	};
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	int tries = 600, ret;

	fuzz_check(fd >= 0);
	(void)setsockopt(fd, SOL_SOCKET, SO_LINGER, &at_once, sizeof(at_once));
	/* The machine's ports may all be in use for a moment. */
	while ((ret = connect(fd, (const struct sockaddr *)&to,
			      sizeof(to))) < 0 &&
	       (errno == EADDRNOTAVAIL || errno == EINTR) && --tries)
		(void)usleep(100 * 1000);
	if (ret < 0)
		perror("connect");
	fuzz_check(ret == 0);
	return fd;
}

static void check_reply(int fd)
{
	char reply[4096];
	ssize_t n = recv(fd, reply, sizeof(reply) - 1, MSG_DONTWAIT);

	if (n <= 0)
		return;
	reply[n] = '\0';
	fuzz_check(n > 12 && strncmp(reply, "HTTP/1.", 7) == 0);
	fuzz_check(!asked || strstr(reply, "no-store") ||
		   strstr(reply, " 100 "));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	int fd;

	start();
	if (size > SOCKET_HOLDS)
		return 0;
	input = fuzz_of(data, size);
	asked = 0;
	fd = connect_to(mb_loopback_port(listener));
	fuzz_check(send(fd, input.p, input.n, 0) == (ssize_t)input.n);
	for (int i = 0; i < TURNS; i++)
		mb_loopback_run(listener);
	check_reply(fd);
	(void)close(fd);
	for (int i = 0; i < TURNS; i++)
		mb_loopback_run(listener);
	return 0;
}
