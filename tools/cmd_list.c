/* SPDX-License-Identifier: BSD-2-Clause */
#include "config.h"

#include <stdio.h>
#include <string.h>

#include "lib/credfile.h"
#include "lib/paths.h"
#include "lib/provider.h"
#include "tools/accounts.h"
#include "tools/change.h"
#include "tools/expiry.h"
#include "tools/out.h"
#include "tools/store_pick.h"
#include "tools/table.h"
#include "tools/verbs.h"

static json_t *account_json(const struct mb_account *a)
{
	return json_pack("{s:s, s:s, s:s, s:s, s:b, s:I, s:I, s:I, s:I, s:I, "
			 "s:I, s:s, s:s, s:s}",
			 "account", a->address, "credential", a->credential,
			 "token_of", a->token_of,
			 "state", mb_accounts_word(a->state),
			 "refused", a->refused,
			 "expires_at", (json_int_t)a->expires_at,
			 "refreshed_at", (json_int_t)a->refreshed_at,
			 "enrolled_at", (json_int_t)a->enrolled_at,
			 "generation", (json_int_t)a->generation,
			 "next_attempt", (json_int_t)a->next_attempt,
			 "attempts", (json_int_t)a->attempts,
			 "error_class", a->error_class,
			 "error", a->error_id,
			 "cause", a->cause);
}

static void state_cell(const struct mb_account *a, int64_t now, char *out,
		       size_t size)
{
	const char *word = mb_accounts_word(a->state);
	char span[40];

	if (a->token_of[0])
		(void)snprintf(out, size, "token of %s", a->token_of);
	else if (a->state == MB_STATE_RETRYING && a->next_attempt > now)
		(void)snprintf(out, size, "%s %s", word,
			       mb_out_span(a->next_attempt, now, span));
	else
		(void)snprintf(out, size, "%s", word);
}

/* The cells of an account, for one of the two passes over all of them. */
static void account_row(struct mb_tool *t, struct mb_table_rows *rows,
			const struct mb_account *a, int64_t now, bool print)
{
	char expires[40] = "-", signed_in[40] = "-";
	char state[MB_ADDRESS_MAX + 32];
	const char *cells[5] = { a->address, a->credential, state, expires,
				 signed_in };

	state_cell(a, now, state, sizeof(state));
	if (a->expires_at)
		(void)mb_out_span(a->expires_at, now, expires);
	if (a->rule_id[0])
		(void)snprintf(signed_in, sizeof(signed_in), "by a rule");
	else if (a->enrolled_at)
		(void)mb_out_span(a->enrolled_at, now, signed_in);
	if (print)
		mb_table_line(t, rows, cells, false);
	else
		mb_table_widen(rows, cells);
}

static void print_accounts(struct mb_tool *t, const struct mb_accounts *a)
{
	static const char *const head[] = { "ACCOUNT", "CREDENTIAL", "STATE",
					    "TOKEN EXPIRES", "SIGNED IN" };
	struct mb_table_rows rows = { .ncolumns = 5, .state = 2 };
	int64_t now = mb_now();
	size_t i;

	mb_table_widen(&rows, head);
	for (i = 0; i < a->n; i++)
		account_row(t, &rows, &a->list[i], now, false);
	mb_table_line(t, &rows, head, true);
	for (i = 0; i < a->n; i++)
		account_row(t, &rows, &a->list[i], now, true);
}

static int print_accounts_json(struct mb_tool *t, const struct mb_accounts *a,
			       struct mb_err *e)
{
	size_t i;

	mb_out_list(t, "accounts");
	for (i = 0; i < a->n; i++)
		if (mb_out_item(t, account_json(&a->list[i]), e) < 0)
			return -1;
	return 0;
}

static int list_accounts(struct mb_tool *t, struct mb_err *e)
{
	struct mb_accounts a = { 0 };
	int ret = -1;
	size_t i;

	if (mb_pick_store(t, MB_PICK_LOOK, e) < 0 || mb_pick_drop(t, e) < 0 ||
	    mb_accounts_read(t, &a, e) < 0)
		goto out;
	if (!t->json)
		print_accounts(t, &a);
	else if (print_accounts_json(t, &a, e) < 0)
		goto out;
	for (i = 0; i < a.n; i++)
		if (a.list[i].cause[0] && a.list[i].state != MB_STATE_OK)
			mb_out_note("%s: %s", a.list[i].address,
				    a.list[i].cause);
	ret = 0;
out:
	mb_accounts_clear(&a);
	return ret;
}

static size_t count_users(const struct mb_accounts *a, const char *name)
{
	size_t i, n = 0;

	for (i = 0; i < a->n; i++)
		n += !strcmp(a->list[i].credential, name);
	return n;
}

/* What it proves itself with. */
static const char *proof(const struct mb_credential *c)
{
	if (c->client_secret.len)
		return "yes";
	if (c->private_key.len)
		return "key";
	return mb_grant_kind(c->grant)->needs_endpoint ? "public" : "-";
}

static int credential_row(struct mb_tool *t, struct mb_table *table,
			  json_t *array, const struct mb_credential *c,
			  size_t users, struct mb_err *e)
{
	char count[24];
	const char *cells[5] = { c->name, c->provider, c->client_id,
				 proof(c),
				 count };

	if (t->json)
		(void)json_array_append_new(array, json_pack(
			"{s:s, s:s, s:s, s:b, s:I, s:I}", "name", c->name,
			"provider", c->provider, "client_id", c->client_id,
			"public", !strcmp(proof(c), "public"), "accounts",
			(json_int_t)users, "secret_expires_at",
			(json_int_t)mb_expiry_at(c)));
	(void)snprintf(count, sizeof(count), "%zu", users);
	return mb_table_row(table, cells, e);
}

static int list_credentials(struct mb_tool *t, struct mb_err *e)
{
	static const char *const head[] = { "NAME", "PROVIDER", "CLIENT ID",
					    "SECRET", "ACCOUNTS" };
	struct mb_table table = { .ncolumns = 5 };
	json_t *array = t->json ? json_array() : NULL;
	struct mb_credfile file = { 0 };
	struct mb_accounts a = { 0 };
	int ret = -1;
	size_t i;

	if (mb_pick_store(t, MB_PICK_LOOK, e) < 0 ||
	    mb_change_look(t, &file, e) < 0 || mb_pick_drop(t, e) < 0 ||
	    mb_accounts_read(t, &a, e) < 0 ||
	    mb_table_row(&table, head, e) < 0)
		goto out;
	for (i = 0; i < file.ncredentials; i++) {
		const struct mb_credential *c = &file.credentials[i];

		if (credential_row(t, &table, array, c,
				   count_users(&a, c->name), e) < 0)
			goto out;
	}
	mb_out_set(t, "credentials", json_incref(array));
	mb_table_print(t, &table, MB_TABLE_COLUMNS);
	for (i = 0; i < file.ncredentials; i++)
		mb_expiry_note(t, &file.credentials[i], mb_now());
	ret = 0;
out:
	json_decref(array);
	mb_table_clear(&table);
	mb_credfile_clear(&file);
	mb_accounts_clear(&a);
	return ret;
}

static const char *grant_of(const struct mb_credfile *file,
			    const struct mb_rule *r)
{
	return mb_grant_kind(mb_credfile_find(file,
					      r->credential)->grant)->name;
}

static int list_rules(struct mb_tool *t, struct mb_err *e)
{
	static const char *const head[] = { "RULE", "CREDENTIAL", "GRANT" };
	struct mb_table table = { .ncolumns = 3 };
	json_t *array = t->json ? json_array() : NULL;
	struct mb_credfile file = { 0 };
	int ret = -1;
	size_t i;

	if (mb_pick_store(t, MB_PICK_LOOK, e) < 0 ||
	    mb_change_look(t, &file, e) < 0 ||
	    mb_table_row(&table, head, e) < 0)
		goto out;
	for (i = 0; i < file.nrules; i++) {
		const struct mb_rule *r = &file.rules[i];
		const char *cells[3] = { r->user, r->credential,
					 grant_of(&file, r) };

		if (t->json)
			(void)json_array_append_new(array, json_pack(
				"{s:s, s:s, s:s}", "user", r->user,
				"credential", r->credential, "grant",
				grant_of(&file, r)));
		if (mb_table_row(&table, cells, e) < 0)
			goto out;
	}
	mb_out_set(t, "rules", json_incref(array));
	mb_table_print(t, &table, MB_TABLE_COLUMNS);
	ret = 0;
out:
	json_decref(array);
	mb_table_clear(&table);
	mb_credfile_clear(&file);
	return ret;
}

static int run(struct mb_tool *t, struct mb_err *e)
{
	static const struct {
		const char *name;
		int (*list)(struct mb_tool *t, struct mb_err *e);
	} things[] = {
		{ "accounts", list_accounts },
		{ "credentials", list_credentials },
		{ "providers", mb_list_providers },
		{ "rules", list_rules },
	};
	const char *what = "accounts";
	size_t i;

	if (mb_opts_operands(&t->opts, 0, 1, "accounts, credentials, rules or "
			     "providers", e) < 0)
		return -1;
	if (t->opts.noperands)
		what = t->opts.operands[0];
	for (i = 0; i < sizeof(things) / sizeof(things[0]); i++)
		if (!strcmp(things[i].name, what))
			return things[i].list(t, e);
	return mb_opts_usage(&t->opts, e, "%s: it lists accounts, credentials, "
			     "rules or providers", what);
}

const struct mb_verb mb_verb_list = {
	.name = "list",
	.operands = "[accounts|credentials|rules|providers]",
	.summary = "list what there is and the state it is in",
	.run = run,
};
