/* SPDX-License-Identifier: BSD-2-Clause */
/* What every verb is given: the command line, the store it works on, and the
 * result it builds. */
#ifndef MB_TOOLS_TOOL_H
#define MB_TOOLS_TOOL_H

#include <jansson.h>
#include <limits.h>
#include <stdbool.h>

#include "lib/err.h"
#include "lib/home.h"
#include "lib/store.h"
#include "tools/opts.h"

/* Exit statuses (man mailbearer, "EXIT STATUS"). */
enum {
	MB_EXIT_OK = 0,
	MB_EXIT_FAILED = 1,
	MB_EXIT_USAGE = 2,
	MB_EXIT_NOT_FOUND = 3,
	MB_EXIT_PERSON = 4,
	MB_EXIT_TEMPORARY = 5,
};

struct mb_tool {
	const struct mb_verb *verb;
	struct mb_opts opts;		/* of the verb */
	enum mb_home_kind home_kind;	/* --system, --user, --store */
	const char *home_dir;		/* of --store */
	bool json;			/* --json */
	bool color;			/* may stdout be coloured? */
	struct mb_home home;		/* once picked (tools/store_pick.h) */
	char command[PATH_MAX + 32];	/* "sudo mailbearer": mb_pick_command() */
	bool said;			/* "store: DIR (system)" was printed */
	struct mb_store *store;		/* once opened; closed by main */
	bool changed;			/* set by a verb that changed something */
	json_t *result;			/* with --json: members of the answer */
	json_t *errors;			/* with --json: failures reported so far */
	bool listing;			/* mb_out_list() began the answer */
	size_t listed;			/* items of it so far */
};

struct mb_verb {
	const char *name;
	const char *operands;	/* "NAME", "ADDRESS ...", "" */
	const char *summary;	/* one line, no full stop */
	const struct mb_opt *opts;
	const char *more;	/* further paragraphs of help, or NULL */
	/*
	 * 0 done; -1 with *e, which main prints and turns into an exit status;
	 * or an exit status above 0 when the verb has reported by
	 * mb_out_error() itself.
	 */
	int (*run)(struct mb_tool *t, struct mb_err *e);
};

#endif
