/* SPDX-License-Identifier: BSD-2-Clause */
/* Account rules and recovery certificates: lists that are written anew. */
#include "config.h"

#include <stdbool.h>
#include <string.h>

#include "lib/credfile_edit.h"

static const struct mb_edit_wanted untouched = { .replaced = MB_EDIT_NOWHERE,
						 .removed = MB_EDIT_NOWHERE };

/* Put value (empty: nothing) in the place of the top-level member `name`. */
static int set_list(struct mb_secret *text, const char *name,
		    const struct mb_secret *value, struct mb_err *e)
{
	struct mb_secret put = {0};
	struct mb_splice change = { .with = &put };
	struct mb_credtext_member m;
	struct mb_credconf before;
	int there, ret = -1;

	if (mb_credfile_open(&before, text, false, MB_CREDFILE_OBJECT, e) < 0)
		return -1;
	there = mb_credfile_edit_top(text, name, &m);
	if (there < 0) {
		mb_credfile_edit_refuse(e);
		goto out;
	}
	if (there) {
		change.span = value->len ? m.value : m.all;
		ret = mb_secret_append(&put, value->data, value->len);
	} else {
		change.span.begin = change.span.end = text->len;
		ret = value->len == 0 ? 0 :
		      mb_secret_append_str(&put, "\n") < 0 ||
		      mb_secret_append_str(&put, name) < 0 ||
		      mb_secret_append_str(&put, " = ") < 0 ||
		      mb_secret_append(&put, value->data, value->len) < 0 ||
		      mb_secret_append_str(&put, ";\n") < 0 ? -1 : 0;
	}
	if (ret < 0)
		mb_credfile_edit_nomem(e);
	else
		ret = mb_credfile_edit_finish(text, &before, &change, 1,
					      &untouched, e);
out:
	mb_secret_clear(&put);
	mb_credconf_close(&before);
	return ret;
}

static int quote(struct mb_secret *out, const char *head, const char *value,
		 const char *tail)
{
	return mb_secret_append_str(out, head) < 0 ||
	       mb_credtext_quote(out, value, strlen(value), "") < 0 ||
	       mb_secret_append_str(out, tail) < 0 ? -1 : 0;
}

static bool same_rules(const struct mb_credfile *cf,
		       const struct mb_rule *rules, size_t n)
{
	if (cf->nrules != n)
		return false;
	for (size_t i = 0; i < n; i++)
		if (strcmp(cf->rules[i].user, rules[i].user) != 0 ||
		    strcmp(cf->rules[i].credential,
			   rules[i].credential) != 0 ||
		    strcmp(cf->rules[i].grant, rules[i].grant) != 0)
			return false;
	return true;
}

/* Set the list in a copy, and see whether it says what it should. */
static int set_checked(struct mb_secret *text, const char *name,
		       const struct mb_secret *value, struct mb_credfile *now,
		       struct mb_secret *copy, struct mb_err *e)
{
	if (mb_secret_set(copy, text->data, text->len) < 0)
		return mb_credfile_edit_nomem(e);
	if (copy->len == 0 && mb_credfile_new_text(copy, e) < 0)
		return -1;
	if (set_list(copy, name, value, e) < 0)
		return -1;
	return mb_credfile_parse(now, copy, MB_CREDFILE_OBJECT, e);
}

int mb_credfile_set_rules(struct mb_secret *text, const struct mb_rule *rules,
			  size_t n, struct mb_err *e)
{
	struct mb_secret value = {0}, copy = {0};
	struct mb_credfile now = {0};
	int ret = -1;

	for (size_t i = 0; i < n; i++) {
		const struct mb_rule *r = &rules[i];

		if (quote(&value, i ? ",\n  { user = " : "(\n  { user = ",
			  r->user, "; ") < 0 ||
		    quote(&value, "credential = ", r->credential,
			  r->grant[0] ? "; " : "; }") < 0 ||
		    (r->grant[0] &&
		     quote(&value, "grant = ", r->grant, "; }") < 0)) {
			mb_credfile_edit_nomem(e);
			goto out;
		}
	}
	if (n && mb_secret_append_str(&value, "\n)") < 0) {
		mb_credfile_edit_nomem(e);
		goto out;
	}
	if (set_checked(text, "accounts", &value, &now, &copy, e) < 0)
		goto out;
	if (!same_rules(&now, rules, n)) {
		mb_credfile_edit_refuse(e);
		goto out;
	}
	mb_secret_move(text, &copy);
	ret = 0;
out:
	mb_credfile_clear(&now);
	mb_secret_clear(&copy);
	mb_secret_clear(&value);
	return ret;
}

/* One quoted string per certificate; text around them is left out. */
static int quote_certificates(const struct mb_secret *pem,
			      struct mb_secret *value, struct mb_secret *bare)
{
	static const char begin[] = "-----BEGIN CERTIFICATE-----";
	static const char end[] = "-----END CERTIFICATE-----";
	const char *p = mb_secret_str(pem);

	while ((p = strstr(p, begin)) != NULL) {
		const char *last = strstr(p, end);
		size_t n;

		if (!last) {
			mb_secret_clear(value);
			return 0;
		}
		n = (size_t)(last - p) + sizeof(end) - 1;
		if (mb_secret_append(bare, p, n) < 0 ||
		    mb_secret_append_str(bare, "\n") < 0 ||
		    mb_secret_append_str(value, value->len ? ",\n  " :
							     "(\n  ") < 0 ||
		    mb_credtext_quote(value, p, n, "  ") < 0)
			return -1;
		p += n;
	}
	return value->len ? mb_secret_append_str(value, "\n)") : 0;
}

int mb_credfile_set_recovery(struct mb_secret *text,
			     const struct mb_secret *pem, struct mb_err *e)
{
	struct mb_secret value = {0}, bare = {0}, copy = {0};
	struct mb_credfile now = {0};
	int ret = -1;

	if (quote_certificates(pem, &value, &bare) < 0) {
		(void)mb_credfile_edit_nomem(e);
		goto out;
	}
	if (pem->len && !value.len) {
		mb_fail(e, MB_E_CONFIG_VALUE, "recovery certificate",
			"not a certificate in PEM form");
		mb_remedy(e, "give a file with BEGIN CERTIFICATE lines");
		goto out;
	}
	if (set_checked(text, "recovery", &value, &now, &copy, e) < 0)
		goto out;
	if (!mb_secret_equal(&now.recovery_pem, &bare)) {
		mb_credfile_edit_refuse(e);
		goto out;
	}
	mb_secret_move(text, &copy);
	ret = 0;
out:
	mb_credfile_clear(&now);
	mb_secret_clear(&copy);
	mb_secret_clear(&bare);
	mb_secret_clear(&value);
	return ret;
}
