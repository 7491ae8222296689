/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A token endpoint on loopback that answers as it is told.
 *
 *	tokend [OPTION...] ANSWER...
 *
 * Prints its port and a newline on stdout, then serves until it is killed (or,
 * with --until-eof, until its stdin ends).  Every POST, whatever its path, takes
 * the next ANSWER; the last one repeats.  An ANSWER of @FILE stands for the
 * lines of that file, which is read anew for each request.
 *
 * Two more requests, for tests that look on or change their mind:
 *	GET /count		number of POSTs so far, as a decimal text
 *	PUT /answers		the body's lines are the answers from now on
 *
 * ANSWERs:
 *	grant			200, access token, no refresh token
 *	rotate			200 and a new refresh token; the old one is void,
 *				using it again gets 400 invalid_grant
 *	family			the same, but a second use voids all of them
 *	keep			200 and a new refresh token; old ones stay good
 *	error=CODE[:STATUS[:DESCRIPTION]]	RFC 6749 section 5.2, status 400
 *	status=N[:RETRY-AFTER]	that status, with a short text
 *	json=TEXT		200 with TEXT as application/json
 *	html  empty  huge	200 with a page, with nothing, with 64 MiB
 *	size=N			200 with N bytes, blanks
 *	redirect=URL		307 to there
 *	slow=MS[:KIND]		after MS milliseconds, as KIND ("rotate")
 *	silent			reads the request, never answers
 *	drip			headers, then a byte every 50 ms, for ever
 *	close			closes at once, before reading
 *	cut-headers  cut-body	closes in the middle of them
 *
 * Tokens are access-N and refresh-N, N being the number of the grant; the
 * refresh token to begin with is refresh-0.  rotate, family and keep refuse
 * anything that is not theirs; an authorization code is always taken.
 *
 * OPTIONs:
 *	--access PREFIX  --refresh PREFIX	instead of "access-", "refresh-"
 *	--expires N		expires_in, default 3600
 *	--log FILE		a line per POST: PATH AUTHORIZATION BODY
 *	--cert FILE --key FILE	speak TLS
 *	--clock N		replies have a Date, N seconds ahead of this clock
 *	--docs DIR		GET /PATH is answered with DIR/PATH, or 404
 *	--until-eof
 */
#include "config.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <openssl/ssl.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

enum { REQUEST_MAX = 256 * 1024, ANSWERS_MAX = 64 * 1024,
       HUGE_SIZE = 64 * 1024 * 1024, DRIP_MS = 50 };

static struct {
	pthread_mutex_t lock;
	char answers[ANSWERS_MAX];	/* lines */
	unsigned long taken;		/* of these answers */
	unsigned long posts;
	unsigned long grants;
	bool revoked;
	const char *access;
	const char *refresh;
	const char *expires;
	const char *docs;
	const char *clock;
	FILE *log;
	SSL_CTX *tls;
} state = { .lock = PTHREAD_MUTEX_INITIALIZER, .access = "access-",
	    .refresh = "refresh-", .expires = "3600" };

struct peer {
	int fd;
	SSL *tls;
	char *request;		/* REQUEST_MAX + 1 bytes */
	char path[256];
	char auth[2048];
	char *body;
};

static void die(const char *what)
{
	perror(what);
	exit(1);
}

static ssize_t peer_read(struct peer *p, char *buf, size_t n)
{
	return p->tls ? SSL_read(p->tls, buf, (int)n) : read(p->fd, buf, n);
}

static bool peer_write(struct peer *p, const char *data, size_t n)
{
	while (n > 0) {
		ssize_t done = p->tls ? SSL_write(p->tls, data, (int)n) :
					write(p->fd, data, n);

		if (done <= 0)
			return false;
		data += done;
		n -= (size_t)done;
	}
	return true;
}

static bool say(struct peer *p, const char *text)
{
	return peer_write(p, text, strlen(text));
}

/* Wait ms milliseconds, or until the client goes away (false). */
static bool linger(struct peer *p, int ms)
{
	struct pollfd fd = { .fd = p->fd, .events = POLLRDHUP };

	return poll(&fd, 1, ms) == 0;
}

static void header_value(const char *head, const char *name, char *out,
			 size_t size)
{
	size_t n = strlen(name);

	out[0] = '\0';
	for (const char *line = strstr(head, "\r\n"); line;
	     line = strstr(line + 2, "\r\n")) {
		const char *value = line + 2 + n;
		size_t len;

		if (strncasecmp(line + 2, name, n) != 0 || *value != ':')
			continue;
		value += 1 + strspn(value + 1, " ");
		len = strcspn(value, "\r\n");
		snprintf(out, size, "%.*s", (int)len, value);
		return;
	}
}

/* Read a whole request; false when it never came. */
static bool receive(struct peer *p)
{
	size_t have = 0, want = 0;
	char length[32];
	char *end;
	ssize_t n;

	do {
		n = peer_read(p, p->request + have, REQUEST_MAX - have);
		if (n <= 0)
			return false;
		have += (size_t)n;
		p->request[have] = '\0';
		end = strstr(p->request, "\r\n\r\n");
		if (!end)
			continue;
		header_value(p->request, "Content-Length", length,
			     sizeof(length));
		want = (size_t)(end - p->request) + 4 +
		       (size_t)strtoul(length, NULL, 10);
		if (want > REQUEST_MAX)
			return false;
	} while (!end || have < want);
	header_value(p->request, "Authorization", p->auth, sizeof(p->auth));
	p->body = end + 4;
	n = (ssize_t)strcspn(p->request, " ");
	snprintf(p->path, sizeof(p->path), "%.*s",
		 (int)strcspn(p->request + n + 1, " \r\n"),
		 p->request + n + 1);
	return true;
}

static void reply_type(struct peer *p, const char *status, const char *headers,
		       const char *type, const char *body)
{
	char head[1024], date[64] = "";
	time_t now = time(NULL);
	struct tm tm;

	if (state.clock) {
		now += strtol(state.clock, NULL, 10);
		strftime(date, sizeof(date),
			 "Date: %a, %d %b %Y %H:%M:%S GMT\r\n",
			 gmtime_r(&now, &tm));
	}
	snprintf(head, sizeof(head), "HTTP/1.1 %s\r\n%s%sContent-Type: %s\r\n"
		 "Content-Length: %zu\r\nCache-Control: no-store\r\n"
		 "Connection: close\r\n\r\n", status, headers, date, type,
		 strlen(body));
	if (say(p, head))
		say(p, body);
}

static void reply(struct peer *p, const char *status, const char *body)
{
	reply_type(p, status, "", "application/json", body);
}

/* ---- the answers ---- */

static void answer_error(struct peer *p, const char *arg)
{
	char code[128], body[1024], status[64];
	const char *colon = strchr(arg, ':');
	const char *more = colon ? strchr(colon + 1, ':') : NULL;

	snprintf(code, sizeof(code), "%.*s", (int)strcspn(arg, ":"), arg);
	snprintf(status, sizeof(status), "%lu Told",
		 colon ? strtoul(colon + 1, NULL, 10) : 400UL);
	if (more)
		snprintf(body, sizeof(body), "{\"error\":\"%s\","
			 "\"error_description\":\"%s\"}", code, more + 1);
	else
		snprintf(body, sizeof(body), "{\"error\":\"%s\"}", code);
	reply(p, status, body);
}

static void answer_status(struct peer *p, const char *arg)
{
	const char *colon = strchr(arg, ':');
	char status[64], headers[256] = "";

	snprintf(status, sizeof(status), "%lu Told", strtoul(arg, NULL, 10));
	if (colon)
		snprintf(headers, sizeof(headers), "Retry-After: %s\r\n",
			 colon + 1);
	reply_type(p, status, headers, "text/plain", "as told\n");
}

/* Which refresh token came: its number, -1 not one of ours, -2 none (a code). */
static long presented(const struct peer *p)
{
	char key[256];
	const char *at;

	snprintf(key, sizeof(key), "refresh_token=%s", state.refresh);
	at = strstr(p->body, key);
	if (at)
		return strtol(at + strlen(key), NULL, 10);
	return strstr(p->body, "grant_type=authorization_code") ? -2 : -1;
}

static bool acceptable(const struct peer *p, const char *kind)
{
	long number = presented(p);

	if (strcmp(kind, "grant") == 0 || number == -2)
		return true;
	if (strcmp(kind, "keep") == 0)
		return number >= 0 && (unsigned long)number <= state.grants;
	if (state.revoked || number != (long)state.grants) {
		if (strcmp(kind, "family") == 0)
			state.revoked = true;
		return false;
	}
	return true;
}

static void answer_grant(struct peer *p, const char *kind)
{
	char body[1024], refresh[300] = "";
	bool good;

	pthread_mutex_lock(&state.lock);
	good = acceptable(p, kind);
	if (good) {
		state.grants++;
		if (strcmp(kind, "grant") != 0)
			snprintf(refresh, sizeof(refresh),
				 ",\"refresh_token\":\"%s%lu\"",
				 state.refresh, state.grants);
		snprintf(body, sizeof(body), "{\"access_token\":\"%s%lu\","
			 "\"token_type\":\"Bearer\",\"expires_in\":%s%s}",
			 state.access, state.grants, state.expires, refresh);
	}
	pthread_mutex_unlock(&state.lock);
	if (good)
		reply(p, "200 OK", body);
	else
		answer_error(p, "invalid_grant");
}

static void answer_size(struct peer *p, size_t size)
{
	char block[8192];
	char head[128];

	memset(block, ' ', sizeof(block));
	snprintf(head, sizeof(head), "HTTP/1.1 200 OK\r\nContent-Length: %zu"
		 "\r\nConnection: close\r\n\r\n", size);
	say(p, head);
	while (size > 0) {
		size_t n = size < sizeof(block) ? size : sizeof(block);

		if (!peer_write(p, block, n))
			return;
		size -= n;
	}
}

static void answer_drip(struct peer *p)
{
	if (!say(p, "HTTP/1.1 200 OK\r\nContent-Length: 60000\r\n\r\n"))
		return;
	while (linger(p, DRIP_MS) && say(p, " "))
		;
}

static void answer_redirect(struct peer *p, const char *url)
{
	char headers[4200];

	snprintf(headers, sizeof(headers), "Location: %s\r\n", url);
	reply_type(p, "307 Elsewhere", headers, "text/plain", "there\n");
}

/* The argument behind "word=", or NULL. */
static const char *arg_of(const char *answer, const char *word)
{
	size_t n = strlen(word);

	return strncmp(answer, word, n) == 0 && answer[n] == '=' ?
	       answer + n + 1 : NULL;
}

static void answer_slow(struct peer *p, const char *arg)
{
	const char *kind = strchr(arg, ':');

	if (linger(p, (int)strtol(arg, NULL, 10)))
		answer_grant(p, kind ? kind + 1 : "rotate");
}

static void answer_with(struct peer *p, const char *answer)
{
	const char *arg;

	if ((arg = arg_of(answer, "error")))
		answer_error(p, arg);
	else if ((arg = arg_of(answer, "status")))
		answer_status(p, arg);
	else if ((arg = arg_of(answer, "size")))
		answer_size(p, strtoul(arg, NULL, 10));
	else if ((arg = arg_of(answer, "json")))
		reply(p, "200 OK", arg);
	else if ((arg = arg_of(answer, "redirect")))
		answer_redirect(p, arg);
	else if ((arg = arg_of(answer, "slow")))
		answer_slow(p, arg);
	else if (strcmp(answer, "html") == 0)
		reply_type(p, "200 OK", "", "text/html",
			   "<!DOCTYPE html><title>Welcome</title>\n");
	else if (strcmp(answer, "empty") == 0)
		reply(p, "200 OK", "");
	else if (strcmp(answer, "huge") == 0)
		answer_size(p, HUGE_SIZE);
	else if (strcmp(answer, "silent") == 0)
		linger(p, -1);
	else if (strcmp(answer, "drip") == 0)
		answer_drip(p);
	else if (strcmp(answer, "cut-headers") == 0)
		say(p, "HTTP/1.1 200 OK\r\nContent-Type: applic");
	else if (strcmp(answer, "cut-body") == 0)
		say(p, "HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n"
		       "{\"access_token\":\"cut");
	else
		answer_grant(p, answer);
}

/* Line number n of text, or its last one. */
static void pick_line(const char *text, unsigned long n, char *out,
		      size_t size)
{
	size_t len;

	for (; n > 0 && strchr(text, '\n') && strchr(text, '\n')[1]; n--)
		text = strchr(text, '\n') + 1;
	len = strcspn(text, "\n");
	snprintf(out, size, "%.*s", (int)len, text);
}

static void next_answer(char *out, size_t size)
{
	static char file[ANSWERS_MAX];	/* under the lock */
	FILE *f;
	size_t n = 0;

	pthread_mutex_lock(&state.lock);
	pick_line(state.answers, state.taken, out, size);
	if (out[0] == '@') {
		f = fopen(out + 1, "re");
		if (f) {
			n = fread(file, 1, sizeof(file) - 1, f);
			fclose(f);
		}
		file[n] = '\0';
		pick_line(file, state.taken, out, size);
	}
	state.taken++;
	pthread_mutex_unlock(&state.lock);
}

static void serve_post(struct peer *p)
{
	char answer[4096];

	pthread_mutex_lock(&state.lock);
	state.posts++;
	if (state.log) {
		fprintf(state.log, "%s %s %s\n", p->path,
			p->auth[0] ? p->auth : "-", p->body);
		fflush(state.log);
	}
	pthread_mutex_unlock(&state.lock);
	next_answer(answer, sizeof(answer));
	answer_with(p, answer);
}

static void serve_document(struct peer *p)
{
	char path[4096], text[8192];
	FILE *f;
	size_t n;

	snprintf(path, sizeof(path), "%s%s", state.docs, p->path);
	f = fopen(path, "re");
	n = f ? fread(text, 1, sizeof(text) - 1, f) : 0;
	text[n] = '\0';
	if (f)
		fclose(f);
	reply_type(p, f ? "200 OK" : "404 Not Found", "",
		   f ? "application/json" : "text/plain", f ? text : "no\n");
}

static void serve(struct peer *p)
{
	char text[32];

	if (strncmp(p->request, "POST ", 5) == 0) {
		serve_post(p);
		return;
	}
	if (state.docs && strncmp(p->request, "GET ", 4) == 0 &&
	    strstr(p->path, "/.well-known/")) {
		serve_document(p);
		return;
	}
	pthread_mutex_lock(&state.lock);
	snprintf(text, sizeof(text), "%lu\n", state.posts);
	if (strncmp(p->request, "PUT /answers ", 13) == 0) {
		snprintf(state.answers, sizeof(state.answers), "%s", p->body);
		state.taken = 0;
	}
	pthread_mutex_unlock(&state.lock);
	reply_type(p, "200 OK", "", "text/plain", text);
}

/* "close" has to act before the request is read. */
static bool closes_first(void)
{
	char answer[64];
	bool yes;

	pthread_mutex_lock(&state.lock);
	pick_line(state.answers, state.taken, answer, sizeof(answer));
	yes = strcmp(answer, "close") == 0;
	if (yes) {
		state.posts++;
		state.taken++;
	}
	pthread_mutex_unlock(&state.lock);
	return yes;
}

static void *converse(void *arg)
{
	struct peer *p = arg;

	if (!closes_first()) {
		if (state.tls) {
			p->tls = SSL_new(state.tls);
			SSL_set_fd(p->tls, p->fd);
		}
		if ((!p->tls || SSL_accept(p->tls) == 1) && receive(p))
			serve(p);
		if (p->tls)
			SSL_shutdown(p->tls);
	}
	SSL_free(p->tls);
	close(p->fd);
	free(p->request);
	free(p);
	return NULL;
}

/* ---- start ---- */

static int listen_anywhere(void)
{
	struct sockaddr_in a = { .sin_family = AF_INET };
	socklen_t len = sizeof(a);
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

	a.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	if (fd < 0 || bind(fd, (struct sockaddr *)&a, sizeof(a)) < 0 ||
	    listen(fd, 256) < 0 ||
	    getsockname(fd, (struct sockaddr *)&a, &len) < 0)
		die("tokend: listen");
	printf("%d\n", ntohs(a.sin_port));
	fflush(stdout);
	return fd;
}

static void *wait_for_eof(void *arg)
{
	char c;

	while (read(STDIN_FILENO, &c, 1) > 0)
		;
	exit(0);
	return arg;
}

static void start_thread(void *(*run)(void *), void *arg)
{
	pthread_t thread;

	if (pthread_create(&thread, NULL, run, arg) != 0)
		die("tokend: thread");
	pthread_detach(thread);
}

static void load_tls(const char *cert, const char *key)
{
	state.tls = SSL_CTX_new(TLS_server_method());
	if (!state.tls ||
	    SSL_CTX_use_certificate_chain_file(state.tls, cert) != 1 ||
	    SSL_CTX_use_PrivateKey_file(state.tls, key,
					SSL_FILETYPE_PEM) != 1) {
		fprintf(stderr, "tokend: cannot use %s and %s\n", cert, key);
		exit(1);
	}
}

static void add_answer(const char *line)
{
	size_t n = strlen(state.answers);

	snprintf(state.answers + n, sizeof(state.answers) - n, "%s%s",
		 n ? "\n" : "", line);
}

static void read_arguments(char **argv)
{
	const char *cert = NULL, *key = NULL;

	for (argv++; *argv; argv++) {
		const char *word = *argv;

		if (strncmp(word, "--", 2) != 0) {
			add_answer(word);
			continue;
		}
		if (strcmp(word, "--until-eof") == 0) {
			start_thread(wait_for_eof, NULL);
			continue;
		}
		if (!argv[1]) {
			fprintf(stderr, "tokend: %s needs a value\n", word);
			exit(2);
		}
		argv++;
		if (strcmp(word, "--access") == 0)
			state.access = *argv;
		else if (strcmp(word, "--refresh") == 0)
			state.refresh = *argv;
		else if (strcmp(word, "--expires") == 0)
			state.expires = *argv;
		else if (strcmp(word, "--cert") == 0)
			cert = *argv;
		else if (strcmp(word, "--key") == 0)
			key = *argv;
		else if (strcmp(word, "--clock") == 0)
			state.clock = *argv;
		else if (strcmp(word, "--docs") == 0)
			state.docs = *argv;
		else if (strcmp(word, "--log") == 0)
			state.log = fopen(*argv, "ae");
	}
	if (cert && key)
		load_tls(cert, key);
	if (!state.answers[0])
		add_answer("rotate");
}

int main(int argc, char **argv)
{
	int listener, fd;

	(void)argc;
	signal(SIGPIPE, SIG_IGN);
	read_arguments(argv);
	listener = listen_anywhere();
	while ((fd = accept4(listener, NULL, NULL, SOCK_CLOEXEC)) >= 0 ||
	       errno == EINTR || errno == ECONNABORTED) {
		struct peer *p = fd < 0 ? NULL : calloc(1, sizeof(*p));

		if (!p)
			continue;
		p->fd = fd;
		p->request = calloc(1, REQUEST_MAX + 1);
		if (!p->request)
			die("tokend");
		start_thread(converse, p);
	}
	die("tokend: accept");
}
