/* SPDX-License-Identifier: BSD-2-Clause */
#include "config.h"

#include <stdio.h>
#include <string.h>

#include "tools/accounts.h"
#include "tools/converge.h"
#include "tools/out.h"

int mb_converge_dropped(struct mb_tool *t, const struct mb_credfile *before,
			const struct mb_credfile *after, struct mb_err *e)
{
	char object[MB_NAME_MAX + 32];
	struct mb_users users;
	size_t i;

	for (i = 0; i < before->ncredentials; i++) {
		const char *name = before->credentials[i].name;

		if (mb_credfile_find(after, name))
			continue;
		if (mb_accounts_users(t, name, &users, e) < 0)
			return -1;
		if (!users.n)
			continue;
		(void)snprintf(object, sizeof(object), "client credential %s",
			       name);
		(void)mb_fail(e, MB_E_IN_USE, object, "it would go, but %zu "
			      "account%s it: %s", users.n,
			      users.n == 1 ? " uses" : "s use", users.names);
		return mb_remedy(e, "keep it, or run: mailbearer rename OLD "
				 "NEW");
	}
	return 0;
}

bool mb_converge_differ(const struct mb_credential *a,
			const struct mb_credential *b)
{
	return mb_credential_diff(a, b, NULL, 0) > 0;
}

bool mb_converge_rules_differ(const struct mb_credfile *a,
			      const struct mb_credfile *b)
{
	size_t i;

	if (a->nrules != b->nrules)
		return true;
	for (i = 0; i < a->nrules; i++)
		if (strcmp(a->rules[i].user, b->rules[i].user) != 0 ||
		    strcmp(a->rules[i].credential, b->rules[i].credential) ||
		    strcmp(a->rules[i].grant, b->rules[i].grant) != 0)
			return true;
	return false;
}

static void one(struct mb_tool *t, json_t *list, const char *what,
		const char *name)
{
	mb_out_line(t, "%s%s %s", mb_opts_has(&t->opts, "check") ?
		    "would be " : "", what, name);
	if (list)
		(void)json_array_append_new(list, json_string(name));
}

static json_t *array(const struct mb_tool *t)
{
	return t->json ? json_array() : NULL;
}

void mb_converge_report(struct mb_tool *t, const struct mb_credfile *before,
			const struct mb_credfile *after)
{
	json_t *added = array(t), *changed = array(t), *removed = array(t);
	const struct mb_credential *old;
	size_t i;

	for (i = 0; i < after->ncredentials; i++) {
		const struct mb_credential *c = &after->credentials[i];

		old = mb_credfile_find(before, c->name);
		if (!old)
			one(t, added, "added", c->name);
		else if (mb_converge_differ(old, c))
			one(t, changed, "changed", c->name);
	}
	for (i = 0; i < before->ncredentials; i++)
		if (!mb_credfile_find(after, before->credentials[i].name))
			one(t, removed, "removed",
			    before->credentials[i].name);
	if (mb_converge_rules_differ(before, after))
		one(t, NULL, "changed", "rules");
	mb_out_set(t, "added", added);
	mb_out_set(t, "changed_credentials", changed);
	mb_out_set(t, "removed", removed);
}
