/* SPDX-License-Identifier: BSD-2-Clause */
/* email-oauth2-proxy's configuration: an INI file as Python's configparser
 * reads it, with one section for each account. */
#include "config.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "tools/clientfile.h"

enum { WORD_MAX = 255 };

struct reading {
	struct mb_clientfile *f;
	const char *name, *wanted;
	char section[WORD_MAX + 1];
	char flow[40];
	char member[WORD_MAX + 1];	/* for lines that go on */
	struct mb_clientfile now;	/* of this section */
	unsigned int clients;		/* that differ */
	struct mb_err *e;
};

static const struct {
	const char *name;
	size_t offset, size;
} members[] = {
#define MEMBER(name, member) { name, offsetof(struct mb_credential, member), \
			       sizeof(((struct mb_credential *)0)->member) }
	MEMBER("client_id", client_id),
	MEMBER("token_url", token_endpoint),
	MEMBER("permission_url", authorization_endpoint),
	MEMBER("redirect_uri", callback_url),
	MEMBER("oauth2_scope", scope),
#undef MEMBER
};

static int too_long(struct reading *r, const char *what)
{
	mb_fail(r->e, MB_E_CONFIG_VALUE, r->name, "[%s] %s is too long; "
		"nothing changed", r->section, what);
	return mb_remedy(r->e, "correct the file");
}

/* Several accounts, one client: what counts for a token. */
static bool same_client(const struct mb_credential *a,
			const struct mb_credential *b)
{
	return !strcmp(a->client_id, b->client_id) &&
	       !strcmp(a->token_endpoint, b->token_endpoint) &&
	       a->grant == b->grant;
}

void mb_clientfile_add(struct mb_clientfile *f, struct mb_clientfile *one,
		       const char *account, unsigned int *clients)
{
	size_t used;

	if (!f->c.client_id[0]) {
		mb_clientfile_clear(f);
		*f = *one;		/* moved, with its secret */
		*one = (struct mb_clientfile){ 0 };
		*clients = 1;
	} else {
		*clients += !same_client(&one->c, &f->c);
	}
	used = strlen(f->accounts);
	(void)snprintf(f->accounts + used, sizeof(f->accounts) - used, "%s%s",
		       used ? ", " : "", account);
}

static int check_flow(struct reading *r)
{
	if (!strcmp(r->flow, "client_credentials")) {
		r->now.c.grant = MB_GRANT_CLIENT_CREDENTIALS;
		return 0;
	}
	if (!r->flow[0] || !strcmp(r->flow, "authorization_code"))
		return 0;
	mb_fail(r->e, MB_E_CONFIG_VALUE, r->name, "[%s] has oauth2_flow %s; "
		"nothing changed", r->section, r->flow);
	return mb_remedy(r->e, strcmp(r->flow, "service_account") == 0 ?
			 "run: mailbearer add NAME --provider google "
			 "--key-file FILE" : "register an app, and sign in "
			 "with: mailbearer enroll ADDRESS");
}

/* The sample the program ships has *** where people put their own. */
static int end_section(struct reading *r)
{
	struct mb_credential *c = &r->now.c;
	int ret = 0;

	if (!strchr(r->section, '@') || !c->client_id[0] ||
	    !strncmp(c->client_id, "***", 3) ||
	    (r->wanted && strcasecmp(r->wanted, r->section) != 0)) {
		;
	} else if (check_flow(r) < 0) {
		ret = -1;
	} else {
		mb_clientfile_add(r->f, &r->now, r->section, &r->clients);
	}
	mb_clientfile_clear(&r->now);
	r->flow[0] = r->member[0] = '\0';
	return ret;
}

static int take(struct reading *r, const char *value, size_t n)
{
	char *at;
	size_t i, used;

	if (!strcmp(r->member, "client_secret_encrypted"))
		r->now.secret_sealed = true;
	if (!strcmp(r->member, "client_secret") && n &&
	    strncmp(value, "***", n < 3 ? n : 3) != 0) {
		if (n > MB_CLIENT_SECRET_MAX)
			return too_long(r, "client_secret");
		if (mb_secret_set(&r->now.c.client_secret, value, n) < 0)
			return mb_fail(r->e, MB_E_NOMEM, r->name,
				       "out of memory");
	}
	if (!strcmp(r->member, "oauth2_flow"))
		(void)snprintf(r->flow, sizeof(r->flow), "%.*s", (int)n,
			       value);
	for (i = 0; i < sizeof(members) / sizeof(members[0]); i++) {
		if (strcmp(r->member, members[i].name) != 0)
			continue;
		at = (char *)&r->now.c + members[i].offset;
		used = strlen(at);
		if (n + used + 2 > members[i].size)
			return too_long(r, r->member);
		if (used && n)
			at[used++] = ' ';
		memcpy(at + used, value, n);
		at[used + n] = '\0';
	}
	return 0;
}

static size_t trimmed(const char **s, size_t n)
{
	for (; n && strchr(" \t\r", **s); n--)
		++*s;
	while (n && strchr(" \t\r", (*s)[n - 1]))
		n--;
	return n;
}

static int member_line(struct reading *r, const char *s, size_t n)
{
	size_t i, k;

	for (k = 0; k < n && s[k] != '=' && s[k] != ':'; k++)
		;
	i = k;
	while (i && strchr(" \t", s[i - 1]))
		i--;
	r->member[0] = '\0';
	if (i > WORD_MAX || k == n)
		return 0;	/* none that is of interest */
	r->member[i] = '\0';
	while (i-- > 0)
		r->member[i] = s[i] >= 'A' && s[i] <= 'Z' ?
			       (char)(s[i] + 32) : s[i];
	s += k + 1;
	n = trimmed(&s, n - k - 1);
	return take(r, s, n);
}

static int line(struct reading *r, const char *s, size_t n)
{
	bool goes_on = n && strchr(" \t", *s);

	n = trimmed(&s, n);
	if (!n || *s == '#' || *s == ';')
		return 0;
	if (goes_on)
		return strcmp(r->member, "oauth2_scope") ? 0 : take(r, s, n);
	if (*s != '[')
		return member_line(r, s, n);
	if (end_section(r) < 0)
		return -1;
	n = s[n - 1] == ']' ? n - 2 : n - 1;
	if (n > WORD_MAX)
		return too_long(r, "the section");
	memcpy(r->section, s + 1, n);
	r->section[n] = '\0';
	return 0;
}

int mb_clientfile_alone(const struct mb_clientfile *f, unsigned int clients,
			const char *name, const char *section,
			struct mb_err *e)
{
	if (!f->c.client_id[0]) {
		if (section)
			mb_fail(e, MB_E_CONFIG_VALUE, name, "has no account "
				"%s with a client_id; nothing changed",
				section);
		else
			mb_fail(e, MB_E_CONFIG_VALUE, name, "has no account "
				"with a client_id; nothing changed");
		return mb_remedy(e, section ? "name another --section, or "
				 "another file" : "give another file");
	}
	if (clients > 1) {
		mb_fail(e, MB_E_CONFIG_VALUE, name, "has different "
			"clients, for %.400s; nothing changed", f->accounts);
		return mb_remedy(e, "one after the other: --section "
				 "ADDRESS");
	}
	return 0;
}

int mb_clientfile_ini(struct mb_clientfile *f, const struct mb_secret *text,
		      const char *name, const char *section, struct mb_err *e)
{
	struct reading r = { .f = f, .name = name, .wanted = section, .e = e };
	const char *s = mb_secret_str(text), *end;
	int ret = 0;

	for (; ret == 0 && *s; s = *end ? end + 1 : end) {
		end = s + strcspn(s, "\n");
		ret = line(&r, s, (size_t)(end - s));
	}
	if (ret == 0)
		ret = end_section(&r);
	if (ret == 0)
		ret = mb_clientfile_alone(f, r.clients, name, section, e);
	mb_clientfile_clear(&r.now);
	return ret;
}
