/* SPDX-License-Identifier: BSD-2-Clause */
/* The command line of one verb: a table of options, read into a list. */
#ifndef MB_TOOLS_OPTS_H
#define MB_TOOLS_OPTS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "lib/err.h"

enum {
	MB_OPT_MANY = 1,	/* may be given more than once */
	MB_OPT_REFUSED = 2,	/* would be a secret on the command line: `text`
				 * says what to use instead */
	MB_OPT_HIDDEN = 4,	/* an alias, not shown by help */
	MB_OPT_FIELDS = 8,	/* in the row that ends a table: here follow
				 * the fields of a client credential */
};

struct mb_opt {
	const char *name;	/* "client-id"; NULL ends a table */
	const char *arg;	/* "ID", or NULL: a switch */
	const char *text;	/* one line for help */
	unsigned flags;
};

extern const struct mb_opt mb_field_options[];	/* tools/fields.c */

/* The row behind opt, across MB_OPT_FIELDS; NULL at the end.  A table is
 * walked from mb_opts_first(). */
const struct mb_opt *mb_opts_first(const struct mb_opt *table);
const struct mb_opt *mb_opts_next(const struct mb_opt *opt);

enum { MB_OPTS_MAX = 64 };

/* Pointers into argv and the table; nothing to free. */
struct mb_opts {
	const char *verb;
	struct {
		const struct mb_opt *opt;
		const char *value;	/* "" for a switch */
	} got[MB_OPTS_MAX];
	size_t ngot;
	char **operands;
	size_t noperands;
};

/*
 * Parse argv (without the verb itself; it is permuted): --name VALUE,
 * --name=VALUE, switches, operands in any order, "--" ends options, "-" is an
 * operand.  0, or -1 with MB_E_USAGE.  No value that might be a secret is
 * repeated in an error.
 */
int mb_opts_parse(struct mb_opts *o, const char *verb,
		  const struct mb_opt *table, int argc, char **argv,
		  struct mb_err *e);

bool mb_opts_has(const struct mb_opts *o, const char *name);
/* The (last) value, or NULL. */
const char *mb_opts_get(const struct mb_opts *o, const char *name);
/* The i-th value of an option that may be given more than once, or NULL. */
const char *mb_opts_nth(const struct mb_opts *o, const char *name, size_t i);

/* A whole number of an option's value; *value is left alone if the option was
 * not given.  0, or -1 with MB_E_USAGE. */
int mb_opts_number(const struct mb_opts *o, const char *name, int64_t min,
		   int64_t max, int64_t *value, struct mb_err *e);

/* As many operands as the verb wants?  max 0: no upper limit. */
int mb_opts_operands(const struct mb_opts *o, size_t min, size_t max,
		     const char *what, struct mb_err *e);

/* A usage error of this verb with "run: mailbearer help VERB".  Returns -1. */
int mb_opts_usage(const struct mb_opts *o, struct mb_err *e,
		  const char *cause, ...)
	__attribute__((format(printf, 3, 4)));

#endif
