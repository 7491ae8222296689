/* SPDX-License-Identifier: BSD-2-Clause */
#include "config.h"

#include "lib/provider.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "lib/credconf.h"

#define REMEDY "install it again, or mend that line"

enum { FILE_MAX = 1024 * 1024, STEP_MAX = 1000 };

static const char *const needs[] = { "no", "optional", "yes", NULL };

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
	TEXT(scope), TEXT(app_scope), WORDS(hosts), TEXT(callback_url),
	TEXT(authorization_extra), WORDS(domains), NEED(tenant), NEED(secret),
	PLAIN(pkce, BOOL), PLAIN(rotates, BOOL), PLAIN(token_lifetime, INT),
	PLAIN(client_id_guid, BOOL), TEXT(client_id_suffix),
	PLAIN(servers, OTHER), PLAIN(steps, OTHER),
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

void mb_providers_clear(struct mb_providers *p)
{
	for (size_t i = 0; i < p->n; i++)
		for (size_t k = 0; k < p->list[i].nsteps; k++)
			free(p->list[i].steps[k]);
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

static int read_steps(const struct mb_credconf *conf,
		      const config_setting_t *group, struct mb_provider *p,
		      struct mb_err *e)
{
	const config_setting_t *list =
		config_setting_get_member(group, "steps");
	int n = list ? config_setting_length(list) : 0;

	if (n > MB_PROVIDER_STEPS)
		return mb_credconf_refuse(conf, list, e, "more than %d steps",
					  MB_PROVIDER_STEPS);
	for (int i = 0; i < n; i++) {
		const char *text = config_setting_get_string_elem(list, i);

		if (!text || strlen(text) > STEP_MAX)
			return mb_credconf_refuse(conf, list, e, "a step is "
				"not a string of at most %d bytes", STEP_MAX);
		p->steps[p->nsteps] = strdup(text);
		if (!p->steps[p->nsteps])
			return mb_fail(e, MB_E_NOMEM, conf->object,
				       "out of memory");
		p->nsteps++;
	}
	return 0;
}

static int read_provider(const struct mb_credconf *conf,
			 const config_setting_t *group, struct mb_provider *p,
			 struct mb_err *e)
{
	if (mb_credconf_read(conf, group, members, COUNT(members), p, e) < 0 ||
	    read_servers(conf, group, p, e) < 0 ||
	    read_steps(conf, group, p, e) < 0)
		return -1;
	if (!p->name[0])
		return mb_credconf_refuse(conf, group, e,
					  "a provider has no name");
	return 0;
}

static int read_all(const struct mb_credconf *conf, struct mb_providers *p,
		    struct mb_err *e)
{
	const config_setting_t *root = config_root_setting(&conf->config);
	const config_setting_t *list;
	char none;
	size_t n;

	if (mb_credconf_read(conf, root, top_members, COUNT(top_members),
			     &none, e) < 0 ||
	    mb_credconf_list(conf, "providers", &list, e) < 0)
		return -1;
	n = list ? (size_t)config_setting_length(list) : 0;
	p->list = calloc(n + 1, sizeof(*p->list));
	if (!p->list)
		return mb_fail(e, MB_E_NOMEM, conf->object, "out of memory");
	for (size_t i = 0; i < n; i++) {
		const config_setting_t *group =
			config_setting_get_elem(list, (unsigned int)i);

		p->n = i + 1;	/* steps of a half-read one are freed, too */
		if (read_provider(conf, group, &p->list[i], e) < 0)
			return -1;
		for (size_t k = 0; k < i; k++)
			if (!strcmp(p->list[k].name, p->list[i].name))
				return mb_credconf_refuse(conf, group, e,
					"two providers are named %s",
					p->list[i].name);
	}
	return 0;
}

int mb_providers_load(struct mb_providers *p, const char *path,
		      struct mb_err *e)
{
	struct mb_providers new = {0};
	struct mb_secret text = {0};
	struct mb_credconf conf;
	int ret = -1;

	if (read_file(path, &text, e) < 0 ||
	    mb_credconf_open(&conf, &text, path, REMEDY, e) < 0)
		goto out;
	ret = read_all(&conf, &new, e);
	mb_credconf_close(&conf);
	if (ret == 0) {
		mb_providers_clear(p);
		*p = new;
		new = (struct mb_providers){0};
	}
out:
	mb_providers_clear(&new);
	mb_secret_clear(&text);
	return ret;
}

static bool has_word(const char *words, const char *word)
{
	size_t want = strlen(word);

	while (*words) {
		size_t n = strcspn(words, " ");

		if (n == want && strncasecmp(words, word, n) == 0)
			return true;
		words += n + (words[n] == ' ');
	}
	return false;
}

const struct mb_provider *mb_provider_find(const struct mb_providers *p,
					   const char *word)
{
	const char *at = strrchr(word, '@');

	for (size_t i = 0; i < p->n && !at; i++)
		if (strcmp(p->list[i].name, word) == 0)
			return &p->list[i];
	if (at)
		word = at + 1;
	for (size_t i = 0; i < p->n && *word; i++)
		if (has_word(p->list[i].domains, word))
			return &p->list[i];
	return NULL;
}
