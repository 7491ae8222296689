/* SPDX-License-Identifier: BSD-2-Clause */
#include "config.h"

#include <errno.h>
#include <netinet/in.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "tools/listen.h"

enum { TRIES = 32, BACKLOG = 16 };

union address {
	struct sockaddr any;
	struct sockaddr_in v4;
	struct sockaddr_in6 v6;
};

static socklen_t fill(union address *a, int family, int port)
{
	memset(a, 0, sizeof(*a));
	if (family == AF_INET) {
		a->v4.sin_family = AF_INET;
		a->v4.sin_port = htons((uint16_t)port);
		a->v4.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
		return sizeof(a->v4);
	}
	a->v6.sin6_family = AF_INET6;
	a->v6.sin6_port = htons((uint16_t)port);
	a->v6.sin6_addr = in6addr_loopback;
	return sizeof(a->v6);
}

/* The socket, or -1 with errno. */
static int listen_on(int family, int port)
{
	int fd = socket(family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	union address a;
	socklen_t n = fill(&a, family, port);
	int one = 1, saved;

	if (fd < 0)
		return -1;
	/* A port that was used a minute ago must not be refused. */
	(void)setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof(one));
	if (family == AF_INET6)
		(void)setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &one,
				 sizeof(one));
	if (bind(fd, &a.any, n) == 0 && listen(fd, BACKLOG) == 0)
		return fd;
	saved = errno;
	close(fd);
	errno = saved;
	return -1;
}

static int port_of(int fd)
{
	union address a;
	socklen_t n = sizeof(a);

	if (getsockname(fd, &a.any, &n) < 0)
		return -1;
	return ntohs(a.any.sa_family == AF_INET ? a.v4.sin_port :
		     a.v6.sin6_port);
}

void mb_listen_close(struct mb_listen *s)
{
	if (s->v4 >= 0)
		close(s->v4);
	if (s->v6 >= 0)
		close(s->v6);
	*s = (struct mb_listen){ .v4 = -1, .v6 = -1 };
}

/* One try; -1 with errno. */
static int try_both(struct mb_listen *s, bool v6_only, int port)
{
	int saved;

	*s = (struct mb_listen){ .v4 = -1, .v6 = -1 };
	if (!v6_only) {
		s->v4 = listen_on(AF_INET, port);
		if (s->v4 < 0)
			return -1;
		port = port_of(s->v4);
	}
	s->v6 = listen_on(AF_INET6, port);
	/* A host without IPv6 has no ::1: nobody can be listening there. */
	if (s->v6 < 0 && (v6_only || errno == EADDRINUSE)) {
		saved = errno;
		mb_listen_close(s);
		errno = saved;
		return -1;
	}
	s->port = port_of(s->v6 >= 0 ? s->v6 : s->v4);
	return 0;
}

int mb_listen_open(struct mb_listen *s, bool v6_only, int port,
		   struct mb_err *e)
{
	char object[64];
	struct mb_listen l;

	for (int i = 0; i < (port ? 1 : TRIES); i++) {
		if (try_both(&l, v6_only, port) == 0) {
			*s = l;
			return 0;
		}
		if (errno != EADDRINUSE)
			break;
	}
	if (port)
		snprintf(object, sizeof(object), "port %d on loopback", port);
	else
		snprintf(object, sizeof(object), "a port on loopback");
	if (errno != EADDRINUSE)
		return mb_fail_errno(e, errno, object, "listen");
	mb_fail(e, MB_E_BUSY, object, "another program listens there");
	return mb_remedy(e, "end it, or choose another one: --port N");
}
