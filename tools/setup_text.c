/* SPDX-License-Identifier: BSD-2-Clause */
/* A client's lines with an account's values put in. */
#include "config.h"

#include <limits.h>
#include <pwd.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "lib/paths.h"
#include "tools/binary.h"
#include "tools/out.h"
#include "tools/setup.h"

enum { VALUE_MAX = PATH_MAX + 600, LINE_MAX_LEN = 8192 };

static bool starttls(const struct mb_server *s)
{
	return !strcmp(s->security, "starttls");
}

/* "you%40gmail.com": what may stand in front of a URL's host. */
static void url_user(const char *address, char *buf, size_t size)
{
	size_t n = 0;

	for (; *address && n + 4 < size; address++) {
		unsigned char c = (unsigned char)*address;

		if ((c | 32) >= 'a' && (c | 32) <= 'z')
			buf[n++] = (char)c;
		else if ((c >= '0' && c <= '9') || strchr("-._~", c))
			buf[n++] = (char)c;
		else
			n += (size_t)snprintf(buf + n, size - n, "%%%02X", c);
	}
	buf[n] = '\0';
}

/* "mailbearer --store DIR" as further words of a list: , "--store", "DIR" */
static void command_words(const char *command, char *buf, size_t size)
{
	const char *p = strchr(command, ' ');
	size_t n = 0;

	buf[0] = '\0';
	while (p && n < size) {
		size_t len = strcspn(++p, " ");

		n += (size_t)snprintf(buf + n, size - n, ", \"%.*s\"",
				      (int)len, p);
		p = p[len] ? p + len : NULL;
	}
}

static void of_server(const struct mb_server *s, const char *name,
		      const char *word, char *value)
{
	const char *scheme = !strcmp(word, "POP") ? "pop3" :
			     !strcmp(word, "SMTP") ? "smtp" : "imap";
	bool later = starttls(s);

	if (!strcmp(name, "HOST"))
		(void)snprintf(value, VALUE_MAX, "%s", s->host);
	else if (!strcmp(name, "PORT"))
		(void)snprintf(value, VALUE_MAX, "%d", s->port);
	else if (!strcmp(name, "SCHEME"))
		(void)snprintf(value, VALUE_MAX, "%s%s", scheme,
			       later ? "" : "s");
	else if (!strcmp(name, "URL"))
		(void)snprintf(value, VALUE_MAX, "%s%s://%s:%d", scheme,
			       later ? "" : "s", s->host, s->port);
	else if (!strcmp(name, "SSLTYPE"))
		(void)snprintf(value, VALUE_MAX, later ? "STARTTLS" : "IMAPS");
	else if (!strcmp(name, "STARTTLS_ONOFF"))
		(void)snprintf(value, VALUE_MAX, later ? "on" : "off");
	else if (!strcmp(name, "STARTTLS_YESNO"))
		(void)snprintf(value, VALUE_MAX, later ? "yes" : "no");
	else if (!strcmp(name, "TLS_YESNO"))
		(void)snprintf(value, VALUE_MAX, later ? "no" : "yes");
	else if (!strcmp(name, "NMH_TLS"))
		(void)snprintf(value, VALUE_MAX, later ? "-tls" :
			       "-initialtls");
}

static void value_of(const struct mb_setup *s,
		     const struct mb_setup_account *a, const char *name,
		     char *value)
{
	const struct passwd *pw;
	const char *home;

	value[0] = '\0';
	if (!strncmp(name, "IMAP_", 5)) {
		of_server(&a->imap, name + 5, "IMAP", value);
	} else if (!strncmp(name, "SMTP_", 5)) {
		of_server(&a->smtp, name + 5, "SMTP", value);
	} else if (!strncmp(name, "RELAY_", 6)) {
		of_server(&a->relay, name + 6, "SMTP", value);
	} else if (!strncmp(name, "POP_", 4)) {
		of_server(&a->pop, name + 4, "POP", value);
	} else if (!strcmp(name, "ADDRESS")) {
		(void)snprintf(value, VALUE_MAX, "%s", a->address);
	} else if (!strcmp(name, "ADDRESS_URL")) {
		url_user(a->address, value, VALUE_MAX);
	} else if (!strcmp(name, "COMMAND")) {
		(void)snprintf(value, VALUE_MAX, "%s", s->command);
	} else if (!strcmp(name, "COMMAND_ABSOLUTE")) {
		(void)snprintf(value, VALUE_MAX, "%s%s", mb_path_tool,
			       s->command + strcspn(s->command, " "));
	} else if (!strcmp(name, "COMMAND_PATH")) {
		(void)snprintf(value, VALUE_MAX, "%.*s",
			       (int)strcspn(s->command, " "), s->command);
	} else if (!strcmp(name, "COMMAND_WORDS")) {
		command_words(s->command, value, VALUE_MAX);
	} else if (!strcmp(name, "HOME") && (home = getenv("HOME")) != NULL) {
		(void)snprintf(value, VALUE_MAX, "%s", home);
	} else if (!strcmp(name, "LOCAL_USER") || !strcmp(name, "HOME")) {
		pw = getpwuid(geteuid());
		if (pw)
			(void)snprintf(value, VALUE_MAX, "%s",
				       name[0] == 'H' ? pw->pw_dir :
							pw->pw_name);
	}
}

/* One line with every @WORD@ replaced; "@@" followed by a word is a blank-free
 * "@" in front of it. */
static void expand(const struct mb_setup *s, const struct mb_setup_account *a,
		   const char *line, size_t n, char *out)
{
	size_t used = 0, i = 0, len;
	char name[32], value[VALUE_MAX];

	while (i < n && used + 1 < LINE_MAX_LEN) {
		const char *end = line[i] != '@' ? NULL :
				  memchr(line + i + 1, '@', n - i - 1);

		len = end ? (size_t)(end - (line + i)) - 1 : 0;
		if (!len || len >= sizeof(name) || line[i + 1] < 'A' ||
		    line[i + 1] > 'Z') {
			out[used++] = line[i++];
			continue;
		}
		memcpy(name, line + i + 1, len);
		name[len] = '\0';
		value_of(s, a, name, value);
		len = strlen(value);
		if (used + len >= LINE_MAX_LEN)
			break;
		memcpy(out + used, value, len);
		used += len;
		i += strlen(name) + 2;
	}
	out[used] = '\0';
}

/* "?imap": is that part to be shown? */
static bool wanted(const struct mb_setup_account *a, const char *line)
{
	if (!strncmp(line, "?imap", 5))
		return a->imap.host[0] != '\0';
	if (!strncmp(line, "?smtp", 5))
		return a->smtp.host[0] != '\0';
	if (!strncmp(line, "?pop", 4))
		return a->pop.host[0] != '\0';
	return true;
}

static int missing(const struct mb_setup *s, const struct mb_setup_client *c,
		   const struct mb_setup_account *a, const char *what,
		   const char *scheme, struct mb_err *e)
{
	(void)mb_fail(e, MB_E_USAGE, a->address, "where is its %s server? %s "
		      "needs one", what, c->name);
	return mb_remedy(e, "run: %s setup %s %s --%s %s://HOST", s->command,
			 c->name, a->address, what, scheme);
}

void mb_setup_line(struct mb_tool *t, const char *format, ...)
{
	char text[LINE_MAX_LEN];
	json_t *lines;
	va_list ap;

	va_start(ap, format);
	(void)vsnprintf(text, sizeof(text), format, ap);
	va_end(ap);
	mb_out_line(t, "%s", text);
	if (!t->json)
		return;
	lines = json_object_get(t->result, "lines");
	if (!lines) {
		mb_out_set(t, "lines", json_array());
		lines = json_object_get(t->result, "lines");
	}
	(void)json_array_append_new(lines, json_string(text));
}

int mb_setup_print(const struct mb_setup *s, const struct mb_setup_client *c,
		   const struct mb_setup_account *a, struct mb_err *e)
{
	const char *p = c->text, *end;
	char *line;
	bool show = true;

	if ((c->needs & MB_SETUP_IMAP) && !a->imap.host[0])
		return missing(s, c, a, "imap", "imaps", e);
	if ((c->needs & MB_SETUP_SMTP) && !a->smtp.host[0])
		return missing(s, c, a, "smtp", "smtps", e);
	if ((c->needs & MB_SETUP_POP) && !a->pop.host[0])
		return missing(s, c, a, "pop", "pop3s", e);
	if (!c->needs && !a->imap.host[0] && !a->smtp.host[0] &&
	    !a->pop.host[0])
		return missing(s, c, a, c->speaks & MB_SETUP_IMAP ? "imap" :
			       "smtp", c->speaks & MB_SETUP_IMAP ? "imaps" :
			       "smtps", e);
	if ((c->needs & MB_SETUP_LATER) && !starttls(&a->relay)) {
		(void)mb_fail(e, MB_E_USAGE, a->address, "%s cannot begin with "
			      "TLS: it needs a server with STARTTLS", c->name);
		return mb_remedy(e, "run: %s setup %s %s --smtp "
				 "smtp://HOST:587", s->command, c->name,
				 a->address);
	}
	line = malloc(LINE_MAX_LEN);
	if (!line)
		return mb_fail(e, MB_E_NOMEM, "setup", "out of memory");
	for (; (end = strchr(p, '\n')) != NULL; p = end + 1) {
		if (*p == '?') {
			show = wanted(a, p);
			continue;
		}
		if (!show)
			continue;
		expand(s, a, p, (size_t)(end - p), line);
		mb_setup_line(s->tool, "%s", line);
	}
	free(line);
	return 0;
}

/* Which of the two its dynamic section names: the string is enough. */
static const char *library_in(const char *path)
{
	static const char *const libs[] = { "libsasl2", "libgsasl" };
	size_t i;

	for (i = 0; i < 2; i++)
		if (mb_binary_has(path, libs[i]))
			return libs[i];
	return NULL;
}

static const char *in_directories(const char *p, const char *program)
{
	char path[PATH_MAX];

	while (p) {
		size_t len = strcspn(p, ":");

		if (len && (size_t)snprintf(path, sizeof(path), "%.*s/%s",
					    (int)len, p, program) <
			   sizeof(path) && access(path, X_OK) == 0)
			return library_in(path);
		p = p[len] ? p + len + 1 : NULL;
	}
	return NULL;
}

/* Mail servers lie where the PATH of people does not lead. */
const char *mb_setup_sasl_library(const char *program)
{
	const char *p = getenv("PATH");
	const char *library = in_directories(p && *p ? p : "/usr/bin:/bin",
					     program);

	return library ? library : in_directories("/usr/sbin:/usr/lib",
						  program);
}
