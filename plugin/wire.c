/* SPDX-License-Identifier: BSD-2-Clause */
#include "config.h"

#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "lib/escape.h"
#include "plugin/wire.h"

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

/* High bit set in each byte of v that is not visible ASCII; bytes above the
 * first such one may be wrong about it. */
static uint64_t invisible(uint64_t v)
{
	const uint64_t each = 0x0101010101010101;

	return (v | (v - 0x21 * each) | (v + each)) & 0x80 * each;
}

/* Eight bytes at a time: this was most of a login with a long token. */
static bool token_ok(const char *token, size_t n)
{
	uint64_t v, bad = 0;
	size_t i;

	for (i = 0; n - i >= sizeof(v); i += sizeof(v)) {
		memcpy(&v, token + i, sizeof(v));
		bad |= invisible(v);
	}
	memset(&v, '!', sizeof(v));
	memcpy(&v, token + i, n - i);
	bad |= invisible(v);
	return n > 0 && bad == 0;
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
	if (!token_ok(w->token, w->token_len)) {
		mb_fail(e, MB_E_BAD_TOKEN, w->user,
			"the access token has bytes no token may have");
		return mb_remedy(e, "run: mailbearer refresh --force %s",
				 w->user);
	}
	return 0;
}

static int add(struct mb_secret *s, const char *text)
{
	return mb_secret_append(s, text, strlen(text));
}

static int xoauth2(const struct mb_wire *w, struct mb_secret *s)
{
	if (add(s, "user=") < 0 || add(s, w->user) < 0 ||
	    add(s, SEP "auth=Bearer ") < 0 ||
	    mb_secret_append(s, w->token, w->token_len) < 0 ||
	    add(s, SEP SEP) < 0)
		return -1;
	return 0;
}

/* saslname of RFC 5801 section 4. */
static int add_saslname(struct mb_secret *s, const char *name)
{
	while (*name) {
		size_t n = strcspn(name, ",=");

		if (mb_secret_append(s, name, n) < 0)
			return -1;
		name += n;
		if (!*name)
			break;
		if (add(s, *name == ',' ? "=2C" : "=3D") < 0)
			return -1;
		name++;
	}
	return 0;
}

static int add_pair(struct mb_secret *s, const char *key, const char *value)
{
	if (add(s, key) < 0 || add(s, value) < 0 || add(s, SEP) < 0)
		return -1;
	return 0;
}

static int oauthbearer(const struct mb_wire *w, struct mb_secret *s)
{
	if (add(s, "n,a=") < 0 || add_saslname(s, w->user) < 0 ||
	    add(s, "," SEP) < 0)
		return -1;
	if (w->host && *w->host && is_ascii(w->host) &&
	    add_pair(s, "host=", w->host) < 0)
		return -1;
	if (w->port && *w->port && add_pair(s, "port=", w->port) < 0)
		return -1;
	if (add(s, "auth=Bearer ") < 0 ||
	    mb_secret_append(s, w->token, w->token_len) < 0 ||
	    add(s, SEP SEP) < 0)
		return -1;
	return 0;
}

int mb_wire_response(const struct mb_wire *w, struct mb_secret *out,
		     struct mb_err *e)
{
	struct mb_secret s = {0};
	size_t room;
	int ret = -1;

	if (check(w, e) < 0)
		return -1;
	/* Each byte of the name may become three; 64 for everything fixed. */
	room = 64 + 3 * strlen(w->user) + w->token_len;
	room += (w->host ? strlen(w->host) : 0) +
		(w->port ? strlen(w->port) : 0);
	if (mb_secret_reserve(&s, room) < 0 ||
	    (w->mech == MB_WIRE_XOAUTH2 ? xoauth2(w, &s) :
	     oauthbearer(w, &s)) < 0) {
		mb_fail(e, MB_E_NOMEM, w->user, "no memory for the response");
		goto out;
	}
	mb_secret_move(out, &s);
	ret = 0;
out:
	mb_secret_clear(&s);
	return ret;
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
