/* SPDX-License-Identifier: BSD-2-Clause */
/* The account rules of the credentials file. */
#include "config.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "lib/credfile.h"
#include "lib/credmember.h"

#define COUNT(table) (sizeof(table) / sizeof((table)[0]))

static const struct mb_member rule_members[] = {
	{ "user", MB_MEMBER_TEXT, offsetof(struct mb_rule, user),
	  MB_ADDRESS_MAX + 1, NULL, 0 },
	{ "credential", MB_MEMBER_TEXT, offsetof(struct mb_rule, credential),
	  MB_NAME_MAX + 1, NULL, 0 },
	{ "grant", MB_MEMBER_TEXT, offsetof(struct mb_rule, grant),
	  sizeof(((struct mb_rule *)0)->grant), NULL, 0 },
};

static int by_name(const void *a, const void *b)
{
	const struct mb_credential *const *x = a;
	const struct mb_credential *const *y = b;

	return strcmp((*x)->name, (*y)->name);
}

/* Sorted, because a comparison of each with each would be quadratic. */
static int sort_names(const struct mb_credfile *cf,
		      const struct mb_credential ***sorted,
		      const struct mb_credconf *conf, struct mb_err *e)
{
	const struct mb_credential **list =
		calloc(cf->ncredentials + 1, sizeof(*list));

	if (!list)
		return mb_fail(e, MB_E_NOMEM, conf->object, "out of memory");
	for (size_t i = 0; i < cf->ncredentials; i++)
		list[i] = &cf->credentials[i];
	qsort(list, cf->ncredentials, sizeof(*list), by_name);
	for (size_t i = 1; i < cf->ncredentials; i++) {
		if (strcmp(list[i - 1]->name, list[i]->name) != 0)
			continue;
		mb_fail(e, MB_E_EXISTS, conf->object,
			"two client credentials are named %s", list[i]->name);
		free(list);
		return mb_remedy(e, "%s", conf->remedy);
	}
	*sorted = list;
	return 0;
}

static const struct mb_credential *find_sorted(
	const struct mb_credential *const *sorted, size_t n, const char *name)
{
	size_t low = 0, high = n;

	while (low < high) {
		size_t mid = low + (high - low) / 2;
		int order = strcmp(name, sorted[mid]->name);

		if (order == 0)
			return sorted[mid];
		if (order < 0)
			high = mid;
		else
			low = mid + 1;
	}
	return NULL;
}

static int check_rule(const struct mb_credconf *conf,
		      const config_setting_t *s, const struct mb_rule *r,
		      const struct mb_credential *c, struct mb_err *e)
{
	const char *domain = strchr(r->user, '@');
	const char *grant = c ? mb_grant_kind(c->grant)->name : "";

	if (strcmp(r->user, "*") != 0 && (!domain || !domain[1]))
		return mb_credconf_refuse(conf, s, e, "\"user\" is neither an "
					  "address nor *@DOMAIN nor *");
	if (strpbrk(r->user, " \t\r\n\"\\"))
		return mb_credconf_refuse(conf, s, e,
					  "\"user\" is not an address");
	if (!c)
		return mb_credconf_refuse(conf, s, e, "there is no client "
					  "credential \"%s\"", r->credential);
	if (r->grant[0] && strcmp(r->grant, grant) != 0)
		return mb_credconf_refuse(conf, s, e, "\"grant\" is %s, and "
					  "that of client credential %s is %s",
					  r->grant, r->credential, grant);
	return 0;
}

struct numbered {
	const struct mb_rule *rule;
	unsigned int line;
};

static int by_user(const void *a, const void *b)
{
	const struct numbered *x = a, *y = b;
	int order = strcasecmp(x->rule->user, y->rule->user);

	return order ? order : x->line < y->line ? -1 : x->line > y->line;
}

/* Of two rules that are equally specific none could win. */
static int check_unique(const struct mb_credconf *conf,
			const config_setting_t *list,
			const struct mb_credfile *cf, struct mb_err *e)
{
	struct numbered *all = calloc(cf->nrules + 1, sizeof(*all));
	int ret = -1;

	if (!all)
		return mb_fail(e, MB_E_NOMEM, conf->object, "out of memory");
	for (unsigned int i = 0; i < cf->nrules; i++) {
		all[i].rule = &cf->rules[i];
		all[i].line = config_setting_source_line(
			config_setting_get_elem(list, i));
	}
	qsort(all, cf->nrules, sizeof(*all), by_user);
	for (size_t i = 1; i < cf->nrules; i++) {
		if (strcasecmp(all[i - 1].rule->user, all[i].rule->user) != 0)
			continue;
		mb_fail(e, MB_E_CONFIG_VALUE, conf->object, " line %u: there "
			"is a rule for %s already, on line %u", all[i].line,
			all[i].rule->user, all[i - 1].line);
		mb_remedy(e, "%s", conf->remedy);
		goto out;
	}
	ret = 0;
out:
	free(all);
	return ret;
}

int mb_credfile_read_rules(const struct mb_credconf *conf,
			   struct mb_credfile *cf, struct mb_err *e)
{
	const struct mb_credential **sorted = NULL;
	const config_setting_t *list;
	int ret = -1;
	size_t n;

	if (sort_names(cf, &sorted, conf, e) < 0)
		return -1;
	if (mb_credconf_list(conf, "accounts", &list, e) < 0)
		goto out;
	n = list ? (size_t)config_setting_length(list) : 0;
	cf->rules = calloc(n + 1, sizeof(*cf->rules));
	if (!cf->rules) {
		mb_fail(e, MB_E_NOMEM, conf->object, "out of memory");
		goto out;
	}
	for (size_t i = 0; i < n; i++) {
		const config_setting_t *s =
			config_setting_get_elem(list, (unsigned int)i);

		if (mb_credconf_read(conf, s, rule_members,
				     COUNT(rule_members), &cf->rules[i],
				     e) < 0 ||
		    check_rule(conf, s, &cf->rules[i],
			       find_sorted(sorted, cf->ncredentials,
					   cf->rules[i].credential), e) < 0)
			goto out;
		cf->nrules = i + 1;
	}
	ret = check_unique(conf, list, cf, e);
out:
	free(sorted);
	return ret;
}
