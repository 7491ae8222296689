/* SPDX-License-Identifier: BSD-2-Clause */
/* Token replies.  The one thing that must not happen here is to lose a rotated
 * refresh token because something else in the reply was not to our taste. */
#include "config.h"

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "lib/json.h"
#include "lib/oauth.h"
#include "lib/oauth_error.h"
#include "lib/outcome.h"
#include "lib/record.h"

enum {
	RETRY_AFTER_MAX = 86400,
	/* Servers allow for as much (RFC 7523 section 3 leaves it to them). */
	CLOCK_SLACK = 60,
};

/* jansson keeps strings in plain memory: wipe what can be reached. */
static void wipe_json(json_t *j)
{
	const char *key;
	json_t *value;
	size_t i;

	if (json_is_string(j))
		mb_wipe((void *)(uintptr_t)json_string_value(j),
			json_string_length(j));
	json_array_foreach(j, i, value)
		wipe_json(value);
	json_object_foreach(j, key, value)
		wipe_json(value);
}

static void json_free(json_t *j)
{
	if (j)
		wipe_json(j);
	json_decref(j);
}

/* A number that no double holds (expires_in: 1e999) makes jansson refuse the
 * whole text: replace each that is long or has an exponent by a plain 0. */
static int tame_numbers(const struct mb_secret *body, struct mb_secret *out)
{
	bool quoted = false;

	if (mb_secret_set(out, body->data, body->len) < 0)
		return -1;
	for (size_t i = 0; i < out->len; i++) {
		size_t n = 0;

		if (out->data[i] == '\\' && quoted) {
			i++;
			continue;
		}
		if (out->data[i] == '"')
			quoted = !quoted;
		if (quoted || !strchr("-0123456789", out->data[i]))
			continue;
		n = strspn(out->data + i, "+-.0123456789eE");
		if (n > 17 || strcspn(out->data + i, "eE") < n) {
			memset(out->data + i, ' ', n);
			out->data[i] = '0';
		}
		i += n ? n - 1 : 0;
	}
	return 0;
}

static json_t *load(const struct mb_secret *body, size_t flags)
{
	struct mb_secret tame = {0};
	json_error_t error;
	json_t *j = mb_json_read(body, flags | JSON_DECODE_INT_AS_REAL, &error);

	if (!j && json_error_code(&error) == json_error_numeric_overflow &&
	    tame_numbers(body, &tame) == 0)
		j = mb_json_read(&tame, flags | JSON_DECODE_INT_AS_REAL, &error);
	mb_secret_clear(&tame);
	if (j && !json_is_object(j)) {
		json_free(j);
		j = NULL;
	}
	return j;
}

/* RFC 6749 appendix A.12, without the blank: it has to fit into a record, and
 * an access token into a SASL response. */
static bool token_fits(const json_t *j)
{
	const char *s = json_string_value(j);
	size_t n = json_string_length(j);

	if (!s || n == 0 || n > MB_TOKEN_MAX)
		return false;
	for (size_t i = 0; i < n; i++)
		if (s[i] < 0x21 || s[i] > 0x7e)
			return false;
	return true;
}

/* 1 taken, 0 not there or not usable, -1 out of memory. */
static int take_token(const json_t *root, const char *name,
		      struct mb_secret *out)
{
	const json_t *j = json_object_get(root, name);

	mb_secret_truncate(out, 0);
	if (!token_fits(j))
		return 0;
	return mb_secret_append(out, json_string_value(j),
				json_string_length(j)) < 0 ? -1 : 1;
}

static double number_of(const json_t *j)
{
	const char *s = json_string_value(j);
	double v = 0;

	if (json_is_number(j))
		return json_number_value(j);
	/* Quoted in the wild; strtod() would ask the locale. */
	for (; s && *s >= '0' && *s <= '9' && v < 1e15; s++)
		v = v * 10 + (*s - '0');
	return s && *s && *s != '.' && *s != ' ' ? 0 : v;
}

/* Seconds; anything that makes no sense means the default: an access token
 * whose end is not known is still a token. */
static int64_t lifetime_of(const json_t *root, const struct mb_credential *c)
{
	double v = number_of(json_object_get(root, "expires_in"));

	if (!(v >= 1))
		return c->token_lifetime ? c->token_lifetime :
						MB_OAUTH_LIFETIME;
	return v > MB_OAUTH_LIFETIME_MAX ? MB_OAUTH_LIFETIME_MAX : (int64_t)v;
}

/* A printable string that fits, else "". */
static void take_text(const json_t *root, const char *name, char *out,
		      size_t size)
{
	const char *s = json_string_value(json_object_get(root, name));
	size_t n = s ? strlen(s) : 0;

	out[0] = '\0';
	for (size_t i = 0; i < n; i++)
		if (s[i] < 0x20 || s[i] > 0x7e)
			return;
	if (n > 0 && n < size)
		memcpy(out, s, n + 1);
}

static bool is_bearer(const json_t *root)
{
	const char *type = json_string_value(json_object_get(root,
							     "token_type"));

	return !type || strcasecmp(type, "bearer") == 0;
}

/* Fill out from the members of RFC 6749 section 5.1.  1 with, 0 without a
 * usable access token; -1 out of memory. */
static int take_grant(const json_t *root, const struct mb_credential *c,
		      int64_t now, struct mb_grant *out)
{
	int access = 0;

	if (take_token(root, "refresh_token", &out->refresh_token) < 0)
		return -1;
	if (is_bearer(root))
		access = take_token(root, "access_token", &out->access_token);
	if (access <= 0)
		return access;
	if (take_token(root, "id_token", &out->id_token) < 0)
		return -1;
	take_text(root, "scope", out->scope, sizeof(out->scope));
	take_text(root, "token_type", out->token_type,
		  sizeof(out->token_type));
	out->expires_at = now + lifetime_of(root, c);
	return 1;
}

/* Microsoft lists numbers, and repeats the first in the description. */
static long aadsts(const json_t *root, const char *description)
{
	const json_t *list = json_object_get(root, "error_codes");
	const char *p = description ? strstr(description, "AADSTS") : NULL;
	size_t n = json_array_size(list);
	long first = 0;

	for (size_t i = 0; i < n; i++) {
		double v = json_number_value(json_array_get(list, i));
		long code = v > 0 && v < 1e9 ? (long)v : 0;

		if (mb_outcome_of_code(code))
			return code;
		if (!first)
			first = code;
	}
	if (!first && p)
		first = strtol(p + 6, NULL, 10);
	return first > 0 && first < 1000000000 ? first : 0;
}

static void take_failure(const json_t *root, long status,
			 const struct mb_oauth_asked *asked,
			 struct mb_oauth_failure *f)
{
	const char *text = json_string_value(
		json_object_get(root, "error_description"));

	f->status = status;
	take_text(root, "error", f->error, sizeof(f->error));
	/* It is shown and logged. */
	if (!mb_outcome_of_error(f->error, "")->name &&
	    mb_oauth_repeats(f->error, strlen(f->error), asked))
		memcpy(f->error, "...", sizeof("..."));
	take_text(root, "error_subtype", f->subtype, sizeof(f->subtype));
	if (!f->subtype[0])
		take_text(root, "suberror", f->subtype, sizeof(f->subtype));
	f->code = aadsts(root, text);
	if (text)
		mb_oauth_describe(f->description, sizeof(f->description), text,
				  strlen(text), asked);
}

static const char *shape_of(const struct mb_secret *body, const json_t *root)
{
	size_t i = 0;

	while (i < body->len && strchr(" \t\r\n", body->data[i]))
		i++;
	if (i == body->len)
		return "nothing";
	if (body->data[i] == '<')
		return "HTML";
	if (!root)
		return "something that is not a JSON object";
	if (!is_bearer(root))
		return "a token that is not of type Bearer";
	if (json_object_get(root, "access_token"))
		return "an access token that cannot be used";
	return "no access token";
}

static enum mb_outcome bad_reply(const struct mb_oauth_asked *asked,
				 const struct mb_http_reply *reply,
				 const json_t *root, struct mb_err *e)
{
	if (reply->status >= 300 && reply->status < 400)
		mb_fail(e, MB_E_REPLY_BAD, asked->account,
			"the token endpoint redirects to %s (HTTP %ld), and "
			"that is not followed", reply->location[0] ?
			reply->location : "nowhere", reply->status);
	else
		mb_fail(e, MB_E_REPLY_BAD, asked->account,
			"the token endpoint answers HTTP %ld with %s",
			reply->status, shape_of(&reply->body, root));
	mb_remedy(e, "is the token endpoint right? mailbearer show %s",
		  asked->credential->name);
	return MB_OUT_TRANSIENT;
}

static enum mb_outcome judge(const struct mb_oauth_asked *asked,
			     const struct mb_http_reply *reply,
			     const json_t *root, bool strict,
			     struct mb_grant *out, struct mb_err *e)
{
	struct mb_oauth_failure f = {0};
	int got = 0;

	take_failure(root, reply->status, asked, &f);
	if (reply->status >= 200 && reply->status < 300 && !f.error[0])
		got = take_grant(root, asked->credential, asked->now, out);
	if (got < 0) {
		mb_fail(e, MB_E_NOMEM, asked->account, "out of memory");
		return MB_OUT_TRANSIENT;
	}
	if (got && strict)
		return MB_OUT_GRANTED;
	/* Not granted: only a new refresh token is worth keeping. */
	mb_secret_clear(&out->access_token);
	mb_secret_clear(&out->id_token);
	out->expires_at = 0;
	if (mb_outcome_status_is_transient(reply->status) ||
	    (f.error[0] && (reply->status < 300 || reply->status >= 400)))
		return mb_oauth_refused(asked, &f, out->retry_after, e);
	return bad_reply(asked, reply, strict ? root : NULL, e);
}

/* Room that the caller made for a refresh token is kept. */
static void empty(struct mb_grant *g)
{
	struct mb_secret room = {0};

	mb_secret_truncate(&g->refresh_token, 0);
	mb_secret_move(&room, &g->refresh_token);
	mb_grant_clear(g);
	mb_secret_move(&g->refresh_token, &room);
}

/* Was an assertion of ours refused because our clock is wrong?  The reply has
 * the server's. */
static bool clock_is_off(const struct mb_oauth_asked *asked,
			 const struct mb_http_reply *reply, struct mb_err *e)
{
	const struct mb_credential *c = asked->credential;
	int64_t off = asked->now - reply->date;

	if (!reply->date || reply->status < 400 || reply->status >= 500 ||
	    (off > -CLOCK_SLACK && off < CLOCK_SLACK) ||
	    (c->auth_method != MB_AUTH_KEY &&
	     c->grant != MB_GRANT_JWT_BEARER))
		return false;
	mb_fail(e, MB_E_CLIENT_REFUSED, "clock", "this host's is %lld minutes "
		"%s the one of the token endpoint of client credential %s, "
		"which refuses what is signed now",
		(long long)((off < 0 ? -off : off) + 30) / 60,
		off < 0 ? "behind" : "ahead of", c->name);
	mb_remedy(e, "set the clock (timedatectl set-ntp true); it is tried "
		  "again by itself");
	return true;
}

enum mb_outcome mb_oauth_judge(const struct mb_oauth_asked *asked,
			       const struct mb_http_reply *reply,
			       struct mb_grant *out, struct mb_err *e)
{
	json_t *root = load(&reply->body, JSON_REJECT_DUPLICATES);
	bool strict = root != NULL;
	enum mb_outcome outcome;

	/* Duplicate members: not to be trusted, but a rotated refresh token is
	 * the only one that the server will take from now on. */
	if (!root)
		root = load(&reply->body, 0);
	empty(out);
	if (reply->retry_after > 0)
		out->retry_after = reply->retry_after < RETRY_AFTER_MAX ?
				   reply->retry_after : RETRY_AFTER_MAX;
	outcome = judge(asked, reply, root, strict, out, e);
	if (reply->date)
		out->clock_off = asked->now - reply->date;
	if (outcome != MB_OUT_GRANTED && clock_is_off(asked, reply, e))
		outcome = MB_OUT_TRANSIENT;
	json_free(root);
	return outcome;
}
