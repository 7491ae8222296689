/* SPDX-License-Identifier: BSD-2-Clause */
#include "config.h"

#include "lib/url.h"

#include <arpa/inet.h>
#include <stdio.h>
#include <string.h>

static char lower(char c)
{
	return c >= 'A' && c <= 'Z' ? (char)(c + ('a' - 'A')) : c;
}

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static bool is_alpha(char c)
{
	c = lower(c);
	return c >= 'a' && c <= 'z';
}

/* Copy n bytes in lower case; -1 if they and a NUL do not fit. */
static int copy_lower(char *dst, size_t size, const char *src, size_t n)
{
	if (n >= size)
		return -1;
	for (size_t i = 0; i < n; i++)
		dst[i] = lower(src[i]);
	dst[n] = '\0';
	return 0;
}

static bool printable(const char *s)
{
	for (; *s; s++) {
		unsigned char c = (unsigned char)*s;

		if (c <= 0x20 || c >= 0x7f || c == '\\')
			return false;
	}
	return true;
}

static int parse_port(const char *s, size_t n, unsigned int *port)
{
	unsigned int value = 0;

	if (n == 0 || n > 5)
		return -1;
	for (size_t i = 0; i < n; i++) {
		if (!is_digit(s[i]))
			return -1;
		value = value * 10 + (unsigned int)(s[i] - '0');
	}
	if (value == 0 || value > 65535)
		return -1;
	*port = value;
	return 0;
}

/* Names and addresses as they are: what is percent-encoded here would be another
 * host to a reader that decodes it, and curl does. */
static bool host_fits(const char *s, size_t n, bool brackets)
{
	for (size_t i = 0; i < n; i++)
		if (!is_alpha(s[i]) && !is_digit(s[i]) &&
		    !strchr(brackets ? ":." : "-._", s[i]))
			return false;
	return n > 0;
}

/* host [":" port], n bytes, without userinfo. */
static int parse_authority(const char *s, size_t n, struct mb_url *u)
{
	const char *end = s + n;
	const char *host = s;
	const char *host_end;

	if (n > 0 && *s == '[') {
		u->brackets = true;
		host = s + 1;
		host_end = memchr(host, ']', (size_t)(end - host));
		if (!host_end)
			return -1;
		s = host_end + 1;
	} else {
		host_end = memchr(s, ':', n);
		if (!host_end)
			host_end = end;
		s = host_end;
	}
	if (!host_fits(host, (size_t)(host_end - host), u->brackets) ||
	    copy_lower(u->host, sizeof(u->host), host,
		       (size_t)(host_end - host)) < 0)
		return -1;
	if (s == end)
		return 0;
	if (*s != ':')
		return -1;
	return parse_port(s + 1, (size_t)(end - s - 1), &u->port);
}

int mb_url_parse(const char *url, struct mb_url *u)
{
	struct mb_url v = {0};
	const char *colon = strstr(url, "://");
	const char *authority, *end, *at;

	if (!printable(url) || !colon || colon == url || !is_alpha(*url))
		return -1;
	for (const char *p = url; p < colon; p++)
		if (!is_alpha(*p) && !is_digit(*p) && !strchr("+-.", *p))
			return -1;
	if (copy_lower(v.scheme, sizeof(v.scheme), url,
		       (size_t)(colon - url)) < 0)
		return -1;
	authority = colon + 3;
	end = authority + strcspn(authority, "/?#");
	/* The last one: what is in front of it is userinfo for curl, too. */
	for (at = end; at > authority && at[-1] != '@'; at--)
		;
	v.userinfo = at > authority;
	if (parse_authority(at, (size_t)(end - at), &v) < 0)
		return -1;
	v.fragment = strchr(end, '#') != NULL;
	v.query = end[strcspn(end, "?#")] == '?';
	v.path = (size_t)(end - url);
	*u = v;
	return 0;
}

/* Four decimal numbers, the first of them 127, and nothing else: a name such as
 * 127.0.0.1.example.org is not loopback, and 127.0.0.256 is a name. */
static bool is_127(const char *host)
{
	struct in_addr address;

	return strncmp(host, "127.", 4) == 0 &&
	       inet_pton(AF_INET, host, &address) == 1;
}

bool mb_url_is_loopback(const struct mb_url *u)
{
	if (u->brackets)
		return strcmp(u->host, "::1") == 0;
	return strcmp(u->host, "localhost") == 0 || is_127(u->host);
}

void mb_url_origin(const struct mb_url *u, char *buf, size_t size)
{
	const char *open = u->brackets ? "[" : "";
	const char *close = u->brackets ? "]" : "";

	if (u->port)
		snprintf(buf, size, "%s://%s%s%s:%u", u->scheme, open, u->host,
			 close, u->port);
	else
		snprintf(buf, size, "%s://%s%s%s", u->scheme, open, u->host,
			 close);
}
