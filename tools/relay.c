/* SPDX-License-Identifier: BSD-2-Clause */
#include "config.h"

#include "tools/relay.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <string.h>
#include <strings.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

enum { TELL_MS = 60 * 1000,
       QUIET_MS = 2 * 1000,	/* after the program's end, before ours */
       LAST_MS = 30 * 1000 };	/* and at most, for the server's */

/* A pipe or socket is ours alone; a terminal or a file is shared with others,
 * who would be surprised. */
static int unblock(int fd)
{
	struct stat st;
	int flags = fcntl(fd, F_GETFL);

	if (flags < 0 || fstat(fd, &st) < 0 ||
	    (!S_ISFIFO(st.st_mode) && !S_ISSOCK(st.st_mode)))
		return -1;
	(void)fcntl(fd, F_SETFL, flags | O_NONBLOCK);
	return flags;
}

void mb_relay_init(struct mb_relay *r, int in, int out)
{
	memset(r, 0, sizeof(*r));
	r->in = in;
	r->out = out;
	r->said.over = r->asked.over = true;
	r->flags_in = unblock(in);
	r->flags_out = in == out ? -1 : unblock(out);
}

void mb_relay_end(struct mb_relay *r)
{
	if (r->flags_out >= 0)
		(void)fcntl(r->out, F_SETFL, r->flags_out);
	if (r->flags_in >= 0)
		(void)fcntl(r->in, F_SETFL, r->flags_in);
}

static bool later(int errnum)
{
	return errnum == EAGAIN || errnum == EWOULDBLOCK || errnum == EINTR;
}

static void room(struct mb_relay_half *h)
{
	if (!h->start)
		return;
	memmove(h->buf, h->buf + h->start, h->len);
	h->start = 0;
}

/* A BYE counts until so many lines later: the reply to LOGOUT follows it. */
enum { BYE_LINES = 4 };

static bool begins(const struct mb_relay_line *l, const char *word)
{
	return strncasecmp(l->begin, word, strlen(word)) == 0;
}

/* How each line begins, so that a goodbye is known. */
static void watch(struct mb_relay_line *l, unsigned *bye, const char *p,
		  size_t n)
{
	size_t have = strlen(l->begin), i;

	for (i = 0; i < n; i++) {
		if (l->over) {
			have = 0;
			l->over = false;
			if (bye && *bye && ++*bye > BYE_LINES)
				*bye = 0;
		}
		if (p[i] == '\n')
			l->over = true;
		else if (have + 1 < sizeof(l->begin))
			l->begin[have++] = p[i];
		l->begin[have] = '\0';
		if (bye && l->over && begins(l, "* BYE"))
			*bye = 1;
	}
}

/* Bytes read into the half; 0: none now, or the end (eof). */
static ssize_t fill_up(struct mb_relay *r)
{
	struct mb_relay_half *h = &r->up;
	ssize_t n;

	room(h);
	if (h->eof || h->len == sizeof(h->buf))
		return 0;
	n = read(r->in, h->buf + h->len, sizeof(h->buf) - h->len);
	if (n < 0 && later(errno))
		return 0;
	if (n <= 0) {
		/* A program that is gone has no complaint to hear. */
		h->eof = true;
		return 0;
	}
	watch(&r->asked, NULL, h->buf + h->len, (size_t)n);
	h->len += (size_t)n;
	return n;
}

static ssize_t fill_down(struct mb_relay *r, struct mb_err *e)
{
	struct mb_relay_half *h = &r->down;
	ssize_t n;

	room(h);
	if (h->eof || h->len == sizeof(h->buf))
		return 0;
	n = mb_login_read(r->server, h->buf + h->len,
			  sizeof(h->buf) - h->len, &h->eof, e);
	if (n > 0) {
		watch(&r->said, &r->bye, h->buf + h->len, (size_t)n);
		h->len += (size_t)n;
	}
	return n;
}

/* RFC 9051 section 7.1.5, RFC 5321 section 4.2, RFC 1939 section 6. */
static bool farewell(const struct mb_relay *r)
{
	return r->bye || begins(&r->said, "* BYE") ||
	       begins(&r->said, "221") || begins(&r->said, "421") ||
	       (begins(&r->said, "+OK") && begins(&r->asked, "QUIT"));
}

/* -1: the program is gone. */
static ssize_t drain_down(struct mb_relay *r)
{
	struct mb_relay_half *h = &r->down;
	ssize_t n = write(r->out, h->buf + h->start, h->len);

	if (n < 0)
		return later(errno) ? 0 : -1;
	h->start += (size_t)n;
	h->len -= (size_t)n;
	return n;
}

static ssize_t drain_up(struct mb_relay *r, struct mb_err *e)
{
	struct mb_relay_half *h = &r->up;
	ssize_t n = mb_login_write(r->server, h->buf + h->start, h->len, e);

	if (n > 0) {
		h->start += (size_t)n;
		h->len -= (size_t)n;
	}
	return n;
}

static int wait_for(int fd, short events, const struct mb_deadline *d)
{
	struct pollfd p = { .fd = fd, .events = events };
	int64_t left = mb_deadline_left(d);

	return poll(&p, 1, left > 1000 ? 1000 : (int)left);
}

int mb_relay_line(struct mb_relay *r, bool from_server,
		  const struct mb_deadline *d, const char **line, size_t *n,
		  struct mb_err *e)
{
	struct mb_relay_half *h = from_server ? &r->down : &r->up;

	while (true) {
		char *begin = h->buf + h->start;
		char *end = memchr(begin, '\n', h->len);
		ssize_t got;

		if (end) {
			*line = begin;
			*n = (size_t)(end - begin) + 1;
			return 1;
		}
		got = from_server ? fill_down(r, e) : fill_up(r);
		if (got < 0)
			return -1;
		if (got > 0)
			continue;
		if (h->eof || h->len == sizeof(h->buf))
			return 0;
		if (mb_deadline_left(d) <= 0) {
			(void)mb_fail(e, MB_E_TIMEOUT, "tunnel", "the %s says "
				      "nothing", from_server ? "mail server" :
				      "mail program");
			return mb_remedy(e, "connect again");
		}
		(void)wait_for(from_server ? mb_login_fd(r->server) : r->in,
			       POLLIN, d);
	}
}

void mb_relay_take(struct mb_relay *r, bool from_server, size_t n)
{
	struct mb_relay_half *h = from_server ? &r->down : &r->up;

	h->start += n;
	h->len -= n;
}

int mb_relay_tell(struct mb_relay *r, const char *text, size_t n,
		  struct mb_err *e)
{
	struct mb_deadline d = mb_deadline_in(TELL_MS);

	while (n) {
		ssize_t done = write(r->out, text, n);

		if (done < 0 && !later(errno))
			return mb_fail_errno(e, errno, "the mail program",
					     "write");
		if (done > 0) {
			text += done;
			n -= (size_t)done;
		} else if (wait_for(r->out, POLLOUT, &d) <= 0 &&
			   mb_deadline_left(&d) <= 0) {
			return mb_fail(e, MB_E_TIMEOUT, "the mail program",
				       "reads nothing");
		}
	}
	return 0;
}

int mb_relay_ask(struct mb_relay *r, const char *text, size_t n,
		 struct mb_err *e)
{
	struct mb_deadline d = mb_deadline_in(TELL_MS);

	while (n) {
		ssize_t done = mb_login_write(r->server, text, n, e);

		if (done < 0)
			return -1;
		text += done;
		n -= (size_t)done;
		if (!done && wait_for(mb_login_fd(r->server), POLLOUT, &d) <= 0
		    && mb_deadline_left(&d) <= 0)
			return mb_fail(e, MB_E_TIMEOUT, "the mail server",
				       "reads nothing");
	}
	return 0;
}

/* Everything that can move without waiting.  1 something did, 0, -1 the end
 * (*e is set if it is to be reported). */
static int move(struct mb_relay *r, struct mb_err *e)
{
	bool moved = false;
	ssize_t n;

	if (!r->up.len)
		moved = fill_up(r) > 0;
	if (r->up.len) {
		n = drain_up(r, e);
		if (n < 0)
			return -1;
		moved = moved || n > 0;
	}
	if (!r->down.len) {
		n = fill_down(r, e);
		if (n < 0)
			return -1;
		moved = moved || n > 0;
	}
	if (r->down.len) {
		n = drain_down(r);
		if (n < 0) {
			mb_err_clear(e);
			return -1;
		}
		moved = moved || n > 0;
	}
	return moved;
}

/* Wait for either side.  Milliseconds waited at most; 0: something is there,
 * 1 time is over, -1 the program can hear no more. */
static int wait_either(struct mb_relay *r, int64_t ms)
{
	struct pollfd p[3] = {
		{ .fd = r->up.eof || r->up.len ? -1 : r->in,
		  .events = POLLIN },
		{ .fd = r->out, .events = r->down.len ? POLLOUT : 0 },
		{ .fd = mb_login_fd(r->server) },
	};
	int n;

	p[2].events = (short)((r->down.len ? 0 : POLLIN) |
			      (r->up.len ? POLLOUT : 0));
	n = poll(p, 3, ms < 0 ? -1 : (int)ms);
	/* A socket that was shut for writing only still hears: it says HUP
	 * when both ways are closed, a pipe ERR. */
	if (n > 0 && (p[1].revents & (POLLERR | POLLHUP | POLLNVAL)))
		return -1;
	return n == 0;
}

/* The program has said its last: let the server finish, then end. */
static int wind_down(struct mb_relay *r, struct mb_err *e)
{
	struct mb_deadline d = mb_deadline_in(LAST_MS);
	bool closed = false;
	int moved, waited;

	while (mb_deadline_left(&d) > 0) {
		moved = move(r, e);
		if (moved < 0 || (r->down.eof && !r->down.len))
			break;
		if (moved)
			continue;
		waited = wait_either(r, QUIET_MS);
		if (waited < 0)
			break;
		if (waited && !closed && !r->up.len) {
			mb_login_half_close(r->server);
			closed = true;
		}
	}
	mb_err_clear(e);
	return 0;
}

int mb_relay_run(struct mb_relay *r, struct mb_err *e)
{
	int moved;

	while (true) {
		moved = move(r, e);
		if (moved < 0)
			break;
		if (r->up.eof && !r->up.len)
			return wind_down(r, e);
		if (r->down.eof && !r->down.len)
			break;
		if (!moved && wait_either(r, -1) < 0)
			return 0;
	}
	/* Some servers close without TLS's own goodbye once theirs is said; one
	 * that has died, or was cut off, looks like a close to libcurl. */
	if (farewell(r) || (moved < 0 && e->id == MB_E_NONE)) {
		mb_err_clear(e);
		return 0;
	}
	if (moved < 0)
		return -1;
	(void)mb_fail(e, MB_E_NETWORK, "the mail server",
		      "ended the connection in the middle of the session");
	return mb_remedy(e, "connect again");
}
