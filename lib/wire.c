/* SPDX-License-Identifier: BSD-2-Clause */
#include "config.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "lib/escape.h"
#include "lib/wire.h"

/* Control bytes are octal and alone in their literal: a hexadecimal escape
 * would swallow the 'a' of "auth". */
#define SEP "\001"

enum { VALUE_MAX = 64, TEXT_MAX = 96 };

struct span {
	const char *at;
	size_t n;
};

static bool has_control(const char *s)
{
	for (; *s; s++) {
		unsigned char c = (unsigned char)*s;

		if (c < 0x20 || c == 0x7f)
			return true;
	}
	return false;
}

static bool is_ascii(const char *s)
{
	for (; *s; s++) {
		if ((unsigned char)*s >= 0x80)
			return false;
	}
	return true;
}

static int check(const struct mb_wire *w, struct mb_err *e)
{
	if (!w->user || !*w->user) {
		mb_fail(e, MB_E_BAD_ADDRESS, "user name", " is empty");
		return mb_remedy(e, "give the mail program a user name");
	}
	if (has_control(w->user)) {
		mb_fail(e, MB_E_BAD_ADDRESS, w->user, "control bytes in it");
		return mb_remedy(e, "correct the mail program's user name");
	}
	if (w->host && has_control(w->host)) {
		mb_fail(e, MB_E_BAD_NAME, w->host,
			"control bytes in the server's name");
		return mb_remedy(e, "correct the mail program's server name");
	}
	if (w->token_len == 0 || !mb_visible(w->token, w->token_len)) {
		mb_fail(e, MB_E_BAD_TOKEN, w->user,
			"the access token has bytes no token may have");
		return mb_remedy(e, "run: mailbearer refresh --force %s",
				 w->user);
	}
	return 0;
}

/* The first pass only counts (at NULL), the second writes into the buffer. */
struct sink {
	char *at;
	size_t n;
};

static void put(struct sink *s, const char *text, size_t n)
{
	if (s->at)
		memcpy(s->at + s->n, text, n);
	s->n += n;
}

static void add(struct sink *s, const char *text)
{
	put(s, text, strlen(text));
}

static void xoauth2(const struct mb_wire *w, struct sink *s)
{
	add(s, "user=");
	add(s, w->user);
	add(s, SEP);
}

/* saslname of RFC 5801 section 4. */
static void add_saslname(struct sink *s, const char *name)
{
	for (;;) {
		size_t n = strcspn(name, ",=");

		put(s, name, n);
		name += n;
		if (!*name)
			break;
		add(s, *name == ',' ? "=2C" : "=3D");
		name++;
	}
}

static void add_pair(struct sink *s, const char *key, const char *value)
{
	add(s, key);
	add(s, value);
	add(s, SEP);
}

static void oauthbearer(const struct mb_wire *w, struct sink *s)
{
	add(s, "n,a=");
	add_saslname(s, w->user);
	add(s, "," SEP);
	if (w->host && *w->host && is_ascii(w->host))
		add_pair(s, "host=", w->host);
	if (w->port && *w->port)
		add_pair(s, "port=", w->port);
}

static void compose(const struct mb_wire *w, struct sink *s)
{
	if (w->mech == MB_WIRE_XOAUTH2)
		xoauth2(w, s);
	else
		oauthbearer(w, s);
	add(s, "auth=Bearer ");
	put(s, w->token, w->token_len);
	add(s, SEP SEP);
}

int mb_wire_response(const struct mb_wire *w, char *buf, size_t size,
		     size_t *len, struct mb_err *e)
{
	struct sink s = {0};

	if (check(w, e) < 0)
		return -1;
	compose(w, &s);
	if (s.n >= size) {
		mb_fail(e, MB_E_TOO_LARGE, w->user, "the response would be "
			"%zu bytes long, %zu are possible", s.n, size - 1);
		return mb_remedy(e, "correct the mail program's server name");
	}
	s = (struct sink){.at = buf};
	compose(w, &s);
	buf[s.n] = '\0';
	*len = s.n;
	return 0;
}

const char *mb_wire_refusal_reply(enum mb_wire_mech mech, size_t *len)
{
	static const char kvsep[] = SEP;

	*len = mech == MB_WIRE_OAUTHBEARER ? 1 : 0;
	return *len ? kvsep : "";
}

static bool has_prefix(struct span s, const char *prefix)
{
	size_t n = strlen(prefix);

	return s.n >= n && strncasecmp(s.at, prefix, n) == 0;
}

bool mb_wire_is_echo(const char *text, size_t n)
{
	static const char *const commands[] = {
		"AUTHENTICATE XOAUTH2", "AUTHENTICATE OAUTHBEARER",
		"AUTH XOAUTH2", "AUTH OAUTHBEARER",
	};
	struct span s = {text, n};

	for (size_t i = 0; i < sizeof(commands) / sizeof(commands[0]); i++) {
		if (has_prefix(s, commands[i]))
			return true;
	}
	return false;
}

/* ---- the server's reply: tolerant, because it is only shown ---- */

static size_t skip_blank(struct span s, size_t i)
{
	while (i < s.n && memchr(" \t\r\n", s.at[i], 4))
		i++;
	return i;
}

/* s.at[i] is behind an opening quote; *str gets what is inside.  Returns the
 * place behind the closing quote. */
static size_t read_string(struct span s, size_t i, struct span *str)
{
	size_t from = i;

	while (i < s.n && s.at[i] != '"')
		i += s.at[i] == '\\' ? 2 : 1;
	if (i > s.n)
		i = s.n;
	*str = (struct span){s.at + from, i - from};
	return i < s.n ? i + 1 : i;
}

static struct span read_value(struct span s, size_t i)
{
	struct span v = {"", 0};
	size_t from;

	i = skip_blank(s, i);
	if (i < s.n && s.at[i] == '"') {
		read_string(s, i + 1, &v);
		return v;
	}
	for (from = i; i < s.n && s.at[i] && !strchr(",]}[{ \t\r\n", s.at[i]);)
		i++;
	return (struct span){s.at + from, i - from};
}

/* The value of the first member of that name, at whatever depth. */
static struct span member(struct span s, const char *name)
{
	struct span key = {"", 0};
	size_t i = 0;

	while (i < s.n) {
		if (s.at[i++] != '"')
			continue;
		i = read_string(s, i, &key);
		if (key.n != strlen(name) || memcmp(key.at, name, key.n) != 0)
			continue;
		i = skip_blank(s, i);
		if (i < s.n && s.at[i] == ':')
			return read_value(s, i + 1);
	}
	return (struct span){"", 0};
}

static void show(struct span s, char *buf, size_t size)
{
	mb_escape(buf, size, s.at, s.n);
}

void mb_wire_describe(const char *text, size_t n, char *buf, size_t size)
{
	struct span s = {text ? text : "", text ? n : 0}, v;
	char status[VALUE_MAX], error[VALUE_MAX], plain[TEXT_MAX];
	size_t blank;

	blank = skip_blank(s, 0);
	s.at += blank;
	s.n -= blank;
	v = member(s, "status");
	show(v, status, sizeof(status));
	v = member(s, "error");
	show(v, error, sizeof(error));
	if (*status && *error)
		snprintf(buf, size, "%s, %s", status, error);
	else if (*status || *error)
		snprintf(buf, size, "%s%s", status, error);
	else {
		show(s, plain, sizeof(plain));
		snprintf(buf, size, "%s", plain);
	}
}

const char *mb_wire_port(const char *address_port)
{
	const char *port = address_port ? strrchr(address_port, ';') : NULL;
	size_t n;

	if (!port)
		return NULL;
	port++;
	n = strspn(port, "0123456789");
	if (n == 0 || n > 5 || port[n] || *port == '0' ||
	    (n == 5 && strcmp(port, "65535") > 0))
		return NULL;
	return port;
}
