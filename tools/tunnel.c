/* SPDX-License-Identifier: BSD-2-Clause */
#include "config.h"

#include "tools/tunnel.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>

enum { SERVER_MS = 30 * 1000, PROGRAM_MS = 300 * 1000, TEXT_MAX = 512,
       AHEAD_MAX = 256 * 1024 };	/* of what a server says unasked */

static int tell_text(struct mb_relay *r, const char *text, struct mb_err *e)
{
	return mb_relay_tell(r, text, strlen(text), e);
}

static bool begins(const char *line, size_t n, const char *word)
{
	size_t len = strlen(word);

	return n >= len && !strncasecmp(line, word, len);
}

/* Is the line this command, alone or with arguments? */
static bool command(const char *line, size_t n, const char *verb)
{
	size_t len = strlen(verb);

	return begins(line, n, verb) &&
	       (n == len || strchr(" \r\n", line[len]) != NULL);
}

static int silent_server(const char *host, struct mb_err *e)
{
	(void)mb_fail(e, MB_E_REPLY_BAD, host, "does not answer as a mail "
		      "server should after the login");
	return mb_remedy(e, "is the URL right?");
}

/* ---- IMAP ---- */

/* About logging in, and over. */
static bool imap_spent(const char *word, size_t n)
{
	return begins(word, n, "AUTH=") || begins(word, n, "STARTTLS") ||
	       begins(word, n, "LOGINDISABLED") || begins(word, n, "SASL-IR");
}

static int add_capabilities(struct mb_secret *greeting, const char *line,
			    size_t n)
{
	size_t at = strlen("* CAPABILITY"), len;

	for (; at < n; at += len) {
		while (at < n && strchr(" \r\n", line[at]))
			at++;
		for (len = 0; at + len < n && !strchr(" \r\n", line[at + len]);)
			len++;
		if (!len || imap_spent(line + at, len))
			continue;
		if (mb_secret_append(greeting, " ", 1) < 0 ||
		    mb_secret_append(greeting, line + at, len) < 0)
			return -1;
	}
	return 0;
}

/*
 * libcurl swallows what came in one segment with the reply to the login, the
 * capabilities after it, so they are asked for; whatever else the server says
 * meanwhile goes behind the greeting.
 */
static int begin_imap(struct mb_relay *r, const char *host, struct mb_err *e)
{
	struct mb_deadline d = mb_deadline_in(SERVER_MS);
	struct mb_secret greeting = {0}, rest = {0};
	bool done = false, good = true;
	const char *line;
	int ret = -1;
	size_t n;

	if (mb_relay_ask(r, "mb0 CAPABILITY\r\n", 16, e) < 0)
		goto out;
	good = mb_secret_append_str(&greeting, "* PREAUTH [CAPABILITY") == 0;
	while (good && !done) {
		int got = mb_relay_line(r, true, &d, &line, &n, e);

		if (got <= 0) {
			if (got == 0)
				(void)silent_server(host, e);
			goto out;
		}
		done = begins(line, n, "mb0 ");
		if (command(line, n, "* CAPABILITY"))
			good = add_capabilities(&greeting, line, n) == 0;
		else if (!done)
			good = mb_secret_append(&rest, line, n) == 0;
		mb_relay_take(r, true, n);
		if (greeting.len + rest.len > AHEAD_MAX) {
			(void)silent_server(host, e);
			goto out;
		}
	}
	good = good && mb_secret_append_str(&greeting,
					    "] logged in\r\n") == 0 &&
	       mb_secret_append(&greeting, rest.data, rest.len) == 0;
	if (!good)
		(void)mb_fail(e, MB_E_NOMEM, host, "out of memory");
	else
		ret = mb_relay_tell(r, greeting.data, greeting.len, e);
out:
	mb_secret_clear(&greeting);
	mb_secret_clear(&rest);
	return ret;
}

/* ---- SMTP ---- */

static bool smtp_spent(const char *line, size_t n)
{
	return n > 4 && (command(line + 4, n - 4, "AUTH") ||
			 begins(line + 4, n - 4, "AUTH=") ||
			 command(line + 4, n - 4, "STARTTLS"));
}

/* The server's own lines but those; the last one that stays ends the reply. */
static int tell_ehlo(struct mb_relay *r, const char *host, struct mb_err *e)
{
	const char *p = mb_login_ehlo(r->server), *end;
	struct mb_secret reply = {0};
	size_t last = 0;
	int ret = -1;

	for (; (end = strchr(p, '\n')) != NULL; p = end + 1) {
		size_t n = (size_t)(end - p) + 1;

		/* Nothing but the code, or nothing for this program. */
		if (n < sizeof("250 \r\n") - 1 || smtp_spent(p, n))
			continue;
		last = reply.len;
		if (mb_secret_append(&reply, p, n) < 0)
			goto out;
		reply.data[last + 3] = '-';
	}
	if (!reply.len && (mb_secret_append_str(&reply, "250 ") < 0 ||
			   mb_secret_append_str(&reply, host) < 0 ||
			   mb_secret_append_str(&reply, "\r\n") < 0))
		goto out;
	reply.data[last + 3] = ' ';
	ret = mb_relay_tell(r, reply.data, reply.len, e);
out:
	if (ret < 0 && e->id == MB_E_NONE)
		(void)mb_fail(e, MB_E_NOMEM, host, "out of memory");
	mb_secret_clear(&reply);
	return ret;
}

/* 1 answered here, 0 for the server, -1. */
static int smtp_command(struct mb_relay *r, const char *line, size_t n,
			const char *host, struct mb_err *e)
{
	char text[TEXT_MAX];

	if (command(line, n, "EHLO"))
		return tell_ehlo(r, host, e) < 0 ? -1 : 1;
	if (command(line, n, "HELO")) {
		(void)snprintf(text, sizeof(text), "250 %s\r\n", host);
		return tell_text(r, text, e) < 0 ? -1 : 1;
	}
	if (command(line, n, "AUTH"))
		return tell_text(r, "503 5.5.1 the login is done\r\n", e) < 0 ?
		       -1 : 1;
	return 0;
}

/* ---- POP3 ---- */

/* The server's CAPA, without what is about logging in but USER, which programs
 * look for.  Empty where it has none. */
static int ask_capa(struct mb_relay *r, const char *host,
		    struct mb_secret *capa, struct mb_err *e)
{
	struct mb_deadline d = mb_deadline_in(SERVER_MS);
	bool first = true, end = false;

	if (mb_relay_ask(r, "CAPA\r\n", 6, e) < 0)
		return -1;
	while (!end) {
		const char *line;
		size_t n;
		int got = mb_relay_line(r, true, &d, &line, &n, e);

		if (got <= 0)
			return got ? -1 : silent_server(host, e);
		end = line[0] == '.' || (first && line[0] == '-');
		if (!command(line, n, "SASL") && !command(line, n, "STLS") &&
		    !command(line, n, "USER") && line[0] != '-' &&
		    (mb_secret_append(capa, line, n) < 0 ||
		     (first && mb_secret_append_str(capa, "USER\r\n") < 0)))
			return mb_fail(e, MB_E_NOMEM, host, "out of memory");
		first = false;
		mb_relay_take(r, true, n);
		if (capa->len > AHEAD_MAX)
			return silent_server(host, e);
	}
	return 0;
}

static int pop3_command(struct mb_relay *r, const char *line, size_t n,
			const struct mb_secret *capa, struct mb_err *e)
{
	int ret;

	if (command(line, n, "CAPA"))
		ret = capa->len ?
		      mb_relay_tell(r, capa->data, capa->len, e) :
		      tell_text(r, "-ERR no CAPA\r\n", e);
	else if (command(line, n, "USER") || command(line, n, "PASS"))
		ret = tell_text(r, "+OK the login is done\r\n", e);
	else if (command(line, n, "AUTH") || command(line, n, "APOP"))
		ret = tell_text(r, "-ERR the login is done\r\n", e);
	else
		return 0;
	return ret < 0 ? -1 : 1;
}

/* ---- all ---- */

/* Answer the program's lines until one is for the server. */
static int converse(struct mb_relay *r, enum mb_login_protocol protocol,
		    const char *host, const struct mb_secret *capa,
		    struct mb_err *e)
{
	while (true) {
		struct mb_deadline d = mb_deadline_in(PROGRAM_MS);
		const char *line;
		size_t n;
		int got = mb_relay_line(r, false, &d, &line, &n, e);

		if (got < 0)
			return -1;
		/* Too long a line is the server's to refuse. */
		if (got == 0)
			return r->up.len ? 0 : 1;
		got = protocol == MB_LOGIN_SMTP ?
		      smtp_command(r, line, n, host, e) :
		      pop3_command(r, line, n, capa, e);
		if (got <= 0)
			return got;
		mb_relay_take(r, false, n);
	}
}

int mb_tunnel_begin(struct mb_relay *r, enum mb_login_protocol protocol,
		    const char *host, struct mb_err *e)
{
	struct mb_secret capa = {0};
	char text[TEXT_MAX];
	int ret = -1;

	if (protocol == MB_LOGIN_IMAP)
		return begin_imap(r, host, e);
	if (protocol == MB_LOGIN_POP3 && ask_capa(r, host, &capa, e) < 0)
		goto out;
	(void)snprintf(text, sizeof(text), protocol == MB_LOGIN_SMTP ?
		       "220 %s ESMTP mailbearer\r\n" :
		       "+OK %s mailbearer\r\n", host);
	if (tell_text(r, text, e) == 0)
		ret = converse(r, protocol, host, &capa, e);
out:
	mb_secret_clear(&capa);
	return ret;
}

void mb_tunnel_refuse(struct mb_relay *r, enum mb_login_protocol protocol,
		      const struct mb_err *why)
{
	enum mb_kind kind = mb_message(why->id)->kind;
	bool now = kind == MB_KIND_TEMPORARY || kind == MB_KIND_NOMEM;
	char line[MB_ERR_LINE], text[MB_ERR_LINE + 64];
	struct mb_err e = {0};

	(void)mb_err_line(why, line, sizeof(line));
	switch (protocol) {
	case MB_LOGIN_IMAP:	/* RFC 5530 */
		(void)snprintf(text, sizeof(text), "* BYE [%s] %s\r\n", now ?
			       "UNAVAILABLE" : "AUTHENTICATIONFAILED", line);
		break;
	case MB_LOGIN_SMTP:	/* never 5xx: mail would be sent back */
		(void)snprintf(text, sizeof(text), "421 4.7.0 %s\r\n", line);
		break;
	case MB_LOGIN_POP3:	/* RFC 3206 */
		(void)snprintf(text, sizeof(text), "-ERR [%s] %s\r\n", now ?
			       "SYS/TEMP" : "AUTH", line);
		break;
	}
	(void)tell_text(r, text, &e);
}
