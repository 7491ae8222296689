/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Renaming in an order that leaves every account with a credential whenever it
 * is interrupted: for a while both names exist; the same command again goes on
 * where the last one ended.
 */
#include "config.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/credfile.h"
#include "lib/rules.h"
#include "lib/rules_make.h"
#include "tools/change.h"
#include "tools/fields.h"
#include "tools/out.h"
#include "tools/owner.h"
#include "tools/records.h"
#include "tools/store_pick.h"
#include "tools/verbs.h"

struct names {
	char old[MB_NAME_MAX + 1];
	char new[MB_NAME_MAX + 1];
	char origin[65];	/* of NEW: where its rules' tokens lie; empty:
				 * of an earlier run, which had copied them */
	bool last;		/* nothing refers to OLD any more */
};

struct rewriting {
	struct mb_tool *t;
	const struct names *names;
	size_t done;
	struct mb_err *e;
};

static int rename_in(void *arg, struct mb_record *r, struct mb_err *e)
{
	const struct names *names = arg;

	(void)e;
	if (strcmp(r->credential, names->old) != 0)
		return 0;
	memcpy(r->credential, names->new, sizeof(r->credential));
	return 1;
}

static int unless_there(void *arg, const struct mb_record *have,
			struct mb_err *e)
{
	(void)arg;
	(void)e;
	return have ? 0 : 1;
}

/* A rule's token: its place follows from the name, so it is copied there, and
 * the old one goes when no rule refers to OLD any more. */
static int carry(struct rewriting *w, const char *id, struct mb_record *r)
{
	char there[MB_RECORD_ID_LEN + 1];

	if (!w->names->origin[0])
		return mb_records_remove(w->t, id, w->e);
	memcpy(r->credential, w->names->new, sizeof(r->credential));
	memcpy(r->rule, w->names->origin, sizeof(r->rule));
	if (mb_rules_id_of(r, there, w->e) < 0 ||
	    mb_records_put(w->t, there, r, unless_there, NULL, w->e) < 0)
		return -1;
	return w->names->last ? mb_records_remove(w->t, id, w->e) : 0;
}

static int follow(struct rewriting *w, const char *id, struct mb_record *r)
{
	struct names names = *w->names;
	int ret;

	if (mb_opts_has(&w->t->opts, "check")) {
		w->done += !r->rule[0];
		return 0;
	}
	if (r->rule[0])
		return carry(w, id, r) < 0 ? -1 : 0;
	if (!names.origin[0])
		return 0;
	ret = mb_records_change(w->t, id, rename_in, &names, w->e);
	w->done += ret > 0;
	return ret < 0 ? -1 : 0;
}

static int rewrite_one(void *arg, const char *id)
{
	struct rewriting *w = arg;
	struct mb_record r;
	int ret = 0;

	memset(&r, 0, sizeof(r));
	/* One that cannot be read refers to nothing. */
	if (mb_store_read(w->t->store, id, &r, NULL, w->e) > 0 &&
	    !strcmp(r.credential, w->names->old))
		ret = follow(w, id, &r);
	mb_record_clear(&r);
	return ret;
}

static int rewrite(struct mb_tool *t, void *arg, void *out, struct mb_err *e)
{
	struct rewriting w = { .t = t, .names = arg, .e = e };

	if (mb_store_each(t->store, rewrite_one, &w, e) != 0)
		return -1;
	*(size_t *)out += w.done;
	return 0;
}

static bool has_rules(const struct mb_credfile *f, const char *name)
{
	size_t i;

	for (i = 0; i < f->nrules; i++)
		if (strcmp(f->rules[i].credential, name) == 0)
			return true;
	return false;
}

/* The rules that refer to OLD refer to NEW. */
static int rename_rules(struct mb_change *c, const struct names *names,
			struct mb_err *e)
{
	const struct mb_credfile *f = &c->file;
	struct mb_rule *rules;
	size_t i;
	int ret;

	if (!has_rules(f, names->old))
		return 0;
	rules = calloc(f->nrules, sizeof(*rules));
	if (!rules)
		return mb_fail(e, MB_E_NOMEM, names->old, "out of memory");
	for (i = 0; i < f->nrules; i++) {
		rules[i] = f->rules[i];
		if (strcmp(rules[i].credential, names->old) == 0)
			memcpy(rules[i].credential, names->new,
			       sizeof(names->new));
	}
	ret = mb_credfile_set_rules(&c->text, rules, f->nrules, e);
	free(rules);
	return ret;
}

/* Both names at once: NEW in the place of OLD, and OLD once more at the end. */
static int begin(struct mb_tool *t, struct mb_change *c, struct names *names,
		 struct mb_err *e)
{
	const struct mb_credential *old, *new;
	struct mb_credential renamed = { 0 };
	char differ[300];
	int ret = -1;

	old = mb_credfile_find(&c->file, names->old);
	new = mb_credfile_find(&c->file, names->new);
	if (!old)
		return mb_change_unknown(t, names->old, e);
	if (new && mb_fields_differ(old, new, differ, sizeof(differ))) {
		(void)mb_fail(e, MB_E_EXISTS, names->new,
			      " exists already and differs in %s", differ);
		return mb_remedy(e, "choose another name");
	}
	if (mb_credential_copy(&renamed, old, e) < 0)
		goto out;
	memcpy(renamed.name, names->new, sizeof(renamed.name));
	if (mb_rules_origin(&renamed, names->origin) < 0) {
		mb_fail(e, MB_E_CRYPTO, names->new,
			"SHA-256 is not available");
		goto out;
	}
	if (new) {
		ret = 0;
		goto out;
	}
	/* A rule's credential must not be missing for a moment. */
	if (has_rules(&c->file, names->old) ?
	    mb_credfile_add(&c->text, &renamed, e) < 0 :
	    mb_credfile_replace(&c->text, names->old, &renamed, e) < 0 ||
	    mb_credfile_add(&c->text, old, e) < 0)
		goto out;
	ret = mb_change_commit(t, c, e);
out:
	mb_credential_clear(&renamed);
	return ret;
}

/* Rewrite, drop OLD, rewrite what was enrolled or fetched meanwhile. */
static int finish(struct mb_tool *t, struct mb_change *c, struct names *names,
		  size_t *done, struct mb_err *e)
{
	size_t late = 0;

	if (mb_owner_run(t, rewrite, names, done, sizeof(*done), e) < 0)
		return -1;
	mb_secret_clear(&c->before);
	if (mb_secret_set(&c->before, c->text.data, c->text.len) < 0)
		return mb_fail(e, MB_E_NOMEM, names->old, "out of memory");
	if (rename_rules(c, names, e) < 0 ||
	    mb_credfile_remove(&c->text, names->old, e) < 0 ||
	    mb_change_commit(t, c, e) < 0)
		return -1;
	names->last = true;
	if (mb_owner_run(t, rewrite, names, &late, sizeof(late), e) < 0)
		return -1;
	*done += late;
	return 0;
}

/* An earlier run may have been stopped before its last step. */
static int unchanged(struct mb_tool *t, struct names *names, struct mb_err *e)
{
	size_t none = 0;

	names->last = true;
	if (strcmp(names->old, names->new) != 0 &&
	    mb_owner_run(t, rewrite, names, &none, sizeof(none), e) < 0)
		return -1;
	mb_out_outcome(t, "unchanged");
	return 0;
}

static int run(struct mb_tool *t, struct mb_err *e)
{
	struct mb_change c = { .lock = -1 };
	struct names names = { .last = false };
	size_t done = 0;
	int ret = -1;

	if (mb_opts_operands(&t->opts, 2, 2, "OLD NEW", e) < 0)
		return -1;
	if (!mb_name_valid(t->opts.operands[1])) {
		(void)mb_fail(e, MB_E_BAD_NAME, t->opts.operands[1],
			      "a name is 1 to %d of a-z, 0-9, dot, underscore, "
			      "hyphen", MB_NAME_MAX);
		return mb_remedy(e, "choose another name");
	}
	if (mb_pick_store(t, MB_PICK_CREDENTIALS, e) < 0)
		return -1;
	(void)snprintf(names.old, sizeof(names.old), "%s", t->opts.operands[0]);
	(void)snprintf(names.new, sizeof(names.new), "%s", t->opts.operands[1]);
	if (mb_change_begin(t, &c, false, e) < 0)
		goto out;
	if (!strcmp(names.old, names.new) ||
	    (!mb_credfile_find(&c.file, names.old) &&
	     mb_credfile_find(&c.file, names.new))) {
		ret = unchanged(t, &names, e);
		goto out;
	}
	if (begin(t, &c, &names, e) < 0)
		goto out;
	if ((mb_opts_has(&t->opts, "check") ?
	     mb_owner_run(t, rewrite, &names, &done, sizeof(done), e) :
	     finish(t, &c, &names, &done, e)) < 0)
		goto out;
	mb_out_set_str(t, "credential", names.new);
	mb_out_set_int(t, "accounts", (int64_t)done);
	mb_out_outcome(t, "%s %s to %s (%zu account%s)",
		       mb_opts_has(&t->opts, "check") ? "would rename" :
		       "renamed", names.old, names.new, done,
		       done == 1 ? "" : "s");
	ret = 0;
out:
	mb_change_end(t, &c);
	return ret;
}

static const struct mb_opt options[] = {
	{ "check", NULL, "write nothing, say what would change", 0 },
	{ NULL, NULL, NULL, 0 },
};

const struct mb_verb mb_verb_rename = {
	.name = "rename",
	.operands = "OLD NEW",
	.summary = "rename a client credential; its accounts follow",
	.opts = options,
	.run = run,
};
