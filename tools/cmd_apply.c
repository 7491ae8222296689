/* SPDX-License-Identifier: BSD-2-Clause */
#include "config.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tools/change.h"
#include "tools/converge.h"
#include "tools/out.h"
#include "tools/store_pick.h"
#include "tools/verbs.h"
#include "tools/wanted.h"

/* Each credential of the file, into the text that is there.  The new ones at
 * once: every splice parses the whole text again. */
static int merge_credentials(struct mb_change *c,
			     const struct mb_credfile *wanted, struct mb_err *e)
{
	const struct mb_credential **fresh;
	size_t i, n = 0;
	int ret = -1;

	fresh = calloc(wanted->ncredentials + 1, sizeof(*fresh));
	if (!fresh)
		return mb_fail(e, MB_E_NOMEM, "apply", "out of memory");
	for (i = 0; i < wanted->ncredentials; i++) {
		const struct mb_credential *w = &wanted->credentials[i];
		const struct mb_credential *old =
			mb_credfile_find(&c->file, w->name);

		if (!old)
			fresh[n++] = w;
		else if (mb_converge_differ(old, w) &&
			 mb_credfile_replace(&c->text, w->name, w, e) < 0)
			goto out;
	}
	ret = mb_credfile_add_all(&c->text, fresh, n, e);
out:
	free(fresh);
	return ret;
}

static int merge(struct mb_change *c, const struct mb_secret *text,
		 const struct mb_credfile *wanted, struct mb_err *e)
{
	if (merge_credentials(c, wanted, e) < 0)
		return -1;
	if (wanted->nrules && mb_converge_rules_differ(&c->file, wanted) &&
	    mb_credfile_set_rules(&c->text, wanted->rules, wanted->nrules,
				  e) < 0)
		return -1;
	if (wanted->deadline != c->file.deadline)
		return mb_wanted_graft(&c->text, text, "settings", e);
	return 0;
}

/* --prune: the file is the whole truth, but for the recovery certificates. */
static int replace_all(struct mb_change *c, struct mb_secret *text,
		       const struct mb_credfile *wanted, struct mb_err *e)
{
	if (!wanted->recovery_pem.len && c->file.recovery_pem.len &&
	    mb_credfile_set_recovery(text, &c->file.recovery_pem, e) < 0)
		return -1;
	if (mb_secret_set(&c->text, text->data, text->len) < 0)
		return mb_fail(e, MB_E_NOMEM, "apply", "out of memory");
	return 0;
}

static int converge(struct mb_tool *t, struct mb_change *c,
		    struct mb_secret *text, const struct mb_credfile *wanted,
		    struct mb_err *e)
{
	struct mb_credfile after = { 0 };
	bool prune = mb_opts_has(&t->opts, "prune");
	int ret = -1;

	if ((prune ? replace_all(c, text, wanted, e) :
		     merge(c, text, wanted, e)) < 0 ||
	    mb_credfile_parse(&after, &c->text, mb_change_path(t), e) < 0 ||
	    mb_converge_dropped(t, &c->file, &after, e) < 0 ||
	    mb_change_commit(t, c, e) < 0)
		goto out;
	mb_converge_report(t, &c->file, &after);
	ret = 0;
out:
	mb_credfile_clear(&after);
	return ret;
}

static int run(struct mb_tool *t, struct mb_err *e)
{
	struct mb_change c = { .lock = -1 };
	struct mb_credfile wanted = { 0 };
	struct mb_secret text = { 0 };
	int ret = -1;

	if (mb_opts_operands(&t->opts, 1, 1, "FILE or -", e) < 0 ||
	    mb_pick_store(t, MB_PICK_CREDENTIALS, e) < 0)
		return -1;
	if (mb_wanted_read(t, t->opts.operands[0], &text, &wanted, e) < 0 ||
	    mb_change_begin(t, &c, true, e) < 0 ||
	    converge(t, &c, &text, &wanted, e) < 0)
		goto out;
	mb_out_outcome(t, "%s %s", mb_opts_has(&t->opts, "check") ?
		       "would apply" : "applied", t->opts.operands[0]);
	ret = 0;
out:
	mb_change_end(t, &c);
	mb_credfile_clear(&wanted);
	mb_secret_clear(&text);
	return ret;
}

static const struct mb_opt options[] = {
	{ "prune", NULL, "remove client credentials FILE does not have", 0 },
	{ "check", NULL, "write nothing, say what would change", 0 },
	{ NULL, NULL, NULL, 0 },
};

const struct mb_verb mb_verb_apply = {
	.name = "apply",
	.operands = "FILE|-",
	.summary = "bring client credentials and rules to what FILE says",
	.opts = options,
	.more = "FILE has the grammar of the decrypted credentials file "
		"(mailbearer-credentials(5)),\n"
		"and may have client_secret_file = \"...\" where "
		"client_secret would stand. Token\n"
		"records are never touched.\n",
	.run = run,
};
