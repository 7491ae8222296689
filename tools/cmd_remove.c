/* SPDX-License-Identifier: BSD-2-Clause */
#include "config.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "lib/credfile.h"
#include "lib/rules.h"
#include "tools/accounts.h"
#include "tools/change.h"
#include "tools/ending.h"
#include "tools/out.h"
#include "tools/owner.h"
#include "tools/records.h"
#include "tools/rule.h"
#include "tools/store_pick.h"
#include "tools/verbs.h"

static bool checking(const struct mb_tool *t)
{
	return mb_opts_has(&t->opts, "check");
}

/* ---- a client credential ---- */

static int in_use(const struct mb_users *u, const char *name, struct mb_err *e)
{
	char object[MB_NAME_MAX + 32];

	(void)snprintf(object, sizeof(object), "client credential %s", name);
	(void)mb_fail(e, MB_E_IN_USE, object, "%zu account%s it: %s", u->n,
		      u->n == 1 ? " uses" : "s use", u->names);
	return mb_remedy(e, "remove the accounts first, or --force: they stop "
			 "working when their tokens expire");
}

static int remove_credential(struct mb_tool *t, const char *name,
			     struct mb_err *e)
{
	struct mb_change c = { .lock = -1 };
	struct mb_users users;
	int ret = -1;

	if (mb_pick_store(t, MB_PICK_CREDENTIALS, e) < 0)
		return -1;
	if (mb_change_begin(t, &c, false, e) < 0)
		goto out;
	if (!mb_credfile_find(&c.file, name)) {
		(void)mb_change_unknown(t, name, e);
		goto out;
	}
	if (mb_accounts_users(t, name, &users, e) < 0)
		goto out;
	if (users.n && !mb_opts_has(&t->opts, "force")) {
		(void)in_use(&users, name, e);
		goto out;
	}
	if (mb_credfile_remove(&c.text, name, e) < 0 ||
	    mb_change_commit(t, &c, e) < 0)
		goto out;
	mb_out_set_str(t, "credential", name);
	mb_out_outcome(t, "%s %s",
		       checking(t) ? "would remove" : "removed", name);
	ret = 0;
out:
	mb_change_end(t, &c);
	return ret;
}

/* ---- an account ---- */

static int has_record(struct mb_tool *t, void *arg, void *out,
		      struct mb_err *e)
{
	struct mb_stamp stamp;
	int ret = mb_store_stamp(t->store, arg, &stamp, e);

	*(bool *)out = ret > 0;
	return ret < 0 ? -1 : 0;
}

/* No record, but a rule for exactly this address?  1, 0, -1. */
static int has_rule_alone(struct mb_tool *t, const char *address, char *id,
			  struct mb_err *e)
{
	struct mb_credfile file = { 0 };
	bool record = true;
	int ret = mb_change_look(t, &file, e);
	size_t i;

	for (i = 0; ret == 0 && i < file.nrules; i++)
		if (!strcasecmp(file.rules[i].user, address)) {
			ret = mb_owner_run(t, has_record, id, &record,
					   sizeof(record), e);
			break;
		}
	mb_credfile_clear(&file);
	return ret < 0 ? -1 : !record;
}

static int remove_account(struct mb_tool *t, const char *address,
			  struct mb_err *e)
{
	char id[MB_RECORD_ID_LEN + 1];
	struct mb_stamp stamp;
	int ret;

	if (mb_records_id(address, id, e) < 0 ||
	    mb_pick_store(t, MB_PICK_RECORDS, e) < 0)
		return -1;
	ret = has_rule_alone(t, address, id, e);
	if (ret != 0)
		return ret < 0 ? -1 : mb_rule_remove(t, address, e);
	if (mb_pick_drop(t, e) < 0)
		return -1;
	ret = mb_store_stamp(t->store, id, &stamp, e);
	if (ret == 0)
		return mb_records_unknown(t, address, e);
	if (ret < 0 || mb_ending_shared(t, address, e) < 0)
		return -1;
	ret = mb_ending_confirm(t, address, "Remove", e);
	if (ret > 0 && !checking(t))
		ret = mb_records_remove(t, id, e);
	if (ret < 0)
		return -1;
	t->changed = ret > 0;
	mb_out_set_str(t, "account", address);
	mb_out_outcome(t, "%s %s", checking(t) ? "would remove" : "removed",
		       address);
	if (t->changed && !checking(t))
		mb_out_note("The provider still honours this sign-in: use "
			    "revoke.");
	return 0;
}

static int run(struct mb_tool *t, struct mb_err *e)
{
	const char *word;

	if (mb_opts_operands(&t->opts, 1, 1, "NAME or ADDRESS", e) < 0)
		return -1;
	word = t->opts.operands[0];
	if (mb_rules_is_pattern(word))
		return mb_rule_remove(t, word, e);
	return mb_is_address(word) ? remove_account(t, word, e) :
				     remove_credential(t, word, e);
}

static const struct mb_opt options[] = {
	{ "yes", NULL, "do not ask", 0 },
	{ "force", NULL, "even if accounts use it", 0 },
	{ "check", NULL, "write nothing, say what would change", 0 },
	{ NULL, NULL, NULL, 0 },
};

const struct mb_verb mb_verb_remove = {
	.name = "remove",
	.operands = "NAME|ADDRESS|RULE",
	.summary = "remove a client credential, an account and its tokens, or a rule",
	.opts = options,
	.more = "A client credential that accounts use is not removed without "
		"--force, which leaves\n"
		"the accounts as they are.\n",
	.run = run,
};
