/* SPDX-License-Identifier: BSD-2-Clause */
#include "config.h"

#include "tools/mx.h"

#include <arpa/nameser.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <resolv.h>
#include <signal.h>
#include <stdbool.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "lib/clock.h"

enum { RECORD_FIXED = 10, QUESTION_FIXED = 4 };

/* ---- a message ---- */

struct reader {
	const unsigned char *message, *p, *end;
};

static size_t left(const struct reader *r)
{
	return (size_t)(r->end - r->p);
}

/* The caller has looked that there are two bytes. */
static unsigned int get16(struct reader *r)
{
	unsigned int v = (unsigned int)r->p[0] << 8 | r->p[1];

	r->p += 2;
	return v;
}

/* A compressed name (section 4.1.4); the library follows no loops.  out:
 * NS_MAXDNAME bytes. */
static int get_name(struct reader *r, char *out)
{
	int n = ns_name_uncompress(r->message, r->end, r->p, out, NS_MAXDNAME);

	if (n <= 0 || (size_t)n > left(r))
		return -1;
	r->p += n;
	return 0;
}

static bool is_host(const char *s)
{
	size_t n = strspn(s, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
			     "0123456789.-_");

	return n > 0 && n < MB_MX_HOST && !s[n] && s[0] != '.' && s[0] != '-';
}

struct found {
	struct mb_mx mx;
	unsigned int preference[MB_MX_HOSTS];
};

/* In order of preference; equal ones as they came. */
static void keep(struct found *f, unsigned int preference, const char *host)
{
	size_t at = f->mx.n, i;

	if (!is_host(host))
		return;
	while (at > 0 && f->preference[at - 1] > preference)
		at--;
	if (at == MB_MX_HOSTS)
		return;
	if (f->mx.n < MB_MX_HOSTS)
		f->mx.n++;
	for (i = f->mx.n - 1; i > at; i--) {
		memcpy(f->mx.host[i], f->mx.host[i - 1], MB_MX_HOST);
		f->preference[i] = f->preference[i - 1];
	}
	memcpy(f->mx.host[at], host, strlen(host) + 1);
	f->preference[at] = preference;
}

/* One resource record (section 4.1.3). */
static int take(struct reader *r, struct found *f)
{
	unsigned int type, class, length, preference;
	char name[NS_MAXDNAME];
	struct reader data;

	if (get_name(r, name) < 0 || left(r) < RECORD_FIXED)
		return -1;
	type = get16(r);
	class = get16(r);
	r->p += 4;
	length = get16(r);
	if (left(r) < length)
		return -1;
	data = *r;
	r->p += length;
	if (type != ns_t_mx || class != ns_c_in)
		return 0;
	if (length < 3)
		return -1;
	preference = get16(&data);
	/* Its end is the message's, but it may not go beyond the record. */
	if (get_name(&data, name) < 0 || data.p != r->p)
		return -1;
	keep(f, preference, name);
	return 0;
}

int mb_mx_read(const unsigned char *message, size_t n, struct mb_mx *mx)
{
	struct reader r = { message, message, message + n };
	unsigned int flags, questions, answers;
	struct found f = { 0 };
	char name[NS_MAXDNAME];

	if (n < NS_HFIXEDSZ)
		return -1;
	r.p += 2;
	flags = get16(&r);
	questions = get16(&r);
	answers = get16(&r);
	r.p += 4;
	/* An answer (QR) without an error (RCODE), and whole (TC). */
	if (!(flags & 0x8000) || (flags & 0x020f))
		return -1;
	for (; questions > 0; questions--) {
		if (get_name(&r, name) < 0 || left(&r) < QUESTION_FIXED)
			return -1;
		r.p += QUESTION_FIXED;
	}
	for (; answers > 0; answers--)
		if (take(&r, &f) < 0)
			return -1;
	*mx = f.mx;
	return 0;
}

/* ---- the look-up ---- */

static bool is_domain(const char *s)
{
	return is_host(s) && strchr(s, '.') && !strstr(s, "..");
}

static void choose_server(const struct sockaddr_in *server)
{
	(void)res_init();
	_res.retrans = 1;
	_res.retry = 2;
#ifdef __GLIBC__
	if (server) {
		_res.nscount = 1;
		_res.nsaddr_list[0] = *server;
	}
#else
	(void)server;
#endif
}

/* In the child: it reads what strangers sent, and may be killed at any time. */
__attribute__((noreturn))
static void ask(const char *domain, const struct sockaddr_in *server, int fd)
{
	static unsigned char reply[NS_MAXMSG];
	static struct mb_mx mx;
	sigset_t none;
	int n;

	(void)signal(SIGALRM, SIG_DFL);
	(void)signal(SIGINT, SIG_DFL);
	(void)signal(SIGTERM, SIG_DFL);
	(void)sigemptyset(&none);
	(void)sigprocmask(SIG_SETMASK, &none, NULL);
	(void)alarm(MB_MX_SECONDS);
	choose_server(server);
	n = res_query(domain, ns_c_in, ns_t_mx, reply, sizeof(reply));
	/* n may be more than there was room for. */
	if (n < 0 || (size_t)n > sizeof(reply) ||
	    mb_mx_read(reply, (size_t)n, &mx) < 0)
		_exit(1);
	_exit(write(fd, &mx, sizeof(mx)) == (ssize_t)sizeof(mx) ? 0 : 1);
}

/* All of mx before the deadline. */
static int collect(int fd, struct mb_mx *mx)
{
	struct mb_deadline end = mb_deadline_in(MB_MX_SECONDS * 1000);
	struct pollfd p = { .fd = fd, .events = POLLIN };
	size_t have = 0;
	int64_t ms;

	while (have < sizeof(*mx)) {
		ssize_t n;

		ms = mb_deadline_left(&end);
		if (ms == 0)
			return -1;
		if (poll(&p, 1, (int)ms) <= 0)
			continue;
		n = read(fd, (char *)mx + have, sizeof(*mx) - have);
		if (n == 0 || (n < 0 && errno != EINTR))
			return -1;
		have += n > 0 ? (size_t)n : 0;
	}
	for (size_t i = 0; i < mx->n && mx->n <= MB_MX_HOSTS; i++)
		if (!memchr(mx->host[i], '\0', MB_MX_HOST) ||
		    !is_host(mx->host[i]))
			return -1;
	return mx->n <= MB_MX_HOSTS ? 0 : -1;
}

int mb_mx_find(const char *domain, const struct sockaddr_in *server,
	       struct mb_mx *mx)
{
	struct mb_mx got;
	int fd[2], ret;
	pid_t pid;

	if (!is_domain(domain) || pipe2(fd, O_CLOEXEC) < 0)
		return -1;
	pid = fork();
	if (pid == 0)
		ask(domain, server, fd[1]);
	(void)close(fd[1]);
	ret = pid > 0 ? collect(fd[0], &got) : -1;
	(void)close(fd[0]);
	if (pid > 0) {
		(void)kill(pid, SIGKILL);
		while (waitpid(pid, NULL, 0) < 0 && errno == EINTR)
			;
	}
	if (ret == 0)
		*mx = got;
	return ret;
}
