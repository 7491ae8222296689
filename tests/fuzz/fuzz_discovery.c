/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * An issuer and the document found there.  Input: the issuer as a line (empty:
 * https://id.example), then the document.
 */
#include "config.h"

#include <stdlib.h>
#include <string.h>

#include "lib/discovery.h"
#include "lib/url.h"
#include "tests/fuzz/fuzz.h"

static void check_endpoint(const char *url)
{
	struct mb_url u;

	if (!*url)
		return;
	fuzz_check(mb_url_parse(url, &u) == 0 && !u.userinfo && !u.fragment);
	fuzz_check(strcmp(u.scheme, "https") == 0 || mb_url_is_loopback(&u));
}

/* The document lies at the issuer's host. */
static void check_place(const char *issuer, enum mb_discovery_form form)
{
	char url[MB_URL_MAX + 1] = "untouched";
	struct mb_url there, here;
	struct mb_err e = { 0 };

	if (mb_discovery_url(issuer, form, url, &e) < 0) {
		fuzz_check_err(&e);
		fuzz_check(strcmp(url, "untouched") == 0);
		return;
	}
	check_endpoint(url);
	fuzz_check(mb_url_parse(issuer, &here) == 0 &&
		   mb_url_parse(url, &there) == 0);
	fuzz_check(strcmp(here.host, there.host) == 0 &&
		   here.port == there.port);
	fuzz_check(strcmp(here.scheme, there.scheme) == 0 && !there.query);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct fuzz_in in = fuzz_of(data, size);
	struct mb_http_reply reply = { .status = 200 };
	struct mb_discovery d = { .email = true };
	struct mb_err e = { 0 };
	char *issuer = fuzz_line(&in);
	const char *name = *issuer ? issuer : "https://id.example";
	int ret;

	check_place(name, MB_DISCOVERY_OAUTH);
	check_place(name, MB_DISCOVERY_OPENID);
	fuzz_rest(&in, &reply.body);
	ret = mb_discovery_read(&d, name, &reply, &e);
	if (ret == 0) {
		fuzz_check(e.id == MB_E_NONE && d.token_endpoint[0]);
		check_endpoint(d.token_endpoint);
		check_endpoint(d.authorization_endpoint);
		check_endpoint(d.device_endpoint);
		check_endpoint(d.revocation_endpoint);
	} else {
		fuzz_check(d.email && !d.token_endpoint[0]);
	}
	if (ret < 0)
		fuzz_check_err(&e);
	else
		fuzz_check(e.id == MB_E_NONE);
	mb_http_reply_clear(&reply);
	free(issuer);
	return 0;
}
