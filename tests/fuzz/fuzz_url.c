/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * URLs: ours and libcurl's reader must see the same host, or a secret goes
 * elsewhere than the check thought.  Input: a URL.
 */
#include "config.h"

#include <curl/curl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "lib/url.h"
#include "tests/fuzz/fuzz.h"
#include "tools/callback.h"

static void check_origin(const struct mb_url *u)
{
	char origin[MB_URL_HOST_MAX + 64], again[MB_URL_HOST_MAX + 64];
	struct mb_url v;

	mb_url_origin(u, origin, sizeof(origin));
	fuzz_check(mb_url_parse(origin, &v) == 0);
	fuzz_check(strcmp(u->scheme, v.scheme) == 0 &&
		   strcmp(u->host, v.host) == 0 && u->port == v.port &&
		   u->brackets == v.brackets);
	fuzz_check(!v.userinfo && !v.query && !v.fragment);
	fuzz_check(mb_url_is_loopback(u) == mb_url_is_loopback(&v));
	mb_url_origin(&v, again, sizeof(again));
	fuzz_check(strcmp(origin, again) == 0);
}

static char *part(CURLU *h, CURLUPart what)
{
	char *s = NULL;

	return curl_url_get(h, what, &s, 0) == CURLUE_OK ? s : NULL;
}

/* Numbers in other forms (0x7f.1) are one address to libcurl, a name to us:
 * then it is not loopback, which alone may be spoken to without TLS. */
static void check_curl(const char *url, const struct mb_url *u)
{
	bool number = !u->host[strspn(u->host, "0123456789xabcdef.")];
	CURLU *h = curl_url();
	char *host, *port;

	fuzz_check(h);
	if (curl_url_set(h, CURLUPART_URL, url, 0) == CURLUE_OK) {
		host = part(h, CURLUPART_HOST);
		port = part(h, CURLUPART_PORT);
		fuzz_check(host);
		if (u->brackets)
			fuzz_check(host[0] == '[');
		else if (!number || mb_url_is_loopback(u))
			fuzz_check(strcasecmp(host, u->host) == 0);
		fuzz_check(!port == !u->port);
		fuzz_check(!port || strtoul(port, NULL, 10) == u->port);
		curl_free(host);
		curl_free(port);
	}
	curl_url_cleanup(h);
}

static void check_callback(const char *url)
{
	struct mb_callback cb;
	char uri[MB_URL_MAX + 1];
	struct mb_err e = { 0 };
	struct mb_url u;

	if (mb_callback_parse(&cb, url, &e) < 0) {
		fuzz_check_err(&e);
		return;
	}
	fuzz_check(mb_callback_uri(&cb, 0, uri, &e) < 0 ||
		   strcmp(uri, url) == 0 || cb.port);
	if (mb_callback_uri(&cb, 4711, uri, &e) == 0) {
		fuzz_check(mb_url_parse(uri, &u) == 0 && u.port == 4711);
		fuzz_check(strcmp(uri + u.path, cb.after_port) == 0);
	}
	fuzz_check(cb.path[0] == '/' && !strchr(cb.path, '?'));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct fuzz_in in = fuzz_of(data, size);
	char *url = fuzz_line(&in);
	struct mb_url u;

	if (mb_url_parse(url, &u) == 0) {
		fuzz_check(u.host[0] && u.scheme[0] && u.port <= 65535);
		fuzz_check(u.path <= strlen(url));
		check_origin(&u);
		if (!strcmp(u.scheme, "https") || !strcmp(u.scheme, "http"))
			check_curl(url, &u);
	}
	check_callback(url);
	free(url);
	return 0;
}
