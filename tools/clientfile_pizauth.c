/* SPDX-License-Identifier: BSD-2-Clause */
/* pizauth.conf: settings, and a block for each account.  Its words are read
 * whatever they are, so that those of other versions do no harm. */
#include "config.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "tools/clientfile.h"

enum token { BAD = -1, END, WORD, STRING };	/* or a punctuation mark */
enum { WORD_MAX = 63, LABEL_MAX = 255 };

struct reading {
	struct mb_clientfile *f;
	const char *name, *wanted;
	const char *s;			/* what is still to be read */
	unsigned int line;
	char word[WORD_MAX + 1];
	struct mb_secret text;		/* the string read last */
	char label[LABEL_MAX + 1], hint[LABEL_MAX + 1];
	struct mb_clientfile now;	/* of this account */
	unsigned int clients;		/* that differ */
	struct mb_err *e;
};

static const struct {
	const char *name;
	size_t offset, size;
} members[] = {
#define MEMBER(name, member) { name, offsetof(struct mb_credential, member), \
			       sizeof(((struct mb_credential *)0)->member) }
	MEMBER("auth_uri", authorization_endpoint),
	MEMBER("token_uri", token_endpoint),
	MEMBER("client_id", client_id),
	MEMBER("redirect_uri", callback_url),
	MEMBER("scopes", scope),
#undef MEMBER
};

static int refuse(struct reading *r, const char *cause)
{
	mb_fail(r->e, MB_E_CONFIG_VALUE, r->name, " line %u: %s; nothing "
		"changed", r->line, cause);
	return mb_remedy(r->e, "correct the file, or give another one");
}

static int syntax(struct reading *r)
{
	return refuse(r, "not valid in a pizauth.conf");
}

/* ---- tokens ---- */

static void skip(struct reading *r)
{
	for (;;) {
		r->line += *r->s == '\n';
		if (*r->s && strchr(" \t\r\n", *r->s))
			r->s++;
		else if (r->s[0] == '/' && r->s[1] == '/')
			r->s += strcspn(r->s, "\n");
		else
			return;
	}
}

static int string(struct reading *r)
{
	struct mb_secret text = { 0 };

	for (r->s++; *r->s && *r->s != '"'; r->s++) {
		if (*r->s == '\\' && *++r->s != '"' && *r->s != '\\')
			break;
		r->line += *r->s == '\n';
		if (mb_secret_append(&text, r->s, 1) < 0)
			break;
	}
	mb_secret_move(&r->text, &text);
	if (*r->s != '"')
		return BAD;
	r->s++;
	return STRING;
}

static int next(struct reading *r)
{
	size_t n;

	skip(r);
	if (!*r->s)
		return END;
	if (*r->s == '"')
		return string(r);
	n = strspn(r->s, "abcdefghijklmnopqrstuvwxyz_0123456789");
	if (n > WORD_MAX)
		return BAD;
	if (n) {
		memcpy(r->word, r->s, n);
		r->word[n] = '\0';
		r->s += n;
		return WORD;
	}
	return strchr("=,:;{}[]", *r->s) ? *r->s++ : BAD;
}

/* ---- values ---- */

/* The string behind what dst has. */
static int put(struct reading *r, char *dst, size_t size)
{
	size_t used = strlen(dst), n = r->text.len;

	if (used + n + 2 > size)
		return refuse(r, "a string is too long");
	if (used && n)
		dst[used++] = ' ';
	if (n)
		memcpy(dst + used, r->text.data, n);
	dst[used + n] = '\0';
	return 0;
}

static int take(struct reading *r, const char *member)
{
	if (!strcmp(member, "login_hint"))
		return put(r, r->hint, sizeof(r->hint));
	if (!strcmp(member, "client_secret")) {
		if (r->text.len > MB_CLIENT_SECRET_MAX)
			return refuse(r, "client_secret is too long");
		mb_secret_move(&r->now.c.client_secret, &r->text);
	}
	for (size_t i = 0; i < sizeof(members) / sizeof(members[0]); i++)
		if (!strcmp(member, members[i].name))
			return put(r, (char *)&r->now.c + members[i].offset,
				   members[i].size);
	return 0;
}

/* ["a", "b"], and {"name": "value"} of which the login hint counts. */
static int several(struct reading *r, const char *member, int end)
{
	char key[WORD_MAX + 1] = "";
	int t;

	while ((t = next(r)) != end) {
		if (t == STRING && end == '}') {
			if (put(r, key, sizeof(key)) < 0)
				return -1;
			if (next(r) != ':' || next(r) != STRING)
				return syntax(r);
		}
		if (t == STRING && take(r, end == '}' ? key : member) < 0)
			return -1;
		if (t != STRING && t != ',')
			return syntax(r);
		key[0] = '\0';
	}
	return 0;
}

/* MEMBER has been read: = VALUE ; */
static int assignment(struct reading *r)
{
	char member[WORD_MAX + 1];
	int ret = 0, t;

	memcpy(member, r->word, sizeof(member));
	if (next(r) != '=')
		return syntax(r);
	t = next(r);
	if (t == STRING)
		ret = take(r, member);
	else if (t == '[' || t == '{')
		ret = several(r, member, t == '[' ? ']' : '}');
	else if (t != WORD)
		ret = syntax(r);
	if (ret < 0)
		return -1;
	return next(r) == ';' ? 0 : syntax(r);
}

/* ---- accounts ---- */

static int end_account(struct reading *r)
{
	const char *who = r->hint[0] ? r->hint : r->label;
	int ret = 0;

	if (r->wanted && strcasecmp(r->wanted, r->label) != 0 &&
	    strcasecmp(r->wanted, r->hint) != 0)
		goto out;
	if (!r->now.c.client_id[0]) {
		ret = refuse(r, "the account that ends here has no client_id");
		goto out;
	}
	/* Without one pizauth takes this. */
	if (!r->now.c.callback_url[0])
		(void)snprintf(r->now.c.callback_url,
			       sizeof(r->now.c.callback_url), "%s",
			       "http://localhost/");
	mb_clientfile_add(r->f, &r->now, who, &r->clients);
out:
	mb_clientfile_clear(&r->now);
	return ret;
}

static int account(struct reading *r)
{
	int t;

	mb_clientfile_clear(&r->now);
	r->label[0] = r->hint[0] = '\0';
	if (next(r) != STRING)
		return syntax(r);
	if (put(r, r->label, sizeof(r->label)) < 0)
		return -1;
	if (next(r) != '{')
		return syntax(r);
	while ((t = next(r)) == WORD)
		if (assignment(r) < 0)
			return -1;
	return t == '}' ? end_account(r) : syntax(r);
}

int mb_clientfile_pizauth(struct mb_clientfile *f,
			  const struct mb_secret *text, const char *name,
			  const char *section, struct mb_err *e)
{
	struct reading r = { .f = f, .name = name, .wanted = section,
			     .s = mb_secret_str(text), .line = 1, .e = e };
	int ret = 0, t;

	while (ret == 0 && (t = next(&r)) != END) {
		if (t != WORD)
			ret = syntax(&r);
		else if (!strcmp(r.word, "account"))
			ret = account(&r);
		else
			ret = assignment(&r);
	}
	if (ret == 0)
		ret = mb_clientfile_alone(f, r.clients, name, section, e);
	mb_clientfile_clear(&r.now);
	mb_secret_clear(&r.text);
	return ret;
}
