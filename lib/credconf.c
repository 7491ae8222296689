/* SPDX-License-Identifier: BSD-2-Clause */
#include "config.h"

#include "lib/credconf.h"

#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/credtext.h"

static void wipe_setting(config_setting_t *s)
{
	if (config_setting_type(s) == CONFIG_TYPE_STRING && s->value.sval)
		mb_wipe(s->value.sval, strlen(s->value.sval));
	if (!config_setting_is_aggregate(s))
		return;
	for (int i = 0; i < config_setting_length(s); i++)
		wipe_setting(config_setting_get_elem(s, (unsigned int)i));
}

void mb_credconf_close(struct mb_credconf *c)
{
	config_setting_t *root = config_root_setting(&c->config);

	if (root)
		wipe_setting(root);
	config_destroy(&c->config);
}

/* libconfig's scanner gave back its copy of the text as it was: the allocator
 * hands out first what it got last. */
static void wipe_scanner(size_t len)
{
	size_t n = len + 2;	/* flex's two end marks */
	char *p = malloc(n);

	if (p)
		mb_wipe(p, n);
	free(p);
}

static int read_text(config_t *c, const struct mb_secret *text)
{
	int ret = config_read_string(c, mb_secret_str(text));

	wipe_scanner(text->len);
	return ret;
}

int mb_credconf_open(struct mb_credconf *c, const struct mb_secret *text,
		     const char *object, const char *remedy, struct mb_err *e)
{
	if (mb_credtext_scan(text, object, e) < 0)
		return mb_remedy(e, "%s", remedy);
	memset(c, 0, sizeof(*c));
	snprintf(c->object, sizeof(c->object), "%s", object);
	c->remedy = remedy;
	config_init(&c->config);
	if (read_text(&c->config, text) == CONFIG_TRUE)
		return 0;
	mb_fail(e, MB_E_CONFIG_SYNTAX, object, " line %d: %s",
		config_error_line(&c->config), config_error_text(&c->config));
	mb_remedy(e, "%s", remedy);
	mb_credconf_close(c);
	return -1;
}

int mb_credconf_refuse(const struct mb_credconf *c, const config_setting_t *s,
		       struct mb_err *e, const char *cause, ...)
{
	char text[MB_ERR_CAUSE];
	va_list ap;

	va_start(ap, cause);
	vsnprintf(text, sizeof(text), cause, ap);
	va_end(ap);
	mb_fail(e, MB_E_CONFIG_VALUE, c->object, " line %u: %s",
		config_setting_source_line(s), text);
	return mb_remedy(e, "%s", c->remedy);
}

int mb_credconf_list(const struct mb_credconf *c, const char *name,
		     const config_setting_t **list, struct mb_err *e)
{
	const config_setting_t *root = config_root_setting(&c->config);
	const config_setting_t *s = config_setting_get_member(root, name);

	if (s && !config_setting_is_list(s) && !config_setting_is_array(s))
		return mb_credconf_refuse(c, s, e, "\"%s\" is not a list",
					  name);
	*list = s;
	return 0;
}

static int put_text(const struct mb_credconf *c, const config_setting_t *s,
		    const struct mb_member *m, char *out, struct mb_err *e)
{
	const char *text = config_setting_get_string(s);
	size_t n = text ? strlen(text) : 0;

	if (!text)
		return mb_credconf_refuse(c, s, e,
					  "\"%s\" is not a \"string\"",
					  m->name);
	if (n >= m->size)
		return mb_credconf_refuse(c, s, e,
					  "\"%s\" has more than %zu bytes",
					  m->name, m->size - 1);
	memcpy(out, text, n + 1);
	return 0;
}

static int put_secret(const struct mb_credconf *c, const config_setting_t *s,
		      const struct mb_member *m, struct mb_secret *out,
		      struct mb_err *e)
{
	const char *text = config_setting_get_string(s);
	size_t n = text ? strlen(text) : 0;

	if (!text)
		return mb_credconf_refuse(c, s, e,
					  "\"%s\" is not a \"string\"",
					  m->name);
	if (n > m->size)
		return mb_credconf_refuse(c, s, e,
					  "\"%s\" has more than %zu bytes",
					  m->name, m->size);
	if (mb_secret_set(out, text, n) < 0)
		return mb_fail(e, MB_E_NOMEM, c->object, "out of memory");
	return 0;
}

static int put_words(const struct mb_credconf *c, const config_setting_t *s,
		     const struct mb_member *m, char *out, struct mb_err *e)
{
	size_t at = 0;

	if (!config_setting_is_list(s) && !config_setting_is_array(s))
		return mb_credconf_refuse(c, s, e, "\"%s\" is not a list",
					  m->name);
	out[0] = '\0';
	for (int i = 0; i < config_setting_length(s); i++) {
		const char *word = config_setting_get_string_elem(s, i);
		size_t n = word ? strlen(word) : 0;

		if (n == 0 || strchr(word, ' '))
			return mb_credconf_refuse(c, s, e,
				"\"%s\" is not a list of words in quotes",
				m->name);
		if (n + 1 >= m->size - at)
			return mb_credconf_refuse(c, s, e,
				"\"%s\" has more than %zu bytes", m->name,
				m->size - 1);
		if (at)
			out[at++] = ' ';
		memcpy(out + at, word, n + 1);
		at += n;
	}
	return 0;
}

static bool is_line(const char *text)
{
	for (; text && *text; text++)
		if ((unsigned char)*text < 0x20 || *text == 0x7f)
			return false;
	return text != NULL;
}

static int put_lines(const struct mb_credconf *c, const config_setting_t *s,
		     const struct mb_member *m, struct mb_secret *out,
		     struct mb_err *e)
{
	struct mb_secret all = {0};
	int ret = -1;

	if (!config_setting_is_list(s) && !config_setting_is_array(s))
		return mb_credconf_refuse(c, s, e, "\"%s\" is not a list",
					  m->name);
	for (int i = 0; i < config_setting_length(s); i++) {
		const char *line = config_setting_get_string_elem(s, i);

		if (!is_line(line) || (i == 0 && !*line)) {
			mb_credconf_refuse(c, s, e, "\"%s\" is not a list of "
					   "strings without control "
					   "characters", m->name);
			goto out;
		}
		if (strlen(line) + 1 > m->size - all.len) {
			mb_credconf_refuse(c, s, e,
					   "\"%s\" has more than %zu bytes",
					   m->name, m->size);
			goto out;
		}
		if ((i > 0 && mb_secret_append_str(&all, "\n") < 0) ||
		    mb_secret_append_str(&all, line) < 0) {
			mb_fail(e, MB_E_NOMEM, c->object, "out of memory");
			goto out;
		}
	}
	mb_secret_move(out, &all);
	ret = 0;
out:
	mb_secret_clear(&all);
	return ret;
}

static int put_choice(const struct mb_credconf *c, const config_setting_t *s,
		      const struct mb_member *m, int *out, struct mb_err *e)
{
	const char *text = config_setting_get_string(s);

	for (int i = 0; text && m->choices[i]; i++) {
		if (strcmp(m->choices[i], text) == 0) {
			*out = m->first + i;
			return 0;
		}
	}
	return mb_credconf_refuse(c, s, e, "\"%s\" is none of the words "
				  "it may be (\"%s\", \"%s\" ...)", m->name,
				  m->choices[0], m->choices[1]);
}

static int put_number(const struct mb_credconf *c, const config_setting_t *s,
		      const struct mb_member *m, int64_t *out,
		      struct mb_err *e)
{
	int type = config_setting_type(s);
	int64_t v = type == CONFIG_TYPE_INT64 ?
		config_setting_get_int64(s) : config_setting_get_int(s);

	if ((type != CONFIG_TYPE_INT && type != CONFIG_TYPE_INT64) || v < 0 ||
	    v > INT64_C(1) << 53)
		return mb_credconf_refuse(c, s, e,
					  "\"%s\" is not a whole number",
					  m->name);
	*out = v;
	return 0;
}

static int put(const struct mb_credconf *c, const config_setting_t *s,
	       const struct mb_member *m, void *at, struct mb_err *e)
{
	bool *flag = at;

	switch (m->kind) {
	case MB_MEMBER_TEXT:
		return put_text(c, s, m, at, e);
	case MB_MEMBER_SECRET:
		return put_secret(c, s, m, at, e);
	case MB_MEMBER_WORDS:
		return put_words(c, s, m, at, e);
	case MB_MEMBER_LINES:
		return put_lines(c, s, m, at, e);
	case MB_MEMBER_CHOICE:
		return put_choice(c, s, m, at, e);
	case MB_MEMBER_INT:
		return put_number(c, s, m, at, e);
	case MB_MEMBER_BOOL:
		if (config_setting_type(s) != CONFIG_TYPE_BOOL)
			return mb_credconf_refuse(c, s, e,
				"\"%s\" is neither true nor false", m->name);
		*flag = config_setting_get_bool(s) != 0;
		return 0;
	case MB_MEMBER_OTHER:
		break;
	}
	return 0;
}

static const struct mb_member *find_member(const struct mb_member *table,
					   size_t n, const char *name)
{
	for (size_t i = 0; name && i < n; i++)
		if (strcmp(table[i].name, name) == 0)
			return &table[i];
	return NULL;
}

int mb_credconf_read(const struct mb_credconf *c, const config_setting_t *g,
		     const struct mb_member *table, size_t n, void *out,
		     struct mb_err *e)
{
	if (!config_setting_is_group(g))
		return mb_credconf_refuse(c, g, e, "a group, { ... }, is "
					  "expected here");
	for (int i = 0; i < config_setting_length(g); i++) {
		const config_setting_t *s =
			config_setting_get_elem(g, (unsigned int)i);
		const struct mb_member *m =
			find_member(table, n, config_setting_name(s));

		if (!m)
			return mb_credconf_refuse(c, s, e,
				"there is no member \"%s\"",
				config_setting_name(s));
		if (put(c, s, m, (char *)out + m->offset, e) < 0)
			return -1;
	}
	return 0;
}
