/* SPDX-License-Identifier: BSD-2-Clause */
#include "config.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/secret.h"
#include "tools/opts.h"

int mb_opts_usage(const struct mb_opts *o, struct mb_err *e,
		  const char *cause, ...)
{
	char text[MB_ERR_CAUSE];
	char object[64];
	va_list ap;

	va_start(ap, cause);
	(void)vsnprintf(text, sizeof(text), cause, ap);
	va_end(ap);
	/* In front of the verb it is the program itself that is told. */
	(void)snprintf(object, sizeof(object), "%s%s",
		       strcmp(o->verb, "mailbearer") ? "mailbearer " : "",
		       o->verb);
	(void)mb_fail(e, MB_E_USAGE, object, "%s", text);
	return mb_remedy(e, "run: mailbearer help %s", o->verb);
}

const struct mb_opt *mb_opts_first(const struct mb_opt *table)
{
	if (table && !table->name && (table->flags & MB_OPT_FIELDS))
		table = mb_field_options;
	return table && table->name ? table : NULL;
}

const struct mb_opt *mb_opts_next(const struct mb_opt *opt)
{
	return mb_opts_first(opt + 1);
}

static const struct mb_opt *find(const struct mb_opt *table, const char *name,
				 size_t n)
{
	const struct mb_opt *o;

	for (o = mb_opts_first(table); o; o = mb_opts_next(o))
		if (strlen(o->name) == n && !memcmp(o->name, name, n))
			return o;
	return NULL;
}

/* Understood behind every verb. */
static const struct mb_opt everywhere[] = {
	{ "json", NULL, "one JSON document on stdout", 0 },
	{ "help", NULL, "print this help", 0 },
	{ NULL, NULL, NULL, 0 },
};

static int refused(const struct mb_opts *o, const struct mb_opt *opt,
		   struct mb_err *e)
{
	(void)mb_opts_usage(o, e, "--%s: a secret is never taken from the "
			    "command line, where every user can read it",
			    opt->name);
	return mb_remedy(e, "%s", opt->text);
}

/* One "--..." word; *used says that the following word was its value. */
static int option(struct mb_opts *o, const struct mb_opt *table, char *word,
		  char *following, bool *used, struct mb_err *e)
{
	char *eq = strchr(word, '=');
	size_t n = strcspn(word, "=");
	const struct mb_opt *opt = find(table, word, n);
	char *value = eq ? eq + 1 : following;

	*used = false;
	if (!opt)
		opt = find(everywhere, word, n);
	if (!opt)
		return mb_opts_usage(o, e, "there is no option --%.*s", (int)n,
				     word);
	if (opt->flags & MB_OPT_REFUSED) {
		/* Too late for whoever looked already, but not for the rest. */
		if (value)
			mb_wipe(value, strlen(value));
		return refused(o, opt, e);
	}
	if (!opt->arg && eq)
		return mb_opts_usage(o, e, "--%s takes no value", opt->name);
	if (opt->arg && !value)
		return mb_opts_usage(o, e, "--%s needs a value (%s)",
				     opt->name, opt->arg);
	if (!(opt->flags & MB_OPT_MANY) && mb_opts_has(o, opt->name))
		return mb_opts_usage(o, e, "--%s is given twice", opt->name);
	if (o->ngot == MB_OPTS_MAX)
		return mb_opts_usage(o, e, "too many options (at most %d)",
				     MB_OPTS_MAX);
	o->got[o->ngot].opt = opt;
	o->got[o->ngot].value = opt->arg ? value : "";
	o->ngot++;
	*used = opt->arg && !eq;
	return 0;
}

int mb_opts_parse(struct mb_opts *o, const char *verb,
		  const struct mb_opt *table, int argc, char **argv,
		  struct mb_err *e)
{
	char help[] = "help";
	bool ended = false, used;
	int i;

	memset(o, 0, sizeof(*o));
	o->verb = verb;
	o->operands = argv;
	for (i = 0; i < argc; i++) {
		char *word = argv[i];

		if (!ended && !strcmp(word, "--")) {
			ended = true;
		} else if (!ended && word[0] == '-' && word[1] == '-') {
			char *next = i + 1 < argc ? argv[i + 1] : NULL;

			if (option(o, table, word + 2, next, &used, e) < 0)
				return -1;
			i += used;
		} else if (!ended && !strcmp(word, "-h")) {
			if (option(o, table, help, NULL, &used, e) < 0)
				return -1;
		} else if (!ended && word[0] == '-' && word[1]) {
			return mb_opts_usage(o, e, "there is no option -%c",
					     word[1]);
		} else {
			argv[o->noperands++] = word;
		}
	}
	return 0;
}

bool mb_opts_has(const struct mb_opts *o, const char *name)
{
	return mb_opts_nth(o, name, 0) != NULL;
}

const char *mb_opts_get(const struct mb_opts *o, const char *name)
{
	const char *value = NULL;
	size_t i;

	for (i = 0; i < o->ngot; i++)
		if (!strcmp(o->got[i].opt->name, name))
			value = o->got[i].value;
	return value;
}

const char *mb_opts_nth(const struct mb_opts *o, const char *name, size_t nth)
{
	size_t i;

	for (i = 0; i < o->ngot; i++)
		if (!strcmp(o->got[i].opt->name, name) && nth-- == 0)
			return o->got[i].value;
	return NULL;
}

int mb_opts_number(const struct mb_opts *o, const char *name, int64_t min,
		   int64_t max, int64_t *value, struct mb_err *e)
{
	const char *text = mb_opts_get(o, name);
	char *end;
	long long n;

	if (!text)
		return 0;
	errno = 0;
	n = strtoll(text, &end, 10);
	if (errno || end == text || *end || n < min || n > max)
		return mb_opts_usage(o, e,
				     "--%s wants a whole number from %lld to %lld",
				     name, (long long)min, (long long)max);
	*value = n;
	return 0;
}

int mb_opts_operands(const struct mb_opts *o, size_t min, size_t max,
		     const char *what, struct mb_err *e)
{
	if (o->noperands < min)
		return mb_opts_usage(o, e, "%s is missing", what);
	if (max && o->noperands > max)
		return mb_opts_usage(o, e, "too many words; wanted: %s", what);
	return 0;
}
