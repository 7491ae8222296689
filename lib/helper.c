/* SPDX-License-Identifier: BSD-2-Clause */
#include "config.h"

#include "lib/helper.h"

#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "lib/paths.h"

enum { POLL_MS = 10000 };

void mb_helper_head(struct mb_helper_head *h)
{
	size_t n = strnlen(mb_build_id, sizeof(h->build_id) - 1);

	memset(h, 0, sizeof(*h));
	memcpy(h->magic, MB_HELPER_MAGIC, sizeof(MB_HELPER_MAGIC));
	memcpy(h->build_id, mb_build_id, n);
}

bool mb_helper_same_build(const struct mb_helper_head *h)
{
	struct mb_helper_head mine;

	mb_helper_head(&mine);
	return memcmp(h, &mine, sizeof(mine)) == 0;
}

/* The whole request into the socket, before anybody reads: it has room. */
static int put_request(int fd, struct mb_store *s,
		       const struct mb_token_task *t,
		       const struct mb_record_lock *l)
{
	struct mb_helper_request *q = calloc(1, sizeof(*q));
	ssize_t n;

	if (!q)
		return -1;
	mb_helper_head(&q->head);
	q->keys = *mb_store_keys(s);
	q->home = *mb_store_home(s);
	q->task = *t;
	if (l)
		memcpy(q->id, l->id, sizeof(q->id));
	do
		n = send(fd, q, sizeof(*q), MSG_NOSIGNAL | MSG_DONTWAIT);
	while (n < 0 && errno == EINTR);
	mb_wipe(q, sizeof(*q));
	free(q);
	return n == (ssize_t)sizeof(*q) ? 0 : -1;
}

/* The host's end of the socket to a running helper, or -1. */
static int start(struct mb_store *s, const struct mb_token_task *t,
		 const struct mb_record_lock *l)
{
	int fds[MB_HELPER_END - MB_SPAWN_FD], pair[2], err = -1;

	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair) < 0)
		return -1;
	if (put_request(pair[0], s, t, l) == 0) {
		fds[MB_HELPER_SOCKET - MB_SPAWN_FD] = pair[1];
		mb_store_descriptors(s, &fds[MB_HELPER_RECORDS - MB_SPAWN_FD],
				     &fds[MB_HELPER_CONF - MB_SPAWN_FD]);
		fds[MB_HELPER_LOCK - MB_SPAWN_FD] = l ? l->lock_fd : -1;
		fds[MB_HELPER_NEW - MB_SPAWN_FD] = l ? l->new_fd : -1;
		err = mb_spawn(mb_path_helper, fds,
			       MB_HELPER_END - MB_SPAWN_FD);
	}
	(void)close(pair[1]);
	if (err == 0)
		return pair[0];
	(void)close(pair[0]);
	return -1;
}

/* 1 all n bytes, 0 the helper is gone, -1 the deadline is over. */
static int get(int fd, void *data, size_t n, const struct mb_deadline *d)
{
	struct pollfd p = { .fd = fd, .events = POLLIN };
	char *to = data;
	int64_t left;
	ssize_t got;

	while (n > 0) {
		left = mb_deadline_left(d);
		if (left <= 0)
			return -1;
		if (poll(&p, 1, left < POLL_MS ? (int)left : POLL_MS) <= 0)
			continue;
		got = recv(fd, to, n, MSG_DONTWAIT);
		if (got < 0 && (errno == EINTR || errno == EAGAIN))
			continue;
		if (got <= 0)
			return 0;
		to += got;
		n -= (size_t)got;
	}
	return 1;
}

static int get_record(int fd, size_t n, const struct mb_deadline *d,
		      struct mb_record *r, struct mb_err *e)
{
	char *data;
	int ret;

	if (n > MB_RECORD_MAX)
		return 0;
	data = malloc(n + 1);
	if (!data) {
		mb_fail(e, MB_E_NOMEM, mb_path_helper, "out of memory");
		return 0;
	}
	ret = get(fd, data, n, d);
	if (ret == 1 && mb_record_parse(r, data, n, "refresh helper", e) < 0)
		ret = 0;
	mb_wipe(data, n + 1);
	free(data);
	return ret;
}

static enum mb_help upgraded(struct mb_err *e)
{
	mb_fail(e, MB_E_UPGRADED, mb_path_helper, "mailbearer was upgraded "
		"while %s was running", program_invocation_short_name);
	mb_remedy(e, "restart %s", program_invocation_short_name);
	return MB_HELP_FAILED;
}

static enum mb_help answer(int fd, const struct mb_deadline *d,
			   struct mb_token_answer *a, struct mb_err *e)
{
	struct mb_helper_head head;
	struct mb_helper_reply reply;
	struct mb_err why = {0};
	int r = get(fd, &head, sizeof(head), d);

	/* It is gone before it did anything: something is missing that it
	 * is linked to. */
	if (r <= 0)
		return r < 0 ? MB_HELP_LATE : MB_HELP_NONE;
	if (!mb_helper_same_build(&head))
		return upgraded(e);
	r = get(fd, &reply, sizeof(reply), d);
	if (r > 0 && reply.text_len)
		r = get_record(fd, reply.text_len, d, &a->r, &why);
	if (r < 0)
		return MB_HELP_LATE;
	if (r == 0 && why.id == MB_E_NOMEM) {
		*e = why;
		return MB_HELP_FAILED;
	}
	if (r == 0) {
		mb_fail(e, MB_E_BUSY, mb_path_helper, "ended before it had "
			"an answer");
		mb_remedy(e, "try again");
		return MB_HELP_FAILED;
	}
	a->ret = reply.ret < 0 || !reply.text_len ? -1 : 0;
	a->saved = reply.saved != 0;
	a->e = reply.e;
	return MB_HELP_ANSWERED;
}

/* The lock is the helper's now, and would end with an explicit unlock. */
static void give_away(struct mb_record_lock *l)
{
	if (!l)
		return;
	if (l->new_fd >= 0)
		(void)close(l->new_fd);
	if (l->lock_fd >= 0)
		(void)close(l->lock_fd);
	*l = (struct mb_record_lock){ .lock_fd = -1, .new_fd = -1 };
}

enum mb_help mb_helper_ask(void *ctx, const struct mb_token_task *t,
			   struct mb_record_lock *l,
			   const struct mb_deadline *d,
			   struct mb_token_answer *a, struct mb_err *e)
{
	enum mb_help ret = MB_HELP_TAKEN;
	int fd = start(ctx, t, l);

	if (fd < 0)
		return MB_HELP_NONE;
	if (a)
		ret = answer(fd, d, a, e);
	(void)close(fd);
	if (ret != MB_HELP_NONE)
		give_away(l);
	return ret;
}
