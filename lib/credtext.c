/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A tokenizer for libconfig's grammar, as much of it as it takes to find where
 * things begin and end.  It agrees with libconfig's own scanner about comments
 * and strings: a backslash in a string takes the next character with it.
 */
#include "config.h"

#include "lib/credtext.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

enum { DEPTH_MAX = 8 };

enum kind { END, NAME, STRING, OTHER, PUNCT, BAD };

struct token {
	enum kind kind;
	char punct;
	size_t begin;
	size_t end;
};

struct reader {
	const char *text;
	size_t at;
	size_t end;
};

static struct reader reader_of(const struct mb_secret *text, size_t begin,
			       size_t end)
{
	return (struct reader){ text->data, begin, end };
}

static bool is_blank(char c)
{
	return c == ' ' || (c >= '\t' && c <= '\r');
}

static bool is_word(char c)
{
	return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') ||
	       (c >= '0' && c <= '9') || (c && strchr("_-*+.", c));
}

/* Past a comment that begins here; false when it is never closed. */
static bool skip_comment(struct reader *r, bool *was_one)
{
	const char *p = r->text + r->at;
	size_t left = r->end - r->at;
	const char *nl;

	*was_one = true;
	if (*p == '#' || (left > 1 && p[0] == '/' && p[1] == '/')) {
		nl = memchr(p, '\n', left);
		r->at = nl ? (size_t)(nl - r->text) : r->end;
		return true;
	}
	if (left > 1 && p[0] == '/' && p[1] == '*') {
		nl = memmem(p + 2, left - 2, "*/", 2);
		if (!nl)
			return false;
		r->at = (size_t)(nl - r->text) + 2;
		return true;
	}
	*was_one = false;
	return true;
}

/* Past blanks and comments. */
static bool skip_space(struct reader *r)
{
	bool comment = true;

	while (r->at < r->end) {
		if (is_blank(r->text[r->at])) {
			r->at++;
			continue;
		}
		if (!skip_comment(r, &comment))
			return false;
		if (!comment)
			break;
	}
	return true;
}

static bool skip_string(struct reader *r)
{
	for (r->at++; r->at < r->end; r->at++) {
		if (r->text[r->at] == '\\')
			r->at++;
		else if (r->text[r->at] == '"') {
			r->at++;
			return true;
		}
	}
	r->at = r->end;
	return false;
}

static struct token next(struct reader *r)
{
	struct token t = {0};
	char c;

	if (!skip_space(r)) {
		t.kind = BAD;
		t.begin = t.end = r->at;
		return t;
	}
	t.begin = r->at;
	if (r->at == r->end) {
		t.kind = END;
	} else if ((c = r->text[r->at]) == '"') {
		t.kind = skip_string(r) ? STRING : BAD;
	} else if (c && strchr("{}()[],;=:", c)) {
		t.kind = PUNCT;
		t.punct = c;
		r->at++;
	} else if (is_word(c)) {
		t.kind = (c >= '0' && c <= '9') || strchr("+-.", c) ? OTHER :
								     NAME;
		while (r->at < r->end && is_word(r->text[r->at]))
			r->at++;
	} else {
		t.kind = BAD;
	}
	t.end = r->at;
	return t;
}

static bool is_punct(const struct token *t, const char *set)
{
	return t->kind == PUNCT && strchr(set, t->punct);
}

static size_t line_of(const struct mb_secret *text, size_t at)
{
	size_t line = 1;

	for (size_t i = 0; i < at && i < text->len; i++)
		line += text->data[i] == '\n';
	return line;
}

static int refuse(const struct mb_secret *text, size_t at, const char *object,
		  const char *what, struct mb_err *e)
{
	return mb_fail(e, MB_E_CONFIG_SYNTAX, object, " line %zu: %s",
		       line_of(text, at), what);
}

/* libconfig keeps strings as C strings: what comes behind \x00 would be lost
 * without a word. */
static bool has_nul_escape(const struct reader *r, const struct token *t)
{
	for (size_t i = t->begin; i < t->end; i++) {
		if (r->text[i] != '\\')
			continue;
		if (t->end - i > 4 && memcmp(&r->text[i], "\\x00", 4) == 0)
			return true;
		i++;
	}
	return false;
}

/* Where the scan is: how deep, and how many members each open group has. */
struct nesting {
	int depth;
	size_t members[DEPTH_MAX + 1];
};

static const char *nesting_fault(const struct token *t, struct nesting *n)
{
	if (is_punct(t, "})]") && --n->depth < 0)
		return "a closing bracket too many";
	if (is_punct(t, "{([")) {
		if (++n->depth > DEPTH_MAX)
			return "nested too deep";
		n->members[n->depth] = 0;
	}
	/* libconfig compares each with each. */
	if (is_punct(t, "=:") && ++n->members[n->depth] > MB_CREDTEXT_MEMBERS)
		return "too many members in one group";
	return NULL;
}

static const char *fault_of(const struct reader *r, const struct token *t,
			    struct nesting *n)
{
	if (t->kind == BAD && r->at < r->end && r->text[r->at] == '@')
		return "@include is not allowed here";
	if (t->kind == BAD && r->at < r->end && r->text[r->at] != '/')
		return "a character that belongs nowhere";
	if (t->kind == BAD)
		return "a string or comment is not closed";
	if (t->kind == STRING && has_nul_escape(r, t))
		return "a string contains \\x00";
	return nesting_fault(t, n);
}

int mb_credtext_scan(const struct mb_secret *text, const char *object,
		     struct mb_err *e)
{
	struct reader r = reader_of(text, 0, text->len);
	struct token t;
	struct nesting n = {0};
	const char *nul = text->len ? memchr(text->data, 0, text->len) : NULL;
	const char *fault;

	if (nul)
		return refuse(text, (size_t)(nul - text->data), object,
			      "a NUL byte", e);
	do {
		t = next(&r);
		fault = fault_of(&r, &t, &n);
		if (fault)
			return refuse(text, t.begin, object, fault, e);
	} while (t.kind != END);
	if (n.depth)
		return refuse(text, text->len, object,
			      "a bracket is not closed", e);
	return 0;
}

/* Read one value; what comes behind it is in *after.  -1: not a value. */
static int read_value(struct reader *r, struct mb_span *value,
		      struct token *after)
{
	struct token t = next(r);
	int depth;

	if (t.kind == BAD || t.kind == END || is_punct(&t, "})],;=:"))
		return -1;
	value->begin = t.begin;
	if (t.kind == PUNCT) {
		for (depth = 1; depth > 0; ) {
			t = next(r);
			if (t.kind == BAD || t.kind == END)
				return -1;
			depth += is_punct(&t, "{([");
			depth -= is_punct(&t, "})]");
		}
		value->end = t.end;
		*after = next(r);
		return after->kind == BAD ? -1 : 0;
	}
	do {	/* adjacent strings are one */
		value->end = t.end;
		*after = next(r);
		if (t.kind != STRING || after->kind != STRING)
			break;
		t = *after;
	} while (true);
	return after->kind == BAD ? -1 : 0;
}

/* name and after may be the same token. */
static int read_member(struct reader *r, const struct token *name,
		       struct mb_credtext_member *m, struct token *after)
{
	size_t n = name->end - name->begin;
	struct token t;

	if (name->kind != NAME || n >= sizeof(m->name))
		return -1;
	memcpy(m->name, r->text + name->begin, n);
	m->name[n] = '\0';
	m->all.begin = name->begin;
	t = next(r);
	if (!is_punct(&t, "=:") || read_value(r, &m->value, after) < 0)
		return -1;
	m->all.end = m->value.end;
	if (is_punct(after, ";,")) {
		m->all.end = after->end;
		*after = next(r);
	}
	return 0;
}

int mb_credtext_members(const struct mb_secret *text,
			const struct mb_span *within,
			struct mb_credtext_member *m, size_t max, size_t *n)
{
	struct reader r = within ?
		reader_of(text, within->begin + 1, within->end - 1) :
		reader_of(text, 0, text->len);
	struct token t = next(&r);
	size_t found = 0;

	for (; t.kind != END; found++)
		if (found == max || read_member(&r, &t, &m[found], &t) < 0)
			return -1;
	*n = found;
	return 0;
}

int mb_credtext_element(const struct mb_secret *text,
			const struct mb_span *list, size_t index,
			struct mb_credtext_element *el)
{
	struct reader r = reader_of(text, list->begin + 1, list->end - 1);
	struct mb_credtext_element x = { .comma_before = SIZE_MAX,
					 .comma_after = SIZE_MAX };
	struct token after;

	for (size_t i = 0; ; i++) {
		struct reader ahead = r;

		/* A comma may follow the last element. */
		if (next(&ahead).kind == END && index == SIZE_MAX && i > 0)
			break;
		if (i > 0)
			x.comma_before = x.comma_after;
		x.comma_after = SIZE_MAX;
		if (read_value(&r, &x.span, &after) < 0)
			return -1;
		if (is_punct(&after, ","))
			x.comma_after = after.begin;
		else if (after.kind != END)
			return -1;
		if (i == index)
			break;
		if (after.kind == END && index != SIZE_MAX)
			return -1;
	}
	*el = x;
	return 0;
}
