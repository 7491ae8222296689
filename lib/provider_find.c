/* SPDX-License-Identifier: BSD-2-Clause */
/* Which provider serves an address, and what it gives for which protocol. */
#include "config.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "lib/provider.h"

/* The next of blank-separated words; its length, 0 at the end. */
static size_t next_word(const char **words)
{
	*words += strspn(*words, " ");
	return strcspn(*words, " ");
}

static bool is_word(const char *at, size_t n, const char *word, size_t len)
{
	return n == len && strncasecmp(at, word, n) == 0;
}

static bool has_word(const char *words, const char *word, size_t len)
{
	size_t n;

	for (; (n = next_word(&words)) > 0; words += n)
		if (is_word(words, n, word, len))
			return true;
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
		if (has_word(p->list[i].domains, word, strlen(word)))
			return &p->list[i];
	return NULL;
}

/* "*.x.org" is any host below x.org; everything else the host itself. */
static bool fits(const char *pattern, size_t n, const char *host, size_t len)
{
	if (n < 3 || pattern[0] != '*' || pattern[1] != '.')
		return is_word(pattern, n, host, len);
	return len > n - 1 &&
	       strncasecmp(host + len - (n - 1), pattern + 1, n - 1) == 0;
}

const struct mb_provider *mb_provider_find_mx(const struct mb_providers *p,
					      const char *host)
{
	size_t len = strlen(host), n;

	if (len > 0 && host[len - 1] == '.')
		len--;
	for (size_t i = 0; i < p->n; i++)
		for (const char *m = p->list[i].mx; (n = next_word(&m)) > 0;
		     m += n)
			if (fits(m, n, host, len))
				return &p->list[i];
	return NULL;
}

/* Append those words that out has not got yet. */
static int join(char *out, const char *words)
{
	size_t n, used = strlen(out);

	for (; (n = next_word(&words)) > 0; words += n) {
		if (has_word(out, words, n))
			continue;
		if (n + 2 > MB_PROVIDER_SCOPE - used)
			return -1;
		used += (size_t)snprintf(out + used, MB_PROVIDER_SCOPE - used,
					 "%s%.*s", used ? " " : "", (int)n,
					 words);
	}
	return 0;
}

static const char *scope_of(const struct mb_provider *p, const char *name,
			    size_t n)
{
	if (is_word(name, n, "imap", 4))
		return p->scope_imap;
	if (is_word(name, n, "smtp", 4))
		return p->scope_smtp;
	if (is_word(name, n, "pop3", 4) || is_word(name, n, "pop", 3))
		return p->scope_pop;
	return NULL;
}

static int no_scope(const struct mb_provider *p, const char *name, size_t n,
		    struct mb_err *e)
{
	mb_fail(e, MB_E_USAGE, "--for", "%s gives no access by %.*s", p->title,
		(int)n, name);
	return mb_remedy(e, "leave it out, or give the scopes with --scope");
}

int mb_provider_scope(const struct mb_provider *p, const char *protocols,
		      char *out, struct mb_err *e)
{
	bool split = p->scope_imap[0] || p->scope_smtp[0] || p->scope_pop[0];
	char scope[MB_PROVIDER_SCOPE] = "";
	const char *at = protocols ? protocols : "imap,smtp";

	while (*at) {
		size_t n = strcspn(at, ",");
		const char *words = scope_of(p, at, n);

		if (!words) {
			mb_fail(e, MB_E_USAGE, "--for",
				"\"%.*s\" is not imap, smtp or pop3",
				(int)(n < 40 ? n : 40), at);
			return mb_remedy(e, "for example: --for imap,smtp");
		}
		if (protocols && !words[0] && split)
			return no_scope(p, at, n, e);
		if (join(scope, words) < 0)
			break;
		at += n;
		at += *at == ',';
	}
	if (*at || join(scope, p->scope) < 0)
		return mb_fail(e, MB_E_CONFIG_VALUE, p->name,
			       "has a scope that is too long");
	snprintf(out, MB_PROVIDER_SCOPE, "%s", scope);
	return 0;
}

bool mb_provider_device_gives(const struct mb_provider *p, const char *scope,
			      char *word)
{
	size_t n;

	for (; p->device_scopes[0] && (n = next_word(&scope)) > 0; scope += n) {
		if (has_word(p->device_scopes, scope, n))
			continue;
		snprintf(word, 256, "%.*s", (int)n, scope);
		return false;
	}
	return true;
}
