/* SPDX-License-Identifier: BSD-2-Clause */
#include "config.h"

#include <string.h>

#include "lib/address.h"
#include "tools/explain.h"
#include "tools/input.h"
#include "tools/out.h"
#include "tools/verbs.h"

enum { WIDTH = 76, TEXT_MAX = 8192 };

/* "[no-store]", as copied from a message, is no-store. */
static enum mb_id id_of(const char *word)
{
	if (*word == '[')
		word++;
	return mb_explain_id(word, strcspn(word, "]"));
}

enum mb_id mb_explain_id(const char *name, size_t n)
{
	int i;

	for (i = 1; i < MB_E_COUNT; i++) {
		const char *id = mb_message((enum mb_id)i)->name;

		if (strlen(id) == n && memcmp(id, name, n) == 0)
			return (enum mb_id)i;
	}
	return MB_E_NONE;
}

/* The length of the longest run of words of text that fits a line. */
static size_t line_of(const char *text)
{
	size_t n = strcspn(text, "\n");
	size_t last;

	if (n <= WIDTH)
		return n;
	for (last = WIDTH; last > 0 && text[last] != ' '; last--)
		;
	return last > 0 ? last : WIDTH;
}

void mb_explain_wrap(const struct mb_tool *t, const char *text)
{
	while (*text) {
		size_t n = line_of(text);

		mb_out_line(t, "%.*s", (int)n, text);
		text += n;
		text += *text == ' ' || *text == '\n';
	}
}

static void list(struct mb_tool *t)
{
	json_t *all = json_array();
	int i;

	for (i = 1; i < MB_E_COUNT; i++) {
		const char *name = mb_message((enum mb_id)i)->name;

		mb_out_line(t, "%s", name);
		(void)json_array_append_new(all, json_string(name));
	}
	mb_out_set(t, "ids", all);
}

/* The words of the command line as one text: nobody quotes. */
static int join(const struct mb_opts *o, struct mb_secret *text,
		struct mb_err *e)
{
	size_t i;

	for (i = 0; i < o->noperands; i++)
		if ((i && mb_secret_append_str(text, " ") < 0) ||
		    mb_secret_append_str(text, o->operands[i]) < 0)
			return mb_fail(e, MB_E_NOMEM, "explain",
				       "out of memory");
	return 0;
}

/* A log line with a token in it may have been pasted: it is wiped, and "-"
 * keeps it off the command line. */
static int line(struct mb_tool *t, struct mb_err *e)
{
	struct mb_secret text = { 0 };
	bool from_stdin = !strcmp(t->opts.operands[0], "-");
	int ret = -1;

	if ((from_stdin ? mb_input_file("-", TEXT_MAX, &text, e) :
			  join(&t->opts, &text, e)) == 0)
		ret = mb_explain_line(t, mb_secret_str(&text), e);
	mb_secret_clear(&text);
	return ret;
}

static int run(struct mb_tool *t, struct mb_err *e)
{
	const char *word = t->opts.noperands ? t->opts.operands[0] : NULL;
	struct mb_explain x = { 0 };

	if (!word) {
		list(t);
		return 0;
	}
	if (t->opts.noperands > 1)
		return line(t, e);
	x.id = id_of(word);
	if (x.id == MB_E_NONE && !strpbrk(word, " :;,") && mb_is_address(word))
		return mb_explain_account(t, word, e);
	if (x.id == MB_E_NONE)
		return line(t, e);
	mb_explain_say(t, &x);
	return 0;
}

const struct mb_verb mb_verb_explain = {
	.name = "explain",
	.operands = "[ID | ADDRESS | TEXT ...]",
	.summary = "say what went wrong, whose turn it is, and what to do",
	.more = "TEXT is a line of a log, a server's answer, a code such as "
		"AADSTS50173 or\n"
		"5.7.139, or the base64 behind 334; - reads it from standard "
		"input. No network is\n"
		"needed, and a store only for ADDRESS.\n",
	.run = run,
};
