/* SPDX-License-Identifier: BSD-2-Clause */
#include "config.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/rules.h"
#include "tools/import_store.h"
#include "tools/out.h"
#include "tools/records.h"

/* ---- client credentials and rules ---- */

static int differs(const char *what, const char *name, struct mb_err *e)
{
	char object[MB_ADDRESS_MAX + 64];

	(void)snprintf(object, sizeof(object), "%s %s", what, name);
	(void)mb_fail(e, MB_E_EXISTS, object, " is here already and differs; "
		      "nothing was imported");
	return mb_remedy(e, "to take over the file's: --replace");
}

static int put_credential(struct mb_secret *text,
			  const struct mb_credfile *now,
			  const struct mb_credential *c, bool replace,
			  struct mb_err *e)
{
	const struct mb_credential *have = mb_credfile_find(now, c->name);

	if (!have)
		return mb_credfile_add(text, c, e);
	if (mb_credential_diff(have, c, NULL, 0) == 0)
		return 0;
	if (!replace)
		return differs("client credential", c->name, e);
	return mb_credfile_replace(text, c->name, c, e);
}

static int put_rules(struct mb_secret *text, const struct mb_credfile *now,
		     const struct mb_credfile *from, bool replace,
		     struct mb_err *e)
{
	struct mb_rule *all = calloc(now->nrules + from->nrules + 1,
				     sizeof(*all));
	size_t i, j, n = now->nrules;
	bool changed = false;
	int ret = -1;

	if (!all)
		return mb_fail(e, MB_E_NOMEM, "rules", "out of memory");
	if (n)
		memcpy(all, now->rules, n * sizeof(*all));
	for (i = 0; i < from->nrules; i++) {
		for (j = 0; j < n; j++)
			if (!strcmp(all[j].user, from->rules[i].user))
				break;
		if (j < n && !strcmp(all[j].credential,
				     from->rules[i].credential))
			continue;
		if (j < n && !replace) {
			(void)differs("rule", all[j].user, e);
			goto out;
		}
		all[j] = from->rules[i];
		n += j == n;
		changed = true;
	}
	ret = changed ? mb_credfile_set_rules(text, all, n, e) : 0;
out:
	free(all);
	return ret;
}

int mb_import_credentials(struct mb_secret *text, const struct mb_credfile *now,
			  const struct mb_secret *original,
			  const struct mb_credfile *from, bool replace,
			  struct mb_err *e)
{
	size_t i;

	if (!now->ncredentials && !now->nrules && !now->recovery_pem.len) {
		mb_secret_clear(text);
		if (mb_secret_set(text, original->data, original->len) < 0)
			return mb_fail(e, MB_E_NOMEM, "credentials",
				       "out of memory");
		return 0;
	}
	for (i = 0; i < from->ncredentials; i++)
		if (put_credential(text, now, &from->credentials[i], replace,
				   e) < 0)
			return -1;
	if (put_rules(text, now, from, replace, e) < 0)
		return -1;
	if (!now->recovery_pem.len && from->recovery_pem.len)
		return mb_credfile_set_recovery(text, &from->recovery_pem, e);
	return 0;
}

/* ---- token records ---- */

static int64_t used_at(const struct mb_record *r)
{
	int64_t at = r->obtained_at;

	if (r->enrolled_at > at)
		at = r->enrolled_at;
	return r->refreshed_at > at ? r->refreshed_at : at;
}

struct choice {
	struct mb_record fresh;
	bool replace, look;
	struct mb_import_tally *tally;
};

static bool same(const struct mb_record *a, const struct mb_record *b)
{
	return mb_secret_equal(&a->refresh_token, &b->refresh_token) &&
	       mb_secret_equal(&a->access_token, &b->access_token) &&
	       !strcmp(a->token_of, b->token_of) &&
	       !strcmp(a->credential, b->credential);
}

/* 1: take the file's. */
static int choose(void *arg, const struct mb_record *have, struct mb_err *e)
{
	struct choice *c = arg;

	(void)e;
	if (!have) {
		c->tally->added++;
	} else if (same(have, &c->fresh)) {
		c->tally->same++;
		return 0;
	} else if (!c->replace && used_at(have) >= used_at(&c->fresh)) {
		c->tally->newer++;
		mb_out_note("%s: the sign-in here is newer and stays "
			    "(--replace overwrites it)", have->account);
		return 0;
	} else {
		c->tally->replaced++;
	}
	return c->look ? 0 : 1;
}

/* Is the very same here?  Then nothing is written, not even for a moment; what
 * a writer who died may have left beside it stays for who locks it next. */
static bool is_here(struct mb_tool *t, const char *id,
		    const struct mb_record *fresh)
{
	struct mb_record have;
	bool is;

	memset(&have, 0, sizeof(have));
	is = mb_store_read(t->store, id, &have, NULL, NULL) > 0 &&
	     same(&have, fresh);
	mb_record_clear(&have);
	return is;
}

int mb_import_record(struct mb_tool *t, const char *text, size_t n,
		     struct mb_import_tally *tally, struct mb_err *e)
{
	struct choice c = { .replace = mb_opts_has(&t->opts, "replace"),
			    .look = mb_opts_has(&t->opts, "check"),
			    .tally = tally };
	char id[MB_RECORD_ID_LEN + 1];
	int ret = -1;

	memset(&c.fresh, 0, sizeof(c.fresh));
	if (mb_record_parse(&c.fresh, text, n, "imported record", e) < 0)
		return -1;
	/* Of another credentials file: looked up anew at the first use. */
	(void)snprintf(c.fresh.credentials_seen,
		       sizeof(c.fresh.credentials_seen), "none");
	/* A rule's token lies under the rule's name, not under an address's. */
	if ((c.fresh.rule[0] ? mb_rules_id_of(&c.fresh, id, e) :
	     mb_records_id(c.fresh.account, id, e)) < 0)
		goto out;
	if (is_here(t, id, &c.fresh)) {
		tally->same++;
		ret = 0;
	} else {
		ret = mb_records_put(t, id, &c.fresh, choose, &c, e);
	}
out:
	mb_record_clear(&c.fresh);
	return ret;
}
