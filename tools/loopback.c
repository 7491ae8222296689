/* SPDX-License-Identifier: BSD-2-Clause */
#include "config.h"

#include <errno.h>
#include <microhttpd.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "tools/listen.h"
#include "tools/loopback.h"
#include "tools/page.h"
#include "tools/redirect.h"

enum { REQUEST_MAX = 2 * MB_REDIRECT_MAX, IDLE_S = 30, FINISH_MS = 1000,
       LINGER_MS = 200,
       /* So many are kept, and a few more between coming and going. */
       CONNECTIONS_MAX = 32, CONNECTIONS_SPARE = 32 };

struct mb_loopback {
	struct MHD_Daemon *daemons[MB_LOOPBACK_FDS];
	int ndaemons;
	int port;
	char *path;
	mb_loopback_answer *answer;
	void *arg;
	struct MHD_Connection *waiting;	/* brought the answer; suspended */
	bool answered;
	struct mb_secret query;		/* that was the answer */
	bool failed;
	struct mb_secret page;		/* what the waiting one gets */
	struct MHD_Connection *open[CONNECTIONS_MAX];	/* oldest first */
	int nopen;
};

/* The request of a connection; its target is kept because MHD decodes its own
 * copy.  It lives as long as the connection: of a request that MHD refuses by
 * itself it never tells the end. */
struct request {
	struct mb_secret target;
	bool waits;
};

static void *request_begin(void *arg, const char *target,
			   struct MHD_Connection *c)
{
	const union MHD_ConnectionInfo *info = MHD_get_connection_info(
		c, MHD_CONNECTION_INFO_SOCKET_CONTEXT);
	struct request *r = info ? info->socket_context : NULL;

	(void)arg;
	if (!r)
		return NULL;
	r->waits = false;
	return mb_secret_set(&r->target, target, strlen(target)) < 0 ? NULL :
								       r;
}

static void request_end(void *arg, struct MHD_Connection *c, void **request,
			enum MHD_RequestTerminationCode why)
{
	struct mb_loopback *l = arg;
	struct request *r = *request;

	(void)why;
	if (l->waiting == c)
		l->waiting = NULL;
	if (r)
		mb_secret_clear(&r->target);
	*request = NULL;
}

static void free_request(struct request *r)
{
	if (r)
		mb_secret_clear(&r->target);
	free(r);
}

static void forget(struct mb_loopback *l, const struct MHD_Connection *c)
{
	int i = 0;

	while (i < l->nopen && l->open[i] != c)
		i++;
	if (i == l->nopen)
		return;
	l->nopen--;
	memmove(&l->open[i], &l->open[i + 1],
		(size_t)(l->nopen - i) * sizeof(l->open[0]));
}

/* Anybody on this host can open connections and say nothing on them: the
 * oldest makes room, or the browser would wait until it is given up. */
static void evict(struct mb_loopback *l)
{
	struct MHD_Connection *c = l->open[l->open[0] == l->waiting ? 1 : 0];
	const union MHD_ConnectionInfo *info = MHD_get_connection_info(
		c, MHD_CONNECTION_INFO_CONNECTION_FD);

	if (info)
		(void)shutdown(info->connect_fd, SHUT_RDWR);
	forget(l, c);
}

static void connection_changed(void *arg, struct MHD_Connection *c,
			       void **ctx,
			       enum MHD_ConnectionNotificationCode what)
{
	struct mb_loopback *l = arg;

	if (what == MHD_CONNECTION_NOTIFY_CLOSED) {
		free_request(*ctx);
		*ctx = NULL;
		forget(l, c);
		return;
	}
	*ctx = calloc(1, sizeof(struct request));
	if (l->nopen == CONNECTIONS_MAX)
		evict(l);
	l->open[l->nopen++] = c;
}

static enum MHD_Result reply(struct MHD_Connection *c, unsigned status,
			     const struct mb_secret *page)
{
	static const char *const headers[][2] = {
		{ "Content-Type", "text/html; charset=utf-8" },
		{ "Cache-Control", "no-store" },
		{ "Content-Security-Policy",
		  "default-src 'none'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'" },
		{ "X-Content-Type-Options", "nosniff" },
		{ "Referrer-Policy", "no-referrer" },
		{ "Connection", "close" },
	};
	struct mb_secret copy = { 0 };
	struct MHD_Response *r;
	enum MHD_Result ret = MHD_NO;

	if (mb_secret_append(&copy, mb_secret_str(page), page->len) < 0)
		return MHD_NO;
	r = MHD_create_response_from_buffer(copy.len, copy.data,
					    MHD_RESPMEM_MUST_COPY);
	mb_secret_clear(&copy);
	if (!r)
		return MHD_NO;
	for (size_t i = 0; i < sizeof(headers) / sizeof(headers[0]); i++)
		if (MHD_add_response_header(r, headers[i][0],
					    headers[i][1]) != MHD_YES)
			goto out;
	if (status == MHD_HTTP_METHOD_NOT_ALLOWED &&
	    MHD_add_response_header(r, "Allow", "GET") != MHD_YES)
		goto out;
	ret = MHD_queue_response(c, status, r);
out:
	MHD_destroy_response(r);
	return ret;
}

static enum MHD_Result reply_text(struct MHD_Connection *c, unsigned status,
				  const char *heading, const char *text)
{
	struct mb_secret page = { 0 };
	enum MHD_Result ret = MHD_NO;

	if (mb_page_result(&page, heading, text, NULL, NULL) == 0)
		ret = reply(c, status, &page);
	mb_secret_clear(&page);
	return ret;
}

/* The page loaded once more, say. */
static bool is_answer(const struct mb_loopback *l, const char *query, size_t n)
{
	return l->query.len > 0 && l->query.len == n &&
	       memcmp(l->query.data, query, n) == 0;
}

static enum MHD_Result serve(struct mb_loopback *l, struct MHD_Connection *c,
			     struct request *r, const char *query, size_t n)
{
	struct mb_secret page = { 0 };
	enum MHD_Result ret;

	if (l->answered)
		return reply_text(c, is_answer(l, query, n) ? MHD_HTTP_OK :
				  MHD_HTTP_BAD_REQUEST,
				  "Nothing more to do here",
				  "This sign-in has had its answer. You can close this window.");
	if (l->answer && l->answer(l->arg, query, n, &page)) {
		l->answered = true;
		(void)mb_secret_set(&l->query, query, n);
		l->waiting = c;
		r->waits = true;
		MHD_suspend_connection(c);
		ret = MHD_YES;
	} else {
		ret = reply(c, MHD_HTTP_BAD_REQUEST, &page);
	}
	mb_secret_clear(&page);
	return ret;
}

static enum MHD_Result handle(void *arg, struct MHD_Connection *c,
			      const char *url, const char *method,
			      const char *version, const char *upload,
			      size_t *nupload, void **request)
{
	struct mb_loopback *l = arg;
	struct request *r = *request;
	const char *query;
	size_t n;

	(void)url;
	(void)version;
	(void)upload;
	*nupload = 0;
	if (!r)
		return MHD_NO;
	if (r->waits)
		return reply(c, l->failed ? MHD_HTTP_BAD_REQUEST : MHD_HTTP_OK,
			     &l->page);
	if (!mb_redirect_host(MHD_lookup_connection_value(
		    c, MHD_HEADER_KIND, MHD_HTTP_HEADER_HOST)))
		return reply_text(c, MHD_HTTP_MISDIRECTED_REQUEST,
				  "There is no such host here", NULL);
	if (strcmp(method, MHD_HTTP_METHOD_GET) != 0)
		return reply_text(c, MHD_HTTP_METHOD_NOT_ALLOWED,
				  "Only GET is served here", NULL);
	if (!mb_redirect_target(mb_secret_str(&r->target), l->path, &query, &n))
		return reply_text(c, MHD_HTTP_NOT_FOUND,
				  "There is no such page here", NULL);
	return serve(l, c, r, query, n);
}

static struct MHD_Daemon *start(struct mb_loopback *l, int fd)
{
	return MHD_start_daemon(
		MHD_USE_EPOLL | MHD_ALLOW_SUSPEND_RESUME, 0, NULL, NULL,
		handle, l,
		MHD_OPTION_LISTEN_SOCKET, fd,
		MHD_OPTION_URI_LOG_CALLBACK, request_begin, NULL,
		MHD_OPTION_NOTIFY_COMPLETED, request_end, l,
		MHD_OPTION_NOTIFY_CONNECTION, connection_changed, l,
		MHD_OPTION_CONNECTION_MEMORY_LIMIT, (size_t)REQUEST_MAX,
		MHD_OPTION_CONNECTION_LIMIT, (unsigned)(CONNECTIONS_MAX + CONNECTIONS_SPARE),
		MHD_OPTION_CONNECTION_TIMEOUT, (unsigned)IDLE_S,
		MHD_OPTION_END);
}

static int start_all(struct mb_loopback *l, struct mb_listen *s)
{
	int *fds[MB_LOOPBACK_FDS] = { &s->v4, &s->v6 };

	for (int i = 0; i < MB_LOOPBACK_FDS; i++) {
		struct MHD_Daemon *d;

		if (*fds[i] < 0)
			continue;
		d = start(l, *fds[i]);
		if (!d)
			return -1;
		*fds[i] = -1;	/* the daemon closes it */
		l->daemons[l->ndaemons++] = d;
	}
	return 0;
}

int mb_loopback_open(struct mb_loopback **out, enum mb_loopback_families want,
		     int port, const char *path, struct mb_err *e)
{
	struct mb_loopback *l = calloc(1, sizeof(*l));
	struct mb_listen s = { .v4 = -1, .v6 = -1 };
	int ret = -1;

	if (l)
		l->path = strdup(path);
	if (!l || !l->path) {
		mb_fail(e, MB_E_NOMEM, "the listener", "out of memory");
		goto out;
	}
	if (mb_listen_open(&s, want == MB_LOOPBACK_V6, port, e) < 0)
		goto out;
	l->port = s.port;
	if (start_all(l, &s) < 0) {
		mb_fail(e, MB_E_IO, "the listener", "could not be started");
		goto out;
	}
	*out = l;
	l = NULL;
	ret = 0;
out:
	mb_listen_close(&s);
	mb_loopback_close(&l);
	return ret;
}

void mb_loopback_answer_with(struct mb_loopback *l, mb_loopback_answer *fn,
			     void *arg)
{
	l->answer = fn;
	l->arg = arg;
}

int mb_loopback_port(const struct mb_loopback *l)
{
	return l->port;
}

int mb_loopback_fds(struct mb_loopback *l, struct pollfd *fds)
{
	int n = 0;

	for (int i = 0; i < l->ndaemons; i++) {
		const union MHD_DaemonInfo *info = MHD_get_daemon_info(
			l->daemons[i], MHD_DAEMON_INFO_EPOLL_FD);

		if (info && info->epoll_fd >= 0)
			fds[n++] = (struct pollfd){ .fd = info->epoll_fd,
						    .events = POLLIN };
	}
	return n;
}

int mb_loopback_timeout(struct mb_loopback *l)
{
	int ms = -1;

	for (int i = 0; i < l->ndaemons; i++) {
		MHD_UNSIGNED_LONG_LONG one;

		if (MHD_get_timeout(l->daemons[i], &one) != MHD_YES)
			continue;
		if (one > 60000)
			one = 60000;
		if (ms < 0 || (int)one < ms)
			ms = (int)one;
	}
	return ms;
}

void mb_loopback_run(struct mb_loopback *l)
{
	for (int i = 0; i < l->ndaemons; i++)
		(void)MHD_run(l->daemons[i]);
}

static void run_until(struct mb_loopback *l, const struct mb_deadline *d,
		      bool until_sent)
{
	while (mb_deadline_left(d) > 0 && (!until_sent || l->waiting)) {
		struct pollfd fds[MB_LOOPBACK_FDS];
		int n = mb_loopback_fds(l, fds);
		int64_t ms = mb_deadline_left(d);
		int own = mb_loopback_timeout(l);

		if (own >= 0 && own < ms)
			ms = own;
		if (poll(fds, (nfds_t)n, (int)ms) < 0 && errno != EINTR)
			break;
		mb_loopback_run(l);
	}
}

void mb_loopback_finish(struct mb_loopback *l, bool failed,
			const struct mb_secret *page)
{
	struct mb_deadline d = mb_deadline_in(FINISH_MS);

	l->answered = true;
	if (!l->waiting)
		return;
	l->failed = failed;
	if (mb_secret_set(&l->page, mb_secret_str(page), page->len) < 0)
		return;
	MHD_resume_connection(l->waiting);
	/* Nothing becomes readable by resuming. */
	mb_loopback_run(l);
	run_until(l, &d, true);
	d = mb_deadline_in(LINGER_MS);
	run_until(l, &d, false);
}

void mb_loopback_close(struct mb_loopback **lp)
{
	struct mb_loopback *l = *lp;

	if (!l)
		return;
	/* A suspended connection must be resumed before its daemon stops. */
	if (l->waiting)
		MHD_resume_connection(l->waiting);
	for (int i = 0; i < l->ndaemons; i++)
		MHD_stop_daemon(l->daemons[i]);
	mb_secret_clear(&l->page);
	mb_secret_clear(&l->query);
	free(l->path);
	free(l);
	*lp = NULL;
}
