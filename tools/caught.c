/* SPDX-License-Identifier: BSD-2-Clause */
#include "config.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

#include "lib/token.h"
#include "tools/caught.h"
#include "tools/input.h"
#include "tools/out.h"
#include "tools/owner.h"
#include "tools/postconf.h"
#include "tools/setup.h"
#include "tools/store_pick.h"

enum { FILE_MAX = 1024 * 1024, WORD_MAX = MB_ADDRESS_MAX + 1 };

static void add(struct mb_caught *c, const char *program, const char *file,
		size_t line, const char *user)
{
	struct mb_caught_account *a = &c->list[c->n];
	size_t i;

	for (i = 0; i < c->n; i++)
		if (!strcmp(c->list[i].user, user))
			return;
	if (c->n == MB_CAUGHT_MAX || !*user)
		return;
	(void)snprintf(a->program, sizeof(a->program), "%s", program);
	(void)snprintf(a->file, sizeof(a->file), "%s", file);
	(void)snprintf(a->user, sizeof(a->user), "%s", user);
	a->line = line;
	c->n++;
}

/* ---- mbsync ---- */

struct section {
	bool any_mechanism;	/* AuthMechs names none, or "*" */
	bool other;		/* a tunnel, or a user from elsewhere */
	char user[WORD_MAX];
	size_t line;		/* of User */
};

/* The next word of a line, quotes and backslashes taken off; "" is the end. */
static const char *next_word(const char *p, const char *end, char *word)
{
	bool quoted = false;
	size_t n = 0;

	while (p < end && isspace((unsigned char)*p))
		p++;
	if (p < end && *p == '#')
		p = end;
	for (; p < end && (quoted || !isspace((unsigned char)*p)); p++) {
		if (*p == '"') {
			quoted = !quoted;
			continue;
		}
		if (*p == '\\' && p + 1 < end)
			p++;
		if (n + 1 < WORD_MAX)
			word[n++] = *p;
	}
	word[n] = '\0';
	return p;
}

static void end_section(struct mb_caught *c, const char *file,
			struct section *s)
{
	if (s->any_mechanism && !s->other)
		add(c, "mbsync", file, s->line, s->user);
	memset(s, 0, sizeof(*s));
	s->any_mechanism = true;
}

static void take_option(struct section *s, size_t number, const char *word,
			const char *p, const char *end)
{
	char value[WORD_MAX];

	p = next_word(p, end, value);
	if (!strcasecmp(word, "User")) {
		(void)snprintf(s->user, sizeof(s->user), "%s", value);
		s->line = number;
	} else if (!strcasecmp(word, "UserCmd") ||
		   !strcasecmp(word, "Tunnel")) {
		s->other = true;
	} else if (!strcasecmp(word, "AuthMechs") ||
		   !strcasecmp(word, "AuthMech")) {
		for (s->any_mechanism = false; *value && !s->any_mechanism;
		     p = next_word(p, end, value))
			s->any_mechanism = !strcmp(value, "*");
	}
}

static bool begins_section(const char *word)
{
	static const char *const words[] = { "IMAPAccount", "IMAPStore",
					     "MaildirStore", "Channel",
					     "Group" };
	size_t i;

	for (i = 0; i < sizeof(words) / sizeof(words[0]); i++)
		if (!strcasecmp(word, words[i]))
			return true;
	return false;
}

void mb_caught_mbsync(struct mb_caught *c, const char *file, const char *text,
		      size_t n)
{
	struct section s = { .any_mechanism = true };
	const char *end = text + n, *eol, *p;
	char word[WORD_MAX];
	size_t number = 0;

	for (; text < end; text = eol + 1) {
		number++;
		eol = memchr(text, '\n', (size_t)(end - text));
		if (!eol)
			eol = end;
		p = next_word(text, eol, word);
		/* An empty line ends a section, a comment does not. */
		if (!*word && memchr(text, '#', (size_t)(eol - text)))
			continue;
		if (!*word || begins_section(word))
			end_section(c, file, &s);
		else
			take_option(&s, number, word, p, eol);
	}
	end_section(c, file, &s);
}

/* As the program would look for it. */
static void look_at_mbsync(struct mb_caught *c)
{
	const char *home = getenv("HOME"), *xdg = getenv("XDG_CONFIG_HOME");
	const char *library = mb_setup_sasl_library("mbsync");
	struct mb_secret text = { 0 };
	char paths[2][PATH_MAX] = { "", "" };
	size_t i;

	if (!home || !*home || (library && strcmp(library, "libsasl2") != 0))
		return;
	(void)snprintf(paths[0], PATH_MAX, "%s/.mbsyncrc", home);
	(void)snprintf(paths[1], PATH_MAX, xdg && *xdg ? "%s/isyncrc" :
		       "%s/.config/isyncrc", xdg && *xdg ? xdg : home);
	for (i = 0; i < 2; i++) {
		if (access(paths[i], R_OK) == 0 &&
		    mb_input_file(paths[i], FILE_MAX, &text, NULL) == 0 &&
		    text.len)
			mb_caught_mbsync(c, paths[i], text.data, text.len);
		mb_secret_clear(&text);
	}
}

/* ---- Postfix ---- */

void mb_caught_map(struct mb_caught *c, const char *file, const char *text,
		   size_t n)
{
	const char *end = text + n, *eol, *p, *colon;
	char word[WORD_MAX];
	size_t number = 0;

	for (; text < end; text = eol + 1) {
		number++;
		eol = memchr(text, '\n', (size_t)(end - text));
		if (!eol)
			eol = end;
		if (text == eol || strchr("# \t\r", *text))
			continue;
		for (p = text; p < eol && !isspace((unsigned char)*p); p++)
			;
		while (p < eol && isspace((unsigned char)*p))
			p++;
		colon = memchr(p, ':', (size_t)(eol - p));
		/* A path is a token file of another plugin: --migrate. */
		if (!colon || colon - p >= WORD_MAX ||
		    (colon + 1 < eol && colon[1] == '/'))
			continue;
		(void)snprintf(word, sizeof(word), "%.*s", (int)(colon - p),
			       p);
		add(c, "Postfix", file, number, word);
	}
}

static void look_at_maps(struct mb_caught *c, const char *maps)
{
	static const char types[] = " hash: texthash: lmdb: btree: cdb: dbm: ";
	struct mb_secret text = { 0 };
	char path[PATH_MAX], type[32];
	size_t len, n;

	for (; *maps; maps += len) {
		maps += strspn(maps, " ,\t");
		len = strcspn(maps, " ,\t");
		n = strcspn(maps, ":") + 1;
		if (n >= len || len - n >= sizeof(path) || n > 16)
			continue;
		(void)snprintf(type, sizeof(type), " %.*s ", (int)n, maps);
		if (!strstr(types, type))
			continue;
		(void)snprintf(path, sizeof(path), "%.*s", (int)(len - n),
			       maps + n);
		if (access(path, R_OK) == 0 &&
		    mb_input_file(path, FILE_MAX, &text, NULL) == 0 &&
		    text.len)
			mb_caught_map(c, path, text.data, text.len);
		mb_secret_clear(&text);
	}
}

/* Transports that log in and take whatever mechanism is offered.  One whose
 * filter names ours is meant for us. */
static void look_at_postfix(struct mb_caught *c)
{
	static const char *const services[] = { "smtp/unix", "relay/unix" };
	char value[MB_POSTCONF_VALUE];
	struct mb_postconf p;
	size_t i;

	if (mb_postconf_open(&p, NULL, NULL) < 0)
		return;
	for (i = 0; i < sizeof(services) / sizeof(services[0]); i++) {
		if (mb_postconf_value(&p, services[i], "smtp_sasl_auth_enable",
				      value, NULL) <= 0 ||
		    strcmp(value, "yes") != 0 ||
		    mb_postconf_value(&p, services[i],
				      "smtp_sasl_mechanism_filter", value,
				      NULL) < 0 ||
		    mb_postconf_filter(value) != MB_FILTER_ANY)
			continue;
		if (mb_postconf_value(&p, services[i],
				      "smtp_sasl_password_maps", value,
				      NULL) > 0)
			look_at_maps(c, value);
	}
}

/* ---- both ---- */

struct mb_caught *mb_caught_find(const struct mb_tool *t)
{
	struct mb_caught *c = calloc(1, sizeof(*c));

	/* --store DIR is nothing that a mail program knows of. */
	if (!c || t->home_kind == MB_HOME_DIR) {
		free(c);
		return NULL;
	}
	if (t->home.kind != MB_HOME_SYSTEM)
		look_at_mbsync(c);
	else if (geteuid() == 0)
		look_at_postfix(c);
	if (c->n)
		return c;
	free(c);
	return NULL;
}

/* As the records' owner. */
static int look_up(struct mb_tool *t, void *arg, void *out, struct mb_err *e)
{
	struct mb_caught *c = arg;
	struct mb_token_world w;
	bool *enrolled = out;
	size_t i;

	(void)e;
	mb_pick_world(t, &w);
	for (i = 0; i < c->n; i++)
		enrolled[i] = mb_token_known(&w, c->list[i].user, NULL) > 0;
	return 0;
}

size_t mb_caught_unknown(struct mb_tool *t, struct mb_caught *c)
{
	bool enrolled[MB_CAUGHT_MAX] = { false };
	size_t i, n = 0;

	if (mb_owner_run(t, look_up, c, enrolled, sizeof(enrolled), NULL) < 0)
		return c->n = 0;
	for (i = 0; i < c->n; i++) {
		if (enrolled[i])
			continue;
		if (n != i)
			c->list[n] = c->list[i];
		n++;
	}
	return c->n = n;
}

const char *mb_caught_remedy(const struct mb_caught_account *a)
{
	return strcmp(a->program, "mbsync") == 0 ?
	       "if it uses a password, give it the line: AuthMechs PLAIN" :
	       "if it uses a password: postconf -e "
	       "'smtp_sasl_mechanism_filter = !xoauth2, !oauthbearer, "
	       "static:rest' (setup postfix has a transport of its own)";
}

void mb_caught_tell(struct mb_tool *t, struct mb_caught *c)
{
	char line[MB_ERR_LINE];
	struct mb_err e = { 0 };
	size_t i;

	if (!c)
		return;
	(void)mb_caught_unknown(t, c);
	for (i = 0; i < c->n; i++) {
		/* Through here what is not printable is escaped. */
		(void)mb_fail(&e, MB_E_NOT_ENROLLED, c->list[i].file,
			      " line %zu: %s is not enrolled, and where its "
			      "server offers XOAUTH2, %s tries it now",
			      c->list[i].line, c->list[i].user,
			      c->list[i].program);
		(void)mb_remedy(&e, "%s", mb_caught_remedy(&c->list[i]));
		mb_out_note("note: %s", mb_err_line(&e, line, sizeof(line)));
	}
	free(c);
}
