/* SPDX-License-Identifier: BSD-2-Clause */
#include "config.h"

#include "tests/fake/dns.h"

#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

enum { HEAD = 12, QUESTION_MAX = 300 };

static void put16(unsigned char *p, unsigned int v)
{
	p[0] = (unsigned char)(v >> 8);
	p[1] = (unsigned char)(v & 0xff);
}

/* "a.b" as labels; what is written. */
static size_t put_name(unsigned char *p, const char *name)
{
	size_t at = 0;

	while (*name) {
		size_t n = strcspn(name, ".");

		p[at] = (unsigned char)n;
		memcpy(p + at + 1, name, n);
		at += n + 1;
		name += n + (name[n] == '.');
	}
	p[at] = 0;
	return at + 1;
}

size_t dns_mx(unsigned char *out, unsigned int preference, const char *host)
{
	size_t n = put_name(out + 14, host);

	put16(out, 0xc000 | HEAD);	/* the question's name */
	put16(out + 2, 15);
	put16(out + 4, 1);
	memset(out + 6, 0, 4);
	put16(out + 10, (unsigned int)n + 2);
	put16(out + 12, preference);
	return n + 14;
}

int dns_bind(unsigned int port, struct sockaddr_in *where)
{
	int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	socklen_t n = sizeof(*where);

	memset(where, 0, sizeof(*where));
	where->sin_family = AF_INET;
	where->sin_port = htons((in_port_t)port);
	where->sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	if (fd < 0 || bind(fd, (struct sockaddr *)where, n) < 0 ||
	    getsockname(fd, (struct sockaddr *)where, &n) < 0) {
		if (fd >= 0)
			(void)close(fd);
		return -1;
	}
	return fd;
}

/* Where the question ends. */
static size_t question_end(const unsigned char *q, size_t n)
{
	size_t at = HEAD;

	while (at < n && q[at] && q[at] < 64)
		at += q[at] + 1U;
	return at + 5 <= n ? at + 5 : 0;
}

void dns_serve(int fd, const struct dns_answers *a)
{
	static unsigned char reply[QUESTION_MAX + 65536];
	unsigned char question[QUESTION_MAX];
	struct sockaddr_in from;

	for (;;) {
		socklen_t len = sizeof(from);
		ssize_t got = recvfrom(fd, question, sizeof(question), 0,
				       (struct sockaddr *)&from, &len);
		size_t end = got > HEAD ? question_end(question, (size_t)got) :
					  0;

		if (!a || end == 0)
			continue;
		memcpy(reply, question, end);
		put16(reply + 2, 0x8100 | a->flags);
		put16(reply + 4, 1);
		put16(reply + 6, a->count);
		memset(reply + 8, 0, 4);
		memcpy(reply + end, a->records, a->n);
		(void)sendto(fd, reply, end + a->n, 0,
			     (struct sockaddr *)&from, len);
	}
}
