/* SPDX-License-Identifier: BSD-2-Clause */
#include "config.h"

#include <stdio.h>
#include <string.h>

#include "tools/out.h"
#include "tools/presets.h"
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

	if (mb_presets_load(t, &p, e) < 0 ||
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

/* A yes or a no, and what it means. */
static void print_fact(struct mb_tool *t, const char *label,
		       const char *member, bool value, const char *text)
{
	mb_out_set(t, member, t->json ? json_boolean(value) : NULL);
	mb_out_line(t, "%-22s %s", label, text);
}

static void print_facts(struct mb_tool *t, const struct mb_provider *p)
{
	static const char *const secrets[] = {
		[MB_NEED_NO] = "none (--public)",
		[MB_NEED_OPTIONAL] = "with one, or without (--public)",
		[MB_NEED_YES] = "needed",
	};
	bool limited = p->device_scopes[0] != '\0';

	print_value(t, "client secret", "secret", secrets[p->secret]);
	print_fact(t, "device flow", "device_flow",
		   p->device_endpoint[0] && !limited,
		   !p->device_endpoint[0] ? "not known to be there" :
		   limited ? "there is one, but not for mail" :
		   p->device_public ? "yes (enroll --device), without a client secret" :
		   "yes (enroll --device)");
	print_fact(t, "PKCE", "pkce", p->pkce, p->pkce ? "S256" :
		   "not known to be looked at");
	if (p->iss)
		print_fact(t, "names its issuer", "iss", p->iss,
			   "yes (RFC 9207)");
	print_fact(t, "refresh tokens", "rotates", p->rotates, p->rotates ?
		   "a new one at each use; the old one ends" :
		   "stay good when they were used");
	mb_out_set_int(t, "idle_days", p->idle_days);
	mb_out_set_int(t, "testing_days", p->testing_days);
}

/* Numbered where they are steps. */
static void print_texts(struct mb_tool *t, const char *member,
			char *const *texts, size_t n, const char *redirect)
{
	bool steps = redirect != NULL;
	json_t *array = t->json ? json_array() : NULL;
	char text[2500];
	size_t i;

	if (n)
		mb_out_line(t, "%s", !strcmp(member, "app_steps") ?
			    "\nWithout anybody signing in (add --grant):" : "");
	for (i = 0; i < n; i++) {
		mb_provider_step(texts[i], steps ? redirect : "", text,
				 sizeof(text));
		if (steps)
			mb_out_line(t, "%2zu. %s", i + 1, text);
		else
			mb_out_line(t, " -  %s", text);
		if (t->json)
			(void)json_array_append_new(array, json_string(text));
	}
	mb_out_set(t, member, array);
}

static void print_next(struct mb_tool *t, const struct mb_provider *p)
{
	if (!p->token_endpoint[0]) {
		mb_out_line(t, "\nnext: mailbearer add NAME --issuer URL "
			    "--client-id ID --host HOST");
		return;
	}
	mb_out_line(t, "\nnext: mailbearer add NAME --provider %s%s "
		    "--client-id ID%s", p->name,
		    p->tenant == MB_NEED_YES ? " --tenant TENANT" : "",
		    p->secret == MB_NEED_NO ? " --public" :
		    " --client-secret-file FILE");
}

static int show(struct mb_tool *t, const struct mb_provider *p,
		struct mb_err *e)
{
	static const char *const styles[] = {
		[MB_STYLE_LOOPBACK] = "with any port",
		[MB_STYLE_LOCALHOST] = "with any port; localhost by name, not [::1]",
		[MB_STYLE_EXACT] = "with port and path as registered",
		[MB_STYLE_PASTE] = "https alone, so the answer is pasted",
	};
	const char *redirect = mb_opts_get(&t->opts, "callback-url");
	char scope[MB_PROVIDER_SCOPE];

	if (mb_provider_scope(p, mb_opts_get(&t->opts, "for"), scope, e) < 0)
		return -1;
	if (!redirect)
		redirect = p->callback_url;
	mb_out_line(t, "%s: %s", p->name, p->title);
	mb_out_set_str(t, "provider", p->name);
	mb_out_set_str(t, "title", p->title);
	print_value(t, "redirect URI", "redirect_uri", redirect);
	print_value(t, "", "redirect_style", styles[p->redirect]);
	print_value(t, "authorization endpoint", "authorization_endpoint",
		    p->authorization_endpoint);
	print_value(t, "token endpoint", "token_endpoint", p->token_endpoint);
	print_value(t, "device endpoint", "device_endpoint",
		    p->device_endpoint);
	print_value(t, "revocation endpoint", "revocation_endpoint",
		    p->revocation_endpoint);
	print_value(t, "scope", "scope", scope);
	print_facts(t, p);
	print_value(t, "mail servers", "hosts", p->hosts);
	print_servers(t, p);
	print_texts(t, "lasts", p->lasts, p->nlasts, NULL);
	print_texts(t, "steps", p->steps, p->nsteps, redirect);
	print_texts(t, "app_steps", p->app_steps, p->napp_steps, redirect);
	print_next(t, p);
	return 0;
}

static int show_named(struct mb_tool *t, const char *name, struct mb_err *e)
{
	const struct mb_provider *found;
	struct mb_providers p = { 0 };
	char object[200];
	int ret = -1;

	if (mb_presets_load(t, &p, e) < 0)
		return -1;
	found = mb_provider_find(&p, name);
	if (found) {
		ret = show(t, found, e);
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
	{ "for", "LIST", "show: the scope for these of imap,smtp,pop3", 0 },
	{ "callback-url", "URL", "show: the redirect URI you will use", 0 },
	{ NULL, NULL, NULL, 0 },
};

const struct mb_verb mb_verb_provider = {
	.name = "provider",
	.operands = "list | show PROVIDER",
	.summary = "known service providers, and how to register an app there",
	.opts = options,
	.more = "What is in providers.d/*.conf beside the credentials file "
		"stands over what\nmailbearer knows itself.\n",
	.run = run,
};
