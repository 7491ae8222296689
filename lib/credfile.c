/* SPDX-License-Identifier: BSD-2-Clause */
#include "config.h"

#include "lib/credfile.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/clock.h"
#include "lib/credmember.h"

#define REMEDY "run: mailbearer edit"

enum { RECOVERY_MAX = 256 * 1024 };

static const struct mb_member setting_members[] = {
	{ "deadline", MB_MEMBER_INT, 0, 0, NULL, 0 },
};

static const struct mb_member top_members[] = {
	{ "credentials", MB_MEMBER_OTHER, 0, 0, NULL, 0 },
	{ "accounts", MB_MEMBER_OTHER, 0, 0, NULL, 0 },
	{ "settings", MB_MEMBER_OTHER, 0, 0, NULL, 0 },
	{ "recovery", MB_MEMBER_OTHER, 0, 0, NULL, 0 },
};

#define COUNT(table) (sizeof(table) / sizeof((table)[0]))

void mb_credfile_clear(struct mb_credfile *cf)
{
	for (size_t i = 0; i < cf->ncredentials; i++) {
		mb_credential_clear(&cf->credentials[i]);
		if (cf->secret_files)
			free(cf->secret_files[i]);
	}
	free(cf->credentials);
	free(cf->secret_files);
	free(cf->rules);
	mb_secret_clear(&cf->recovery_pem);
	*cf = (struct mb_credfile){0};
}

struct mb_credential *mb_credfile_find(const struct mb_credfile *cf,
				       const char *name)
{
	for (size_t i = 0; i < cf->ncredentials; i++)
		if (strcmp(cf->credentials[i].name, name) == 0)
			return &cf->credentials[i];
	return NULL;
}

static int check_size_and_header(const struct mb_secret *text, bool apply,
				 const char *object, struct mb_err *e)
{
	size_t n = strlen(MB_CREDFILE_HEADER);

	if (text->len > MB_CREDFILE_MAX) {
		mb_fail(e, MB_E_TOO_LARGE, object, "has more than %d MiB",
			MB_CREDFILE_MAX >> 20);
		return mb_remedy(e, REMEDY);
	}
	/* Empty: a store that has no credentials file yet. */
	if (apply || text->len == 0)
		return 0;
	if (text->len < n || memcmp(text->data, MB_CREDFILE_HEADER, n) != 0) {
		mb_fail(e, MB_E_CONFIG_SYNTAX, object, " line 1: the first "
			"line is not \"%.*s\"", (int)n - 1,
			MB_CREDFILE_HEADER);
		return mb_remedy(e, REMEDY);
	}
	return 0;
}

int mb_credfile_open(struct mb_credconf *conf, const struct mb_secret *text,
		     bool apply, const char *object, struct mb_err *e)
{
	char none;

	if (check_size_and_header(text, apply, object, e) < 0 ||
	    mb_credconf_open(conf, text, object, REMEDY, e) < 0)
		return -1;
	if (mb_credconf_read(conf, config_root_setting(&conf->config),
			     top_members, COUNT(top_members), &none, e) == 0)
		return 0;
	mb_credconf_close(conf);
	return -1;
}

static int read_credentials(const struct mb_credconf *conf, bool apply,
			    struct mb_credfile *cf, struct mb_err *e)
{
	const config_setting_t *list;
	struct mb_credmember_entry x = {0};
	size_t n;

	if (mb_credconf_list(conf, "credentials", &list, e) < 0)
		return -1;
	n = list ? (size_t)config_setting_length(list) : 0;
	cf->credentials = calloc(n + 1, sizeof(*cf->credentials));
	cf->secret_files = apply ? calloc(n + 1, sizeof(char *)) : NULL;
	if (!cf->credentials || (apply && !cf->secret_files))
		return mb_fail(e, MB_E_NOMEM, conf->object, "out of memory");
	for (size_t i = 0; i < n; i++) {
		if (mb_credmember_read(conf, config_setting_get_elem(list,
					(unsigned int)i), apply, &x, e) < 0)
			return -1;
		cf->credentials[i] = x.c;	/* moved, with its secrets */
		memset(&x.c, 0, sizeof(x.c));
		cf->ncredentials = i + 1;
		if (!x.secret_file[0])
			continue;
		cf->secret_files[i] = strdup(x.secret_file);
		if (!cf->secret_files[i])
			return mb_fail(e, MB_E_NOMEM, conf->object,
				       "out of memory");
	}
	return 0;
}

static int read_settings(const struct mb_credconf *conf,
			 struct mb_credfile *cf, struct mb_err *e)
{
	const config_setting_t *s = config_setting_get_member(
		config_root_setting(&conf->config), "settings");

	cf->deadline = MB_WAIT_S;
	if (!s)
		return 0;
	if (mb_credconf_read(conf, s, setting_members, COUNT(setting_members),
			     &cf->deadline, e) < 0)
		return -1;
	if (cf->deadline < 1 || cf->deadline > MB_WAIT_MAX_S)
		return mb_credconf_refuse(conf, s, e, "\"deadline\" is not "
					  "between 1 and %d seconds",
					  MB_WAIT_MAX_S);
	return 0;
}

static int read_recovery(const struct mb_credconf *conf,
			 struct mb_credfile *cf, struct mb_err *e)
{
	const config_setting_t *list;
	struct mb_secret *pem = &cf->recovery_pem;

	if (mb_credconf_list(conf, "recovery", &list, e) < 0)
		return -1;
	for (int i = 0; list && i < config_setting_length(list); i++) {
		const char *text = config_setting_get_string_elem(list, i);

		if (!text || !strstr(text, "-----BEGIN CERTIFICATE-----") ||
		    strlen(text) + pem->len > RECOVERY_MAX)
			return mb_credconf_refuse(conf, list, e, "\"recovery\""
				" is not a list of certificates in PEM form");
		if (mb_secret_append_str(pem, text) < 0 ||
		    (pem->data[pem->len - 1] != '\n' &&
		     mb_secret_append_str(pem, "\n") < 0))
			return mb_fail(e, MB_E_NOMEM, conf->object,
				       "out of memory");
	}
	return 0;
}

static int parse(struct mb_credfile *cf, const struct mb_secret *text,
		 bool apply, const char *object, struct mb_err *e)
{
	struct mb_credfile new = {0};
	struct mb_credconf conf;
	int ret = -1;

	if (mb_credfile_open(&conf, text, apply, object, e) < 0)
		return -1;
	if (read_credentials(&conf, apply, &new, e) < 0 ||
	    mb_credfile_read_rules(&conf, &new, e) < 0 ||
	    read_settings(&conf, &new, e) < 0 ||
	    read_recovery(&conf, &new, e) < 0)
		goto out;
	mb_credfile_clear(cf);
	*cf = new;
	new = (struct mb_credfile){0};
	ret = 0;
out:
	mb_credfile_clear(&new);
	mb_credconf_close(&conf);
	return ret;
}

int mb_credfile_parse(struct mb_credfile *cf, const struct mb_secret *text,
		      const char *object, struct mb_err *e)
{
	return parse(cf, text, false, object, e);
}

int mb_credfile_parse_apply(struct mb_credfile *cf,
			    const struct mb_secret *text, const char *object,
			    struct mb_err *e)
{
	return parse(cf, text, true, object, e);
}

static int no_credential(const char *name, struct mb_err *e)
{
	char object[MB_NAME_MAX + 32];

	snprintf(object, sizeof(object), "client credential %s", name);
	mb_fail(e, MB_E_NO_CREDENTIAL, object, " does not exist");
	return mb_remedy(e, "run: mailbearer list credentials, or: "
			 "mailbearer add %s", name);
}

int mb_credfile_lookup(const struct mb_secret *text, const char *object,
		       const char *name, struct mb_credential *out,
		       struct mb_err *e)
{
	struct mb_credmember_entry x = {0};
	const config_setting_t *list;
	struct mb_credconf conf;
	struct mb_credfile settings = {0};
	int ret = -1;

	mb_credential_clear(out);
	if (mb_credfile_open(&conf, text, false, object, e) < 0)
		return -1;
	if (read_settings(&conf, &settings, e) < 0)
		goto out;
	if (mb_credconf_list(&conf, "credentials", &list, e) < 0)
		goto out;
	for (int i = 0; list && i < config_setting_length(list); i++) {
		const config_setting_t *group =
			config_setting_get_elem(list, (unsigned int)i);
		const char *its = NULL;

		if (!config_setting_is_group(group) ||
		    !config_setting_lookup_string(group, "name", &its) ||
		    strcmp(its, name) != 0)
			continue;
		if (mb_credmember_read(&conf, group, false, &x, e) < 0)
			goto out;
		*out = x.c;	/* moved, with its secrets */
		out->deadline = settings.deadline;
		ret = 0;
		goto out;
	}
	no_credential(name, e);
out:
	mb_credconf_close(&conf);
	return ret;
}
