/* SPDX-License-Identifier: BSD-2-Clause */
#include "config.h"

#include "tools/postconf.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

#include "tools/capture.h"

/* A root without /usr/sbin in its PATH is usual (su without "-"). */
static const char *const places[] = {
	"/usr/sbin/postconf", "/usr/local/sbin/postconf",
	"/usr/bin/postconf", "/usr/local/bin/postconf",
};

static const char *find(void)
{
	size_t i;

	for (i = 0; i < sizeof(places) / sizeof(places[0]); i++)
		if (access(places[i], X_OK) == 0)
			return places[i];
	return NULL;
}

/* postconf -c DIR OPTION WORD; 0 and its words, or -1. */
static int run(const struct mb_postconf *p, const char *option,
	       const char *word, char *out, size_t size, struct mb_err *e)
{
	char name[] = "-c", dir[PATH_MAX], opt[8];
	char text[MB_POSTCONF_VALUE * 2];
	char program[64];
	char *argv[] = { program, name, dir, opt, text, NULL };
	const char *at = find();
	int status;

	if (!at) {
		(void)mb_fail(e, MB_E_UNSUPPORTED, "postconf",
			      " is not there: is Postfix installed?");
		return mb_remedy(e, "install it, or run this where it is");
	}
	(void)snprintf(program, sizeof(program), "%s", at);
	(void)snprintf(dir, sizeof(dir), "%s", p->dir);
	(void)snprintf(opt, sizeof(opt), "%s", option);
	(void)snprintf(text, sizeof(text), "%s", word);
	if (!p->dir[0]) {
		argv[1] = opt;
		argv[2] = text;
		argv[3] = NULL;
	}
	status = mb_capture(argv, out, size, e);
	if (status == 0)
		return 0;
	if (status > 0) {
		out[strcspn(out, "\n")] = '\0';
		(void)mb_fail(e, MB_E_IO, p->dir[0] ? p->dir : "postconf",
			      "postconf %s failed: %s", option, out);
		(void)mb_remedy(e, "is it root who runs this? see main.cf and "
				"master.cf there");
	}
	return -1;
}

static void trim(char *text)
{
	size_t n = strlen(text);

	while (n && strchr(" \t\r\n", text[n - 1]))
		text[--n] = '\0';
}

int mb_postconf_open(struct mb_postconf *p, const char *dir, struct mb_err *e)
{
	char out[PATH_MAX];

	memset(p, 0, sizeof(*p));
	if (dir) {
		(void)snprintf(p->dir, sizeof(p->dir), "%s", dir);
		return run(p, "-h", "config_directory", out, sizeof(out), e);
	}
	if (run(p, "-h", "config_directory", out, sizeof(out), e) < 0)
		return -1;
	trim(out);
	(void)snprintf(p->dir, sizeof(p->dir), "%s", out);
	return 0;
}

/* The line that begins with the word and one of the characters behind it; NULL
 * where there are only warnings. */
static const char *line_of(const char *out, const char *word,
			   const char *behind)
{
	size_t len = strlen(word);

	for (; *out; out += strcspn(out, "\n"), out += *out == '\n')
		if (!strncmp(out, word, len) && out[len] &&
		    strchr(behind, out[len]))
			return out;
	return NULL;
}

int mb_postconf_get(const struct mb_postconf *p, const char *name,
		    char *value, struct mb_err *e)
{
	char out[MB_POSTCONF_VALUE + 256];
	const char *at;

	value[0] = '\0';
	if (run(p, "-n", name, out, sizeof(out), e) < 0)
		return -1;
	at = line_of(out, name, " \t=");
	if (!at)
		return 0;
	at += strcspn(at, "=");
	at += strspn(at, "= \t");
	(void)snprintf(value, MB_POSTCONF_VALUE, "%.*s",
		       (int)strcspn(at, "\n"), at);
	trim(value);
	return 1;
}

int mb_postconf_set(const struct mb_postconf *p, const char *name,
		    const char *value, struct mb_err *e)
{
	char word[MB_POSTCONF_VALUE + 256], out[1024];

	if (!value)
		return run(p, "-X", name, out, sizeof(out), e);
	(void)snprintf(word, sizeof(word), "%s=%s", name, value);
	return run(p, "-e", word, out, sizeof(out), e);
}

int mb_postconf_service(const struct mb_postconf *p, const char *name,
			char *line, struct mb_err *e)
{
	char out[MB_POSTCONF_VALUE + 256], word[128];
	const char *at;

	line[0] = '\0';
	if (run(p, "-M", name, out, sizeof(out), e) < 0)
		return -1;
	(void)snprintf(word, sizeof(word), "%.*s", (int)strcspn(name, "/"),
		       name);
	at = line_of(out, word, " \t");
	if (!at)
		return 0;
	(void)snprintf(line, MB_POSTCONF_VALUE, "%.*s",
		       (int)strcspn(at, "\n"), at);
	trim(line);
	return 1;
}

int mb_postconf_set_service(const struct mb_postconf *p, const char *name,
			    const char *line, struct mb_err *e)
{
	char word[MB_POSTCONF_VALUE + 256], out[1024];

	if (!line)
		return run(p, "-MX", name, out, sizeof(out), e);
	(void)snprintf(word, sizeof(word), "%s=%s", name, line);
	return run(p, "-Me", word, out, sizeof(out), e);
}

int mb_postconf_value(const struct mb_postconf *p, const char *service,
		      const char *name, char *value, struct mb_err *e)
{
	char line[MB_POSTCONF_VALUE], key[128];
	const char *at, *found = NULL, *end = " ";

	if (mb_postconf_service(p, service, line, e) < 0)
		return -1;
	/* The last one counts. */
	(void)snprintf(key, sizeof(key), " %s=", name);
	for (at = line; (at = strstr(at, key)) != NULL; found = at)
		at += strlen(key);
	/* -o { name = value with blanks } */
	(void)snprintf(key, sizeof(key), "{ %s = ", name);
	for (at = line; (at = strstr(at, key)) != NULL; found = at) {
		at += strlen(key);
		end = "}";
	}
	if (!found)
		return mb_postconf_get(p, name, value, e);
	(void)snprintf(value, MB_POSTCONF_VALUE, "%.*s",
		       (int)strcspn(found, end), found);
	return 1;
}

/* Words and tables, the first that matches counts; what a table says is not
 * looked up. */
enum mb_postconf_filter mb_postconf_filter(const char *filter)
{
	static const char *const ours[] = { "xoauth2", "oauthbearer" };
	bool denied[2] = { false, false };
	const char *p = filter;
	size_t len, i;

	for (; *p; p += len) {
		bool no;

		p += strspn(p, " ,\t");
		no = *p == '!';
		p += no;
		len = strcspn(p, " ,\t");
		for (i = 0; i < 2; i++) {
			if (len != strlen(ours[i]) ||
			    strncasecmp(p, ours[i], len) != 0)
				continue;
			if (!no && !denied[i])
				return MB_FILTER_NAMED;
			denied[i] = true;
		}
		if (!no && (memchr(p, ':', len) || memchr(p, '/', len)) &&
		    (!denied[0] || !denied[1]))
			return MB_FILTER_ANY;
	}
	return filter[strspn(filter, " ,\t")] ? MB_FILTER_NONE : MB_FILTER_ANY;
}
