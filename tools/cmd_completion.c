/* SPDX-License-Identifier: BSD-2-Clause */
#include "config.h"

#include <stdio.h>
#include <string.h>

#include "lib/credfile.h"
#include "lib/paths.h"
#include "lib/provider.h"
#include "tools/accounts.h"
#include "tools/change.h"
#include "tools/completion.h"
#include "tools/out.h"
#include "tools/store_pick.h"
#include "tools/verbs.h"

static void print_verbs(void)
{
	const struct mb_verb *const *v;

	for (v = mb_verbs; *v; v++)
		(void)puts((*v)->name);
}

/* A shell asks in the middle of somebody's typing: what cannot be answered is
 * not there, and nothing is said about it. */
static int ask_store(struct mb_tool *t, bool credentials, bool accounts)
{
	struct mb_credfile file = { 0 };
	struct mb_accounts a = { 0 };
	struct mb_err ignored = { 0 };
	size_t i;

	if (mb_pick_store(t, MB_PICK_LOOK, &ignored) < 0)
		return 0;
	if (credentials && mb_change_look(t, &file, &ignored) == 0)
		for (i = 0; i < file.ncredentials; i++)
			(void)puts(file.credentials[i].name);
	mb_credfile_clear(&file);
	if (accounts && mb_pick_drop(t, &ignored) == 0 &&
	    mb_accounts_read(t, &a, &ignored) == 0)
		for (i = 0; i < a.n; i++)
			if (a.list[i].state != MB_STATE_BROKEN)
				(void)puts(a.list[i].address);
	mb_accounts_clear(&a);
	return 0;
}

static int ask_providers(void)
{
	struct mb_providers p = { 0 };
	struct mb_err ignored = { 0 };
	size_t i;

	if (mb_providers_load(&p, mb_path_providers, &ignored) < 0)
		return 0;
	for (i = 0; i < p.n; i++)
		(void)puts(p.list[i].name);
	mb_providers_clear(&p);
	return 0;
}

static int ask(struct mb_tool *t, const char *what)
{
	if (!strcmp(what, "accounts"))
		return ask_store(t, false, true);
	if (!strcmp(what, "credentials"))
		return ask_store(t, true, false);
	if (!strcmp(what, "things"))
		return ask_store(t, true, true);
	if (!strcmp(what, "providers"))
		return ask_providers();
	if (!strcmp(what, "verbs")) {
		print_verbs();
		return 0;
	}
	return -1;
}

static int run(struct mb_tool *t, struct mb_err *e)
{
	static const struct {
		const char *name;
		void (*print)(void);
	} shells[] = {
		{ "bash", mb_completion_bash },
		{ "zsh", mb_completion_zsh },
		{ "fish", mb_completion_fish },
	};
	const char *word;
	size_t i;

	if (mb_opts_operands(&t->opts, 1, 1, "bash, zsh or fish", e) < 0)
		return -1;
	word = t->opts.operands[0];
	if (t->json)
		return mb_opts_usage(&t->opts, e, "a script is no JSON");
	for (i = 0; i < sizeof(shells) / sizeof(shells[0]); i++)
		if (!strcmp(shells[i].name, word)) {
			shells[i].print();
			return 0;
		}
	if (ask(t, word) == 0)
		return 0;
	return mb_opts_usage(&t->opts, e, "%s: it knows bash, zsh and fish",
			     word);
}

const struct mb_verb mb_verb_completion = {
	.name = "completion",
	.operands = "bash|zsh|fish",
	.summary = "print a shell's completion script",
	.more = "The script asks the tool for accounts and client credentials "
		"(app registrations) as it\nneeds them: completion accounts, "
		"credentials, things, providers or verbs.\n",
	.run = run,
};
