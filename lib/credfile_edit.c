/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Changes of the credentials text.  Each makes a new text by splicing, parses
 * it, and compares all of it with what it should be before it counts: a text
 * written in a way that the tokenizer misreads is refused, never damaged.
 */
#include "config.h"

#include "lib/credfile_edit.h"

#include <stdbool.h>
#include <string.h>

int mb_credfile_edit_refuse(struct mb_err *e)
{
	mb_fail(e, MB_E_USE_EDIT, MB_CREDFILE_OBJECT, " is written in a way "
		"that cannot be changed without touching other parts");
	return mb_remedy(e, "run: mailbearer edit");
}

int mb_credfile_edit_nomem(struct mb_err *e)
{
	return mb_fail(e, MB_E_NOMEM, MB_CREDFILE_OBJECT, "out of memory");
}

int mb_credfile_edit_top(const struct mb_secret *text, const char *name,
		      struct mb_credtext_member *found)
{
	struct mb_credtext_member m[MB_CREDTEXT_MEMBERS];
	size_t n;

	if (mb_credtext_members(text, NULL, m, MB_CREDTEXT_MEMBERS, &n) < 0)
		return -1;
	for (size_t i = 0; i < n; i++) {
		if (strcmp(m[i].name, name) != 0)
			continue;
		*found = m[i];
		return 1;
	}
	return 0;
}

static const config_setting_t *credentials_of(const struct mb_credconf *conf)
{
	return config_setting_get_member(config_root_setting(&conf->config),
					 "credentials");
}

int mb_credfile_edit_index(const struct mb_credconf *conf, const char *name)
{
	const config_setting_t *list = credentials_of(conf);
	int n = list ? config_setting_length(list) : 0;

	for (int i = 0; i < n; i++) {
		const config_setting_t *group =
			config_setting_get_elem(list, (unsigned int)i);
		const char *its = NULL;

		if (config_setting_is_group(group) &&
		    config_setting_lookup_string(group, "name", &its) &&
		    strcmp(its, name) == 0)
			return i;
	}
	return MB_EDIT_NOWHERE;
}

/* ---- the check afterwards ---- */

static bool same(const struct mb_credential *a, const struct mb_credential *b)
{
	return mb_credential_diff(a, b, NULL, 0) == 0;
}

/* Is `now` what `before` should have become? */
static int compare(const struct mb_credconf *before,
		   const struct mb_credfile *now, const struct mb_edit_wanted *w,
		   struct mb_err *e)
{
	const config_setting_t *list = credentials_of(before);
	int n = list ? config_setting_length(list) : 0;
	struct mb_credmember_entry x = {0};
	size_t at = 0;
	int ret = -1;

	if (now->ncredentials !=
	    (size_t)n + w->nadded - (w->removed == MB_EDIT_NOWHERE ? 0 : 1))
		return mb_credfile_edit_refuse(e);
	for (int i = 0; i < n; i++) {
		if (i == w->removed)
			continue;
		if (i != w->replaced &&
		    mb_credmember_read(before, config_setting_get_elem(list,
				       (unsigned int)i), false, &x, e) < 0)
			goto out;
		if (!same(&now->credentials[at++],
			  i == w->replaced ? w->with : &x.c)) {
			mb_credfile_edit_refuse(e);
			goto out;
		}
	}
	for (size_t i = 0; i < w->nadded; i++) {
		if (!same(&now->credentials[at++], w->added[i])) {
			mb_credfile_edit_refuse(e);
			goto out;
		}
	}
	ret = 0;
out:
	mb_credential_clear(&x.c);
	return ret;
}

int mb_credfile_edit_finish(struct mb_secret *text, const struct mb_credconf *before,
		  struct mb_splice *changes, size_t n, const struct mb_edit_wanted *w,
		  struct mb_err *e)
{
	struct mb_credfile now = {0};
	struct mb_secret new = {0};
	int ret = -1;

	if (mb_credtext_splice(text, changes, n, &new) < 0) {
		mb_credfile_edit_nomem(e);
		goto out;
	}
	if (mb_credfile_parse(&now, &new, MB_CREDFILE_OBJECT, e) < 0 ||
	    compare(before, &now, w, e) < 0)
		goto out;
	mb_secret_move(text, &new);
	ret = 0;
out:
	mb_credfile_clear(&now);
	mb_secret_clear(&new);
	return ret;
}
