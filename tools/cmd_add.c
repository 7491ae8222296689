/* SPDX-License-Identifier: BSD-2-Clause */
#include "config.h"

#include <stdio.h>
#include <string.h>

#include "lib/credfile.h"
#include "tools/presets.h"
#include "tools/adding.h"
#include "tools/change.h"
#include "tools/clientfile.h"
#include "tools/fields.h"
#include "tools/out.h"
#include "tools/store_pick.h"
#include "tools/verbs.h"

static const struct mb_opt options[] = {
	{ "for", "LIST", "scope for these of imap,smtp,pop3 (default imap,smtp)",
	  0 },
	{ "from", "FILE", "take it from Google's client_secret.json, "
	  "sasl-xoauth2.conf, emailproxy.config or pizauth.conf (-: stdin)", 0 },
	{ "section", "ADDRESS", "with --from: of several clients the one of "
	  "this account", 0 },
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

/* --from: what the options say counts more, so this comes first. */
static int take_file(const struct mb_tool *t, const struct mb_providers *p,
		     struct mb_clientfile *f, struct mb_credential *c,
		     struct mb_err *e)
{
	const char *file = mb_opts_get(&t->opts, "from");
	const char *section = mb_opts_get(&t->opts, "section");
	char name[MB_NAME_MAX + 1];

	if (!file)
		return section ? mb_opts_usage(&t->opts, e, "--section belongs "
					       "to --from") : 0;
	if (mb_clientfile_read(f, file, section, e) < 0)
		return -1;
	mb_clientfile_settle(f, p, mb_opts_get(&t->opts, "provider"));
	(void)snprintf(name, sizeof(name), "%s", c->name);
	mb_credential_clear(c);
	*c = f->c;	/* moved, with its secret */
	f->c = (struct mb_credential){ 0 };
	(void)snprintf(c->name, sizeof(c->name), "%s", name);
	if (f->secret_sealed && !c->client_secret.len)
		mb_out_note("note: the client secret in %s is encrypted; pass "
			    "it with --client-secret-file", file);
	if (f->accounts[0])
		mb_out_note("accounts of this client in %s: %s (their tokens "
			    "cannot be read there: they sign in anew)", file,
			    f->accounts);
	return 0;
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
	struct mb_clientfile from = { 0 };
	int ret = -1;

	if (mb_opts_operands(&t->opts, 1, 1, "NAME", e) < 0 ||
	    check_name(t->opts.operands[0], e) < 0)
		return -1;
	(void)snprintf(c.name, sizeof(c.name), "%s", t->opts.operands[0]);
	if (mb_pick_store(t, MB_PICK_CREDENTIALS, e) < 0 ||
	    mb_presets_load(t, &p, e) < 0 ||
	    take_file(t, &p, &from, &c, e) < 0 ||
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
	mb_clientfile_clear(&from);
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
		"nothing. --from reads the client of another program; "
		"options count more than it.\n",
	.run = run,
};
