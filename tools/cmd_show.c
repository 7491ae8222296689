/* SPDX-License-Identifier: BSD-2-Clause */
#include "config.h"

#include <stdio.h>
#include <string.h>

#include "lib/credfile.h"
#include "lib/escape.h"
#include "lib/token.h"
#include "lib/rules.h"
#include "tools/accounts.h"
#include "tools/change.h"
#include "tools/expiry.h"
#include "tools/fields.h"
#include "tools/input.h"
#include "tools/out.h"
#include "tools/records.h"
#include "tools/store_pick.h"
#include "tools/verbs.h"

static void text(struct mb_tool *t, const char *member, const char *value)
{
	char shown[2100];

	mb_out_set_str(t, member, value);
	if (!*value)
		return;
	(void)mb_escape(shown, sizeof(shown), value, strlen(value));
	mb_out_line(t, "%-24s %s", member, shown);
}

static void secret(struct mb_tool *t, const char *member,
		   const struct mb_secret *value)
{
	char shown[80];

	if (mb_opts_has(&t->opts, "secrets"))
		mb_out_secret(t, member, value);
	else
		text(t, member, mb_input_redact(value, shown));
}

static void when(struct mb_tool *t, const char *member, int64_t at)
{
	char point[40], span[40];

	mb_out_set_int(t, member, at);
	if (at > 0)
		mb_out_line(t, "%-24s %s (%s)", member,
			    mb_out_time(at, point),
			    mb_out_span(at, mb_now(), span));
}

static void number(struct mb_tool *t, const char *member, int64_t n)
{
	mb_out_set_int(t, member, n);
	mb_out_line(t, "%-24s %lld", member, (long long)n);
}

/* ---- a client credential ---- */

/* A command, as a shell would have it written. */
static void lines(struct mb_tool *t, const char *member,
		  const struct mb_secret *words)
{
	const char *p = mb_secret_str(words);
	char all[MB_COMMAND_MAX + 1] = "";
	size_t i;

	for (i = 0; p[i] && i < MB_COMMAND_MAX; i++)
		all[i] = p[i] == '\n' ? ' ' : p[i];
	text(t, member, all);
}

static void field(struct mb_tool *t, const struct mb_field *f,
		  const struct mb_credential *c)
{
	const char *at = (const char *)c + f->offset;
	const struct mb_secret *block = (const void *)at;

	switch (f->kind) {
	case MB_FIELD_TEXT:
	case MB_FIELD_WORDS:
		text(t, f->name, at);
		break;
	case MB_FIELD_CHOICE:
		text(t, f->name, mb_fields_choice(f, c));
		break;
	case MB_FIELD_LINES:
		lines(t, f->name, block);
		break;
	case MB_FIELD_KEY:
		if (block->len)
			secret(t, f->name, block);
		break;
	case MB_FIELD_SECRET:
		if (c->client_secret.len)
			secret(t, f->name, &c->client_secret);
		else
			text(t, f->name, "none");
		break;
	case MB_FIELD_PEM:
		if (block->len)
			text(t, f->name, "certificates of its own");
		break;
	}
}

static int show_credential(struct mb_tool *t, const char *name,
			   struct mb_err *e)
{
	struct mb_credfile file = { 0 };
	const struct mb_credential *c;
	const struct mb_field *f;
	int ret = -1;

	if (mb_pick_store(t, MB_PICK_LOOK, e) < 0 ||
	    mb_change_look(t, &file, e) < 0)
		goto out;
	c = mb_credfile_find(&file, name);
	if (!c) {
		(void)mb_change_unknown(t, name, e);
		goto out;
	}
	text(t, "name", c->name);
	for (f = mb_fields; f->name; f++)
		field(t, f, c);
	mb_expiry_note(t, c, mb_now());
	ret = 0;
out:
	mb_credfile_clear(&file);
	return ret;
}

/* ---- an account ---- */

static void provider_of(struct mb_tool *t, const struct mb_credfile *file,
			const char *credential)
{
	const struct mb_credential *c = mb_credfile_find(file, credential);

	text(t, "provider", c ? c->provider : "");
}

/* In the pause after a refresh that did not help, too. */
static void refused(struct mb_tool *t, const struct mb_record *r)
{
	if (mb_token_refused_now(r, 0, mb_now()))
		text(t, "refused", "by a mail server; the next use refreshes");
	else if (r->refused_generation &&
		 r->refused_generation == r->generation)
		text(t, "refused", "by a mail server, like the one before; "
		     "run: mailbearer explain token-refused");
}

/* In seconds since it came or was used: what a provider's limit of idle days
 * counts from. */
static void refresh_token_age(struct mb_tool *t, const struct mb_record *r)
{
	int64_t used = r->refreshed_at > r->enrolled_at ? r->refreshed_at :
							  r->enrolled_at;
	int64_t now = mb_now();
	char span[40];

	if (used <= 0 || !r->refresh_token.len)
		return;
	mb_out_set_int(t, "refresh_token_age", now > used ? now - used : 0);
	mb_out_line(t, "%-24s used %s", "refresh_token_age",
		    mb_out_span(used, now, span));
}

static void account(struct mb_tool *t, const struct mb_credfile *file,
		    const struct mb_record *r)
{
	text(t, "account", r->account);
	if (r->token_of[0]) {
		text(t, "token_of", r->token_of);
		text(t, "state", mb_accounts_word(MB_STATE_OK));
		return;
	}
	text(t, "state", mb_accounts_word(mb_accounts_state(r, mb_now())));
	text(t, "credential", r->credential);
	provider_of(t, file, r->credential);
	text(t, "grant", r->grant);
	secret(t, "access_token", &r->access_token);
	secret(t, "refresh_token", &r->refresh_token);
	when(t, "expires_at", r->expires_at);
	text(t, "scope", r->scope);
	text(t, "hosts", r->hosts);
	number(t, "generation", r->generation);
	when(t, "obtained_at", r->obtained_at);
	when(t, "enrolled_at", r->enrolled_at);
	when(t, "refreshed_at", r->refreshed_at);
	refresh_token_age(t, r);
	refused(t, r);
	text(t, "error_class", r->error_class);
	text(t, "error", r->error_id);
	text(t, "error_text", r->error_text);
	when(t, "next_attempt", r->next_attempt);
	if (r->attempts)
		number(t, "attempts", r->attempts);
}

/* Served by a rule, and no token has been fetched for it; or none ever is. */
static void ruled(struct mb_tool *t, const struct mb_credfile *file,
		  const char *address, const struct mb_rule_match *m)
{
	enum mb_grant_type grant;

	text(t, "account", address);
	text(t, "rule", m->pattern);
	text(t, "credential", m->credential);
	provider_of(t, file, m->credential);
	text(t, "grant", m->grant);
	text(t, "access_token", mb_grant_type_find(m->grant, &grant) &&
	     !mb_grant_kind(grant)->keeps_token ?
	     "what the mail program hands over as password" :
	     "none yet, the first use fetches one");
	text(t, "hosts", m->hosts);
}

static int show_account(struct mb_tool *t, const char *address,
			struct mb_err *e)
{
	char id[MB_RECORD_ID_LEN + 1];
	struct mb_credfile file = { 0 };
	struct mb_rule_match m;
	struct mb_record r;
	int ret = -1;

	memset(&r, 0, sizeof(r));
	if (mb_pick_store(t, MB_PICK_LOOK, e) < 0 ||
	    mb_change_look(t, &file, e) < 0 || mb_pick_drop(t, e) < 0 ||
	    mb_records_where(t, address, id, e) < 0)
		goto out;
	ret = mb_store_read(t->store, id, &r, NULL, e);
	if (ret == 0 && mb_records_rule(t, address, &m, NULL) > 0) {
		ruled(t, &file, address, &m);
	} else if (ret == 0) {
		ret = mb_records_unknown(t, address, e);
	} else if (ret > 0) {
		account(t, &file, &r);
		ret = 0;
	}
out:
	mb_record_clear(&r);
	mb_credfile_clear(&file);
	return ret;
}

static int run(struct mb_tool *t, struct mb_err *e)
{
	const char *word;

	if (mb_opts_operands(&t->opts, 1, 1, "NAME or ADDRESS", e) < 0)
		return -1;
	word = t->opts.operands[0];
	return mb_is_address(word) || mb_rules_is_pattern(word) ? show_account(t, word, e) :
				     show_credential(t, word, e);
}

static const struct mb_opt options[] = {
	{ "secrets", NULL, "print secrets and tokens in full", 0 },
	{ NULL, NULL, NULL, 0 },
};

const struct mb_verb mb_verb_show = {
	.name = "show",
	.operands = "NAME|ADDRESS",
	.summary = "show a client credential or an account",
	.opts = options,
	.run = run,
};
