/* SPDX-License-Identifier: BSD-2-Clause */
#include "config.h"

#include <stdio.h>
#include <string.h>

#include "lib/paths.h"
#include "lib/provider.h"
#include "tools/out.h"
#include "tools/table.h"
#include "tools/verbs.h"

static int provider_row(struct mb_tool *t, struct mb_table *table,
			json_t *array, const struct mb_provider *p,
			struct mb_err *e)
{
	const char *cells[3] = { p->name, p->title, p->hosts[0] ? p->hosts :
							       "any" };

	if (t->json)
		(void)json_array_append_new(array, json_pack(
			"{s:s, s:s, s:s}", "name", p->name, "title", p->title,
			"hosts", p->hosts));
	return mb_table_row(table, cells, e);
}

int mb_list_providers(struct mb_tool *t, struct mb_err *e)
{
	static const char *const head[] = { "PROVIDER", "", "MAIL SERVERS" };
	struct mb_table table = { .ncolumns = 3 };
	json_t *array = t->json ? json_array() : NULL;
	struct mb_providers p = { 0 };
	int ret = -1;
	size_t i;

	if (mb_providers_load(&p, mb_path_providers, e) < 0 ||
	    mb_table_row(&table, head, e) < 0)
		goto out;
	for (i = 0; i < p.n; i++)
		if (provider_row(t, &table, array, &p.list[i], e) < 0)
			goto out;
	mb_out_set(t, "providers", json_incref(array));
	mb_table_print(t, &table, MB_TABLE_COLUMNS);
	ret = 0;
out:
	json_decref(array);
	mb_table_clear(&table);
	mb_providers_clear(&p);
	return ret;
}

static void print_servers(struct mb_tool *t, const struct mb_provider *p)
{
	json_t *array = t->json ? json_array() : NULL;
	size_t i;

	for (i = 0; i < p->nservers; i++) {
		const struct mb_server *s = &p->servers[i];

		mb_out_line(t, "%-22s %s port %d (%s)", s->protocol, s->host,
			    s->port, s->security);
		if (t->json)
			(void)json_array_append_new(array, json_pack(
				"{s:s, s:s, s:i, s:s}", "protocol",
				s->protocol, "host", s->host, "port", s->port,
				"security", s->security));
	}
	mb_out_set(t, "servers", array);
}

static void print_value(struct mb_tool *t, const char *label,
			const char *member, const char *value)
{
	mb_out_set_str(t, member, value);
	if (*value)
		mb_out_line(t, "%-22s %s", label, value);
}

static void print_steps(struct mb_tool *t, const struct mb_provider *p,
			const char *redirect)
{
	json_t *array = t->json ? json_array() : NULL;
	char step[2500];
	size_t i;

	if (p->nsteps)
		mb_out_line(t, "%s", "");
	for (i = 0; i < p->nsteps; i++) {
		mb_provider_step(p->steps[i], redirect, step, sizeof(step));
		mb_out_line(t, "%2zu. %s", i + 1, step);
		if (t->json)
			(void)json_array_append_new(array, json_string(step));
	}
	mb_out_set(t, "steps", array);
}

static void show(struct mb_tool *t, const struct mb_provider *p)
{
	const char *redirect = mb_opts_get(&t->opts, "callback-url");

	if (!redirect)
		redirect = p->callback_url;
	mb_out_line(t, "%s: %s", p->name, p->title);
	mb_out_set_str(t, "provider", p->name);
	print_value(t, "redirect URI", "redirect_uri", redirect);
	print_value(t, "authorization endpoint", "authorization_endpoint",
		    p->authorization_endpoint);
	print_value(t, "token endpoint", "token_endpoint", p->token_endpoint);
	print_value(t, "scope", "scope", p->scope);
	print_value(t, "mail servers", "hosts", p->hosts);
	print_servers(t, p);
	print_steps(t, p, redirect);
	mb_out_line(t, "\nnext: mailbearer add NAME --provider %s%s "
		    "--client-id ID%s", p->name,
		    p->tenant == MB_NEED_YES ? " --tenant TENANT" : "",
		    p->secret == MB_NEED_NO ? "" :
		    " --client-secret-file FILE");
}

static int show_named(struct mb_tool *t, const char *name, struct mb_err *e)
{
	const struct mb_provider *found;
	struct mb_providers p = { 0 };
	char object[200];
	int ret = -1;

	if (mb_providers_load(&p, mb_path_providers, e) < 0)
		return -1;
	found = mb_provider_find(&p, name);
	if (found) {
		show(t, found);
		ret = 0;
	} else {
		(void)snprintf(object, sizeof(object), "provider %s", name);
		(void)mb_fail(e, MB_E_NO_PROVIDER, object, " is not known");
		(void)mb_remedy(e, "run: mailbearer provider list; any other "
				"provider is --provider custom");
	}
	mb_providers_clear(&p);
	return ret;
}

static int run(struct mb_tool *t, struct mb_err *e)
{
	const char *what;

	if (mb_opts_operands(&t->opts, 1, 2, "list, or show PROVIDER", e) < 0)
		return -1;
	what = t->opts.operands[0];
	if (!strcmp(what, "list") && t->opts.noperands == 1)
		return mb_list_providers(t, e);
	if (!strcmp(what, "show") && t->opts.noperands == 2)
		return show_named(t, t->opts.operands[1], e);
	return mb_opts_usage(&t->opts, e, "it is: list, or show PROVIDER");
}

static const struct mb_opt options[] = {
	{ "callback-url", "URL", "show: the redirect URI you will use", 0 },
	{ NULL, NULL, NULL, 0 },
};

const struct mb_verb mb_verb_provider = {
	.name = "provider",
	.operands = "list | show PROVIDER",
	.summary = "known service providers, and how to register an app there",
	.opts = options,
	.run = run,
};
