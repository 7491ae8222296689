/* SPDX-License-Identifier: BSD-2-Clause */
#include "config.h"

#include <limits.h>
#include <stdio.h>
#include <string.h>

#include "lib/paths.h"
#include "tools/out.h"
#include "tools/presets.h"

static int override(struct mb_providers *p, const char *confdir,
		    struct mb_err *e)
{
	char dir[PATH_MAX + 16];

	(void)snprintf(dir, sizeof(dir), "%s/providers.d", confdir);
	return mb_providers_override_dir(p, dir, e);
}

/* Of the store that was picked, or named before it is. */
static const char *own_confdir(const struct mb_tool *t, struct mb_home *room)
{
	if (t->home.conf_dir[0])
		return t->home.conf_dir;
	if (t->home_kind == MB_HOME_AUTO ?
	    mb_home_find(MB_CALLER_TOOL, room, NULL) > 0 :
	    mb_home_locate(t->home_kind, t->home_dir, MB_CALLER_TOOL, room,
			   NULL) == 0)
		return room->conf_dir;
	return NULL;
}

int mb_presets_load(const struct mb_tool *t, struct mb_providers *p,
		    struct mb_err *e)
{
	struct mb_providers new = { 0 };
	struct mb_home room = { 0 };
	const char *own = own_confdir(t, &room);

	if (mb_providers_load(&new, mb_path_providers, e) < 0 ||
	    override(&new, mb_path_confdir, e) < 0)
		return -1;
	if (own && strcmp(own, mb_path_confdir) != 0 &&
	    override(&new, own, e) < 0)
		return -1;
	mb_providers_clear(p);
	*p = new;
	return 0;
}

const struct mb_provider *mb_presets_named(const struct mb_providers *p,
					   const char *name)
{
	for (size_t i = 0; i < p->n; i++)
		if (!strcmp(p->list[i].name, name))
			return &p->list[i];
	return NULL;
}

int mb_presets_scope(const struct mb_tool *t, const struct mb_provider *preset,
		     struct mb_credential *c, struct mb_err *e)
{
	const char *protocols = mb_opts_get(&t->opts, "for");
	char scope[MB_PROVIDER_SCOPE] = "";

	if (!protocols)
		return 0;
	if (mb_opts_has(&t->opts, "scope"))
		return mb_opts_usage(&t->opts, e, "--for and --scope exclude "
				     "each other");
	/* An app-only scope is one for all of them. */
	if (preset && preset->app_scope[0] &&
	    !mb_grant_kind(c->grant)->needs_person)
		return 0;
	if (preset && mb_provider_scope(preset, protocols, scope, e) < 0)
		return -1;
	if (!scope[0])
		return mb_opts_usage(&t->opts, e, "--for: it is not known "
				     "which scopes this provider has; give "
				     "--scope");
	(void)snprintf(c->scope, sizeof(c->scope), "%s", scope);
	return 0;
}

static bool has_word(const char *words, const char *word)
{
	size_t n, len = strlen(word);

	for (; *words; words += n + (words[n] == ' ')) {
		n = strcspn(words, " ");
		if (n == len && !memcmp(words, word, n))
			return true;
	}
	return false;
}

bool mb_presets_needs_offline(const struct mb_provider *preset)
{
	return preset && has_word(preset->scope, "offline_access");
}

void mb_presets_offline(struct mb_credential *c)
{
	static const char word[] = "offline_access";
	size_t n = strlen(c->scope);

	if (n == 0 || has_word(c->scope, word) ||
	    n + sizeof(word) + 1 > sizeof(c->scope))
		return;
	(void)snprintf(c->scope + n, sizeof(c->scope) - n, " %s", word);
	mb_out_note("note: offline_access is added to the scope; without it no refresh token would come");
}
