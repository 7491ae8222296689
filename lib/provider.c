/* SPDX-License-Identifier: BSD-2-Clause */
#include "config.h"

#include "lib/provider.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/credconf.h"

#define REMEDY "mend that line, or put the file back as it was"

enum { FILE_MAX = 1024 * 1024, STEP_MAX = 1000 };

static const char *const needs[] = { "no", "optional", "yes", NULL };
static const char *const styles[] = { "loopback", "localhost", "exact",
				      "paste", NULL };

#define AT(member) offsetof(struct mb_provider, member)
#define ROOM(member) sizeof(((struct mb_provider *)0)->member)
#define TEXT(member) \
	{ #member, MB_MEMBER_TEXT, AT(member), ROOM(member), NULL, 0 }
#define WORDS(member) \
	{ #member, MB_MEMBER_WORDS, AT(member), ROOM(member), NULL, 0 }
#define PLAIN(member, kind) { #member, MB_MEMBER_##kind, AT(member), 0, NULL, 0 }
#define NEED(member) { #member, MB_MEMBER_CHOICE, AT(member), 0, needs, 0 }

static const struct mb_member members[] = {
	TEXT(name), TEXT(title), TEXT(authorization_endpoint),
	TEXT(token_endpoint), TEXT(revocation_endpoint), TEXT(issuer),
	TEXT(device_endpoint), WORDS(device_scopes),
	PLAIN(device_public, BOOL), TEXT(scope), TEXT(scope_imap),
	TEXT(scope_pop), TEXT(scope_smtp), TEXT(app_scope), WORDS(app_no_tenant),
	WORDS(hosts),
	TEXT(callback_url),
	{ "redirect", MB_MEMBER_CHOICE, AT(redirect), 0, styles, 0 },
	PLAIN(redirect_no_ipv6, BOOL), WORDS(redirect_no_query),
	TEXT(authorization_extra), WORDS(domains), WORDS(mx), NEED(tenant),
	NEED(secret), PLAIN(pkce, BOOL), PLAIN(iss, BOOL),
	PLAIN(rotates, BOOL), PLAIN(token_lifetime, INT),
	PLAIN(idle_days, INT), PLAIN(testing_days, INT),
	PLAIN(client_id_guid, BOOL), TEXT(client_id_suffix),
	PLAIN(servers, OTHER), PLAIN(steps, OTHER), PLAIN(lasts, OTHER),
	PLAIN(app_steps, OTHER),
};

struct port {
	struct mb_server server;
	int64_t number;
};

static const struct mb_member server_members[] = {
	{ "protocol", MB_MEMBER_TEXT, offsetof(struct port, server.protocol),
	  sizeof(((struct mb_server *)0)->protocol), NULL, 0 },
	{ "host", MB_MEMBER_TEXT, offsetof(struct port, server.host),
	  sizeof(((struct mb_server *)0)->host), NULL, 0 },
	{ "security", MB_MEMBER_TEXT, offsetof(struct port, server.security),
	  sizeof(((struct mb_server *)0)->security), NULL, 0 },
	{ "port", MB_MEMBER_INT, offsetof(struct port, number), 0, NULL, 0 },
};

static const struct mb_member top_members[] = {
	{ "providers", MB_MEMBER_OTHER, 0, 0, NULL, 0 },
};

#define COUNT(table) (sizeof(table) / sizeof((table)[0]))

static void free_texts(char **list, size_t *n)
{
	for (size_t i = 0; i < *n; i++)
		free(list[i]);
	*n = 0;
}

void mb_providers_clear(struct mb_providers *p)
{
	for (size_t i = 0; i < p->n; i++) {
		free_texts(p->list[i].steps, &p->list[i].nsteps);
		free_texts(p->list[i].app_steps, &p->list[i].napp_steps);
		free_texts(p->list[i].lasts, &p->list[i].nlasts);
	}
	free(p->list);
	*p = (struct mb_providers){0};
}

static int read_file(const char *path, struct mb_secret *text,
		     struct mb_err *e)
{
	FILE *f = fopen(path, "re");
	char block[8192];
	int ret = -1;
	size_t n;

	if (!f)
		return mb_fail_errno(e, errno, path, "open");
	while ((n = fread(block, 1, sizeof(block), f)) > 0) {
		if (text->len + n > FILE_MAX) {
			mb_fail(e, MB_E_TOO_LARGE, path, "has more than %d KiB",
				FILE_MAX >> 10);
			mb_remedy(e, "make it smaller");
			goto out;
		}
		if (mb_secret_append(text, block, n) < 0) {
			mb_fail(e, MB_E_NOMEM, path, "out of memory");
			goto out;
		}
	}
	if (ferror(f))
		mb_fail_errno(e, errno, path, "read");
	else
		ret = 0;
out:
	fclose(f);
	return ret;
}

static int read_servers(const struct mb_credconf *conf,
			const config_setting_t *group, struct mb_provider *p,
			struct mb_err *e)
{
	const config_setting_t *list =
		config_setting_get_member(group, "servers");
	int n = list ? config_setting_length(list) : 0;

	if (n > MB_PROVIDER_SERVERS)
		return mb_credconf_refuse(conf, list, e, "more than %d servers",
					  MB_PROVIDER_SERVERS);
	if (list)
		p->nservers = 0;
	for (int i = 0; i < n; i++) {
		const config_setting_t *s =
			config_setting_get_elem(list, (unsigned int)i);
		struct port x = {0};

		if (mb_credconf_read(conf, s, server_members,
				     COUNT(server_members), &x, e) < 0)
			return -1;
		if (x.number < 1 || x.number > 65535 || !x.server.host[0])
			return mb_credconf_refuse(conf, s, e, "a server needs "
						  "a host and a port");
		x.server.port = (int)x.number;
		p->servers[p->nservers++] = x.server;
	}
	return 0;
}

/* The list of texts `name`, if the group has it, in place of what was there. */
static int read_texts(const struct mb_credconf *conf,
		      const config_setting_t *group, const char *name,
		      char **texts, size_t *count, struct mb_err *e)
{
	const config_setting_t *list = config_setting_get_member(group, name);
	int n = list ? config_setting_length(list) : 0;

	if (n > MB_PROVIDER_STEPS)
		return mb_credconf_refuse(conf, list, e, "more than %d %s",
					  MB_PROVIDER_STEPS, name);
	if (list)
		free_texts(texts, count);
	for (int i = 0; i < n; i++) {
		const char *text = config_setting_get_string_elem(list, i);

		if (!text || strlen(text) > STEP_MAX)
			return mb_credconf_refuse(conf, list, e, "one of the "
				"%s is not a string of at most %d bytes", name,
				STEP_MAX);
		texts[*count] = strdup(text);
		if (!texts[*count])
			return mb_fail(e, MB_E_NOMEM, conf->object,
				       "out of memory");
		++*count;
	}
	return 0;
}

static int read_provider(const struct mb_credconf *conf,
			 const config_setting_t *group, struct mb_provider *p,
			 struct mb_err *e)
{
	if (mb_credconf_read(conf, group, members, COUNT(members), p, e) < 0 ||
	    read_servers(conf, group, p, e) < 0 ||
	    read_texts(conf, group, "steps", p->steps, &p->nsteps, e) < 0 ||
	    read_texts(conf, group, "app_steps", p->app_steps,
		       &p->napp_steps, e) < 0 ||
	    read_texts(conf, group, "lasts", p->lasts, &p->nlasts, e) < 0)
		return -1;
	if (!p->name[0])
		return mb_credconf_refuse(conf, group, e,
					  "a provider has no name");
	return 0;
}

/* The name that an earlier group of the same file has, too. */
static bool named_before(const config_setting_t *list, unsigned int before,
			 const char *name)
{
	const char *other;

	for (unsigned int i = 0; i < before; i++)
		if (config_setting_lookup_string(
				config_setting_get_elem(list, i), "name",
				&other) && !strcmp(other, name))
			return true;
	return false;
}

/* The provider that a group is about: a new one, unless p has the name. */
static struct mb_provider *place_for(struct mb_providers *p,
				     const config_setting_t *group)
{
	const char *name;

	if (config_setting_is_group(group) &&
	    config_setting_lookup_string(group, "name", &name))
		for (size_t i = 0; i < p->n; i++)
			if (!strcmp(p->list[i].name, name))
				return &p->list[i];
	return &p->list[p->n++];
}

static int read_all(const struct mb_credconf *conf, struct mb_providers *p,
		    struct mb_err *e)
{
	const config_setting_t *root = config_root_setting(&conf->config);
	const config_setting_t *list;
	struct mb_provider *grown;
	char none;
	size_t n;

	if (mb_credconf_read(conf, root, top_members, COUNT(top_members),
			     &none, e) < 0 ||
	    mb_credconf_list(conf, "providers", &list, e) < 0)
		return -1;
	n = list ? (size_t)config_setting_length(list) : 0;
	grown = calloc(p->n + n + 1, sizeof(*p->list));
	if (!grown)
		return mb_fail(e, MB_E_NOMEM, conf->object, "out of memory");
	for (size_t i = 0; i < p->n; i++)
		grown[i] = p->list[i];
	free(p->list);
	p->list = grown;
	for (unsigned int i = 0; i < n; i++) {
		const config_setting_t *group = config_setting_get_elem(list, i);
		struct mb_provider *at = place_for(p, group);

		if (read_provider(conf, group, at, e) < 0)
			return -1;
		if (named_before(list, i, at->name))
			return mb_credconf_refuse(conf, group, e,
						  "two providers are named %s",
						  at->name);
	}
	return 0;
}

int mb_providers_override(struct mb_providers *p, const char *path,
			  struct mb_err *e)
{
	struct mb_secret text = {0};
	struct mb_credconf conf;
	int ret = -1;

	if (read_file(path, &text, e) < 0 ||
	    mb_credconf_open(&conf, &text, path, REMEDY, e) < 0)
		goto out;
	ret = read_all(&conf, p, e);
	mb_credconf_close(&conf);
out:
	if (ret < 0)
		mb_providers_clear(p);
	mb_secret_clear(&text);
	return ret;
}

int mb_providers_load(struct mb_providers *p, const char *path,
		      struct mb_err *e)
{
	struct mb_providers new = {0};

	if (mb_providers_override(&new, path, e) < 0)
		return -1;
	mb_providers_clear(p);
	*p = new;
	return 0;
}
