/* SPDX-License-Identifier: BSD-2-Clause */
#include "config.h"

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "lib/credfile_edit.h"

int mb_credfile_new_text(struct mb_secret *text, struct mb_err *e)
{
	static const char fresh[] =
		MB_CREDFILE_HEADER "\ncredentials = (\n);\n";

	if (mb_secret_set(text, fresh, sizeof(fresh) - 1) < 0)
		return mb_credfile_edit_nomem(e);
	return 0;
}

static int write_member(const struct mb_member *m,
			const struct mb_credential *c, struct mb_secret *out)
{
	if (mb_secret_append_str(out, "    ") < 0 ||
	    mb_secret_append_str(out, m->name) < 0 ||
	    mb_secret_append_str(out, " = ") < 0 ||
	    mb_credmember_write(m, c, "      ", out) < 0)
		return -1;
	return mb_secret_append_str(out, ";\n");
}

static int write_group(const struct mb_credential *c, struct mb_secret *out)
{
	if (mb_secret_append_str(out, "  {\n") < 0)
		return -1;
	for (size_t i = 0; i < mb_credmembers_n; i++)
		if (!mb_credmember_is_default(&mb_credmembers[i], c) &&
		    write_member(&mb_credmembers[i], c, out) < 0)
			return -1;
	return mb_secret_append_str(out, "  }");
}

static int write_groups(const struct mb_credential *const *list, size_t n,
			struct mb_secret *out)
{
	for (size_t i = 0; i < n; i++)
		if ((i > 0 && mb_secret_append_str(out, ",\n") < 0) ||
		    write_group(list[i], out) < 0)
			return -1;
	return mb_secret_append_str(out, "\n");
}

/* Where the line begins that has nothing but blanks before `at`; else `at`,
 * and a line end has to come first. */
static size_t line_start(const struct mb_secret *text, size_t at,
			 bool *needs_newline)
{
	size_t start = at;

	while (start > 0 && strchr(" \t", text->data[start - 1]))
		start--;
	*needs_newline = start > 0 && text->data[start - 1] != '\n';
	return *needs_newline ? at : start;
}

/* The new groups go in front of the list's ")", and a comma behind the element
 * that was the last, so that comments stay with what they belong to. */
static int add_to_list(const struct mb_secret *text,
		       const struct mb_span *list, struct mb_secret *groups,
		       struct mb_splice *changes, size_t *n)
{
	static char comma_text[] = ",";
	static const struct mb_secret comma = { comma_text, 1, 0 };
	struct mb_secret framed = {0};
	struct mb_credtext_element last;
	bool newline;
	size_t at = line_start(text, list->end - 1, &newline);

	*n = 0;
	if (mb_credtext_element(text, list, SIZE_MAX, &last) == 0 &&
	    last.comma_after == SIZE_MAX) {
		changes[*n].span.begin = last.span.end;
		changes[*n].span.end = last.span.end;
		changes[(*n)++].with = &comma;
	}
	if (newline && (mb_secret_append_str(&framed, "\n") < 0 ||
			mb_secret_append(&framed, groups->data,
					 groups->len) < 0)) {
		mb_secret_clear(&framed);
		return -1;
	}
	if (newline)
		mb_secret_move(groups, &framed);
	changes[*n].span.begin = at;
	changes[*n].span.end = at;
	changes[(*n)++].with = groups;
	return 0;
}

/* A text that has no list of credentials at all: make one at its end. */
static int add_list(const struct mb_secret *text, struct mb_secret *groups,
		    struct mb_splice *changes, size_t *n)
{
	bool newline = text->len > 0 && text->data[text->len - 1] != '\n';
	struct mb_secret all = {0};

	if (mb_secret_append_str(&all, newline ? "\n\ncredentials = (\n" :
						 "\ncredentials = (\n") < 0 ||
	    mb_secret_append(&all, groups->data, groups->len) < 0 ||
	    mb_secret_append_str(&all, ");\n") < 0) {
		mb_secret_clear(&all);
		return -1;
	}
	mb_secret_move(groups, &all);
	changes[0].span.begin = text->len;
	changes[0].span.end = text->len;
	changes[0].with = groups;
	*n = 1;
	return 0;
}

static int add_spliced(struct mb_secret *text, const struct mb_credconf *before,
		       const struct mb_edit_wanted *w, struct mb_err *e)
{
	struct mb_secret groups = {0};
	struct mb_splice changes[2];
	struct mb_credtext_member m;
	int there = mb_credfile_edit_top(text, "credentials", &m);
	int ret = -1;
	size_t n = 0;

	if (there < 0) {
		mb_credfile_edit_refuse(e);
		goto out;
	}
	if (write_groups(w->added, w->nadded, &groups) < 0 ||
	    (there ? add_to_list(text, &m.value, &groups, changes, &n) :
		     add_list(text, &groups, changes, &n)) < 0) {
		mb_credfile_edit_nomem(e);
		goto out;
	}
	ret = mb_credfile_edit_finish(text, before, changes, n, w, e);
out:
	mb_secret_clear(&groups);
	return ret;
}

static int exists(const char *name, struct mb_err *e)
{
	char object[MB_NAME_MAX + 32];

	snprintf(object, sizeof(object), "client credential %s", name);
	mb_fail(e, MB_E_EXISTS, object, " exists already");
	return mb_remedy(e, "run: mailbearer set %s ..., or choose another "
			 "name", name);
}

int mb_credfile_add_all(struct mb_secret *text,
			const struct mb_credential *const *list, size_t n,
			struct mb_err *e)
{
	const struct mb_edit_wanted w = { MB_EDIT_NOWHERE, MB_EDIT_NOWHERE, NULL, list, n };
	struct mb_secret fresh = {0};
	struct mb_credconf before;
	int ret = -1;

	for (size_t i = 0; i < n; i++)
		if (mb_credential_check(list[i], e) < 0)
			return -1;
	if (n == 0)
		return 0;
	if (text->len == 0) {
		if (mb_credfile_new_text(&fresh, e) < 0)
			return -1;
	} else if (mb_secret_set(&fresh, text->data, text->len) < 0) {
		return mb_credfile_edit_nomem(e);
	}
	if (mb_credfile_open(&before, &fresh, false, MB_CREDFILE_OBJECT,
			     e) < 0)
		goto out;
	/* Of several, the parser finds the two of one name. */
	if (n == 1 && mb_credfile_edit_index(&before, list[0]->name) != MB_EDIT_NOWHERE) {
		exists(list[0]->name, e);
		goto close;
	}
	ret = add_spliced(&fresh, &before, &w, e);
	if (ret == 0)
		mb_secret_move(text, &fresh);
close:
	mb_credconf_close(&before);
out:
	mb_secret_clear(&fresh);
	return ret;
}

int mb_credfile_add(struct mb_secret *text, const struct mb_credential *c,
		    struct mb_err *e)
{
	return mb_credfile_add_all(text, &c, 1, e);
}
