/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The device endpoint's reply, and what the token endpoint's means while the
 * owner is on the way.  Input: a byte that chooses the HTTP status, the body.
 */
#include "config.h"

#include <stdio.h>
#include <string.h>

#include "lib/oauth_device.h"
#include "lib/url.h"
#include "tests/fuzz/fuzz.h"

static const long statuses[] = { 200, 400, 403, 428, 429, 500, 503, 302, 404,
				 0 };

enum { STATUSES = sizeof(statuses) / sizeof(statuses[0]) };

static void check_uri(const char *uri)
{
	struct mb_url u;

	fuzz_check(mb_url_parse(uri, &u) == 0 && !u.userinfo);
	fuzz_check(strcmp(u.scheme, "https") == 0 || mb_url_is_loopback(&u));
	fuzz_check(fuzz_printable(uri));
}

static void check_device(const struct mb_device *d)
{
	fuzz_check(d->device_code.len > 0 &&
		   d->device_code.len <= MB_DEVICE_CODE_MAX);
	fuzz_check(strlen(mb_secret_str(&d->device_code)) ==
		   d->device_code.len);
	fuzz_check(d->user_code[0] && fuzz_printable(d->user_code));
	check_uri(d->uri);
	if (d->uri_complete[0])
		check_uri(d->uri_complete);
	fuzz_check(d->expires_in >= 1 &&
		   d->expires_in <= MB_DEVICE_LIFETIME_MAX);
	fuzz_check(d->interval >= 1 && d->interval <= MB_DEVICE_INTERVAL_MAX);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct mb_credential c;
	struct fuzz_in in = fuzz_of(data, size);
	struct mb_http_reply reply = { 0 };
	struct mb_device d = { .interval = 77 };
	struct mb_err e = { 0 };
	const struct mb_oauth_asked asked = { .credential = &c,
		.account = "a@x.org", .now = 1764000000 };
	enum mb_device_answer answer;

	(void)snprintf(c.name, sizeof(c.name), "work");
	reply.status = statuses[fuzz_byte(&in) % STATUSES];
	fuzz_rest(&in, &reply.body);
	if (mb_device_read(&d, &asked, &reply, &e) == 0) {
		fuzz_check(e.id == MB_E_NONE && reply.status == 200);
		check_device(&d);
	} else {
		fuzz_check_err(&e);
		fuzz_check(d.interval == 77 && !d.device_code.data);
	}
	answer = mb_device_judge(&reply);
	fuzz_check(answer >= MB_DEVICE_PENDING &&
		   answer <= MB_DEVICE_ANSWERED);
	/* Tokens are never waited away. */
	if (reply.status == 200 && !memmem(data, size, "error", 5) &&
	    !memmem(data, size, "\\u", 2))
		fuzz_check(answer == MB_DEVICE_ANSWERED);
	mb_device_clear(&d);
	mb_http_reply_clear(&reply);
	return 0;
}
