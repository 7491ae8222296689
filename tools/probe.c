/* SPDX-License-Identifier: BSD-2-Clause */
#include "config.h"

#include "tools/probe.h"

#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "tools/login.h"
#include "tools/login_words.h"

enum { REPLY_MAX = 4096, POLL_MS = 10000 };

/* What is asked once the login is done, and what the reply begins with if all
 * is well.  Exchange takes a token before it looks for the mailbox. */
static const struct {
	const char *ask, *good, *bye;
} dialogs[] = {
	[MB_LOGIN_IMAP] = { "mb1 STATUS INBOX (MESSAGES)\r\n", "mb1 OK",
			    "mb2 LOGOUT\r\n" },
	[MB_LOGIN_SMTP] = { "NOOP\r\n", "250", "QUIT\r\n" },
	[MB_LOGIN_POP3] = { "STAT\r\n", "+OK", "QUIT\r\n" },
};

static int send_all(struct mb_login *l, const char *text, struct mb_err *e)
{
	size_t n = strlen(text);

	while (n > 0) {
		ssize_t sent = mb_login_write(l, text, n, e);

		if (sent < 0)
			return -1;
		text += sent;
		n -= (size_t)sent;
	}
	return 0;
}

static int late(const struct mb_probe *p, struct mb_err *e)
{
	(void)mb_fail(e, MB_E_TIMEOUT, p->url,
		      "the login was taken, and then nothing came");
	return mb_remedy(e, "try again: mailbearer test %s %s", p->user,
			 p->url);
}

/* Is the last line of n bytes complete, and not an untagged one of IMAP's? */
static const char *last_line(const char *buf, size_t n, bool tagged)
{
	const char *line = buf;

	if (n == 0 || buf[n - 1] != '\n')
		return NULL;
	for (size_t i = 0; i + 1 < n; i++)
		if (buf[i] == '\n')
			line = buf + i + 1;
	return tagged && strncmp(line, "mb1 ", 4) != 0 ? NULL : line;
}

/* The reply's last line, in buf (NUL-terminated); NULL: *e. */
static const char *hear(const struct mb_probe *p, struct mb_login *l,
			bool tagged, char *buf, struct mb_err *e)
{
	size_t n = 0;

	while (n + 1 < REPLY_MAX) {
		struct pollfd fd = { .fd = mb_login_fd(l), .events = POLLIN };
		int64_t left = mb_deadline_left(p->deadline);
		bool eof = false;
		const char *line;
		ssize_t got = mb_login_read(l, buf + n, REPLY_MAX - 1 - n,
					    &eof, e);

		if (got < 0)
			return NULL;
		n += (size_t)got;
		buf[n] = '\0';
		line = last_line(buf, n, tagged && !eof);
		if (line || eof)
			return line ? line : buf;
		if (got > 0)
			continue;
		if (left <= 0)
			break;
		(void)poll(&fd, 1, (int)(left < POLL_MS ? left : POLL_MS));
	}
	(void)late(p, e);
	return NULL;
}

static int look(const struct mb_probe *p, struct mb_login *l,
		enum mb_login_protocol protocol, struct mb_err *e)
{
	const char *good = dialogs[protocol].good, *line;
	char buf[REPLY_MAX];

	if (send_all(l, dialogs[protocol].ask, e) < 0)
		return -1;
	line = hear(p, l, protocol == MB_LOGIN_IMAP, buf, e);
	if (!line)
		return -1;
	if (strncasecmp(line, good, strlen(good)) != 0) {
		if (protocol == MB_LOGIN_IMAP && strncmp(line, "mb1 ", 4) == 0)
			line += 4;
		mb_login_words(e, p->user, p->credential->name, p->url,
			       "takes the token, but not more",
			       mb_login_harmless(line, p->token));
		return -1;
	}
	/* Politeness: whether it is heard does not matter. */
	(void)send_all(l, dialogs[protocol].bye, NULL);
	mb_login_half_close(l);
	return 0;
}

int mb_probe_server(const struct mb_probe *p, struct mb_err *e)
{
	struct mb_login_want q = {
		.url = p->url,
		.user = p->user,
		.token = p->token,
		.ca_pem = &p->credential->ca_pem,
		.credential = p->credential->name,
		.proxy = p->credential->proxy,
		.mechanism = p->mechanism,
		.deadline = p->deadline,
	};
	struct mb_login *l = NULL;
	struct mb_login_url u;
	int ret;

	if (mb_login_url(p->url, &u, e) < 0 || mb_login_open(&l, &q, e) < 0)
		return -1;
	ret = look(p, l, u.protocol, e);
	mb_login_close(&l);
	return ret;
}

bool mb_probe_refused(const struct mb_err *e)
{
	return e->id == MB_E_TOKEN_REFUSED;
}

/* ---- which servers ---- */

static bool has_word(const char *list, const char *word, size_t n)
{
	while (*list) {
		size_t len = strcspn(list, " ");

		if (len == n && memcmp(list, word, n) == 0)
			return true;
		list += len;
		list += strspn(list, " ");
	}
	return false;
}

/* Has the credential asked for what this protocol takes?  Without a scope of
 * the protocol's own any will do; ".default" is all that the app has. */
static bool covers(const char *scope, const char *wanted)
{
	if (strstr(scope, ".default"))
		return true;
	while (*wanted) {
		size_t n = strcspn(wanted, " ");

		if (!has_word(scope, wanted, n))
			return false;
		wanted += n;
		wanted += strspn(wanted, " ");
	}
	return true;
}

static bool for_protocol(const struct mb_provider *p, const char *protocol,
			 const char *scope)
{
	const char *wanted = strcmp(protocol, "imap") == 0 ? p->scope_imap :
			     strcmp(protocol, "smtp") == 0 ? p->scope_smtp :
			     p->scope_pop;

	return covers(scope, wanted);
}

size_t mb_probe_urls(const struct mb_provider *preset,
		     const struct mb_credential *c,
		     char urls[MB_PROVIDER_SERVERS][MB_PROBE_URL])
{
	const char *before = "";
	size_t n = 0;

	for (size_t i = 0; i < preset->nservers; i++) {
		const struct mb_server *s = &preset->servers[i];
		bool tls = strcmp(s->security, "tls") == 0;
		bool pop = strncmp(s->protocol, "pop", 3) == 0;

		if (strcmp(before, s->protocol) == 0 ||
		    (c->hosts[0] && !mb_hosts_match(c->hosts, s->host)) ||
		    !for_protocol(preset, s->protocol, c->scope))
			continue;
		before = s->protocol;
		(void)snprintf(urls[n++], MB_PROBE_URL, "%s%s://%s:%d",
			       pop ? "pop3" : s->protocol, tls ? "s" : "",
			       s->host, s->port);
	}
	return n;
}
