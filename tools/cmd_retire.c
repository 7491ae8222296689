/* SPDX-License-Identifier: BSD-2-Clause */
/* retire: this host asks for no tokens any more. */
#include "config.h"

#include "lib/store_admin.h"
#include "tools/out.h"
#include "tools/store_pick.h"
#include "tools/verbs.h"

static int run(struct mb_tool *t, struct mb_err *e)
{
	bool undo = mb_opts_has(&t->opts, "undo");
	bool check = mb_opts_has(&t->opts, "check");
	int changed;

	if (t->opts.noperands)
		return mb_opts_usage(&t->opts, e, "it takes no words, only "
				     "options");
	if (mb_pick_store(t, MB_PICK_CREDENTIALS, e) < 0)
		return -1;
	changed = check ? mb_store_retired(t->store) == undo :
			  mb_store_retire(t->store, !undo, e);
	if (changed < 0)
		return -1;
	t->changed = changed > 0;
	mb_out_set(t, "retired", json_boolean(check && changed ? undo : !undo));
	mb_out_outcome(t, "%s%s: %s", check ? "would be: " : "",
		       t->home.conf_dir, undo ? "no longer retired" :
		       "retired, no token is asked for here any more");
	if (changed > 0 && !check && !undo)
		mb_out_note("Access tokens go on until they expire. next: %s "
			    "export FILE --to CERT", mb_pick_command(t));
	return 0;
}

static const struct mb_opt options[] = {
	{ "undo", NULL, "ask for tokens again", 0 },
	{ "check", NULL, "write nothing, say what would change", 0 },
	{ NULL, NULL, NULL, 0 },
};

const struct mb_verb mb_verb_retire = {
	.name = "retire",
	.operands = "",
	.summary = "refresh nothing on this host any more, for a move",
	.opts = options,
	.more =
"Two hosts that refresh the same sign-in end it, where the provider rotates refresh\n"
"tokens. The mark is a file in the store's configuration directory.\n",
	.run = run,
};
