/* SPDX-License-Identifier: BSD-2-Clause */
#include "config.h"

#include "lib/credmember.h"

#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "lib/credfile.h"
#include "lib/credtext.h"

enum { CA_MAX = 256 * 1024 };

static const char *const auth_methods[] = {
	[MB_AUTH_NONE] = "none",
	[MB_AUTH_POST] = "client_secret_post",
	[MB_AUTH_BASIC] = "client_secret_basic",
	[MB_AUTH_KEY] = "private_key_jwt",
	NULL
};

static const char *const grants[] = {
	[MB_GRANT_CODE] = "authorization_code",
	[MB_GRANT_CLIENT_CREDENTIALS] = "client_credentials",
	[MB_GRANT_JWT_BEARER] = "jwt_bearer",
	[MB_GRANT_COMMAND] = "command",
	[MB_GRANT_SASL_PASSWORD] = "sasl_password",
	NULL
};

static const char *const algorithms[] = {
	[MB_ALG_AUTO] = "auto",
	[MB_ALG_RS256] = "RS256",
	[MB_ALG_PS256] = "PS256",
	[MB_ALG_ES256] = "ES256",
	NULL
};

#define AT(member) offsetof(struct mb_credmember_entry, c.member)
#define ROOM(member) sizeof(((struct mb_credential *)0)->member)
#define TEXT(member) \
	{ #member, MB_MEMBER_TEXT, AT(member), ROOM(member), NULL, 0 }
#define BLOCK(member, kind, most) \
	{ #member, MB_MEMBER_##kind, AT(member), most, NULL, 0 }
#define CHOICE(member, words) \
	{ #member, MB_MEMBER_CHOICE, AT(member), 0, words, 0 }

const struct mb_member mb_credmembers[] = {
	TEXT(name),
	TEXT(provider),
	TEXT(tenant),
	CHOICE(grant, grants),
	TEXT(client_id),
	{ "client_secret", MB_MEMBER_SECRET, AT(client_secret),
	  MB_CLIENT_SECRET_MAX, NULL, 0 },
	{ "auth_method", MB_MEMBER_CHOICE, AT(auth_method), 0, auth_methods,
	  MB_AUTH_NONE },
	TEXT(authorization_endpoint),
	TEXT(token_endpoint),
	TEXT(device_endpoint),
	TEXT(revocation_endpoint),
	TEXT(callback_url),
	TEXT(issuer),
	TEXT(scope),
	{ "hosts", MB_MEMBER_WORDS, AT(hosts), ROOM(hosts), NULL, 0 },
	TEXT(proxy),
	TEXT(authorization_extra),
	TEXT(client_secret_expires),
	TEXT(key_id),
	CHOICE(algorithm, algorithms),
	BLOCK(private_key, SECRET, MB_KEY_PEM_MAX),
	BLOCK(certificate, SECRET, MB_KEY_PEM_MAX),
	BLOCK(command, LINES, MB_COMMAND_MAX),
	{ "rotates", MB_MEMBER_BOOL, AT(rotates), 0, NULL, 0 },
	{ "token_lifetime", MB_MEMBER_INT, AT(token_lifetime), 0, NULL, 0 },
	{ "ca", MB_MEMBER_SECRET, AT(ca_pem), CA_MAX, NULL, 0 },
	/* Not in the sealed file: keep it last. */
	{ "client_secret_file", MB_MEMBER_TEXT,
	  offsetof(struct mb_credmember_entry, secret_file), PATH_MAX, NULL,
	  0 },
};

const size_t mb_credmembers_apply_n =
	sizeof(mb_credmembers) / sizeof(mb_credmembers[0]);
const size_t mb_credmembers_n =
	sizeof(mb_credmembers) / sizeof(mb_credmembers[0]) - 1;

const struct mb_member *mb_credmember_find(const char *name)
{
	for (size_t i = 0; i < mb_credmembers_n; i++)
		if (strcmp(mb_credmembers[i].name, name) == 0)
			return &mb_credmembers[i];
	return NULL;
}

static const void *at(const struct mb_member *m, const struct mb_credential *c)
{
	return (const char *)c + m->offset;
}

enum mb_auth_method mb_credential_auth(const struct mb_credential *c)
{
	if (c->client_secret.len)
		return MB_AUTH_POST;
	/* There the assertion is the grant: no client authentication. */
	return c->private_key.len && c->grant != MB_GRANT_JWT_BEARER ?
	       MB_AUTH_KEY : MB_AUTH_NONE;
}

static int default_choice(const struct mb_member *m,
			  const struct mb_credential *c)
{
	return m->offset == AT(auth_method) ? (int)mb_credential_auth(c) :
					      m->first;
}

bool mb_credmember_equal(const struct mb_member *m,
			 const struct mb_credential *a,
			 const struct mb_credential *b)
{
	switch (m->kind) {
	case MB_MEMBER_TEXT:
	case MB_MEMBER_WORDS:
		return strcmp(at(m, a), at(m, b)) == 0;
	case MB_MEMBER_SECRET:
	case MB_MEMBER_LINES:
		return mb_secret_equal(at(m, a), at(m, b));
	case MB_MEMBER_BOOL:
		return *(const bool *)at(m, a) == *(const bool *)at(m, b);
	case MB_MEMBER_INT:
		return *(const int64_t *)at(m, a) ==
		       *(const int64_t *)at(m, b);
	case MB_MEMBER_CHOICE:
		return *(const int *)at(m, a) == *(const int *)at(m, b);
	case MB_MEMBER_OTHER:
		break;
	}
	return true;
}

bool mb_credmember_is_default(const struct mb_member *m,
			      const struct mb_credential *c)
{
	switch (m->kind) {
	case MB_MEMBER_TEXT:
	case MB_MEMBER_WORDS:
		return *(const char *)at(m, c) == '\0';
	case MB_MEMBER_SECRET:
	case MB_MEMBER_LINES:
		return ((const struct mb_secret *)at(m, c))->len == 0;
	case MB_MEMBER_BOOL:
		return !*(const bool *)at(m, c);
	case MB_MEMBER_INT:
		return *(const int64_t *)at(m, c) == 0;
	case MB_MEMBER_CHOICE:
		return *(const int *)at(m, c) == default_choice(m, c);
	case MB_MEMBER_OTHER:
		break;
	}
	return true;
}

static int write_words(const char *words, struct mb_secret *out)
{
	const char *comma = "( ";

	while (*words) {
		size_t n = strcspn(words, " ");

		if (mb_secret_append_str(out, comma) < 0 ||
		    mb_credtext_quote(out, words, n, "") < 0)
			return -1;
		comma = ", ";
		words += n + (words[n] == ' ');
	}
	return mb_secret_append_str(out, *comma == '(' ? "( )" : " )");
}

static int write_lines(const struct mb_secret *lines, struct mb_secret *out)
{
	const char *p = mb_secret_str(lines), *comma = "( ";
	size_t n;

	for (;; p += n + 1) {
		n = strcspn(p, "\n");
		if (mb_secret_append_str(out, comma) < 0 ||
		    mb_credtext_quote(out, p, n, "") < 0)
			return -1;
		comma = ", ";
		if (!p[n])
			return mb_secret_append_str(out, " )");
	}
}

int mb_credmember_write(const struct mb_member *m,
			const struct mb_credential *c, const char *indent,
			struct mb_secret *out)
{
	const char *text = at(m, c);
	const struct mb_secret *secret = at(m, c);
	char number[32];

	switch (m->kind) {
	case MB_MEMBER_TEXT:
		return mb_credtext_quote(out, text, strlen(text), indent);
	case MB_MEMBER_WORDS:
		return write_words(text, out);
	case MB_MEMBER_LINES:
		return write_lines(secret, out);
	case MB_MEMBER_SECRET:
		return mb_credtext_quote(out, secret->data, secret->len,
					 indent);
	case MB_MEMBER_BOOL:
		return mb_secret_append_str(out, *(const bool *)at(m, c) ?
						 "true" : "false");
	case MB_MEMBER_INT:
		snprintf(number, sizeof(number), "%lld%s",
			 (long long)*(const int64_t *)at(m, c),
			 *(const int64_t *)at(m, c) > INT32_MAX ? "L" : "");
		return mb_secret_append_str(out, number);
	case MB_MEMBER_CHOICE:
		text = m->choices[*(const int *)at(m, c) - m->first];
		return mb_credtext_quote(out, text, strlen(text), indent);
	case MB_MEMBER_OTHER:
		break;
	}
	return 0;
}

/* The checks know no line: put file and line in front of what they say. */
static int with_line(const struct mb_credconf *conf,
		     const config_setting_t *group, struct mb_err *e)
{
	struct mb_err inner;

	if (!e)
		return -1;
	inner = *e;
	mb_credconf_refuse(conf, group, e, "%s: %s", inner.object,
			   inner.cause);
	e->id = inner.id;
	return -1;
}

int mb_credmember_read(const struct mb_credconf *conf,
		       const config_setting_t *group, bool apply,
		       struct mb_credmember_entry *x, struct mb_err *e)
{
	size_t n = apply ? mb_credmembers_apply_n : mb_credmembers_n;

	mb_credential_clear(&x->c);
	x->secret_file[0] = '\0';
	if (mb_credconf_read(conf, group, mb_credmembers, n, x, e) < 0)
		goto fail;
	if (!config_setting_get_member(group, "auth_method"))
		x->c.auth_method = mb_credential_auth(&x->c);
	if (x->secret_file[0] && x->c.client_secret.len) {
		mb_credconf_refuse(conf, group, e, "client_secret and "
				   "client_secret_file exclude each other");
		goto fail;
	}
	/* What the provider's preset fills in is checked when it is there. */
	if (!x->secret_file[0] && !(apply && !x->c.token_endpoint[0]) &&
	    mb_credential_check(&x->c, e) < 0) {
		with_line(conf, group, e);
		goto fail;
	}
	return 0;
fail:
	mb_credential_clear(&x->c);
	return -1;
}

size_t mb_credential_diff(const struct mb_credential *a,
			  const struct mb_credential *b, const char **names,
			  size_t max)
{
	size_t n = 0;

	for (size_t i = 0; i < mb_credmembers_n; i++) {
		if (mb_credmember_equal(&mb_credmembers[i], a, b))
			continue;
		if (n < max)
			names[n] = mb_credmembers[i].name;
		n++;
	}
	return n;
}
