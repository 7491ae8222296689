/* SPDX-License-Identifier: BSD-2-Clause */
#include "config.h"

#include "lib/rules.h"

#include <stdio.h>
#include <string.h>

#include "lib/crypto.h"
#include "lib/grant_types.h"

/* The table:
 *	mailbearer-rules 1
 *	seen SEEN
 *	NAME GRANT ORIGIN PER-ADDRESS DIGEST HOST...	(sorted by NAME)
 *	rules
 *	USER NAME					(sorted by USER)
 */
static const char middle[] = "\nrules\n";

struct lines {
	const char *begin, *end;	/* whole lines */
};

bool mb_rules_is_pattern(const char *user)
{
	return user[0] == '*' && (user[1] == '\0' || user[1] == '@');
}

int mb_rules_canon(const char *user, char *out, struct mb_err *e)
{
	if (strcmp(user, "*") != 0)
		return mb_address_canon(user, out, e);
	memcpy(out, user, sizeof("*"));
	return 0;
}

bool mb_rules_current(const struct mb_secret *table, const char *seen)
{
	static const char head[] = MB_RULES_HEADER "seen ";
	size_t n = sizeof(head) - 1, m = strlen(seen);

	return table->len > n + m && memcmp(table->data, head, n) == 0 &&
	       memcmp(table->data + n, seen, m) == 0 &&
	       table->data[n + m] == '\n';
}

static int damaged(struct mb_err *e)
{
	mb_fail(e, MB_E_RECORD_BAD, "account rules", "the table made of them "
		"is damaged");
	return mb_remedy(e, "remove the file rules beside the token records");
}

/* Both parts of the table. */
static int split(const struct mb_secret *table, struct lines *credentials,
		 struct lines *rules)
{
	const char *seen, *p, *end = table->data + table->len;

	if (table->len < sizeof(MB_RULES_HEADER) || end[-1] != '\n')
		return -1;
	seen = table->data + sizeof(MB_RULES_HEADER) - 1;
	credentials->begin = memchr(seen, '\n', (size_t)(end - seen));
	p = memmem(seen, (size_t)(end - seen), middle, sizeof(middle) - 1);
	if (!credentials->begin || !p)
		return -1;
	credentials->begin++;
	credentials->end = p + 1;
	/* No credential at all: the line "rules" is the next one. */
	if (credentials->begin > credentials->end)
		credentials->end = credentials->begin;
	rules->begin = p + sizeof(middle) - 1;
	rules->end = end;
	return 0;
}

/* Compare a key with a line's first word. */
static int compare(const char *key, size_t n, const char *line, size_t len)
{
	const char *blank = memchr(line, ' ', len);
	size_t m = blank ? (size_t)(blank - line) : len;
	int r = memcmp(key, line, n < m ? n : m);

	return r ? r : n < m ? -1 : n > m;
}

/* The line that begins with the word key, by bisection; NULL: none. */
static const char *find(const struct lines *in, const char *key, size_t *len)
{
	const char *low = in->begin, *high = in->end, *line, *eol;
	size_t n = strlen(key);
	int order;

	while (low < high) {
		line = low + (high - low) / 2;
		while (line > low && line[-1] != '\n')
			line--;
		eol = memchr(line, '\n', (size_t)(high - line));
		if (!eol)
			return NULL;
		order = compare(key, n, line, (size_t)(eol - line));
		if (order == 0) {
			*len = (size_t)(eol - line);
			return line;
		}
		if (order < 0)
			high = line;
		else
			low = eol + 1;
	}
	return NULL;
}

/* The next word of a line into dst. */
static int word(const char **p, const char *eol, char *dst, size_t size)
{
	const char *blank = memchr(*p, ' ', (size_t)(eol - *p));
	size_t n = (size_t)((blank ? blank : eol) - *p);

	if (n == 0 || n >= size)
		return -1;
	memcpy(dst, *p, n);
	dst[n] = '\0';
	*p += n + (blank ? 1 : 0);
	return 0;
}

static int take_credential(const struct lines *credentials,
			   struct mb_rule_match *m)
{
	char per[2];
	size_t len;
	const char *p = find(credentials, m->credential, &len);
	const char *eol = p ? p + len : NULL;

	if (!p || word(&p, eol, m->credential, sizeof(m->credential)) < 0 ||
	    word(&p, eol, m->grant, sizeof(m->grant)) < 0 ||
	    word(&p, eol, m->origin, sizeof(m->origin)) < 0 ||
	    word(&p, eol, per, sizeof(per)) < 0 ||
	    word(&p, eol, m->digest, sizeof(m->digest)) < 0 || p >= eol ||
	    (size_t)(eol - p) >= sizeof(m->hosts))
		return -1;
	m->per_address = per[0] == '1';
	memcpy(m->hosts, p, (size_t)(eol - p));
	m->hosts[eol - p] = '\0';
	return 0;
}

/* Exact, then the domain's, then everybody's. */
static const char *most_specific(const struct lines *rules,
				 const char *account, size_t *len)
{
	const char *domain = strrchr(account, '@'), *line;
	char wild[MB_ADDRESS_MAX + 3];

	line = find(rules, account, len);
	if (line || mb_rules_is_pattern(account))
		return line;
	if (domain) {
		(void)snprintf(wild, sizeof(wild), "*%s", domain);
		line = find(rules, wild, len);
	}
	return line ? line : find(rules, "*", len);
}

int mb_rules_find(const struct mb_secret *table, const char *account,
		  struct mb_rule_match *m, struct mb_err *e)
{
	struct mb_rule_match found;
	struct lines credentials, rules;
	const char *p, *eol;
	size_t len;

	if (table->len == 0)
		return 0;
	if (split(table, &credentials, &rules) < 0)
		return damaged(e);
	p = most_specific(&rules, account, &len);
	if (!p)
		return 0;
	memset(&found, 0, sizeof(found));
	eol = p + len;
	if (word(&p, eol, found.pattern, sizeof(found.pattern)) < 0 ||
	    word(&p, eol, found.credential, sizeof(found.credential)) < 0 ||
	    p != eol || take_credential(&credentials, &found) < 0)
		return damaged(e);
	/* Its owner has to sign in: the rule does not make it enrolled. */
	if (strcmp(found.grant, "authorization_code") == 0)
		return 0;
	/* For one account a token cannot be had by a pattern. */
	if (found.per_address && mb_rules_is_pattern(account))
		return 0;
	if (mb_rules_record_id(found.origin, found.per_address ? account :
			       NULL, found.id, e) < 0)
		return -1;
	*m = found;
	return 1;
}

int mb_rules_record_id(const char *origin, const char *canonical, char *id,
		       struct mb_err *e)
{
	char text[64 + MB_ADDRESS_MAX + 32], hex[MB_SHA256_HEX + 1];
	int n = snprintf(text, sizeof(text), "mailbearer rule\n%s\n%s\n",
			 origin, canonical ? canonical : "");

	if (n < 0 || (size_t)n >= sizeof(text))
		return mb_fail(e, MB_E_INTERNAL, "account rules",
			       "an address is too long");
	if (mb_crypto_sha256(text, (size_t)n, hex, e) < 0)
		return -1;
	memcpy(id, hex, MB_RECORD_ID_LEN);
	id[MB_RECORD_ID_LEN] = '\0';
	return 0;
}

int mb_rules_id_of(const struct mb_record *r, char *id, struct mb_err *e)
{
	char canonical[MB_ADDRESS_MAX + 1];
	enum mb_grant_type grant;

	if (mb_grant_type_find(r->grant, &grant) &&
	    !mb_grant_kind(grant)->per_address)
		return mb_rules_record_id(r->rule, NULL, id, e);
	if (mb_address_canon(r->account, canonical, e) < 0)
		return -1;
	return mb_rules_record_id(r->rule, canonical, id, e);
}
