/* SPDX-License-Identifier: BSD-2-Clause */
/* explain: from an account's record or a line of a log to words. */
#include "config.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>

#include "lib/escape.h"
#include "tools/accounts.h"
#include "tools/explain.h"
#include "tools/login_words.h"
#include "tools/out.h"
#include "tools/records.h"
#include "tools/store_pick.h"

enum { CHALLENGE_MAX = 2048 };

static void say_code(struct mb_tool *t, const struct mb_code *c)
{
	const char *words = c->words ? c->words : "";
	char line[256];

	(void)snprintf(line, sizeof(line), "%s%s%s%s%s",
		       c->from == MB_CODE_SASL ? "status " : "", c->name,
		       c->second && c->from == MB_CODE_ERROR ? ", " : "",
		       c->second && c->from == MB_CODE_ERROR ? c->second : "",
		       *words ? ":" : "");
	mb_explain_wrap(t, line);
	if (*words)
		mb_out_line(t, "  %s", words);
	if (c->text)
		mb_explain_wrap(t, c->text);
	mb_out_set_str(t, "code", c->name);
	mb_out_set_str(t, "words", words);
	if (c->text)
		mb_out_set_str(t, "details", c->text);
}

void mb_explain_say(struct mb_tool *t, const struct mb_explain *x)
{
	char next[MB_ERR_REMEDY] = "";
	enum mb_turn turn;

	if (x->code)
		say_code(t, x->code);
	if (x->id != MB_E_NONE) {
		if (x->code)
			mb_out_line(t, "%s", "");
		mb_explain_wrap(t, mb_explain_text(x->id));
		mb_out_set_str(t, "id", mb_message(x->id)->name);
		mb_out_set_str(t, "text", mb_explain_text(x->id));
	}
	turn = x->code ? mb_code_turn(x->code) : mb_message(x->id)->turn;
	if (x->remedy && *x->remedy)
		(void)snprintf(next, sizeof(next), "%s", x->remedy);
	else if (x->code)
		(void)mb_code_next(x->code, x->account, x->credential, next,
				   sizeof(next));
	mb_out_line(t, "Whose turn: %s.", mb_explain_turn(turn));
	mb_out_set_str(t, "whose_turn", mb_out_turn(turn));
	if (!*next)
		return;
	mb_out_line(t, "Next: %s", mb_out_command(t, next, sizeof(next)));
	mb_out_set_str(t, "next", next);
}

/* ---- an account ---- */

static void say_well(struct mb_tool *t, const struct mb_account *a)
{
	char until[40];

	if (a->token_of[0])
		mb_out_line(t, "%s uses the token of %s: mailbearer explain %s",
			    a->address, a->token_of, a->token_of);
	else if (a->refused)
		mb_out_line(t, "%s: a mail server refused its access token; the next use fetches a new one",
			    a->address);
	else if (a->fresh)
		mb_out_line(t, "%s: nothing is wrong, access token until %s",
			    a->address, mb_out_time(a->expires_at, until));
	else
		mb_out_line(t, "%s: nothing is wrong, the next use fetches an access token",
			    a->address);
}

/* The failure as it was said; in a record cause and remedy are one text. */
static void recall(const struct mb_account *a, struct mb_err *e)
{
	const char *remedy = strstr(a->cause, "; ");
	size_t n = remedy ? (size_t)(remedy - a->cause) : strlen(a->cause);
	enum mb_id id = mb_explain_id(a->error_id, strlen(a->error_id));
	char object[MB_NAME_MAX + 32];

	if (id == MB_E_NONE)
		id = a->state == MB_STATE_BROKEN ? a->id : MB_E_REFRESH_REFUSED;
	(void)snprintf(object, sizeof(object), "client credential %s",
		       a->credential);
	(void)mb_fail(e, id, a->state == MB_STATE_CONFIG ? object : a->address,
		      "%.*s", (int)n, a->cause);
	(void)mb_remedy(e, "%s", remedy ? remedy + 2 : a->remedy);
}

static void say_failure(struct mb_tool *t, const struct mb_account *a)
{
	struct mb_explain x = { .account = a->address,
				.credential = a->credential };
	struct mb_err e = { 0 };
	char line[MB_ERR_LINE], when[40], span[40];

	recall(a, &e);
	mb_out_line(t, "%s", mb_out_error_line(t, &e, line));
	if (a->next_attempt > mb_now() && a->state == MB_STATE_RETRYING)
		mb_out_line(t, "It is tried again %s (%s).",
			    mb_out_span(a->next_attempt, mb_now(), span),
			    mb_out_time(a->next_attempt, when));
	mb_out_line(t, "%s", "");
	x.id = e.id;
	x.code = mb_codes_of(&e);
	x.remedy = e.remedy;
	mb_out_set(t, "error", mb_out_error_json(t, &e));
	mb_explain_say(t, &x);
}

/* 0: a rule serves it, and there is no token on which to judge. */
static int say_ruled(struct mb_tool *t, const char *address)
{
	enum mb_grant_type grant = MB_GRANT_CODE;
	struct mb_rule_match m;

	if (mb_records_rule(t, address, &m, NULL) <= 0)
		return -1;
	(void)mb_grant_type_find(m.grant, &grant);
	mb_out_set_str(t, "account", address);
	mb_out_set_str(t, "rule", m.pattern);
	mb_out_line(t, "%s: nothing is wrong here, the rule %s (client credential %s) serves it; %s",
		    address, m.pattern, m.credential,
		    mb_grant_kind(grant)->keeps_token ?
		    "the next use fetches an access token" :
		    "the token is what the mail program hands over as password");
	return 0;
}

int mb_explain_account(struct mb_tool *t, const char *address,
		       struct mb_err *e)
{
	struct mb_account a = { 0 };

	if (mb_pick_store(t, MB_PICK_LOOK, e) < 0 || mb_pick_drop(t, e) < 0)
		return -1;
	if (mb_accounts_look(t, address, &a, e) < 0)
		return e->id == MB_E_NOT_ENROLLED ? say_ruled(t, address) : -1;
	mb_out_set_str(t, "account", a.address);
	mb_out_set_str(t, "state", mb_accounts_word(a.state));
	if (a.error_class[0] || a.state == MB_STATE_BROKEN)
		say_failure(t, &a);
	else
		say_well(t, &a);
	mb_accounts_free(&a);
	return 0;
}

/* ---- a line ---- */

/* The id in brackets that ends a message. */
static enum mb_id bracketed(const char *text)
{
	const char *open = strrchr(text, '[');
	const char *close = open ? strchr(open, ']') : NULL;

	return close ? mb_explain_id(open + 1, (size_t)(close - open - 1)) :
		       MB_E_NONE;
}

static bool in_address(char c)
{
	return isalnum((unsigned char)c) || (c && strchr("@.-_+", c));
}

/* The first address in the text. */
static const char *address_in(const char *text, char *buf, size_t size)
{
	const char *at = strchr(text, '@'), *from = at, *to = at;

	if (!at)
		return NULL;
	while (from > text && in_address(from[-1]))
		from--;
	while (in_address(*to))
		to++;
	while (to > at && to[-1] == '.')
		to--;
	if (from == at || to == at + 1 || (size_t)(to - from) >= size)
		return NULL;
	memcpy(buf, from, (size_t)(to - from));
	buf[to - from] = '\0';
	return buf;
}

int mb_explain_line(struct mb_tool *t, const char *text, struct mb_err *e)
{
	char challenge[CHALLENGE_MAX], address[MB_ADDRESS_MAX + 1];
	size_t n = mb_login_challenge(text, challenge, sizeof(challenge));
	struct mb_explain x = { .id = bracketed(text) };
	char shown[160];

	if (n)
		x.code = mb_codes_in(challenge, n);
	if (!x.code)
		x.code = mb_codes_in(text, strlen(text));
	if (x.id == MB_E_NONE && !x.code) {
		(void)mb_escape(shown, sizeof(shown), text, strlen(text));
		(void)mb_fail(e, MB_E_USAGE, shown,
			      "is neither an id, nor an account, nor a text that is known");
		return mb_remedy(e, "give the word in brackets at a message's end, or the server's own words; mailbearer explain lists the ids");
	}
	x.account = address_in(text, address, sizeof(address));
	mb_explain_say(t, &x);
	return 0;
}
