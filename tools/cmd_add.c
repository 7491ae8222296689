/* SPDX-License-Identifier: BSD-2-Clause */
#include "config.h"

#include <stdio.h>
#include <string.h>

#include "lib/credfile.h"
#include "tools/presets.h"
#include "tools/adding.h"
#include "tools/change.h"
#include "tools/fields.h"
#include "tools/out.h"
#include "tools/store_pick.h"
#include "tools/verbs.h"

static const struct mb_opt options[] = {
	{ "for", "LIST", "scope for these of imap,smtp,pop3 (default imap,smtp)",
	  0 },
	{ "replace", NULL, "overwrite a client credential of that name", 0 },
	{ "check", NULL, "write nothing, say what would change", 0 },
	{ NULL, NULL, NULL, MB_OPT_FIELDS },
};

/* An account is enrolled, not added. */
static int check_name(const char *name, struct mb_err *e)
{
	if (mb_is_address(name)) {
		(void)mb_fail(e, MB_E_USAGE, name, "a word with @ is an "
			      "account, and add makes a client credential");
		return mb_remedy(e, "run: mailbearer enroll %s", name);
	}
	if (mb_name_valid(name))
		return 0;
	(void)mb_fail(e, MB_E_BAD_NAME, name, "a name is 1 to %d of a-z, 0-9, "
		      "dot, underscore, hyphen", MB_NAME_MAX);
	return mb_remedy(e, "choose another name");
}

static void report(struct mb_tool *t, const struct mb_credential *c)
{
	bool check = mb_opts_has(&t->opts, "check");

	mb_out_set_str(t, "credential", c->name);
	mb_out_set_str(t, "redirect_uri", c->callback_url);
	if (!c->hosts[0])
		mb_out_note("note: tokens of %s may go to any mail server; to "
			    "limit that: %s set %s --host HOST", c->name,
			    mb_pick_command(t), c->name);
	if (t->changed && c->callback_url[0])
		mb_out_line(t, "redirect URI to register: %s",
			    c->callback_url);
	mb_out_outcome(t, "%s %s", check ? "would add" : "added", c->name);
	if (t->changed && !check && !t->json)
		mb_out_note("next: %s enroll ADDRESS", mb_pick_command(t));
}

static int run(struct mb_tool *t, struct mb_err *e)
{
	struct mb_providers p = { 0 };
	struct mb_credential c = { 0 };
	struct mb_credfile file = { 0 };
	int ret = -1;

	if (mb_opts_operands(&t->opts, 1, 1, "NAME", e) < 0 ||
	    check_name(t->opts.operands[0], e) < 0)
		return -1;
	(void)snprintf(c.name, sizeof(c.name), "%s", t->opts.operands[0]);
	if (mb_pick_store(t, MB_PICK_CREDENTIALS, e) < 0 ||
	    mb_presets_load(t, &p, e) < 0 ||
	    mb_fields_from_options(&t->opts, &c, e) < 0 ||
	    mb_change_look(t, &file, e) < 0 ||
	    mb_adding_complete(t, &p, mb_credfile_find(&file, c.name),
			       mb_opts_has(&t->opts, "public"), &c, e) < 0 ||
	    mb_adding_store(t, &c, mb_opts_has(&t->opts, "replace"), e) < 0)
		goto out;
	report(t, &c);
	ret = 0;
out:
	mb_credential_clear(&c);
	mb_credfile_clear(&file);
	mb_providers_clear(&p);
	return ret;
}

const struct mb_verb mb_verb_add = {
	.name = "add",
	.operands = "NAME",
	.summary = "add a client credential (app registration)",
	.opts = options,
	.more = "On a terminal add asks for what is missing. Endpoints, scope "
		"and mail servers of a\n"
		"known provider need not be given. The same add again changes "
		"nothing.\n",
	.run = run,
};
