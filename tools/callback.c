/* SPDX-License-Identifier: BSD-2-Clause */
#include "config.h"

#include <stdio.h>
#include <string.h>

#include "lib/url.h"
#include "tools/callback.h"

static int bad(struct mb_err *e, const char *url, const char *cause)
{
	char object[MB_ERR_OBJECT];

	snprintf(object, sizeof(object), "callback URL %.400s", url);
	mb_fail(e, MB_E_BAD_ENDPOINT, object, "%s", cause);
	return mb_remedy(e, "run: mailbearer set NAME --callback-url URL");
}

/* The addresses that the listener binds, and the name that means both. */
static bool can_be_served(const struct mb_url *u)
{
	return !strcmp(u->scheme, "http") &&
	       (!strcmp(u->host, "127.0.0.1") || !strcmp(u->host, "::1") ||
		!strcmp(u->host, "localhost"));
}

int mb_callback_parse(struct mb_callback *cb, const char *url,
		      struct mb_err *e)
{
	struct mb_callback c = { 0 };
	struct mb_url u;
	size_t n;

	if (strlen(url) > MB_URL_MAX)
		return bad(e, url, "is too long");
	if (mb_url_parse(url, &u) < 0)
		return bad(e, url, "is not a URL");
	if (u.userinfo)
		return bad(e, url, "has a user name in it");
	if (u.fragment)
		return bad(e, url, "has a fragment (RFC 6749 section 3.1.2)");
	c.loopback = can_be_served(&u);
	c.ipv6_only = c.loopback && u.brackets;
	c.port = (int)u.port;
	n = u.path;
	if (u.port) {
		while (n > 0 && url[n - 1] != ':')
			n--;
		n--;
	}
	memcpy(c.before_port, url, n);
	memcpy(c.after_port, url + u.path, strlen(url + u.path));
	memcpy(c.path, "/", 2);
	if (url[u.path] == '/')
		memcpy(c.path, url + u.path, strcspn(url + u.path, "?"));
	*cb = c;
	return 0;
}

int mb_callback_uri(const struct mb_callback *cb, int port, char *out,
		    struct mb_err *e)
{
	char number[16] = "";
	char uri[2 * MB_URL_MAX + 32];
	int n;

	if (port == 0)
		port = cb->port;
	if (port)
		snprintf(number, sizeof(number), ":%d", port);
	n = snprintf(uri, sizeof(uri), "%s%s%s", cb->before_port, number,
		     cb->after_port);
	if (n < 0 || n > MB_URL_MAX)
		return bad(e, cb->before_port, "is too long with a port");
	memcpy(out, uri, (size_t)n + 1);
	return 0;
}
