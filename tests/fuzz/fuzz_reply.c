/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The token endpoint's reply.  Input: one byte that chooses the HTTP status,
 * one that says what was asked, then the body.
 */
#include "config.h"

#include <jansson.h>
#include <stdio.h>
#include <string.h>

#include "lib/oauth.h"
#include "lib/outcome.h"
#include "lib/record.h"
#include "lib/record_members.h"
#include "tests/fuzz/fuzz.h"

static const long statuses[] = {
	200, 400, 401, 403, 429, 500, 503, 302, 204, 408, 404, 100, 0, 999,
};

enum { STATUSES = sizeof(statuses) / sizeof(statuses[0]) };

static const char sent[] = "sent-refresh-token-f00d";
static const char client_secret[] = "client-secret-c0ffee";
static const char guid[] = "01234567-89ab-cdef-0123-456789abcdef";
static const int64_t now = 1764000000;

static bool token_good(const struct mb_secret *t)
{
	return t->len == 0 || mb_token_valid(t->data, t->len);
}

/* Read by jansson alone: what a reply that nobody can doubt says. */
static void check_lost(const struct mb_http_reply *reply,
		       const struct mb_grant *g)
{
	json_t *root = json_loadb(mb_secret_str(&reply->body), reply->body.len,
				  JSON_REJECT_DUPLICATES, NULL);
	const json_t *token = json_object_get(root, "refresh_token");
	const char *s = json_string_value(token);
	size_t n = json_string_length(token);

	if (reply->status >= 200 && reply->status < 300 && s &&
	    mb_token_valid(s, n) && !json_object_get(root, "error"))
		fuzz_check(g->refresh_token.len == n &&
			   memcmp(g->refresh_token.data, s, n) == 0);
	json_decref(root);
}

static void check_granted(const struct mb_http_reply *reply,
			  const struct mb_grant *g, const struct mb_err *e)
{
	fuzz_check(e->id == MB_E_NONE);
	fuzz_check(reply->status >= 200 && reply->status < 300);
	fuzz_check(g->access_token.len > 0 && token_good(&g->access_token));
	fuzz_check(token_good(&g->id_token));
	fuzz_check(g->expires_at > now &&
		   g->expires_at <= now + MB_OAUTH_LIFETIME_MAX);
	fuzz_check(mb_record_text_valid(g->scope, strlen(g->scope)) ||
		   !g->scope[0]);
	fuzz_check(fuzz_printable(g->scope) && fuzz_printable(g->token_type));
}

static void check_refused(const struct mb_credential *c,
			  const struct mb_grant *g, const struct mb_err *e)
{
	fuzz_check(g->access_token.len == 0 && g->id_token.len == 0);
	fuzz_check(g->expires_at == 0);
	fuzz_check_err(e);
	fuzz_check_kept(e, sent);
	if (c->client_secret.len)
		fuzz_check_kept(e, mb_secret_str(&c->client_secret));
	fuzz_check(strstr(e->object, "a@x.org") || strstr(e->object, "work"));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct mb_credential c;
	struct fuzz_in in = fuzz_of(data, size);
	struct mb_http_reply reply = { 0 };
	unsigned int how;
	struct mb_secret token = { 0 };
	struct mb_grant g = { .scope = "stale", .retry_after = 77 };
	struct mb_err e = { 0 };
	struct mb_oauth_asked asked = { .credential = &c, .account = "a@x.org",
					.secret = &token, .now = now };
	enum mb_outcome outcome;

	reply.status = statuses[fuzz_byte(&in) % STATUSES];
	how = fuzz_byte(&in);
	(void)snprintf(c.name, sizeof(c.name), "work");
	(void)snprintf(c.provider, sizeof(c.provider), "%s",
		       how & 1 ? "google" : "microsoft");
	fuzz_check(mb_secret_append_str(&c.client_secret, how & 2 ? guid :
					how & 4 ? client_secret : "") == 0);
	fuzz_check(mb_secret_append_str(&token, sent) == 0);
	asked.grant = how & 8 ? MB_OAUTH_CODE : MB_OAUTH_REFRESH;
	asked.age_s = how & 16 ? 7 * 86400 : how & 32 ? -1 : 86400;
	reply.retry_after = how & 64 ? INT64_MAX : how & 128 ? 30 : 0;
	fuzz_rest(&in, &reply.body);

	outcome = mb_oauth_judge(&asked, &reply, &g, &e);
	fuzz_check(outcome != MB_OUT_NOT_SENT);
	fuzz_check(token_good(&g.refresh_token));
	fuzz_check(g.retry_after >= 0 && g.retry_after <= 86400);
	if (outcome == MB_OUT_GRANTED)
		check_granted(&reply, &g, &e);
	else
		check_refused(&c, &g, &e);
	if (mb_outcome_status_is_transient(reply.status))
		fuzz_check(outcome == MB_OUT_TRANSIENT);
	check_lost(&reply, &g);
	mb_grant_clear(&g);
	mb_http_reply_clear(&reply);
	mb_secret_clear(&token);
	mb_secret_clear(&c.client_secret);
	return 0;
}
