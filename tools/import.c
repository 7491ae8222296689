/* SPDX-License-Identifier: BSD-2-Clause */
#include "config.h"

#include <jansson.h>
#include <string.h>
#include <strings.h>

#include "lib/json.h"
#include "lib/record.h"
#include "tools/import.h"

/* Ten years: longer than any token; keeps sums far from the limit. */
static const int64_t lifetime_max = INT64_C(315360000);

static int bad(struct mb_err *e, const char *object, const char *name,
	       const char *cause)
{
	mb_fail(e, MB_E_BAD_TOKEN, object, "%s %s", name, cause);
	return mb_remedy(e, "give the token endpoint's JSON reply as it came");
}

static int take_token(struct mb_secret *out, const json_t *reply,
		      const char *name, const char *object, struct mb_err *e)
{
	const json_t *v = json_object_get(reply, name);

	if (!v || json_is_null(v))
		return 0;
	if (!json_is_string(v))
		return bad(e, object, name, "is not a string");
	if (!mb_token_valid(json_string_value(v), json_string_length(v)))
		return bad(e, object, name,
			   "is empty, too long, or has bytes that a token cannot have");
	if (mb_secret_set(out, json_string_value(v), json_string_length(v)) < 0)
		return mb_fail(e, MB_E_NOMEM, object, "out of memory");
	return 0;
}

static int take_text(char *out, size_t size, const json_t *reply,
		     const char *name, const char *object, struct mb_err *e)
{
	const json_t *v = json_object_get(reply, name);
	const char *s;

	if (!v || json_is_null(v))
		return 0;
	if (!json_is_string(v))
		return bad(e, object, name, "is not a string");
	s = json_string_value(v);
	if (json_string_length(v) >= size)
		return bad(e, object, name, "is too long");
	for (size_t i = 0; i < json_string_length(v); i++)
		if ((unsigned char)s[i] < 0x20 || s[i] == 0x7f)
			return bad(e, object, name, "has a control byte in it");
	memcpy(out, s, json_string_length(v) + 1);
	return 0;
}

/* 1 and *out, 0 when it is not there, -1. */
static int take_number(int64_t *out, const json_t *reply, const char *name,
		       const char *object, struct mb_err *e)
{
	const json_t *v = json_object_get(reply, name);

	if (!v || json_is_null(v))
		return 0;
	if (!json_is_integer(v))
		return bad(e, object, name, "is not a whole number");
	if (json_integer_value(v) < 0)
		return bad(e, object, name, "is negative");
	*out = json_integer_value(v);
	return 1;
}

static int take_expiry(struct mb_grant *g, const json_t *reply, int64_t now,
		       const char *object, struct mb_err *e)
{
	int64_t in = 0, at = 0;
	int has_in = take_number(&in, reply, "expires_in", object, e);
	int has_at = has_in < 0 ? -1 :
		     take_number(&at, reply, "expires_at", object, e);

	if (has_in < 0 || has_at < 0)
		return -1;
	if (has_in && in > lifetime_max)
		return bad(e, object, "expires_in", "is more than ten years");
	if (has_at && at > now && at - now > lifetime_max)
		return bad(e, object, "expires_at",
			   "is more than ten years away (Unix seconds are meant)");
	if (has_at)
		g->expires_at = at;
	else if (has_in)
		g->expires_at = now + in;
	if (!has_at && !has_in)
		mb_secret_clear(&g->access_token);
	return 0;
}

static int take_all(struct mb_grant *g, const json_t *reply, int64_t now,
		    const char *object, struct mb_err *e)
{
	if (take_token(&g->access_token, reply, "access_token", object, e) < 0 ||
	    take_token(&g->refresh_token, reply, "refresh_token", object, e) < 0 ||
	    take_text(g->scope, sizeof(g->scope), reply, "scope", object, e) < 0 ||
	    take_text(g->token_type, sizeof(g->token_type), reply, "token_type",
		      object, e) < 0)
		return -1;
	if (g->token_type[0] && strcasecmp(g->token_type, "Bearer") != 0)
		return bad(e, object, "token_type",
			   "is not Bearer, mail servers accept nothing else");
	if (g->refresh_token.len == 0) {
		mb_fail(e, MB_E_NO_REFRESH_TOKEN, object,
			"has no refresh_token, the login would end with the access token; nothing saved");
		return mb_remedy(e, "ask for offline access where the token was made (offline_access, or access_type=offline at Google)");
	}
	return take_expiry(g, reply, now, object, e);
}

static bool binary(const struct mb_secret *text)
{
	for (size_t i = 0; i < text->len; i++)
		if ((unsigned char)text->data[i] > 0x7e ||
		    ((unsigned char)text->data[i] < 0x20 &&
		     !memchr("\t\r\n", text->data[i], 3)))
			return true;
	return false;
}

/* Files of other programs that hold no token that can be read. */
static void not_json(const struct mb_secret *text, struct mb_err *e)
{
	static const char pgp[] = "-----BEGIN PGP MESSAGE";
	size_t n = sizeof(pgp) - 1;

	if (text->len > n && memcmp(text->data, pgp, n) == 0)
		mb_remedy(e, "it is encrypted (mutt_oauth2.py): gpg -d FILE | "
			  "mailbearer enroll ADDRESS --import -");
	else if (text->len > 0 && (text->data[0] == '[' ||
				   text->data[0] == '#'))
		mb_remedy(e, "email-oauth2-proxy's tokens are encrypted with "
			  "the mailbox's password; sign in: mailbearer enroll "
			  "ADDRESS");
	else if (text->len > 0 && binary(text))
		mb_remedy(e, "what \"pizauth dump\" writes only pizauth can "
			  "read; sign in: mailbearer enroll ADDRESS");
	else
		mb_remedy(e, "give the token endpoint's JSON reply as it came");
}

int mb_import_parse(struct mb_grant *g, const struct mb_secret *json,
		    int64_t now, const char *object, struct mb_err *e)
{
	struct mb_grant out = { 0 };
	json_t *reply = NULL;
	json_error_t where;
	int ret = -1;

	if (json->len > MB_IMPORT_MAX) {
		mb_fail(e, MB_E_TOO_LARGE, object,
			"has more than 64 KiB, a token response is expected");
		mb_remedy(e, "give the token endpoint's JSON reply as it came");
		goto out;
	}
	reply = mb_json_read(json, JSON_REJECT_DUPLICATES, &where);
	if (!reply) {
		/* where.text quotes the input, tokens included: not shown. */
		mb_fail(e, MB_E_BAD_TOKEN, object,
			json_error_code(&where) == json_error_duplicate_key ?
			"line %d, column %d: the same member twice" :
			"line %d, column %d: this is not JSON",
			where.line, where.column);
		not_json(json, e);
		goto out;
	}
	if (!json_is_object(reply)) {
		bad(e, object, "the reply", "is not a JSON object");
		goto out;
	}
	if (take_all(&out, reply, now, object, e) < 0)
		goto out;
	mb_grant_clear(g);
	*g = out;
	out = (struct mb_grant){ 0 };
	ret = 0;
out:
	json_decref(reply);
	mb_grant_clear(&out);
	return ret;
}

void mb_import_client_id(const struct mb_secret *json, char *client_id,
			 size_t size)
{
	json_t *reply = mb_json_read(json, JSON_REJECT_DUPLICATES, NULL);
	struct mb_err ignored = { 0 };

	client_id[0] = '\0';
	if (json_is_object(reply) &&
	    take_text(client_id, size, reply, "client_id", "", &ignored) < 0)
		client_id[0] = '\0';
	json_decref(reply);
}
