/* SPDX-License-Identifier: BSD-2-Clause */
#include "config.h"

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "lib/credfile_edit.h"

enum { CHANGES_MAX = 2 * MB_CREDENTIAL_MEMBERS };

static int no_credential(const char *name, struct mb_err *e)
{
	char object[MB_NAME_MAX + 32];

	snprintf(object, sizeof(object), "client credential %s", name);
	mb_fail(e, MB_E_NO_CREDENTIAL, object, " does not exist");
	return mb_remedy(e, "run: mailbearer list credentials");
}

/* Element `index` of the list of credentials. */
static int find_group(const struct mb_secret *text, int index,
		      struct mb_credtext_element *el)
{
	struct mb_credtext_member list;

	if (mb_credfile_edit_top(text, "credentials", &list) != 1)
		return -1;
	return mb_credtext_element(text, &list.value, (size_t)index, el);
}

/* Widen span to whole lines if nothing else is on them: removing what it covers
 * would leave blank lines behind. */
static void take_lines(const struct mb_secret *text, struct mb_span *span)
{
	size_t begin = span->begin;
	size_t end = span->end;

	while (begin > 0 && strchr(" \t", text->data[begin - 1]))
		begin--;
	while (end < text->len && text->data[end] &&
	       strchr(" \t\r", text->data[end]))
		end++;
	if ((begin == 0 || text->data[begin - 1] == '\n') &&
	    end < text->len && text->data[end] == '\n') {
		span->begin = begin;
		span->end = end + 1;
	}
}

/* ---- replace ---- */

/* The changes of one group under way, and the texts they put in. */
struct rewrite {
	const struct mb_secret *text;
	const struct mb_credential *c;
	struct mb_credtext_member member[MB_CREDTEXT_MEMBERS];
	size_t nmembers;
	struct mb_secret put[CHANGES_MAX];	/* the first: all new members */
	struct mb_splice change[CHANGES_MAX];
	size_t nchanges;
};

/* The next change, at span; what it puts in is empty so far. */
static struct mb_secret *change_at(struct rewrite *r, struct mb_span span)
{
	struct mb_secret *put = &r->put[r->nchanges];

	r->change[r->nchanges].span = span;
	r->change[r->nchanges++].with = put;
	return put;
}

static const struct mb_credtext_member *member_of(const struct rewrite *r,
						  const char *name)
{
	for (size_t i = 0; i < r->nmembers; i++)
		if (strcmp(r->member[i].name, name) == 0)
			return &r->member[i];
	return NULL;
}

static int rewrite_member(struct rewrite *r, const struct mb_member *m)
{
	const struct mb_credtext_member *there = member_of(r, m->name);
	struct mb_secret *put = &r->put[0];
	struct mb_span span;

	if (there && mb_credmember_is_default(m, r->c)) {
		span = there->all;
		take_lines(r->text, &span);
		change_at(r, span);
		return 0;
	}
	if (there)
		return mb_credmember_write(m, r->c, "      ",
					   change_at(r, there->value));
	if (mb_credmember_is_default(m, r->c))
		return 0;
	if (mb_secret_append_str(put, "\n    ") < 0 ||
	    mb_secret_append_str(put, m->name) < 0 ||
	    mb_secret_append_str(put, " = ") < 0 ||
	    mb_credmember_write(m, r->c, "      ", put) < 0)
		return -1;
	return mb_secret_append_str(put, ";");
}

/* New members come behind "name", which is there and stays: what is put in must
 * not lie within what is cut away.  It may lack its ";". */
static int place_new_members(struct rewrite *r)
{
	const struct mb_credtext_member *name = member_of(r, "name");
	struct mb_span end;

	if (!name)	/* by it the group was found; gcc -O2 asks */
		return -1;
	end.begin = end.end = name->all.end;
	change_at(r, end);
	return name->all.end > name->value.end ? 0 :
	       mb_secret_append_str(&r->put[0], ";");
}

static int rewrite_group(struct rewrite *r, const struct mb_span *group,
			 const struct mb_credential *old, struct mb_err *e)
{
	if (mb_credtext_members(r->text, group, r->member,
				MB_CREDTEXT_MEMBERS, &r->nmembers) < 0 ||
	    !member_of(r, "name"))
		return mb_credfile_edit_refuse(e);
	if (place_new_members(r) < 0)
		return mb_credfile_edit_nomem(e);
	for (size_t i = 0; i < mb_credmembers_n; i++)
		if (!mb_credmember_equal(&mb_credmembers[i], old, r->c) &&
		    rewrite_member(r, &mb_credmembers[i]) < 0)
			return mb_credfile_edit_nomem(e);
	return 0;
}

static int replace_at(struct mb_secret *text, const struct mb_credconf *before,
		      int index, const struct mb_credential *c,
		      struct mb_err *e)
{
	const struct mb_edit_wanted w = { .replaced = index,
		.removed = MB_EDIT_NOWHERE, .with = c };
	struct rewrite r = { .text = text, .c = c };
	struct mb_credmember_entry old = {0};
	struct mb_credtext_element el;
	const config_setting_t *list = config_setting_get_member(
		config_root_setting(&before->config), "credentials");
	int ret = -1;

	if (mb_credmember_read(before, config_setting_get_elem(list,
			       (unsigned int)index), false, &old, e) < 0)
		goto out;
	if (find_group(text, index, &el) < 0) {
		mb_credfile_edit_refuse(e);
		goto out;
	}
	if (rewrite_group(&r, &el.span, &old.c, e) < 0)
		goto out;
	ret = mb_credfile_edit_finish(text, before, r.change, r.nchanges, &w,
				      e);
out:
	for (size_t i = 0; i < CHANGES_MAX; i++)
		mb_secret_clear(&r.put[i]);
	mb_credential_clear(&old.c);
	return ret;
}

int mb_credfile_replace(struct mb_secret *text, const char *name,
			const struct mb_credential *c, struct mb_err *e)
{
	struct mb_credconf before;
	int ret = -1;
	int index;

	if (mb_credential_check(c, e) < 0 ||
	    mb_credfile_open(&before, text, false, MB_CREDFILE_OBJECT, e) < 0)
		return -1;
	index = mb_credfile_edit_index(&before, name);
	if (index == MB_EDIT_NOWHERE)
		no_credential(name, e);
	else
		ret = replace_at(text, &before, index, c, e);
	mb_credconf_close(&before);
	return ret;
}

/* ---- remove ---- */

static int in_use(const struct mb_credconf *before, const char *name,
		  struct mb_err *e)
{
	const config_setting_t *rules = config_setting_get_member(
		config_root_setting(&before->config), "accounts");
	int n = rules ? config_setting_length(rules) : 0;
	char object[MB_NAME_MAX + 32];

	for (int i = 0; i < n; i++) {
		const config_setting_t *rule =
			config_setting_get_elem(rules, (unsigned int)i);
		const char *its = NULL, *user = "?";

		if (!config_setting_is_group(rule) ||
		    !config_setting_lookup_string(rule, "credential", &its) ||
		    strcmp(its, name) != 0)
			continue;
		(void)config_setting_lookup_string(rule, "user", &user);
		snprintf(object, sizeof(object), "client credential %s",
			 name);
		mb_fail(e, MB_E_IN_USE, object,
			" is used by the account rule for %s", user);
		return mb_remedy(e, "first: mailbearer remove '%s'", user);
	}
	return 0;
}

static int remove_at(struct mb_secret *text, const struct mb_credconf *before,
		     int index, struct mb_err *e)
{
	const struct mb_edit_wanted w = { .replaced = MB_EDIT_NOWHERE,
		.removed = index };
	struct mb_credtext_element el;
	struct mb_splice changes[2] = {0};
	size_t n = 1;
	size_t comma;

	if (find_group(text, index, &el) < 0)
		return mb_credfile_edit_refuse(e);
	/* One comma goes with it: for the last element the one before. */
	comma = el.comma_after != SIZE_MAX ? el.comma_after : el.comma_before;
	changes[0].span = el.span;
	if (comma == el.span.end)	/* "},": one piece, one line */
		changes[0].span.end++;
	else if (comma != SIZE_MAX) {
		changes[1].span.begin = comma;
		changes[1].span.end = comma + 1;
		n = 2;
	}
	take_lines(text, &changes[0].span);
	return mb_credfile_edit_finish(text, before, changes, n, &w, e);
}

int mb_credfile_remove(struct mb_secret *text, const char *name,
		       struct mb_err *e)
{
	struct mb_credconf before;
	int ret = -1;
	int index;

	if (mb_credfile_open(&before, text, false, MB_CREDFILE_OBJECT, e) < 0)
		return -1;
	index = mb_credfile_edit_index(&before, name);
	if (index == MB_EDIT_NOWHERE)
		no_credential(name, e);
	else if (in_use(&before, name, e) == 0)
		ret = remove_at(text, &before, index, e);
	mb_credconf_close(&before);
	return ret;
}
