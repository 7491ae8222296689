/* SPDX-License-Identifier: BSD-2-Clause */
/* sasl-xoauth2's files: the password in Postfix's map is the token file's
 * path, as the chrooted process sees it. */
#include "config.h"

#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "lib/clock.h"
#include "tools/import.h"
#include "tools/input.h"
#include "tools/migrate.h"

enum { MAP_MAX = 1024 * 1024 };

void mb_migrate_clear(struct mb_migrate *m)
{
	size_t i;

	for (i = 0; i < m->n; i++) {
		mb_clientfile_clear(&m->list[i].client);
		mb_grant_clear(&m->list[i].grant);
	}
	m->n = 0;
}

/* ---- the map ---- */

static bool known(const struct mb_migrate *m, const char *address)
{
	size_t i;

	for (i = 0; i < m->n; i++)
		if (!strcmp(m->list[i].address, address))
			return true;
	return false;
}

static int take_line(struct mb_migrate *m, const char *line, size_t n,
		     struct mb_err *e)
{
	size_t key = 0, at, colon, end = n;
	struct mb_migrant *x;
	const char *p;

	while (key < n && !strchr(" \t", line[key]))
		key++;
	at = key;
	while (at < n && strchr(" \t", line[at]))
		at++;
	while (end > at && strchr(" \t\r", line[end - 1]))
		end--;
	p = memchr(line + at, ':', end - at);
	if (!p || !memchr(line + at, '@', (size_t)(p - line) - at))
		return 0;
	colon = (size_t)(p - line);
	/* Anything else is a password. */
	if (colon + 1 >= end || line[colon + 1] != '/' ||
	    end - colon - 1 >= PATH_MAX || colon - at > MB_ADDRESS_MAX)
		return 0;
	if (m->n == MB_SETUP_ACCOUNTS) {
		(void)mb_fail(e, MB_E_TOO_LARGE, "smtp_sasl_password_maps",
			      "more than %d accounts", MB_SETUP_ACCOUNTS);
		return mb_remedy(e, "run: mailbearer enroll ADDRESS --import "
				 "FILE for each of them");
	}
	x = &m->list[m->n];
	memset(x, 0, sizeof(*x));
	(void)snprintf(x->address, sizeof(x->address), "%.*s",
		       (int)(colon - at), line + at);
	if (known(m, x->address))
		return 0;
	if (line[0] == '[' && key < sizeof(x->server))
		(void)snprintf(x->server, sizeof(x->server), "%.*s", (int)key,
			       line);
	(void)snprintf(x->path, sizeof(x->path), "%.*s",
		       (int)(end - colon - 1), line + colon + 1);
	m->n++;
	return 0;
}

int mb_migrate_lines(struct mb_migrate *m, const char *text, size_t n,
		     struct mb_err *e)
{
	size_t at = 0, len;

	for (; at < n; at += len + 1) {
		const char *nl = memchr(text + at, '\n', n - at);

		len = nl ? (size_t)(nl - (text + at)) : n - at;
		if (len && !strchr("# \t", text[at]) &&
		    take_line(m, text + at, len, e) < 0)
			return -1;
	}
	return 0;
}

/* "hash:/etc/postfix/sasl_passwd, texthash:/x": each has a text beside it. */
static int read_maps(struct mb_migrate *m, const char *maps, struct mb_err *e)
{
	static const char *const types[] = {
		"hash:", "texthash:", "lmdb:", "btree:", "cdb:", "dbm:",
	};
	struct mb_secret text = { 0 };
	char path[PATH_MAX];
	int ret = 0;
	size_t len, i;

	for (; *maps && ret == 0; maps += len) {
		maps += strspn(maps, " ,\t");
		len = strcspn(maps, " ,\t");
		for (i = 0; i < sizeof(types) / sizeof(types[0]); i++)
			if (!strncmp(maps, types[i], strlen(types[i])))
				break;
		if (i == sizeof(types) / sizeof(types[0]) || len >= PATH_MAX)
			continue;
		(void)snprintf(path, sizeof(path), "%.*s",
			       (int)(len - strlen(types[i])),
			       maps + strlen(types[i]));
		ret = mb_input_file(path, MAP_MAX, &text, e);
		if (ret == 0)
			ret = mb_migrate_lines(m, text.data, text.len, e);
		mb_secret_clear(&text);
	}
	return ret;
}

/* ---- configuration and token files ---- */

static json_t *object(const struct mb_secret *text, const char *name,
		      struct mb_err *e)
{
	/* Where it fails is not shown: the text holds secrets. */
	json_t *o = json_loadb(text->data, text->len, 0, NULL);

	if (json_is_object(o))
		return o;
	json_decref(o);
	(void)mb_fail(e, MB_E_CONFIG_VALUE, name, "is no JSON object; nothing "
		      "changed");
	(void)mb_remedy(e, "is it the file that sasl-xoauth2 uses?");
	return NULL;
}

int mb_migrate_client(struct mb_clientfile *f, const struct mb_secret *conf,
		      const struct mb_secret *token, const char *name,
		      struct mb_err *e)
{
	static const char *const members[] = {
		"client_id", "client_secret", "token_endpoint", "proxy",
	};
	json_t *all = object(conf, MB_MIGRATE_CONF, e);
	json_t *own = all ? object(token, name, e) : NULL;
	struct mb_secret text = { 0 };
	char *dump = NULL;
	int ret = -1;
	size_t i;

	if (!own)
		goto out;
	for (i = 0; i < sizeof(members) / sizeof(members[0]); i++) {
		json_t *v = json_object_get(own, members[i]);

		if (v && json_object_set(all, members[i], v) < 0)
			goto out;
	}
	/* In its configuration the two files look alike but for these. */
	(void)json_object_del(all, "refresh_token");
	dump = json_dumps(all, JSON_COMPACT);
	if (!dump || mb_secret_set(&text, dump, strlen(dump)) < 0)
		(void)mb_fail(e, MB_E_NOMEM, name, "out of memory");
	else
		ret = mb_clientfile_parse(f, &text, name, NULL, e);
out:
	if (dump)
		mb_wipe(dump, strlen(dump));
	free(dump);
	mb_secret_clear(&text);
	json_decref(own);
	json_decref(all);
	return ret;
}

/* In the chroot, where the plugin reads it, or as it stands. */
static void find_file(struct mb_migrant *x, const char *queue)
{
	char inside[PATH_MAX];

	if ((size_t)snprintf(inside, sizeof(inside), "%s%s", queue, x->path) <
	    sizeof(inside) && access(inside, F_OK) == 0)
		memcpy(x->path, inside, sizeof(x->path));
}

static int read_one(struct mb_migrant *x, const struct mb_secret *conf,
		    struct mb_err *e)
{
	struct mb_secret text = { 0 };
	struct stat st;
	int ret = -1;

	if (mb_input_file(x->path, MB_IMPORT_MAX, &text, e) == 0 &&
	    mb_migrate_client(&x->client, conf, &text, x->path, e) == 0 &&
	    mb_import_parse(&x->grant, &text, mb_now(), x->path, e) == 0)
		ret = 0;
	x->written = stat(x->path, &st) == 0 ? st.st_mtime : mb_now();
	mb_secret_clear(&text);
	return ret;
}

int mb_migrate_read(struct mb_migrate *m, const struct mb_postconf *p,
		    const char *conf, struct mb_err *e)
{
	char maps[MB_POSTCONF_VALUE], queue[MB_POSTCONF_VALUE];
	struct mb_secret text = { 0 };
	int ret = -1;
	size_t i;

	if (mb_postconf_get(p, "smtp_sasl_password_maps", maps, e) < 0 ||
	    mb_postconf_get(p, "queue_directory", queue, e) < 0 ||
	    read_maps(m, maps, e) < 0)
		goto out;
	if (!m->n) {
		(void)mb_fail(e, MB_E_CONFIG_VALUE, "smtp_sasl_password_maps",
			      "no line of it names a token file; there is "
			      "nothing to take over");
		(void)mb_remedy(e, "run: mailbearer setup postfix ADDRESS");
		goto out;
	}
	if (mb_input_file(conf, MB_CLIENTFILE_MAX, &text, e) < 0)
		goto out;
	for (i = 0; i < m->n; i++) {
		find_file(&m->list[i], queue[0] ? queue :
			  "/var/spool/postfix");
		if (read_one(&m->list[i], &text, e) < 0)
			goto out;
	}
	ret = 0;
out:
	mb_secret_clear(&text);
	return ret;
}
