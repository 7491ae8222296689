/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The accounts of sasl-xoauth2, into the store.  Its token files stay as they
 * are: they are the way back, as long as the provider does not rotate refresh
 * tokens.  A file that is newer than what is here is taken, so that a second
 * run after a pause of the first is right.
 */
#include "config.h"

#include "tools/migrate.h"

#include <stdio.h>
#include <string.h>

#include "lib/credfile.h"
#include "lib/paths.h"
#include "tools/adding.h"
#include "tools/change.h"
#include "tools/import_store.h"
#include "tools/out.h"
#include "tools/owner.h"
#include "tools/presets.h"
#include "tools/rivals.h"
#include "tools/store_pick.h"

void mb_migrate_only(char *dir)
{
	(void)snprintf(dir, PATH_MAX, "%.*s/sasl2",
		       (int)(strrchr(mb_path_engine, '/') - mb_path_engine),
		       mb_path_engine);
}

/* ---- what to do, in which order ---- */

static void tell_rivals(const struct mb_rivals *all)
{
	size_t i;

	for (i = 0; i < all->n; i++)
		mb_out_note("also loaded: %s (%s%s)", all->list[i].path,
			    all->list[i].package[0] ? "package " :
			    "of no package", all->list[i].package);
}

static void tell_steps(const struct mb_tool *t, const struct mb_rivals *all,
		       const char *address)
{
	const char *tool = mb_pick_command(t);
	const char *package = all->n && all->list[0].package[0] ?
			      all->list[0].package : "the other plugin";
	char dir[PATH_MAX];

	mb_migrate_only(dir);
	mb_out_note("The order of steps:");
	mb_out_note("  1. trial, with %s still there (only OAuth2 logins work "
		    "meanwhile): %s setup postfix --migrate --trial --apply; "
		    "postfix stop; postfix start", package, tool);
	mb_out_note("     (that puts SASL_PATH=%s into import_environment)",
		    dir);
	mb_out_note("  2. %s test %s; send a message", tool, address);
	mb_out_note("  3. %s setup postfix --undo; postfix stop", tool);
	mb_out_note("  4. remove %s; keep its configuration and token files",
		    package);
	mb_out_note("  5. %s setup postfix --migrate --apply; postfix start",
		    tool);
	mb_out_note("The way back: %s setup postfix --undo, install %s again, "
		    "postfix reload. Its files are not touched; where the "
		    "provider rotates refresh tokens, sign in there anew.",
		    tool, package);
}

static int refuse(const struct mb_rivals *all, struct mb_err *e)
{
	char object[PATH_MAX + 260];

	(void)snprintf(object, sizeof(object), "%s", all->list[0].path);
	(void)mb_fail(e, MB_E_EXISTS, object, "%s%s; while it can be loaded, "
		      "it is chosen before or beside ours; nothing changed",
		      all->list[0].package[0] ? "another plugin for the same "
		      "mechanism, of package " : "another plugin for the same "
		      "mechanism", all->list[0].package);
	return mb_remedy(e, "remove it first, or try with --trial");
}

/* ---- client credentials ---- */

/* One that is here already, by its client id. */
static const struct mb_credential *here(const struct mb_credfile *file,
					const struct mb_credential *c)
{
	size_t i;

	for (i = 0; i < file->ncredentials; i++)
		if (!strcmp(file->credentials[i].client_id, c->client_id))
			return &file->credentials[i];
	return NULL;
}

static void free_name(const struct mb_credfile *file,
		      struct mb_credential *c)
{
	unsigned int i;

	(void)snprintf(c->name, sizeof(c->name), "%s", c->provider);
	for (i = 2; mb_credfile_find(file, c->name); i++)
		(void)snprintf(c->name, sizeof(c->name), "%.50s-%u",
			       c->provider, i);
}

static int add(struct mb_tool *t, const struct mb_providers *p,
	       const struct mb_credfile *file, const char *conf,
	       struct mb_credential *c, struct mb_err *e)
{
	free_name(file, c);
	if (mb_adding_complete(t, p, NULL, !c->client_secret.len, c, e) < 0) {
		if (e && e->id == MB_E_NO_TERMINAL)
			(void)mb_remedy(e, "run: %s add NAME --from %s and "
					"those, then this again",
					mb_pick_command(t), conf);
		return -1;
	}
	if (mb_adding_store(t, c, false, e) < 0)
		return -1;
	mb_out_line(t, "%s client credential %s (%s)",
		    mb_opts_has(&t->opts, "check") ? "would add" : "added",
		    c->name, c->provider);
	return 0;
}

/* ---- token records ---- */

static int record(const struct mb_migrant *x, const struct mb_credential *c,
		  struct mb_secret *text, struct mb_err *e)
{
	struct mb_record r = { 0 };
	int ret = -1;

	if (mb_credential_digest(c, r.credential_digest, e) < 0)
		return -1;
	(void)snprintf(r.account, sizeof(r.account), "%s", x->address);
	(void)snprintf(r.credential, sizeof(r.credential), "%s", c->name);
	(void)snprintf(r.hosts, sizeof(r.hosts), "%s",
		       c->hosts[0] ? c->hosts : "*");
	(void)snprintf(r.scope, sizeof(r.scope), "%s", x->grant.scope[0] ?
		       x->grant.scope : c->scope);
	(void)snprintf(r.token_type, sizeof(r.token_type), "Bearer");
	r.generation = 1;
	r.enrolled_at = r.obtained_at = r.refreshed_at = x->written;
	if (mb_secret_set(&r.refresh_token, x->grant.refresh_token.data,
			  x->grant.refresh_token.len) < 0)
		(void)mb_fail(e, MB_E_NOMEM, x->address, "out of memory");
	else
		ret = mb_record_format(&r, text, e);
	mb_record_clear(&r);
	return ret;
}

static int put(struct mb_tool *t, void *arg, void *out, struct mb_err *e)
{
	const struct mb_secret *text = arg;

	return mb_import_record(t, text->data, text->len, out, e) < 0 ?
	       -1 : 0;
}

static int take_over(struct mb_tool *t, const struct mb_migrant *x,
		     const struct mb_credential *c, struct mb_err *e)
{
	struct mb_import_tally tally = { 0 };
	struct mb_secret text = { 0 };
	int ret = -1;

	if (record(x, c, &text, e) == 0)
		ret = mb_owner_run(t, put, &text, &tally, sizeof(tally), e);
	mb_secret_clear(&text);
	if (ret < 0 || !(tally.added + tally.replaced))
		return ret;
	t->changed = true;
	mb_out_line(t, "%s %s from %s", mb_opts_has(&t->opts, "check") ?
		    "would take over" : "took over", x->address, x->path);
	return 0;
}

static int one(struct mb_tool *t, const struct mb_providers *p,
	       const char *conf, struct mb_migrant *x, struct mb_err *e)
{
	const struct mb_credential *c;
	struct mb_credfile file = { 0 };
	int ret = -1;

	if (mb_change_look(t, &file, e) < 0)
		goto out;
	mb_clientfile_settle(&x->client, p, NULL);
	c = here(&file, &x->client.c);
	if (!c && add(t, p, &file, conf, &x->client.c, e) < 0)
		goto out;
	ret = take_over(t, x, c ? c : &x->client.c, e);
out:
	mb_credfile_clear(&file);
	return ret;
}

static void show(struct mb_tool *t, const struct mb_migrate *m)
{
	size_t i;

	for (i = 0; i < m->n; i++)
		mb_out_line(t, "%s: %s, client id %.12s..., %s",
			    m->list[i].address, m->list[i].path,
			    m->list[i].client.c.client_id,
			    m->list[i].server[0] ? m->list[i].server :
			    "by sender");
}

int mb_migrate(struct mb_setup *s, struct mb_migrate *m, struct mb_err *e)
{
	struct mb_tool *t = s->tool;
	const char *conf = mb_opts_get(&t->opts, "from");
	struct mb_providers presets = { 0 };
	struct mb_postconf p;
	struct mb_rivals all;
	int ret = -1;
	size_t i;

	conf = conf ? conf : MB_MIGRATE_CONF;
	if (mb_postconf_open(&p, mb_opts_get(&t->opts, "config-dir"), e) < 0 ||
	    mb_migrate_read(m, &p, conf, e) < 0)
		return -1;
	mb_rivals_find(&all);
	if (!mb_opts_has(&t->opts, "apply")) {
		show(t, m);
		tell_rivals(&all);
		tell_steps(t, &all, m->list[0].address);
		return 1;
	}
	if (all.n && !mb_opts_has(&t->opts, "trial")) {
		tell_steps(t, &all, m->list[0].address);
		return refuse(&all, e);
	}
	if (mb_pick_store(t, MB_PICK_CREDENTIALS, e) < 0 ||
	    mb_presets_load(t, &presets, e) < 0)
		goto out;
	for (i = 0; i < m->n; i++) {
		if (one(t, &presets, conf, &m->list[i], e) < 0)
			goto out;
		s->addresses[i] = m->list[i].address;
		s->servers[i] = m->list[i].server;
	}
	s->n = m->n;
	s->taken_over = true;
	ret = 0;
out:
	mb_providers_clear(&presets);
	return ret;
}
