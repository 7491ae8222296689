/* SPDX-License-Identifier: BSD-2-Clause */
#include "config.h"

#include <stdio.h>
#include <string.h>

#include "lib/address.h"
#include "lib/credfile.h"
#include "tools/presets.h"
#include "tools/adding.h"
#include "tools/change.h"
#include "tools/discover.h"
#include "tools/fields.h"
#include "tools/mx.h"
#include "tools/out.h"
#include "tools/store_pick.h"
#include "tools/tty.h"

/* What add cannot do without. */
static const struct {
	const char *option;	/* for whoever has no terminal */
	const char *question;
	size_t offset, size;
} needed[] = {
#define NEED(option, question, member) \
	{ option, question, offsetof(struct mb_credential, member), \
	  sizeof(((struct mb_credential *)0)->member) }
	NEED("--provider", "Service provider (mailbearer provider list)",
	     provider),
	NEED("--tenant", "Tenant (id, or a domain of it)", tenant),
	NEED("--client-id", "Client id", client_id),
	NEED("--authorization-endpoint", "Authorization endpoint (https://...)",
	     authorization_endpoint),
	NEED("--token-endpoint", "Token endpoint (https://...)",
	     token_endpoint),
	NEED("--callback-url", "Callback URL (redirect URI)", callback_url),
#undef NEED
};
enum { NNEEDED = sizeof(needed) / sizeof(needed[0]) };

/* Is row i missing?  What the preset fills in is not. */
static bool lacks(size_t i, const struct mb_provider *preset,
		  const struct mb_credential *c)
{
	const char *value = (const char *)c + needed[i].offset;

	if (*value)
		return false;
	/* Nobody signs in, or no token endpoint is asked. */
	if (!mb_grant_kind(c->grant)->needs_person &&
	    (!strcmp(needed[i].option, "--authorization-endpoint") ||
	     !strcmp(needed[i].option, "--callback-url")))
		return false;
	if (!mb_grant_kind(c->grant)->needs_endpoint && i != 0)
		return false;
	if (!strcmp(needed[i].option, "--tenant"))
		return preset && preset->tenant == MB_NEED_YES;
	if (!preset)
		return i == 0 || !strcmp(needed[i].option, "--client-id");
	if (!strcmp(needed[i].option, "--authorization-endpoint"))
		return !*preset->authorization_endpoint;
	if (!strcmp(needed[i].option, "--token-endpoint"))
		return !*preset->token_endpoint;
	if (!strcmp(needed[i].option, "--callback-url"))
		return !*preset->callback_url;
	return true;
}

/* Is it still to be said whether there is a secret? */
static bool lacks_secret(const struct mb_provider *preset, bool is_public,
			 const struct mb_credential *c)
{
	if (c->private_key.len || !mb_grant_kind(c->grant)->needs_endpoint ||
	    c->grant == MB_GRANT_JWT_BEARER)
		return false;
	return !c->client_secret.len && !is_public &&
	       !(preset && preset->secret == MB_NEED_NO);
}

static int find_preset(const struct mb_providers *p, const char *name,
		       const struct mb_provider **preset, struct mb_err *e)
{
	char object[MB_PROVIDER_MAX + 16];
	size_t i;

	for (i = 0; i < p->n; i++) {
		*preset = &p->list[i];
		if (!strcmp(p->list[i].name, name))
			return 0;
	}
	*preset = NULL;
	if (!*name)
		return 0;
	(void)snprintf(object, sizeof(object), "provider %s", name);
	(void)mb_fail(e, MB_E_NO_PROVIDER, object, " is not known");
	return mb_remedy(e, "run: mailbearer provider list; any other provider "
			 "is --provider custom");
}

static int name_missing(const struct mb_provider *preset, bool is_public,
			const struct mb_credential *c, struct mb_err *e)
{
	char list[300] = "";
	size_t i, used = 0;

	for (i = 0; i < NNEEDED; i++)
		if (lacks(i, preset, c))
			used += (size_t)snprintf(list + used,
						 sizeof(list) - used, "%s%s",
						 used ? ", " : "",
						 needed[i].option);
	if (lacks_secret(preset, is_public, c))
		used += (size_t)snprintf(list + used, sizeof(list) - used,
					 "%s--client-secret-file (or --public)",
					 used ? ", " : "");
	if (!used)
		return 0;
	(void)mb_fail(e, MB_E_NO_TERMINAL, c->name,
		      "there is no terminal to ask at, and these are missing: "
		      "%s", list);
	return mb_remedy(e, "pass them as options");
}

static int ask_secret(const struct mb_provider *preset,
		      struct mb_credential *c, struct mb_err *e)
{
	bool must = preset && preset->secret == MB_NEED_YES;

	do {
		if (mb_tty_ask_secret(must ? "Client secret (not shown)" :
				      "Client secret (not shown; empty: a "
				      "public client)", &c->client_secret,
				      e) < 0)
			return -1;
	} while (must && !c->client_secret.len);
	return 0;
}

/* Whoever is asked for a client id may not know yet where one comes from. */
static void tell_steps(const struct mb_provider *preset,
		       const struct mb_credential *c)
{
	char text[2500];
	size_t i;

	if (!preset || !preset->nsteps)
		return;
	mb_out_note("The app is registered at %s first:", preset->title);
	for (i = 0; i < preset->nsteps; i++) {
		mb_provider_step(preset->steps[i], c->callback_url[0] ?
				 c->callback_url : preset->callback_url, text,
				 sizeof(text));
		mb_out_note("%2zu. %s", i + 1, text);
	}
}

static int ask_missing(const struct mb_providers *p, bool is_public,
		       const struct mb_provider **preset,
		       struct mb_credential *c, struct mb_err *e)
{
	size_t i;

	for (i = 0; i < NNEEDED; i++) {
		char *value = (char *)c + needed[i].offset;

		if (!lacks(i, *preset, c))
			continue;
		if (!strcmp(needed[i].option, "--client-id"))
			tell_steps(*preset, c);
		if (mb_tty_ask(needed[i].question, NULL, value, needed[i].size,
			       e) < 0)
			return -1;
		if (i == 0 && find_preset(p, value, preset, e) < 0)
			return -1;
	}
	return lacks_secret(*preset, is_public, c) ? ask_secret(*preset, c, e) :
						     0;
}

int mb_adding_complete(const struct mb_tool *t, const struct mb_providers *p,
		       const struct mb_credential *existing, bool is_public,
		       struct mb_credential *c, struct mb_err *e)
{
	enum mb_auth_method method = MB_AUTH_NONE;
	const struct mb_provider *preset = NULL;
	int ret;

	/* Whoever names an issuer need not say that it is no known provider. */
	if (c->issuer[0] && !c->provider[0])
		(void)snprintf(c->provider, sizeof(c->provider), "custom");
	if (find_preset(p, c->provider, &preset, e) < 0 ||
	    (mb_discover_wanted(preset, c) &&
	     mb_discover(t, c, &method, e) < 0))
		return -1;
	if (existing && existing->client_secret.len && !is_public &&
	    !c->client_secret.len &&
	    mb_secret_set(&c->client_secret, existing->client_secret.data,
			  existing->client_secret.len) < 0)
		return mb_fail(e, MB_E_NOMEM, c->name, "out of memory");
	if (existing && !existing->client_secret.len &&
	    !c->client_secret.len)
		is_public = true;
	ret = mb_tty_present() ? ask_missing(p, is_public, &preset, c, e) :
				 name_missing(preset, is_public, c, e);
	if (ret < 0 || mb_presets_scope(t, preset, c, e) < 0 ||
	    (preset && mb_provider_fill(preset, NULL, c, e) < 0))
		return -1;
	if (mb_presets_needs_offline(preset) &&
	    mb_grant_kind(c->grant)->needs_person)
		mb_presets_offline(c);
	if (c->client_secret.len && c->auth_method == MB_AUTH_NONE)
		c->auth_method = method;
	mb_fields_settle_method(c);
	return mb_fields_check(p, c, e);
}

static int exists(const struct mb_tool *t, const struct mb_credential *c,
		  const char *names, struct mb_err *e)
{
	char object[MB_NAME_MAX + 32];

	(void)snprintf(object, sizeof(object), "client credential %s",
		       c->name);
	(void)mb_fail(e, MB_E_EXISTS, object, " exists with another %s",
		      names);
	return mb_remedy(e, "run: %s set %s ..., or add it with --replace",
			 mb_pick_command(t), c->name);
}

int mb_adding_store(struct mb_tool *t, const struct mb_credential *c,
		    bool replace, struct mb_err *e)
{
	struct mb_change change = { .lock = -1 };
	const struct mb_credential *old;
	char names[300];
	int ret = -1;

	if (mb_change_begin(t, &change, false, e) < 0)
		goto out;
	old = mb_credfile_find(&change.file, c->name);
	if (!old)
		ret = mb_credfile_add(&change.text, c, e);
	else if (!mb_fields_differ(old, c, names, sizeof(names)))
		ret = 0;
	else if (replace)
		ret = mb_credfile_replace(&change.text, c->name, c, e);
	else
		ret = exists(t, c, names, e);
	if (ret == 0)
		ret = mb_change_commit(t, &change, e);
out:
	mb_change_end(t, &change);
	return ret;
}

/* "google", or "google-2" if that is taken. */
static void free_name(const struct mb_credfile *file, const char *provider,
		      char *name)
{
	unsigned int i;

	(void)snprintf(name, MB_NAME_MAX + 1, "%s", provider);
	for (i = 2; mb_credfile_find(file, name); i++)
		(void)snprintf(name, MB_NAME_MAX + 1, "%.50s-%u", provider, i);
}

/* By the domain; where that says nothing, by where its mail goes. */
static const struct mb_provider *suggest(const struct mb_providers *p,
					 const char *address)
{
	const struct mb_provider *preset = mb_provider_find(p, address);
	char canonical[MB_ADDRESS_MAX + 1];
	struct mb_mx mx = { 0 };
	const char *domain;

	/* A domain of other letters is looked up as its A-labels. */
	if (preset || !mb_tty_present() ||
	    mb_address_canon(address, canonical, NULL) < 0)
		return preset;
	domain = strrchr(canonical, '@') + 1;
	mb_out_note("Looking up where the mail of %s goes ...", domain);
	if (mb_mx_find(domain, NULL, &mx) < 0) {
		mb_out_note("No answer from the name servers.");
		return NULL;
	}
	for (size_t i = 0; i < mx.n; i++) {
		preset = mb_provider_find_mx(p, mx.host[i]);
		if (preset) {
			mb_out_note("Its mail goes to %s: %s.", mx.host[i],
				    preset->title);
			return preset;
		}
	}
	mb_out_note("Its mail goes to %s: no provider that is known here.",
		    mx.n ? mx.host[0] : "no host");
	return NULL;
}

int mb_adding_for_address(struct mb_tool *t, const char *address, char *name,
			  struct mb_err *e)
{
	const struct mb_provider *preset;
	struct mb_providers p = { 0 };
	struct mb_credential c = { 0 };
	struct mb_credfile file = { 0 };
	int ret = -1;

	if (mb_presets_load(t, &p, e) < 0 ||
	    mb_change_look(t, &file, e) < 0)
		goto out;
	preset = suggest(&p, address);
	if (mb_tty_ask("Service provider (mailbearer provider list)",
		       preset ? preset->name : NULL, c.provider,
		       sizeof(c.provider), e) < 0)
		goto out;
	free_name(&file, c.provider, c.name);
	if (!mb_name_valid(c.name))
		(void)snprintf(c.name, sizeof(c.name), "mail");
	if (mb_adding_complete(t, &p, NULL, false, &c, e) < 0 ||
	    mb_adding_store(t, &c, false, e) < 0)
		goto out;
	mb_out_note("added client credential %s; redirect URI to register: %s",
		    c.name, c.callback_url);
	(void)snprintf(name, MB_NAME_MAX + 1, "%s", c.name);
	ret = 0;
out:
	mb_credential_clear(&c);
	mb_credfile_clear(&file);
	mb_providers_clear(&p);
	return ret;
}
