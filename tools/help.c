/* SPDX-License-Identifier: BSD-2-Clause */
#include "config.h"

#include <stdio.h>
#include <string.h>

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

int mb_help_first_screen(struct mb_tool *t, struct mb_err *e)
{
	(void)t;
	(void)e;
	(void)printf("mailbearer: OAuth2 logins for the mail programs you "
		     "already run\n\n");
	(void)printf("No store yet. Start with one of:\n"
		     "  mailbearer enroll you@gmail.com    mbsync, mutt, msmtp "
		     "... run by you\n"
		     "  sudo mailbearer init               Postfix or sendmail "
		     "on this host\n\n");
	print_groups();
	(void)printf("mailbearer help VERB | man mailbearer\n");
	return 0;
}

static void print_options(const struct mb_opt *opt)
{
	char left[64];

	for (; opt && opt->name; opt++) {
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

void mb_help_verb(const struct mb_verb *verb)
{
	bool options = verb->opts && verb->opts[0].name;

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

void mb_help_all(void)
{
	const struct mb_verb *const *v;

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
