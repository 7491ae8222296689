/* SPDX-License-Identifier: BSD-2-Clause */
#include "config.h"

#include "lib/oauth_device.h"

#include <jansson.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "lib/grant.h"
#include "lib/json.h"
#include "lib/outcome.h"
#include "lib/url.h"

void mb_device_clear(struct mb_device *d)
{
	mb_secret_clear(&d->device_code);
	*d = (struct mb_device){0};
}

/* jansson keeps strings in plain memory: the one that is secret is wiped. */
static void forget(json_t *root)
{
	const json_t *code = json_object_get(root, "device_code");

	if (json_is_string(code))
		mb_wipe((void *)(uintptr_t)json_string_value(code),
			json_string_length(code));
	json_decref(root);
}

static json_t *load(const struct mb_secret *body)
{
	json_t *root = mb_json_read(body, JSON_REJECT_DUPLICATES |
				    JSON_DECODE_INT_AS_REAL, NULL);

	if (root && !json_is_object(root)) {
		json_decref(root);
		root = NULL;
	}
	return root;
}

/* A string of at most max bytes from lo to 0x7e, or NULL. */
static const char *text_of(const json_t *root, const char *name, char lo,
			   size_t max)
{
	const json_t *j = json_object_get(root, name);
	const char *s = json_string_value(j);
	size_t n = json_string_length(j);

	if (!s || n == 0 || n > max)
		return NULL;
	for (size_t i = 0; i < n; i++)
		if (s[i] < lo || s[i] > 0x7e)
			return NULL;
	return s;
}

/* Seconds, as a number or (Google) as a string; nonsense is the default. */
static int64_t seconds_of(const json_t *root, const char *name,
			  int64_t otherwise, int64_t max)
{
	const json_t *j = json_object_get(root, name);
	const char *s = json_string_value(j);
	double v = json_number_value(j);

	for (; s && *s >= '0' && *s <= '9' && v < 1e9; s++)
		v = v * 10 + (*s - '0');
	if ((s && *s) || !(v >= 1))
		return otherwise;
	return v > (double)max ? max : (int64_t)v;
}

/* Somebody will type a password there. */
static bool uri_fits(const char *uri)
{
	struct mb_url u;

	return uri && mb_url_parse(uri, &u) == 0 && !u.userinfo &&
	       (strcmp(u.scheme, "https") == 0 ||
		(strcmp(u.scheme, "http") == 0 && mb_url_is_loopback(&u)));
}

static const char *uri_of(const json_t *root, const char *name,
			  const char *also)
{
	const char *s = text_of(root, name, 0x21, MB_URL_MAX);

	return s ? s : text_of(root, also, 0x21, MB_URL_MAX);
}

static int bad(const struct mb_oauth_asked *asked,
	       const struct mb_http_reply *reply, const char *what,
	       struct mb_err *e)
{
	mb_fail(e, MB_E_REPLY_BAD, asked->account,
		"the device endpoint answers HTTP %ld with %s", reply->status,
		what);
	return mb_remedy(e, "is the device endpoint right? mailbearer show %s",
			 asked->credential->name);
}

static int take(struct mb_device *d, const json_t *root, const char **lacks)
{
	const char *code = text_of(root, "device_code", 0x21,
				   MB_DEVICE_CODE_MAX);
	const char *user = text_of(root, "user_code", 0x20,
				   MB_DEVICE_USER_CODE_MAX);
	const char *uri = uri_of(root, "verification_uri", "verification_url");
	const char *complete = uri_of(root, "verification_uri_complete",
				      "verification_url_complete");

	*lacks = !code ? "no device code" : !user ? "no code to show" :
		 !uri ? "no address to go to" :
		 !uri_fits(uri) ? "an address that is not https" : NULL;
	if (*lacks || mb_secret_set(&d->device_code, code, strlen(code)) < 0)
		return -1;
	snprintf(d->user_code, sizeof(d->user_code), "%s", user);
	snprintf(d->uri, sizeof(d->uri), "%s", uri);
	if (uri_fits(complete))
		snprintf(d->uri_complete, sizeof(d->uri_complete), "%s",
			 complete);
	d->expires_in = seconds_of(root, "expires_in", MB_DEVICE_LIFETIME,
				   MB_DEVICE_LIFETIME_MAX);
	d->interval = seconds_of(root, "interval", MB_DEVICE_INTERVAL,
				 MB_DEVICE_INTERVAL_MAX);
	return 0;
}

/* An error of RFC 6749 section 5.2 is told like one of the token endpoint. */
static int refused(const struct mb_oauth_asked *asked,
		   const struct mb_http_reply *reply, const json_t *root,
		   struct mb_err *e)
{
	struct mb_grant none = {0};

	if (json_is_string(json_object_get(root, "error"))) {
		(void)mb_oauth_judge(asked, reply, &none, e);
		mb_grant_clear(&none);
		return -1;
	}
	if (json_object_get(root, "error_code") ||
	    mb_outcome_status_is_transient(reply->status)) {
		mb_fail(e, MB_E_PROVIDER_BUSY, asked->account,
			"the device endpoint answers HTTP %ld", reply->status);
		return mb_remedy(e, "try again later: mailbearer enroll %s",
				 asked->account);
	}
	return bad(asked, reply, root ? "no code" :
		   "something that is not a JSON object", e);
}

int mb_device_read(struct mb_device *d, const struct mb_oauth_asked *asked,
		   const struct mb_http_reply *reply, struct mb_err *e)
{
	json_t *root = load(&reply->body);
	struct mb_device new = {0};
	const char *lacks = NULL;
	int ret = -1;

	if (!root || reply->status < 200 || reply->status > 299 ||
	    json_object_get(root, "error")) {
		refused(asked, reply, root, e);
	} else if (take(&new, root, &lacks) == 0) {
		mb_device_clear(d);
		*d = new;
		new = (struct mb_device){0};
		ret = 0;
	} else if (lacks) {
		bad(asked, reply, lacks, e);
	} else {
		mb_fail(e, MB_E_NOMEM, asked->account, "out of memory");
	}
	mb_device_clear(&new);
	forget(root);
	return ret;
}

enum mb_device_answer mb_device_judge(const struct mb_http_reply *reply)
{
	static const struct {
		const char *error;
		enum mb_device_answer answer;
	} known[] = {
		{ "authorization_pending", MB_DEVICE_PENDING },
		{ "slow_down", MB_DEVICE_SLOW_DOWN },
		{ "rate_limit_exceeded", MB_DEVICE_SLOW_DOWN },
		{ "access_denied", MB_DEVICE_DENIED },
		{ "authorization_declined", MB_DEVICE_DENIED },
		{ "expired_token", MB_DEVICE_EXPIRED },
	};
	enum mb_device_answer answer = MB_DEVICE_ANSWERED;
	json_t *root = load(&reply->body);
	const char *error = text_of(root, "error", 0x20, 64);

	if (!error)
		error = text_of(root, "error_code", 0x20, 64);
	if (!error && reply->status == 428)
		answer = MB_DEVICE_PENDING;
	else if (!error && mb_outcome_status_is_transient(reply->status))
		answer = MB_DEVICE_LATER;
	for (size_t i = 0; error && i < sizeof(known) / sizeof(known[0]); i++)
		if (strcmp(error, known[i].error) == 0)
			answer = known[i].answer;
	json_decref(root);
	return answer;
}
