/* SPDX-License-Identifier: BSD-2-Clause */
#include "config.h"

#include "lib/oauth_error.h"

#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "lib/outcome.h"

enum { DAY = 86400, LONG_WORD = 24 };

/* What all the helpers below look at. */
struct refusal {
	const struct mb_oauth_asked *asked;
	const struct mb_oauth_failure *f;
	const struct mb_code *row;
	const struct mb_code *code;	/* NULL: none, or not known */
	char why[300];		/* "AADSTS50173: password changed ..." */
	char client[MB_NAME_MAX + 32];
};

static bool contains(const char *text, size_t n, const struct mb_secret *s)
{
	return s && s->len > 0 && memmem(text, n, s->data, s->len) != NULL;
}

bool mb_oauth_repeats(const char *text, size_t n,
		      const struct mb_oauth_asked *asked)
{
	return contains(text, n, asked->secret) ||
	       contains(text, n, &asked->credential->client_secret);
}

void mb_oauth_describe(char *dst, size_t size, const char *text, size_t n,
		       const struct mb_oauth_asked *asked)
{
	size_t at = 0;

	dst[0] = '\0';
	if (mb_oauth_repeats(text, n, asked))
		return;
	for (size_t i = 0; i < n && at + 4 < size; ) {
		size_t word = 0;

		while (i + word < n && !strchr(" \t\r\n:;,\"'()", text[i + word]))
			word++;
		if (word == 0) {
			unsigned char c = (unsigned char)text[i++];

			dst[at++] = c < 0x20 ? ' ' : (char)c;
		} else if (word >= LONG_WORD) {
			memcpy(dst + at, "...", 3);
			at += 3;
			i += word;
		} else if (word < size - at) {
			memcpy(dst + at, text + i, word);
			at += word;
			i += word;
		} else {
			break;
		}
	}
	while (at > 0 && strchr(" .", dst[at - 1]))
		at--;
	dst[at] = '\0';
}

/* 8-4-4-4-12 hexadecimal digits: what Microsoft shows as "Secret ID". */
static bool is_guid(const struct mb_secret *s)
{
	if (s->len != 36)
		return false;
	for (size_t i = 0; i < 36; i++) {
		bool dash = i == 8 || i == 13 || i == 18 || i == 23;

		if (dash ? s->data[i] != '-' :
			   !strchr("0123456789abcdefABCDEF", s->data[i]))
			return false;
	}
	return true;
}

static void explain(struct refusal *r)
{
	const struct mb_oauth_failure *f = r->f;
	const char *words = r->code ? r->code->words : "";
	char name[80];

	if (f->code)
		snprintf(name, sizeof(name), "AADSTS%ld", f->code);
	else if (f->error[0])
		snprintf(name, sizeof(name), "%s", f->error);
	else
		snprintf(name, sizeof(name), "HTTP %ld", f->status);
	/* Where the words make the sentence already, do not say them twice. */
	if (r->row->outcome == MB_OUT_CONFIG)
		words = "";
	else if (!r->code && r->row->words)
		words = r->row->words;
	snprintf(r->why, sizeof(r->why), "%s%s%s", name, *words ? ": " : "",
		 words);
}

static const char *age_of(const struct refusal *r, char *buf, size_t size)
{
	int64_t age = r->asked->age_s;

	buf[0] = '\0';
	if (r->asked->grant != MB_OAUTH_REFRESH || age < 0 || r->f->code)
		return buf;
	if (age >= 2 * DAY)
		snprintf(buf, size, ", %lld days old", (long long)(age / DAY));
	else if (age >= DAY)
		snprintf(buf, size, ", 1 day old");
	else
		snprintf(buf, size, ", less than a day old");
	return buf;
}

/* The refresh tokens of a Google app in "Testing" live seven days. */
static bool smells_of_testing(const struct refusal *r)
{
	return r->asked->grant == MB_OAUTH_REFRESH && !r->row->second &&
	       strcmp(r->asked->credential->provider, "google") == 0 &&
	       r->asked->age_s >= 13 * DAY / 2 && r->asked->age_s < 30 * DAY;
}

static void sign_in_needed(const struct refusal *r, struct mb_err *e)
{
	const char *account = r->asked->account;
	enum mb_advice advice = r->code ? r->code->advice : r->row->advice;
	bool refresh = r->asked->grant == MB_OAUTH_REFRESH;
	char age[48];

	mb_fail(e, MB_E_SIGN_IN_NEEDED, account, "%s (%s)%s",
		!refresh ? "sign-in refused" :
		r->row->outcome == MB_OUT_TOKEN_DEAD ? "refresh token refused" :
		"a new sign-in is needed", r->why,
		r->row->outcome == MB_OUT_TOKEN_DEAD ?
		age_of(r, age, sizeof(age)) : "");
	if (advice == MB_ADVICE_ADMIN)
		mb_remedy(e, "ask the administrator of the organization, then: "
			  "mailbearer enroll %s", account);
	else if (!refresh)
		mb_remedy(e, "start again: mailbearer enroll %s", account);
	else if (smells_of_testing(r))
		mb_remedy(e, "is the Google app in \"Testing\"? publish it, "
			  "then: mailbearer enroll %s", account);
	else
		mb_remedy(e, "its owner signs in again: mailbearer enroll %s",
			  account);
}

static void secret_remedy(const struct refusal *r, struct mb_err *e)
{
	const struct mb_credential *c = r->asked->credential;

	if (!c->client_secret.len)
		mb_remedy(e, "check the client id, and whether a client secret "
			  "is needed: mailbearer set %s "
			  "--client-secret-file -", c->name);
	else if (is_guid(&c->client_secret))
		mb_remedy(e, "copy \"Value\", then: mailbearer set %s "
			  "--client-secret-file -", c->name);
	else
		mb_remedy(e, "copy it anew, then: mailbearer set %s "
			  "--client-secret-file -", c->name);
}

static void config_remedy(const struct refusal *r, const struct mb_code *code,
			  struct mb_err *e)
{
	const struct mb_credential *c = r->asked->credential;
	char next[MB_ERR_REMEDY];

	if (code->advice == MB_ADVICE_SECRET_COPY)
		secret_remedy(r, e);
	else if (code->advice == MB_ADVICE_REDIRECT)
		mb_remedy(e, "register it with the app: mailbearer provider "
			  "show %s", c->provider);
	else
		mb_remedy(e, "%s", mb_code_next(code, r->asked->account,
						c->name, next, sizeof(next)));
}

static void wrong_configuration(const struct refusal *r, struct mb_err *e)
{
	const struct mb_credential *c = r->asked->credential;
	enum mb_advice advice = r->code ? r->code->advice : r->row->advice;
	enum mb_id id = r->code ? r->code->id : MB_E_CLIENT_REFUSED;
	const char *words = r->code ? r->code->words : r->row->words;
	const char *more = "";
	bool tell = !r->code && r->f->description[0];

	if (!r->code && advice == MB_ADVICE_SECRET_COPY &&
	    c->client_secret.len)
		id = MB_E_SECRET_WRONG;
	if (advice == MB_ADVICE_SECRET_COPY && is_guid(&c->client_secret))
		more = ", what is stored looks like a Secret ID";
	mb_fail(e, id, r->client, "%s (%s%s%s)%s", words, r->why,
		tell ? ": " : "", tell ? r->f->description : "", more);
	config_remedy(r, r->code ? r->code : r->row, e);
}

/* Nobody signs in: whatever is wrong, it is wrong with the app. */
static void app_refused(const struct refusal *r, struct mb_err *e)
{
	const struct mb_credential *c = r->asked->credential;
	const char *said = r->f->description;

	mb_fail(e, MB_E_CLIENT_REFUSED, r->client, "refused for %s (%s%s%s)",
		r->asked->account, r->why, *said ? ": " : "", said);
	if (c->grant == MB_GRANT_JWT_BEARER)
		mb_remedy(e, "does the mailbox exist, and is the service "
			  "account allowed domain-wide delegation for the "
			  "scope? mailbearer show %s", c->name);
	else
		mb_remedy(e, "check the app's permissions and consent: "
			  "mailbearer show %s", c->name);
}

static void try_later(const struct refusal *r, int64_t retry_after,
		      struct mb_err *e)
{
	const struct mb_oauth_failure *f = r->f;
	bool busy = mb_outcome_status_is_transient(f->status) || r->row->name;
	bool tell = !r->row->name && f->error[0] && f->description[0];

	mb_fail(e, busy ? MB_E_PROVIDER_BUSY : MB_E_REPLY_BAD,
		r->asked->account, "the token endpoint answers HTTP %ld%s%s%s%s"
		"%s", f->status, f->error[0] ? " (" : "", f->error,
		tell ? ": " : "", tell ? f->description : "",
		f->error[0] ? ")" : "");
	if (r->asked->grant == MB_OAUTH_CODE)
		mb_remedy(e, "try again: mailbearer enroll %s",
			  r->asked->account);
	else if (retry_after > 0)
		mb_remedy(e, "the provider asks to wait %lld seconds",
			  (long long)retry_after);
	else
		mb_remedy(e, "it is tried again by itself");
}

enum mb_outcome mb_oauth_refused(const struct mb_oauth_asked *asked,
				 const struct mb_oauth_failure *f,
				 int64_t retry_after, struct mb_err *e)
{
	struct refusal r = { .asked = asked, .f = f };
	bool later = mb_outcome_status_is_transient(f->status);

	r.row = mb_outcome_of_error(f->error, f->subtype);
	if (later || r.row->outcome == MB_OUT_TRANSIENT) {
		try_later(&r, retry_after, e);
		return MB_OUT_TRANSIENT;
	}
	/* Words follow the number, as far as it is of the error's own kind. */
	r.code = mb_outcome_of_code(f->code);
	if (r.code && (r.code->outcome == MB_OUT_CONFIG) !=
		      (r.row->outcome == MB_OUT_CONFIG))
		r.code = NULL;
	snprintf(r.client, sizeof(r.client), "client credential %s",
		 asked->credential->name);
	explain(&r);
	if (asked->grant == MB_OAUTH_APP && !r.code &&
	    (r.row->outcome != MB_OUT_CONFIG ||
	     asked->credential->grant == MB_GRANT_JWT_BEARER)) {
		app_refused(&r, e);
		return MB_OUT_CONFIG;
	}
	if (r.row->outcome == MB_OUT_CONFIG)
		wrong_configuration(&r, e);
	else
		sign_in_needed(&r, e);
	return asked->grant == MB_OAUTH_APP ? MB_OUT_CONFIG : r.row->outcome;
}
