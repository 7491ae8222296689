/* SPDX-License-Identifier: BSD-2-Clause */
#include "config.h"

#include "tools/out.h"
#include "tools/verbs.h"

static int run(struct mb_tool *t, struct mb_err *e)
{
	if (t->opts.noperands)
		return mb_opts_usage(&t->opts, e, "it takes no words");
	mb_out_line(t, "mailbearer %s", PACKAGE_VERSION);
	mb_out_set_str(t, "version", PACKAGE_VERSION);
	return 0;
}

const struct mb_verb mb_verb_version = {
	.name = "version",
	.operands = "",
	.summary = "print the version",
	.run = run,
};
