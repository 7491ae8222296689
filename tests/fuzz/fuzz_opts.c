/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The command line.  Input: a line each for the verb and for every word behind
 * it.
 */
#include "config.h"

#include <stdlib.h>
#include <string.h>

#include "tests/fuzz/fuzz.h"
#include "tools/opts.h"
#include "tools/verbs.h"

enum { WORDS_MAX = 100 };

static bool is_one_of(const char *value, char **words, int n)
{
	for (int i = 0; i < n; i++)
		if (value >= words[i] &&
		    value <= words[i] + strlen(words[i]))
			return true;
	return false;
}

/* All words are accounted for, and nothing points elsewhere. */
static void check_parsed(const struct mb_opts *o, char **words, int n)
{
	int64_t number = 7;
	struct mb_err e = { 0 };

	fuzz_check(o->ngot <= MB_OPTS_MAX && o->noperands <= (size_t)n);
	fuzz_check(o->ngot + o->noperands <= (size_t)n);
	for (size_t i = 0; i < o->ngot; i++) {
		const struct mb_opt *opt = o->got[i].opt;

		fuzz_check(opt && opt->name && o->got[i].value);
		fuzz_check(!(opt->flags & MB_OPT_REFUSED));
		fuzz_check(mb_opts_has(o, opt->name));
		fuzz_check(opt->arg ? is_one_of(o->got[i].value, words, n) :
				      !*o->got[i].value);
		if (mb_opts_number(o, opt->name, 1, 100, &number, &e) < 0)
			fuzz_check_err(&e);
		fuzz_check(number >= 1 && number <= 100);
	}
	for (size_t i = 0; i < o->noperands; i++)
		fuzz_check(is_one_of(o->operands[i], words, n));
	if (mb_opts_operands(o, 1, 2, "NAME", &e) < 0)
		fuzz_check_err(&e);
	else
		fuzz_check(o->noperands == 1 || o->noperands == 2);
}

/* A secret given as a value is wiped. */
static void check_refused(const struct mb_err *e, char **words, int n)
{
	static const char option[] = "--client-secret";
	bool wiped = false;

	fuzz_check_err(e);
	fuzz_check(e->id == MB_E_USAGE);
	if (strncmp(e->cause, "--client-secret: a secret", 25) != 0)
		return;
	for (int i = 0; i < n; i++) {
		const char *behind = words[i] + sizeof(option) - 1;

		if (strncmp(words[i], option, sizeof(option) - 1) != 0)
			continue;
		if (!*behind)
			wiped = wiped || i + 1 == n || !*words[i + 1];
		else
			wiped = wiped || strcmp(behind, "=") == 0;
	}
	fuzz_check(wiped);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct fuzz_in in = fuzz_of(data, size);
	char *verb = fuzz_line(&in), *words[WORDS_MAX + 1], *argv[WORDS_MAX + 1];
	const struct mb_verb *v = mb_verb_find(verb);
	struct mb_err e = { 0 };
	struct mb_opts o;
	int n = 0;

	if (!v) {
		(void)mb_verb_meant(verb);
		v = mb_verbs[0];
	}
	while (in.n > 0 && n < WORDS_MAX)
		words[n++] = fuzz_line(&in);
	words[n] = NULL;
	memcpy(argv, words, sizeof(argv[0]) * (size_t)(n + 1));
	if (mb_opts_parse(&o, v->name, v->opts, n, argv, &e) == 0)
		check_parsed(&o, words, n);
	else
		check_refused(&e, words, n);
	for (int i = 0; i < n; i++)
		free(words[i]);
	free(verb);
	return 0;
}
