/* SPDX-License-Identifier: BSD-2-Clause */
/* What must not stand in a public bug report. */
#include "config.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

#include "lib/url.h"
#include "tools/doctor.h"

static size_t add(char *out, size_t n, size_t size, const char *text,
		  size_t len)
{
	if (len > size - 1 - n)
		len = size - 1 - n;
	memcpy(out + n, text, len);
	out[n + len] = '\0';
	return n + len;
}

static bool is(const char *word, size_t len, const char *other)
{
	return strlen(other) == len && !strncasecmp(word, other, len);
}

static bool host_of(const char *word, size_t len, const char *url)
{
	struct mb_url u;

	return *url && mb_url_parse(url, &u) == 0 && is(word, len, u.host);
}

static bool in_list(const char *word, size_t len, const char *list)
{
	size_t n;

	for (; *list; list += n + (list[n] == ' ')) {
		n = strcspn(list, " ");
		if (n == len && n && !strncasecmp(word, list, n))
			return true;
	}
	return false;
}

/* "a.b.c", not "openssl.cnf" and not "3.0.22". */
static bool looks_like_host(const char *word, size_t len)
{
	size_t i, dots = 0;

	for (i = 0; i < len; i++) {
		if (word[i] == '.')
			dots++;
		else if (!isalnum((unsigned char)word[i]) && word[i] != '-')
			return false;
	}
	return dots > 1 && isalpha((unsigned char)word[len - 1]);
}

static const char *of_credentials(const struct mb_credfile *file,
				  const char *word, size_t len)
{
	size_t i;

	for (i = 0; i < file->ncredentials; i++) {
		const struct mb_credential *c = &file->credentials[i];

		if (c->client_id[0] &&
		    memmem(word, len, c->client_id, strlen(c->client_id)))
			return "client-id...";
		if (host_of(word, len, c->token_endpoint) ||
		    host_of(word, len, c->authorization_endpoint) ||
		    host_of(word, len, c->proxy) ||
		    in_list(word, len, c->hosts))
			return "host...";
	}
	return NULL;
}

/* What stands in the place of a word; NULL: it may stay. */
static const char *instead(const struct mb_credfile *file, const char *word,
			   size_t len)
{
	const char *at = memchr(word, '@', len), *other;
	char own[256] = "";

	if (at && at != word && word + len > at + 1)
		return "mailbox@...";
	if (len > 2 && !strncmp(word, "//", 2))
		return "//host...";
	other = of_credentials(file, word, len);
	if (other)
		return other;
	(void)gethostname(own, sizeof(own) - 1);
	return looks_like_host(word, len) || (own[0] && is(word, len, own)) ?
	       "host..." : NULL;
}

/* How much of a path says whose home directory it is in. */
static size_t at_home(const char *text)
{
	const char *home = getenv("HOME");
	size_t len = home ? strlen(home) : 0;

	if (len > 1 && !strncmp(text, home, len) &&
	    (!text[len] || strchr("/ ,;:)\"'", text[len])))
		return len;
	if (!strncmp(text, "/home/", 6))
		return 6 + strcspn(text + 6, "/ ,;:()\"'");
	return 0;
}

void mb_doctor_redact(const struct mb_credfile *file, char *text, size_t size)
{
	static const char ends[] = " \t,;:()[]\"'";
	char out[MB_ERR_LINE] = "";
	size_t n = 0, i = 0;

	while (text[i]) {
		size_t len = strcspn(text + i, ends);
		const char *other = len ? instead(file, text + i, len) : NULL;
		size_t home = other ? 0 : at_home(text + i);

		if (home > len)
			len = home;
		if (home)
			n = add(out, n, sizeof(out), "~", 1);
		if (other)
			n = add(out, n, sizeof(out), other, strlen(other));
		else
			n = add(out, n, sizeof(out), text + i + home,
				len - home);
		i += len;
		if (text[i])
			n = add(out, n, sizeof(out), text + i++, 1);
	}
	(void)snprintf(text, size, "%s", out);
}
