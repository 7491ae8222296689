/* SPDX-License-Identifier: BSD-2-Clause */
#include "config.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "lib/token.h"
#include "tools/change.h"
#include "tools/out.h"
#include "tools/owner.h"
#include "tools/records.h"
#include "tools/rule.h"
#include "tools/store_pick.h"

enum { PROOF_MS = 100000 };

struct proof {
	int ret;
	int64_t expires_at;
	struct mb_err why;
};

static const struct mb_rule *find(const struct mb_credfile *cf,
				  const char *pattern)
{
	for (size_t i = 0; i < cf->nrules; i++)
		if (strcasecmp(cf->rules[i].user, pattern) == 0)
			return &cf->rules[i];
	return NULL;
}

/* --credential, or the only one whose grant needs nobody. */
static const struct mb_credential *choose(struct mb_tool *t,
					  const struct mb_credfile *cf,
					  const char *pattern,
					  struct mb_err *e)
{
	const char *name = mb_opts_get(&t->opts, "credential");
	const struct mb_credential *found = NULL;
	size_t n = 0;

	for (size_t i = 0; i < cf->ncredentials; i++) {
		const struct mb_credential *c = &cf->credentials[i];

		if (name ? strcmp(name, c->name) == 0 :
		    !mb_grant_kind(c->grant)->needs_person) {
			found = c;
			n++;
		}
	}
	if (name && !found) {
		(void)mb_change_unknown(t, name, e);
		return NULL;
	}
	if (n == 1 && !mb_grant_kind(found->grant)->needs_person)
		return found;
	if (name)
		mb_fail(e, MB_E_USAGE, pattern, "with client credential %s "
			"each owner signs in, so there can be no rule", name);
	else
		mb_fail(e, MB_E_USAGE, pattern, "there are %zu client "
			"credentials whose grant needs nobody", n);
	(void)mb_remedy(e, name ? "run: mailbearer enroll ADDRESS for each of "
			"them, or add one with --grant client_credentials" :
			"name one with --credential");
	return NULL;
}

/* The rules without `old` and with (user, credential) behind them. */
static int put(struct mb_change *c, const struct mb_rule *old,
	       const char *user, const char *credential, struct mb_err *e)
{
	const struct mb_credfile *cf = &c->file;
	struct mb_rule *rules = calloc(cf->nrules + 1, sizeof(*rules));
	size_t n = 0;
	int ret;

	if (!rules)
		return mb_fail(e, MB_E_NOMEM, "account rules",
			       "out of memory");
	for (size_t i = 0; i < cf->nrules; i++)
		if (&cf->rules[i] != old)
			rules[n++] = cf->rules[i];
	if (credential) {
		(void)snprintf(rules[n].user, sizeof(rules[n].user), "%s",
			       user);
		(void)snprintf(rules[n].credential,
			       sizeof(rules[n].credential), "%s", credential);
		n++;
	}
	ret = mb_credfile_set_rules(&c->text, rules, n, e);
	free(rules);
	return ret;
}

static int fetch(struct mb_tool *t, void *arg, void *out, struct mb_err *e)
{
	struct mb_deadline d = mb_deadline_in(PROOF_MS);
	struct mb_token_want want = { .account = arg, .deadline = &d };
	struct mb_token_world world;
	struct proof *proof = out;
	struct mb_record r;

	(void)e;
	memset(&r, 0, sizeof(r));
	mb_pick_world(t, &world);
	proof->ret = mb_token_get(&world, &want, &r, NULL, &proof->why);
	proof->expires_at = r.expires_at;
	mb_record_clear(&r);
	return 0;
}

static int put_back(struct mb_tool *t, struct mb_change *c,
		    const struct mb_err *why, struct mb_err *e)
{
	struct mb_secret tried = { 0 };
	int ret;

	mb_secret_move(&tried, &c->before);
	mb_secret_move(&c->before, &c->text);
	mb_secret_move(&c->text, &tried);
	ret = mb_change_commit(t, c, e);
	t->changed = ret < 0;
	if (ret == 0)
		*e = *why;
	return -1;
}

static int prove(struct mb_tool *t, struct mb_change *c, const char *pattern,
		 int64_t *until, struct mb_err *e)
{
	char name[MB_ADDRESS_MAX + 1];
	struct proof proof;

	memset(&proof, 0, sizeof(proof));
	(void)snprintf(name, sizeof(name), "%s", pattern);
	if (mb_owner_run(t, fetch, name, &proof, sizeof(proof), e) < 0) {
		proof.why = *e;
		return put_back(t, c, &proof.why, e);
	}
	*until = proof.expires_at;
	return proof.ret < 0 ? put_back(t, c, &proof.why, e) : 0;
}

static void report(struct mb_tool *t, const char *pattern,
		   const struct mb_credential *c, int64_t until)
{
	bool check = mb_opts_has(&t->opts, "check");
	char text[40];

	mb_out_set_str(t, "rule", pattern);
	mb_out_set_str(t, "credential", c->name);
	mb_out_set_str(t, "grant", mb_grant_kind(c->grant)->name);
	if (until > 0) {
		mb_out_set_int(t, "expires_at", until);
		mb_out_note("a first token came, valid until %s",
			    mb_out_time(until, text));
	} else if (t->changed && !check && mb_grant_kind(c->grant)->keeps_token) {
		mb_out_note("nothing was tried, because its tokens are for one "
			    "mailbox each; next: mailbearer token ADDRESS");
	}
	mb_out_outcome(t, "%s %s (client credential %s, %s)",
		       check ? "would add the rule" : "added the rule",
		       pattern, c->name, mb_grant_kind(c->grant)->name);
}

static int add(struct mb_tool *t, struct mb_change *change,
	       const char *pattern, struct mb_err *e)
{
	const struct mb_credential *c = choose(t, &change->file, pattern, e);
	const struct mb_rule *old = find(&change->file, pattern);
	int64_t until = 0;

	if (!c)
		return -1;
	if (old && strcmp(old->credential, c->name) != 0) {
		mb_fail(e, MB_E_EXISTS, pattern, "has a rule with client "
			"credential %s", old->credential);
		return mb_remedy(e, "run: %s remove '%s' first",
				 mb_pick_command(t), pattern);
	}
	if (!old && (put(change, old, pattern, c->name, e) < 0 ||
		     mb_change_commit(t, change, e) < 0))
		return -1;
	if (t->changed && !mb_opts_has(&t->opts, "check") &&
	    !mb_grant_kind(c->grant)->per_address &&
	    prove(t, change, pattern, &until, e) < 0)
		return -1;
	report(t, pattern, c, until);
	return 0;
}

int mb_rule_add(struct mb_tool *t, const char *pattern, struct mb_err *e)
{
	struct mb_change change = { .lock = -1 };
	int ret = -1;

	if (mb_pick_store(t, MB_PICK_CREDENTIALS, e) < 0)
		return -1;
	if (mb_change_begin(t, &change, false, e) == 0)
		ret = add(t, &change, pattern, e);
	mb_change_end(t, &change);
	return ret;
}

/* Does a rule lead there?  Where that cannot be told: yes. */
static bool reached(const struct mb_token_world *w,
		    const struct mb_credfile *file, const struct mb_account *a)
{
	struct mb_rule_match m;
	size_t i;
	int r = mb_token_rule(w, a->address, NULL, &m, NULL, NULL);

	if (r < 0 || (r > 0 && !strcmp(m.id, a->rule_id)))
		return true;
	/* A shared token, of which another rule makes use. */
	for (i = 0; i < file->nrules; i++)
		if (!strcmp(file->rules[i].credential, a->credential) &&
		    mb_token_rule(w, file->rules[i].user, NULL, &m, NULL,
				  NULL) > 0 && !strcmp(m.id, a->rule_id))
			return true;
	return false;
}

void mb_rule_sweep(struct mb_tool *t, const struct mb_credfile *file,
		   struct mb_accounts *a)
{
	struct mb_token_world w;
	size_t i, n = 0;

	mb_pick_world(t, &w);
	for (i = 0; i < a->n; i++) {
		struct mb_account *one = &a->list[i];

		if (one->rule_id[0] && !reached(&w, file, one) &&
		    mb_records_remove(t, one->rule_id, NULL) >= 0)
			mb_accounts_free(one);
		else
			a->list[n++] = *one;
	}
	a->n = n;
}

/* As the records' owner, with the file as it is now. */
static int sweep(struct mb_tool *t, void *arg, void *out, struct mb_err *e)
{
	struct mb_accounts a = { 0 };

	(void)out;
	if (mb_accounts_read(t, &a, e) < 0)
		return -1;
	mb_rule_sweep(t, arg, &a);
	mb_accounts_clear(&a);
	return 0;
}

/* What is left over is no failure: refresh --due comes by. */
static void sweep_after(struct mb_tool *t)
{
	struct mb_credfile file = { 0 };
	char none = 0;

	if (mb_change_look(t, &file, NULL) == 0)
		(void)mb_owner_run(t, sweep, &file, &none, sizeof(none), NULL);
	mb_credfile_clear(&file);
}

int mb_rule_remove(struct mb_tool *t, const char *pattern, struct mb_err *e)
{
	bool check = mb_opts_has(&t->opts, "check");
	struct mb_change change = { .lock = -1 };
	const struct mb_rule *old;
	int ret = -1;

	if (mb_pick_store(t, MB_PICK_CREDENTIALS, e) < 0)
		return -1;
	if (mb_change_begin(t, &change, false, e) < 0)
		goto out;
	old = find(&change.file, pattern);
	if (!old) {
		mb_fail(e, MB_E_NOT_ENROLLED, pattern, " is no rule in %s",
			t->home.conf_dir);
		mb_remedy(e, "run: %s list rules", mb_pick_command(t));
		goto out;
	}
	if (put(&change, old, NULL, NULL, e) < 0 ||
	    mb_change_commit(t, &change, e) < 0)
		goto out;
	if (!check)
		sweep_after(t);
	mb_out_set_str(t, "rule", pattern);
	mb_out_outcome(t, "%s the rule %s", check ? "would remove" : "removed",
		       pattern);
	ret = 0;
out:
	mb_change_end(t, &change);
	return ret;
}
