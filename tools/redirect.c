/* SPDX-License-Identifier: BSD-2-Clause */
#include "config.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "lib/escape.h"
#include "lib/url.h"
#include "tools/redirect.h"

static int bad(struct mb_err *e, const char *cause)
{
	return mb_fail(e, MB_E_BAD_REDIRECT, "that address", "%s", cause);
}

void mb_redirect_clear(struct mb_redirect *r)
{
	mb_secret_clear(&r->code);
	mb_secret_clear(&r->state);
	*r = (struct mb_redirect){ 0 };
}

static int hex(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	if (c >= 'A' && c <= 'F')
		return c - 'A' + 10;
	return -1;
}

/* application/x-www-form-urlencoded, decoded; control bytes are refused: the
 * code is 1*VSCHAR (RFC 6749 appendix A.11). */
static int decode(const char *in, size_t n, struct mb_secret *out)
{
	struct mb_secret s = { 0 };

	if (mb_secret_reserve(&s, n) < 0)
		return -1;
	for (size_t i = 0; i < n; i++) {
		int c = (unsigned char)in[i];
		char byte;

		if (c == '+')
			c = ' ';
		if (c == '%') {
			if (n - i < 3 || hex(in[i + 1]) < 0 ||
			    hex(in[i + 2]) < 0)
				goto fail;
			c = hex(in[i + 1]) * 16 + hex(in[i + 2]);
			i += 2;
		}
		if (c < 0x20 || c == 0x7f)
			goto fail;
		byte = (char)c;
		if (mb_secret_append(&s, &byte, 1) < 0)
			goto fail;
	}
	mb_secret_move(out, &s);
	return 0;
fail:
	mb_secret_clear(&s);
	return -1;
}

enum field { CODE, STATE, ISS, ERROR, DESCRIPTION, NFIELDS };

static const struct {
	const char *name;
	size_t max;
} fields[NFIELDS] = {
	[CODE] = { "code", MB_REDIRECT_CODE_MAX },
	[STATE] = { "state", MB_REDIRECT_CODE_MAX },
	[ISS] = { "iss", MB_URL_MAX },
	[ERROR] = { "error", sizeof((struct mb_redirect *)0)->error - 1 },
	[DESCRIPTION] = { "error_description", MB_REDIRECT_MAX },
};

static int field_of(const char *name, size_t n)
{
	for (int i = 0; i < NFIELDS; i++)
		if (strlen(fields[i].name) == n &&
		    !memcmp(fields[i].name, name, n))
			return i;
	return -1;
}

struct value {
	struct mb_secret s;
	bool seen;
};

/* One "name=value". */
static int take(struct value *values, const char *pair, size_t n,
		struct mb_err *e)
{
	const char *equal = memchr(pair, '=', n);
	size_t name = equal ? (size_t)(equal - pair) : n;
	size_t skip = equal ? name + 1 : n;
	int f = field_of(pair, name);

	if (f < 0)
		return 0;
	if (values[f].seen)
		return mb_fail(e, MB_E_BAD_REDIRECT, "that address",
			       "has %s twice", fields[f].name);
	if (decode(pair + skip, n - skip, &values[f].s) < 0)
		return mb_fail(e, MB_E_BAD_REDIRECT, "that address",
			       "its %s is damaged", fields[f].name);
	if (values[f].s.len > fields[f].max)
		return mb_fail(e, MB_E_BAD_REDIRECT, "that address",
			       "its %s is too long", fields[f].name);
	values[f].seen = true;
	return 0;
}

static void keep_text(char *dst, size_t size, const struct mb_secret *value)
{
	mb_escape(dst, size, mb_secret_str(value), value->len);
}

int mb_redirect_query(struct mb_redirect *r, const char *query, size_t n,
		      struct mb_err *e)
{
	struct value v[NFIELDS] = { 0 };
	int ret = -1;

	if (n > MB_REDIRECT_MAX) {
		bad(e, "is too long");
		goto out;
	}
	for (size_t at = 0; at < n;) {
		const char *amp = memchr(query + at, '&', n - at);
		size_t len = amp ? (size_t)(amp - query) - at : n - at;

		if (take(v, query + at, len, e) < 0)
			goto out;
		at += len + 1;
	}
	mb_redirect_clear(r);
	mb_secret_move(&r->code, &v[CODE].s);
	mb_secret_move(&r->state, &v[STATE].s);
	keep_text(r->iss, sizeof(r->iss), &v[ISS].s);
	keep_text(r->error, sizeof(r->error), &v[ERROR].s);
	keep_text(r->error_description, sizeof(r->error_description),
		  &v[DESCRIPTION].s);
	ret = 0;
out:
	for (int i = 0; i < NFIELDS; i++)
		mb_secret_clear(&v[i].s);
	return ret;
}

bool mb_redirect_target(const char *target, const char *path,
			const char **query, size_t *nquery)
{
	size_t n = strcspn(target, "?");

	if (strlen(path) != n || memcmp(target, path, n) != 0)
		return false;
	*query = target[n] ? target + n + 1 : target + n;
	*nquery = strlen(*query);
	return true;
}

static bool is_around(char c)
{
	return c != '\0' && strchr(" \t\r\n\"'<>`", c);
}

/* Where the redirect URI ends in what was pasted, or NULL if it is not there.
 * Browsers hide "http://", and show "/" where the URI ends at its port. */
static const char *after_uri(const char *s, size_t n, const char *uri)
{
	const char *bare = strstr(uri, "://");
	size_t len;

	bare = bare ? bare + 3 : uri;
	if (n > 7 && !strncasecmp(s, "http://", 7)) {
		s += 7;
		n -= 7;
	} else if (n > 8 && !strncasecmp(s, "https://", 8)) {
		s += 8;
		n -= 8;
	}
	len = strcspn(bare, "?");
	while (len > 0 && bare[len - 1] == '/')
		len--;
	if (n < len || strncasecmp(s, bare, len) != 0)
		return NULL;
	s += len;
	n -= len;
	if (n > 0 && *s == '/') {
		s++;
		n--;
	}
	return n == 0 || *s == '?' || *s == '#' ? s : NULL;
}

static int pasted_wrong(const char *s, size_t n, const char *uri,
			struct mb_err *e)
{
	if (n > 200 || memchr(s, '?', n) || memchr(s, '/', n))
		mb_fail(e, MB_E_BAD_REDIRECT, "that address",
			"is not the one the sign-in ends on, which begins with %s",
			uri);
	else
		mb_fail(e, MB_E_BAD_REDIRECT, "that", " is not an address");
	return mb_remedy(e, "copy the whole address of the page the browser ends on, and paste it here");
}

int mb_redirect_pasted(struct mb_redirect *r, const struct mb_secret *text,
		       const char *redirect_uri, struct mb_err *e)
{
	const char *s = mb_secret_str(text), *query;
	size_t n = text->len, fragment;

	while (n > 0 && is_around(s[n - 1]))
		n--;
	while (n > 0 && is_around(*s)) {
		s++;
		n--;
	}
	if (n == 0)
		return bad(e, "nothing was pasted");
	if (memchr(s, '\0', n))
		return bad(e, "has a NUL byte in it");
	query = after_uri(s, n, redirect_uri);
	if (!query && (*s == '?' || !strncmp(s, "code=", 5) ||
		       !strncmp(s, "state=", 6) || !strncmp(s, "error=", 6)))
		query = s;
	if (!query)
		return pasted_wrong(s, n, redirect_uri, e);
	n -= (size_t)(query - s);
	if (n > 0 && *query == '?') {
		query++;
		n--;
	}
	for (fragment = 0; fragment < n && query[fragment] != '#';)
		fragment++;
	if (fragment == 0) {
		bad(e, "has nothing behind the \"?\": it is not whole");
		return mb_remedy(e, "copy the whole address and paste it here");
	}
	return mb_redirect_query(r, query, fragment, e);
}

/* "https://host:port" of a URL: its length, 0 if it is not one. */
static size_t origin_length(const char *url)
{
	const char *host = strstr(url, "://");

	if (!host || host == url)
		return 0;
	host += 3;
	return (size_t)(host - url) + strcspn(host, "/?#");
}

bool mb_redirect_issuer_fits(const struct mb_credential *c, const char *iss)
{
	size_t n;

	if (c->issuer[0] == '\0' || !strcmp(c->issuer, iss))
		return true;
	if (!strchr(c->issuer, '{') && c->tenant[0] == '\0')
		return false;
	n = origin_length(c->issuer);
	return n > 0 && origin_length(iss) == n &&
	       !strncasecmp(iss, c->issuer, n);
}

static int refused(const struct mb_redirect *r, const char *account,
		   struct mb_err *e)
{
	const char *text = r->error_description;

	if (!strcmp(r->error, "access_denied")) {
		mb_fail(e, MB_E_DENIED, account,
			"the sign-in was declined (access_denied%s%s); nothing saved",
			*text ? ": " : "", text);
		return mb_remedy(e, "to allow it, run again: mailbearer enroll %s",
				 account);
	}
	mb_fail(e, MB_E_DENIED, account,
		"the provider refused the sign-in (%s%s%s); nothing saved",
		r->error, *text ? ": " : "", text);
	if (!strcmp(r->error, "temporarily_unavailable") ||
	    !strcmp(r->error, "server_error"))
		return mb_remedy(e, "try again later: mailbearer enroll %s",
				 account);
	return mb_remedy(e, "compare client id, callback URL and scope with the provider's console: mailbearer show NAME");
}

enum mb_verdict mb_redirect_judge(const struct mb_redirect *r,
				  const struct mb_secret *state,
				  const struct mb_credential *c,
				  const char *account, struct mb_err *e)
{
	if (state->len == 0 || !mb_secret_equal(&r->state, state)) {
		mb_fail(e, MB_E_BAD_REDIRECT, account, r->state.len ?
			"that answer belongs to another sign-in (state differs)" :
			"that answer has no state");
		mb_remedy(e, "use the address printed by this run, only once");
		return MB_VERDICT_IGNORE;
	}
	/* RFC 9207 section 2.4: an answer of another issuer is rejected. */
	if (r->iss[0] && !mb_redirect_issuer_fits(c, r->iss)) {
		mb_fail(e, MB_E_BAD_REDIRECT, account,
			"the answer came from %s, client credential %s belongs to %s; nothing saved",
			r->iss, c->name, c->issuer);
		mb_remedy(e, "if the provider's issuer changed: mailbearer edit");
		return MB_VERDICT_REFUSED;
	}
	if (r->error[0]) {
		refused(r, account, e);
		return MB_VERDICT_REFUSED;
	}
	if (r->code.len == 0) {
		mb_fail(e, MB_E_BAD_REDIRECT, account,
			"that answer has neither a code nor an error");
		mb_remedy(e, "copy the whole address and paste it here");
		return MB_VERDICT_IGNORE;
	}
	return MB_VERDICT_CODE;
}

bool mb_redirect_host(const char *host)
{
	char text[MB_URL_HOST_MAX + 32];
	struct mb_url url;
	int n;

	if (!host || strpbrk(host, "/?#"))
		return false;
	n = snprintf(text, sizeof(text), "http://%s/", host);
	return n > 0 && (size_t)n < sizeof(text) &&
	       mb_url_parse(text, &url) == 0 && !url.userinfo &&
	       mb_url_is_loopback(&url);
}
