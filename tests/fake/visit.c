/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A browser's last hop for the tests of enroll: reads http://HOST:PORT/TARGET
 * from stdin (HOST: 127.0.0.1, localhost or [::1]), sends one request of the
 * method given (GET), prints the raw reply.  Status 1 when nothing listens.
 */
#include "config.h"

#include <netdb.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

struct where {
	char host[64];
	char port[8];
	const char *target;
};

static int split(char *url, struct where *w)
{
	static const char scheme[] = "http://";
	char *host = url + strlen(scheme), *end;

	if (strncmp(url, scheme, strlen(scheme)) != 0)
		return -1;
	host += *host == '[';
	end = strpbrk(host, host[-1] == '[' ? "]" : ":/");
	if (!end || (size_t)(end - host) >= sizeof(w->host))
		return -1;
	memcpy(w->host, host, (size_t)(end - host));
	end += *end == ']';
	w->target = strchr(end, '/');
	if (*end != ':' || !w->target ||
	    (size_t)(w->target - end) > sizeof(w->port))
		return -1;
	memcpy(w->port, end + 1, (size_t)(w->target - end) - 1);
	return 0;
}

static int connect_to(const struct where *w)
{
	struct addrinfo hints = { .ai_socktype = SOCK_STREAM }, *all, *a;
	int fd = -1;

	if (getaddrinfo(w->host, w->port, &hints, &all) != 0)
		return -1;
	for (a = all; a && fd < 0; a = a->ai_next) {
		fd = socket(a->ai_family, SOCK_STREAM | SOCK_CLOEXEC, 0);
		if (fd < 0 || connect(fd, a->ai_addr, a->ai_addrlen) == 0)
			continue;
		close(fd);
		fd = -1;
	}
	freeaddrinfo(all);
	return fd;
}

int main(int argc, char **argv)
{
	static char url[64 * 1024];
	struct where w = { 0 };
	char chunk[4096];
	ssize_t n;
	int fd;

	if (!fgets(url, sizeof(url), stdin))
		return 2;
	url[strcspn(url, "\n")] = '\0';
	if (split(url, &w) < 0) {
		fprintf(stderr, "visit: not a URL of a listener\n");
		return 2;
	}
	fd = connect_to(&w);
	if (fd < 0)
		return 1;
	(void)dprintf(fd, "%s %s HTTP/1.1\r\nHost: %s:%s\r\n"
		      "Connection: close\r\n\r\n", argc > 1 ? argv[1] : "GET",
		      w.target, w.host, w.port);
	while ((n = read(fd, chunk, sizeof(chunk))) > 0)
		(void)fwrite(chunk, 1, (size_t)n, stdout);
	close(fd);
	return 0;
}
