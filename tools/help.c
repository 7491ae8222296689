/* SPDX-License-Identifier: BSD-2-Clause */
#include "config.h"

#include <stdio.h>
#include <string.h>

#include "tools/accounts.h"
#include "tools/change.h"
#include "tools/help.h"
#include "tools/out.h"
#include "tools/store_pick.h"
#include "tools/verbs.h"

/* The order of the first screen; verbs that do not exist are left out. */
static const struct {
	const char *title;
	const char *verbs[8];
} groups[] = {
	{ "Set up", { "init", "add", "set", "apply", "enroll", "setup" } },
	{ "Look", { "list", "show", "status" } },
	{ "Use", { "token", "tunnel", "refresh" } },
	{ "Wrong?", { "doctor", "explain", "test" } },
	{ "End", { "remove", "revoke", "rekey", "export" } },
};

static void print_groups(void)
{
	size_t i, j;

	for (i = 0; i < sizeof(groups) / sizeof(groups[0]); i++) {
		bool any = false;

		for (j = 0; groups[i].verbs[j]; j++) {
			if (!mb_verb_find(groups[i].verbs[j]))
				continue;
			if (!any)
				(void)printf("%-10s ", groups[i].title);
			(void)printf("%s%s", any ? "  " : "",
				     groups[i].verbs[j]);
			any = true;
		}
		if (any)
			(void)putchar('\n');
	}
}

static void print_no_store(void)
{
	(void)printf("No store yet. Start with one of:\n"
		     "  mailbearer enroll you@gmail.com    mbsync, mutt, msmtp "
		     "... run by you\n"
		     "  sudo mailbearer init               Postfix or sendmail "
		     "on this host\n");
}

/* What to do next, if anything is. */
static void print_next(const struct mb_tool *t, const struct mb_credfile *file,
		       const struct mb_accounts *a)
{
	size_t i;

	if (mb_store_retired(t->store)) {
		(void)printf("Retired: nothing is refreshed here. To go on: %s "
			     "retire --undo\n", mb_pick_command(t));
		return;
	}
	for (i = 0; i < a->n; i++) {
		if (a->list[i].state != MB_STATE_SIGN_IN)
			continue;
		(void)printf("Next: %s enroll %s\n", mb_pick_command(t),
			     a->list[i].address);
		return;
	}
	for (i = 0; i < a->n; i++) {
		if (a->list[i].state == MB_STATE_OK)
			continue;
		(void)printf("Next: %s doctor %s\n", mb_pick_command(t),
			     a->list[i].address);
		return;
	}
	if (!file->ncredentials)
		(void)printf("Next: %s add NAME --provider PROVIDER\n",
			     mb_pick_command(t));
	else if (!a->n)
		(void)printf("Next: %s enroll ADDRESS\n", mb_pick_command(t));
}

static int print_store(struct mb_tool *t, struct mb_err *e)
{
	struct mb_credfile file = { 0 };
	struct mb_accounts a = { 0 };
	char summary[200];
	int ret = -1;

	if (mb_change_look(t, &file, e) < 0 || mb_pick_drop(t, e) < 0 ||
	    mb_accounts_read(t, &a, e) < 0)
		goto out;
	ret = 0;
	if (t->json) {
		mb_out_set_str(t, "store", t->home.conf_dir);
		mb_out_set_str(t, "kind", mb_pick_kind(t));
		mb_out_set_int(t, "accounts", (int64_t)a.n);
		mb_out_set_str(t, "summary", mb_accounts_summary(&a, summary));
		goto out;
	}
	(void)printf("Store %s (%s): %s\n", t->home.conf_dir, mb_pick_kind(t),
		     mb_accounts_summary(&a, summary));
	print_next(t, &file, &a);
out:
	mb_accounts_clear(&a);
	mb_credfile_clear(&file);
	return ret;
}

/* A store that cannot be read is no reason to fail: this is the first thing
 * people see, and it says what is wrong. */
static void print_middle(struct mb_tool *t)
{
	char line[MB_ERR_LINE];
	struct mb_err e = { 0 };

	if (mb_pick_store(t, MB_PICK_LOOK, &e) == 0 && print_store(t, &e) == 0)
		return;
	if (t->json && e.id == MB_E_NO_STORE)
		mb_out_set(t, "store", json_null());
	else if (t->json)
		mb_out_error(t, &e);
	else if (e.id == MB_E_NO_STORE && t->home_kind == MB_HOME_AUTO)
		print_no_store();
	else
		(void)printf("%s\n", mb_out_error_line(t, &e, line));
}

int mb_help_first_screen(struct mb_tool *t, struct mb_err *e)
{
	(void)e;
	if (t->json) {
		print_middle(t);
		return 0;
	}
	(void)printf("mailbearer: OAuth2 logins for the mail programs you "
		     "already run\n\n");
	print_middle(t);
	(void)putchar('\n');
	print_groups();
	(void)printf("mailbearer help VERB | man mailbearer\n");
	return 0;
}

static void print_options(const struct mb_opt *opt)
{
	char left[64];

	for (opt = mb_opts_first(opt); opt; opt = mb_opts_next(opt)) {
		if (opt->flags & (MB_OPT_REFUSED | MB_OPT_HIDDEN))
			continue;
		(void)snprintf(left, sizeof(left), "--%s%s%s%s", opt->name,
			       opt->arg ? " " : "", opt->arg ? opt->arg : "",
			       opt->flags & MB_OPT_MANY ? " ..." : "");
		if (strlen(left) > 28)
			(void)printf("  %s\n  %-28s", left, "");
		else
			(void)printf("  %-28s", left);
		(void)printf(" %s\n", opt->text);
	}
}

static void verb_json(struct mb_tool *t, const struct mb_verb *verb)
{
	const struct mb_opt *opt = mb_opts_first(verb->opts);
	json_t *options = json_array();

	for (; opt; opt = mb_opts_next(opt))
		if (!(opt->flags & (MB_OPT_REFUSED | MB_OPT_HIDDEN)))
			(void)json_array_append_new(options, json_pack(
				"{s:s, s:s?, s:s}", "name", opt->name,
				"value", opt->arg, "text", opt->text));
	mb_out_set_str(t, "verb", verb->name);
	mb_out_set_str(t, "operands", verb->operands);
	mb_out_set_str(t, "summary", verb->summary);
	mb_out_set(t, "options", options);
	mb_out_set_str(t, "more", verb->more ? verb->more : "");
}

void mb_help_verb(struct mb_tool *t, const struct mb_verb *verb)
{
	bool options = mb_opts_first(verb->opts) != NULL;

	if (t->json) {
		verb_json(t, verb);
		return;
	}
	(void)printf("usage: mailbearer %s%s%s%s\n\n%s\n", verb->name,
		     *verb->operands ? " " : "", verb->operands,
		     options ? " [options]" : "", verb->summary);
	if (options) {
		(void)printf("\n");
		print_options(verb->opts);
	}
	if (verb->more)
		(void)printf("\n%s", verb->more);
}

static void all_json(struct mb_tool *t)
{
	const struct mb_verb *const *v;
	json_t *verbs = json_array();

	for (v = mb_verbs; *v; v++)
		(void)json_array_append_new(verbs, json_pack("{s:s, s:s}",
			"name", (*v)->name, "summary", (*v)->summary));
	mb_out_set(t, "verbs", verbs);
}

void mb_help_all(struct mb_tool *t)
{
	const struct mb_verb *const *v;

	if (t->json) {
		all_json(t);
		return;
	}
	(void)printf("usage: mailbearer [--system | --user | --store DIR] "
		     "[--json]\n"
		     "                  [--color auto|always|never] VERB ...\n"
		     "\n");
	for (v = mb_verbs; *v; v++)
		(void)printf("  %-10s %s\n", (*v)->name, (*v)->summary);
	(void)printf("\nA word with @ is an account (a mailbox or sending "
		     "identity), another NAME is a\n"
		     "client credential (app registration).\n"
		     "mailbearer help VERB | man mailbearer\n");
}
