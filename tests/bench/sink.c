/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * An SMTP server on loopback that lets everybody in by AUTH PLAIN, XOAUTH2 or
 * OAUTHBEARER and throws every message away.  Prints its port and a newline.
 * SIGUSR1: prints "MESSAGES AUTHENTICATIONS CONNECTIONS", how many so far.
 * Ends with its standard input.
 */
#include "config.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>
#include <sys/socket.h>
#include <unistd.h>

/* An initial response with a token of 16 KiB is 22 KiB long. */
enum { LINE_MAX_LEN = 32 * 1024, CLIENTS_MAX = 200 };

static struct client {
	int fd;
	bool in_data;
	size_t len;
	char line[LINE_MAX_LEN];
} clients[CLIENTS_MAX];

static unsigned long messages, authentications, connections;
static volatile sig_atomic_t asked;

static void on_usr1(int number)
{
	(void)number;
	asked = 1;
}

static void tell(void)
{
	printf("%lu %lu %lu\n", messages, authentications, connections);
	fflush(stdout);
	asked = 0;
}

static bool say(const struct client *c, const char *text)
{
	return send(c->fd, text, strlen(text), MSG_NOSIGNAL) > 0;
}

static bool starts(const char *line, const char *word)
{
	return strncasecmp(line, word, strlen(word)) == 0;
}

/* One line without its end; false: close. */
static bool answer(struct client *c, const char *line)
{
	if (c->in_data) {
		if (strcmp(line, ".") != 0)
			return true;
		c->in_data = false;
		messages++;
		return say(c, "250 2.0.0 gone\r\n");
	}
	if (starts(line, "EHLO"))
		return say(c, "250-sink.example.org\r\n250-PIPELINING\r\n"
			   "250-ENHANCEDSTATUSCODES\r\n"
			   "250 AUTH PLAIN XOAUTH2 OAUTHBEARER\r\n");
	if (starts(line, "AUTH")) {
		authentications++;
		return say(c, "235 2.7.0 welcome\r\n");
	}
	if (starts(line, "DATA")) {
		c->in_data = true;
		return say(c, "354 go on\r\n");
	}
	if (starts(line, "QUIT")) {
		say(c, "221 2.0.0 bye\r\n");
		return false;
	}
	return say(c, "250 2.1.0 fine\r\n");
}

/* Answer all whole lines there are; false: close. */
static bool hear(struct client *c)
{
	ssize_t n = recv(c->fd, c->line + c->len, sizeof(c->line) - c->len, 0);
	char *line = c->line, *end;

	if (n <= 0)
		return false;
	c->len += (size_t)n;
	while ((end = memchr(line, '\n',
			     c->len - (size_t)(line - c->line))) != NULL) {
		*end = '\0';
		if (end > line && end[-1] == '\r')
			end[-1] = '\0';
		if (!answer(c, line))
			return false;
		line = end + 1;
	}
	c->len -= (size_t)(line - c->line);
	memmove(c->line, line, c->len);
	return c->len < sizeof(c->line);
}

static void welcome(int listener)
{
	int fd = accept4(listener, NULL, NULL, SOCK_CLOEXEC), yes = 1;

	for (int i = 0; fd >= 0 && i < CLIENTS_MAX; i++) {
		struct client *c = &clients[i];

		if (c->fd > 0)
			continue;
		setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &yes, sizeof(yes));
		c->fd = fd;
		c->len = 0;
		c->in_data = false;
		connections++;
		say(c, "220 sink.example.org ESMTP\r\n");
		return;
	}
	if (fd >= 0)
		close(fd);
}

static void serve(int listener)
{
	struct pollfd p[CLIENTS_MAX + 2];

	for (;;) {
		p[0] = (struct pollfd){ .fd = listener, .events = POLLIN };
		p[1] = (struct pollfd){ .fd = STDIN_FILENO, .events = POLLIN };
		for (int i = 0; i < CLIENTS_MAX; i++)
			p[i + 2] = (struct pollfd){
				.fd = clients[i].fd > 0 ? clients[i].fd : -1,
				.events = POLLIN };
		if (asked)
			tell();
		if (poll(p, CLIENTS_MAX + 2, 20) < 0)
			continue;
		if (p[1].revents)
			return;
		for (int i = 0; i < CLIENTS_MAX; i++)
			if (p[i + 2].revents && !hear(&clients[i])) {
				close(clients[i].fd);
				clients[i].fd = 0;
			}
		if (p[0].revents)
			welcome(listener);
	}
}

int main(void)
{
	struct sockaddr_in a = { .sin_family = AF_INET };
	struct sigaction act = { .sa_handler = on_usr1 };
	socklen_t len = sizeof(a);
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

	a.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	if (bind(fd, (struct sockaddr *)&a, len) < 0 || listen(fd, 100) < 0 ||
	    getsockname(fd, (struct sockaddr *)&a, &len) < 0)
		return 1;
	sigaction(SIGUSR1, &act, NULL);
	printf("%d\n", ntohs(a.sin_port));
	fflush(stdout);
	serve(fd);
	return 0;
}
