/* SPDX-License-Identifier: BSD-2-Clause */
#include "config.h"

#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "lib/credmember.h"
#include "lib/credtext.h"
#include "tools/input.h"
#include "tools/presets.h"
#include "tools/wanted.h"

static int no_memory(struct mb_err *e)
{
	return mb_fail(e, MB_E_NOMEM, "apply", "out of memory");
}

/* Fill m with the member of that name; false if there is none. */
static bool member(const struct mb_secret *text, const struct mb_span *within,
		   const char *name, struct mb_credtext_member *found)
{
	struct mb_credtext_member m[MB_CREDTEXT_MEMBERS];
	size_t i, n = 0;

	if (mb_credtext_members(text, within, m, MB_CREDTEXT_MEMBERS, &n) < 0)
		return false;
	for (i = 0; i < n; i++) {
		if (strcmp(m[i].name, name) != 0)
			continue;
		*found = m[i];
		return true;
	}
	return false;
}

/* client_secret_file = "F" becomes client_secret = "what F holds". */
static int put_secret(struct mb_secret *text,
		      const struct mb_credtext_member *m, const char *path,
		      struct mb_err *e)
{
	struct mb_secret value = { 0 }, with = { 0 }, out = { 0 };
	struct mb_splice splice = { .with = &with };
	int ret = -1;

	if (mb_input_secret(path, MB_CLIENT_SECRET_MAX, &value, e) < 0)
		return -1;
	splice.span.begin = m->all.begin;
	splice.span.end = m->value.end;
	if (mb_secret_append_str(&with, "client_secret = ") < 0 ||
	    mb_credtext_quote(&with, value.data, value.len, "") < 0 ||
	    mb_credtext_splice(text, &splice, 1, &out) < 0) {
		(void)no_memory(e);
	} else {
		mb_secret_move(text, &out);
		ret = 0;
	}
	mb_secret_clear(&value);
	mb_secret_clear(&with);
	mb_secret_clear(&out);
	return ret;
}

static int put_secrets(struct mb_secret *text, const struct mb_credfile *file,
		       struct mb_err *e)
{
	struct mb_credtext_member list, m;
	struct mb_credtext_element el;
	size_t i;

	for (i = 0; i < file->ncredentials; i++) {
		if (!file->secret_files[i])
			continue;
		if (!member(text, NULL, "credentials", &list) ||
		    mb_credtext_element(text, &list.value, i, &el) < 0 ||
		    !member(text, &el.span, "client_secret_file", &m)) {
			(void)mb_fail(e, MB_E_INTERNAL,
				      file->credentials[i].name,
				      "client_secret_file was not found again");
			return mb_remedy(e, "put the secret into the file");
		}
		if (put_secret(text, &m, file->secret_files[i], e) < 0)
			return -1;
	}
	return 0;
}

/* The members of c that b has otherwise, in front of the "}" at `end`.  In one
 * line: errors in what follows still name the person's own lines. */
static int put_members(struct mb_secret *text, size_t end,
		       const struct mb_credential *a,
		       const struct mb_credential *b, struct mb_err *e)
{
	struct mb_secret with = { 0 }, out = { 0 };
	struct mb_splice splice = { .span = { end, end }, .with = &with };
	int ret = 0;
	size_t i;

	for (i = 0; i < mb_credmembers_n && ret == 0; i++) {
		const struct mb_member *m = &mb_credmembers[i];

		if (mb_credmember_equal(m, a, b))
			continue;
		if (mb_secret_append_str(&with, " ") < 0 ||
		    mb_secret_append_str(&with, m->name) < 0 ||
		    mb_secret_append_str(&with, " = ") < 0 ||
		    mb_credmember_write(m, b, "", &with) < 0 ||
		    mb_secret_append_str(&with, ";") < 0)
			ret = -1;
	}
	for (i = 0; i < with.len; i++)
		if (with.data[i] == '\n')
			with.data[i] = ' ';
	if (ret == 0 && with.len)
		ret = mb_credtext_splice(text, &splice, 1, &out);
	if (ret == 0 && with.len)
		mb_secret_move(text, &out);
	mb_secret_clear(&with);
	mb_secret_clear(&out);
	return ret < 0 ? no_memory(e) : 0;
}

/* Say in the text of credential number i what full has more than c. */
static int put_one(struct mb_secret *text, size_t i,
		   const struct mb_credential *c,
		   const struct mb_credential *full, struct mb_err *e)
{
	struct mb_credtext_member list;
	struct mb_credtext_element el;

	if (member(text, NULL, "credentials", &list) &&
	    mb_credtext_element(text, &list.value, i, &el) == 0)
		return put_members(text, el.span.end - 1, c, full, e);
	(void)mb_fail(e, MB_E_INTERNAL, c->name,
		      "the client credential was not found again");
	return mb_remedy(e, "say everything, as show prints it");
}

/* Fill one credential from its provider's preset, like add, and check it.  The
 * text follows (slow for thousands) only if text is not NULL. */
static int fill_one(struct mb_secret *text, size_t i,
		    const struct mb_provider *preset, struct mb_credential *c,
		    struct mb_err *e)
{
	struct mb_credential full = { 0 };
	int ret = -1;

	if (mb_credential_copy(&full, c, e) < 0 ||
	    (preset && mb_provider_fill(preset, NULL, &full, e) < 0) ||
	    mb_credential_check(&full, e) < 0 ||
	    (text && put_one(text, i, c, &full, e) < 0))
		goto out;
	mb_credential_clear(c);
	*c = full;	/* moved, with its secrets */
	return 0;
out:
	mb_credential_clear(&full);
	return ret;
}

static int fill_presets(const struct mb_tool *t, struct mb_secret *text,
			struct mb_credfile *file, struct mb_err *e)
{
	struct mb_secret *follow = mb_opts_has(&t->opts, "prune") ? text : NULL;
	struct mb_providers all = { 0 };
	int ret = 0;
	size_t i;

	if (file->ncredentials && mb_presets_load(t, &all, e) < 0)
		return -1;
	for (i = 0; i < file->ncredentials && ret == 0; i++) {
		struct mb_credential *c = &file->credentials[i];

		ret = fill_one(follow, i, mb_presets_named(&all, c->provider),
			       c, e);
	}
	mb_providers_clear(&all);
	return ret;
}

/* A file written by hand may do without the first line. */
static int with_header(struct mb_secret *text, struct mb_err *e)
{
	struct mb_secret out = { 0 };
	size_t n = strlen(MB_CREDFILE_HEADER);

	if (text->len >= n && !memcmp(text->data, MB_CREDFILE_HEADER, n))
		return 0;
	if (mb_secret_append_str(&out, MB_CREDFILE_HEADER) < 0 ||
	    mb_secret_append(&out, text->data, text->len) < 0) {
		mb_secret_clear(&out);
		return no_memory(e);
	}
	mb_secret_move(text, &out);
	return 0;
}

int mb_wanted_read(const struct mb_tool *t, const char *path, struct mb_secret *text,
		   struct mb_credfile *file, struct mb_err *e)
{
	const char *object = strcmp(path, "-") ? path : "stdin";
	struct mb_secret got = { 0 };
	struct mb_credfile raw = { 0 }, full = { 0 };
	int ret = -1;

	if (mb_input_file(path, MB_CREDFILE_MAX, &got, e) < 0)
		return -1;
	if (got.len && got.data[0] == '0') {
		(void)mb_fail(e, MB_E_CONFIG_SYNTAX, object,
			      "this is a sealed file, plain text is expected");
		(void)mb_remedy(e, "run: mailbearer edit");
		goto out;
	}
	/* First as it stands, so that errors name the person's own lines. */
	if (mb_credfile_parse_apply(&raw, &got, object, e) < 0 ||
	    with_header(&got, e) < 0 || put_secrets(&got, &raw, e) < 0 ||
	    mb_credfile_parse_apply(&full, &got, object, e) < 0 ||
	    fill_presets(t, &got, &full, e) < 0)
		goto out;
	mb_secret_move(text, &got);
	mb_credfile_clear(file);
	*file = full;
	full = (struct mb_credfile){ 0 };
	ret = 0;
out:
	/* The grammar's own remedy is about the store's file. */
	if (ret < 0 && e && !strcmp(e->remedy, "run: mailbearer edit"))
		(void)mb_remedy(e, "correct %s, then the same again", object);
	mb_credfile_clear(&raw);
	mb_credfile_clear(&full);
	mb_secret_clear(&got);
	return ret;
}

int mb_wanted_graft(struct mb_secret *text, const struct mb_secret *from,
		    const char *name, struct mb_err *e)
{
	struct mb_secret with = { 0 }, out = { 0 };
	struct mb_credtext_member src, dst;
	struct mb_splice splice = { .with = &with };
	bool there = member(text, NULL, name, &dst);
	int ret = -1;

	if (!member(from, NULL, name, &src))
		return 0;
	splice.span.begin = there ? dst.value.begin : text->len;
	splice.span.end = there ? dst.value.end : text->len;
	if (!there && (mb_secret_append_str(&with, "\n") < 0 ||
		       mb_secret_append_str(&with, name) < 0 ||
		       mb_secret_append_str(&with, " = ") < 0))
		goto out;
	if (mb_secret_append(&with, from->data + src.value.begin,
			     src.value.end - src.value.begin) < 0 ||
	    (!there && mb_secret_append_str(&with, ";\n") < 0) ||
	    mb_credtext_splice(text, &splice, 1, &out) < 0)
		goto out;
	mb_secret_move(text, &out);
	ret = 0;
out:
	mb_secret_clear(&with);
	mb_secret_clear(&out);
	return ret < 0 ? no_memory(e) : 0;
}
