/* SPDX-License-Identifier: BSD-2-Clause */
#include "config.h"

#include "tools/help.h"
#include "tools/verbs.h"

static int run(struct mb_tool *t, struct mb_err *e)
{
	const struct mb_verb *verb;
	const char *word, *meant;

	if (mb_opts_operands(&t->opts, 0, 1, "a verb", e) < 0)
		return -1;
	if (!t->opts.noperands) {
		mb_help_all(t);
		return 0;
	}
	word = t->opts.operands[0];
	meant = mb_verb_meant(word);
	verb = mb_verb_find(meant ? meant : word);
	if (!verb) {
		(void)mb_fail(e, MB_E_USAGE, "mailbearer help",
			      "there is no verb %s", word);
		return mb_remedy(e, "run: mailbearer help");
	}
	mb_help_verb(t, verb);
	return 0;
}

const struct mb_verb mb_verb_help = {
	.name = "help",
	.operands = "[VERB]",
	.summary = "explain a verb and its options",
	.run = run,
};
