/* SPDX-License-Identifier: BSD-2-Clause */
#include "config.h"

#include <string.h>

#include "tools/explain.h"
#include "tools/out.h"
#include "tools/verbs.h"

enum { WIDTH = 76 };

/* "[no-store]", as copied from a message, is no-store. */
static enum mb_id id_of(const char *word)
{
	size_t n;
	int i;

	if (*word == '[')
		word++;
	n = strcspn(word, "]");
	for (i = 1; i < MB_E_COUNT; i++) {
		const char *name = mb_message((enum mb_id)i)->name;

		if (strlen(name) == n && memcmp(name, word, n) == 0)
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

static void wrap(const struct mb_tool *t, const char *text)
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

static int run(struct mb_tool *t, struct mb_err *e)
{
	const char *word = t->opts.noperands ? t->opts.operands[0] : NULL;
	enum mb_id id = word ? id_of(word) : MB_E_NONE;
	const struct mb_message *m = mb_message(id);

	if (!word) {
		list(t);
		return 0;
	}
	if (t->opts.noperands > 1 || id == MB_E_NONE) {
		mb_fail(e, MB_E_USAGE, word, "no message has this id");
		return mb_remedy(e, "give the word in brackets at a message's "
				 "end; mailbearer explain lists them");
	}
	wrap(t, mb_explain_text(id));
	mb_out_line(t, "Whose turn: %s.", mb_explain_turn(m->turn));
	mb_out_set_str(t, "id", m->name);
	mb_out_set_str(t, "text", mb_explain_text(id));
	mb_out_set_str(t, "whose_turn", mb_out_turn(m->turn));
	return 0;
}

const struct mb_verb mb_verb_explain = {
	.name = "explain",
	.operands = "[ID]",
	.summary = "say what a message's id means, and what to do",
	.run = run,
};
