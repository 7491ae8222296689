/* SPDX-License-Identifier: BSD-2-Clause */
#include "config.h"

#include <stdio.h>
#include <string.h>

#include "lib/clock.h"
#include "lib/credfile.h"
#include "lib/credmember.h"
#include "lib/keypair.h"
#include "tools/fields.h"
#include "tools/input.h"
#include "tools/keyfile.h"

#define FIELD(name, option, kind, member) \
	{ name, option, MB_FIELD_##kind, offsetof(struct mb_credential, member), \
	  sizeof(((struct mb_credential *)0)->member) }

const struct mb_field mb_fields[] = {
	FIELD("provider", "provider", TEXT, provider),
	FIELD("grant", "grant", CHOICE, grant),
	FIELD("client_id", "client-id", TEXT, client_id),
	FIELD("client_secret", "client-secret-file", SECRET, client_secret),
	FIELD("authorization_endpoint", "authorization-endpoint", TEXT,
	      authorization_endpoint),
	FIELD("token_endpoint", "token-endpoint", TEXT, token_endpoint),
	FIELD("device_endpoint", "device-endpoint", TEXT, device_endpoint),
	FIELD("revocation_endpoint", "revocation-endpoint", TEXT,
	      revocation_endpoint),
	FIELD("callback_url", "callback-url", TEXT, callback_url),
	FIELD("scope", "scope", TEXT, scope),
	FIELD("tenant", "tenant", TEXT, tenant),
	FIELD("hosts", "host", WORDS, hosts),
	FIELD("auth_method", "auth-method", CHOICE, auth_method),
	FIELD("client_secret_expires", "secret-expires", TEXT,
	      client_secret_expires),
	FIELD("private_key", "key-file", KEY, private_key),
	FIELD("certificate", "certificate-file", PEM, certificate),
	FIELD("key_id", "key-id", TEXT, key_id),
	FIELD("algorithm", "algorithm", CHOICE, algorithm),
	FIELD("command", "command", LINES, command),
	FIELD("ca", "ca-file", PEM, ca_pem),
	FIELD("proxy", "proxy", TEXT, proxy),
	FIELD("issuer", "issuer", TEXT, issuer),
	{ NULL, NULL, MB_FIELD_TEXT, 0, 0 },
};

/* As options of add and set. */
const struct mb_opt mb_field_options[] = {
	{ "provider", "P", "service provider (mailbearer provider list)", 0 },
	{ "grant", "G", "authorization_code (default), client_credentials, "
	  "jwt_bearer, command or sasl_password", 0 },
	{ "client-id", "ID", "client id of the app registration", 0 },
	{ "client-secret-file", "FILE",
	  "file with the client secret, - for stdin", 0 },
	{ "client-secret", "VALUE",
	  "use --client-secret-file FILE, or - to read it from stdin",
	  MB_OPT_REFUSED },
	{ "public", NULL, "there is no client secret", 0 },
	{ "authorization-endpoint", "URL", "where the owner signs in", 0 },
	{ "token-endpoint", "URL", "where tokens are fetched", 0 },
	{ "device-endpoint", "URL", "where device codes are fetched", 0 },
	{ "revocation-endpoint", "URL", "where tokens are revoked", 0 },
	{ "callback-url", "URL", "redirect URI registered at the provider", 0 },
	{ "scope", "SCOPE", "scopes to ask for, separated by blanks", 0 },
	{ "tenant", "TENANT", "Microsoft: tenant id or domain", 0 },
	{ "host", "HOST", "mail server that may be given tokens",
	  MB_OPT_MANY },
	{ "auth-method", "METHOD",
	  "client_secret_post, client_secret_basic or private_key_jwt", 0 },
	{ "secret-expires", "DATE", "YYYY-MM-DD: when the client secret "
	  "expires, to be told in time", 0 },
	{ "key-file", "FILE",
	  "private key (PEM), or a Google service account's JSON", 0 },
	{ "certificate-file", "FILE", "certificate that goes with the key", 0 },
	{ "key-id", "ID", "key id (kid) the provider knows the key by", 0 },
	{ "algorithm", "A", "RS256, PS256 or ES256 (default: by the key)", 0 },
	{ "command", "WORD", "program that prints a token: once with its "
	  "arguments, or once for each word", MB_OPT_MANY },
	{ "ca-file", "FILE", "certificates to trust instead of the system's",
	  0 },
	{ "proxy", "URL", "HTTP proxy for the token endpoint", 0 },
	{ "issuer", "URL", "issuer the provider names when it answers", 0 },
	{ NULL, NULL, NULL, 0 },
};

static int take_text(const struct mb_opts *o, const struct mb_field *f,
		     char *dst, struct mb_err *e)
{
	const char *value = mb_opts_get(o, f->option);

	if (strlen(value) >= f->size)
		return mb_opts_usage(o, e, "--%s: more than %zu characters",
				     f->option, f->size - 1);
	(void)snprintf(dst, f->size, "%s", value);
	return 0;
}

static int take_words(const struct mb_opts *o, const struct mb_field *f,
		      char *dst, struct mb_err *e)
{
	const char *value;
	size_t i, used = 0;

	*dst = 0;
	for (i = 0; (value = mb_opts_nth(o, f->option, i)); i++) {
		if (!*value || strpbrk(value, " \t\r\n"))
			return mb_opts_usage(o, e, "--%s: one name each",
					     f->option);
		if (strlen(value) + 2 > f->size - used)
			return mb_opts_usage(o, e, "--%s: too many", f->option);
		used += (size_t)snprintf(dst + used, f->size - used, "%s%s",
					 i ? " " : "", value);
	}
	return 0;
}

static int *choice_at(const struct mb_field *f, struct mb_credential *c)
{
	return (int *)(void *)((char *)c + f->offset);
}

static struct mb_secret *block_at(const struct mb_field *f,
				  struct mb_credential *c)
{
	return (struct mb_secret *)(void *)((char *)c + f->offset);
}

const char *mb_fields_choice(const struct mb_field *f,
			     const struct mb_credential *c)
{
	const struct mb_member *m = mb_credmember_find(f->name);
	const void *at = (const char *)c + f->offset;

	return m->choices[*(const int *)at - m->first];
}

static int take_choice(const struct mb_opts *o, const struct mb_field *f,
		       struct mb_credential *c, struct mb_err *e)
{
	const struct mb_member *m = mb_credmember_find(f->name);
	const char *value = mb_opts_get(o, f->option);
	char list[160] = "";
	size_t i, used = 0;

	for (i = 0; m->choices[i]; i++) {
		/* Of the methods "none" is --public. */
		if (strcmp(m->choices[i], "none") == 0)
			continue;
		if (strcmp(value, m->choices[i]) == 0) {
			*choice_at(f, c) = m->first + (int)i;
			return 0;
		}
		used += (size_t)snprintf(list + used, sizeof(list) - used,
					 "%s%s", used ? ", " : "",
					 m->choices[i]);
	}
	return mb_opts_usage(o, e, "--%s: it is one of %s", f->option, list);
}

/* Once: split at blanks; more than once: a word each. */
static int take_lines(const struct mb_opts *o, const struct mb_field *f,
		      struct mb_secret *out, struct mb_err *e)
{
	bool split = !mb_opts_nth(o, f->option, 1);
	struct mb_secret all = {0};
	const char *value;
	int r = 0;
	size_t i;

	for (i = 0; r == 0 && (value = mb_opts_nth(o, f->option, i)); i++) {
		if (i > 0)
			r = mb_secret_append_str(&all, "\n");
		for (; r == 0 && *value; value++)
			r = mb_secret_append(&all, split && *value == ' ' ?
					     "\n" : value, 1);
	}
	if (r == 0 && all.len <= MB_COMMAND_MAX)
		mb_secret_move(out, &all);
	else
		r = mb_opts_usage(o, e, "--%s: it is too long", f->option);
	mb_secret_clear(&all);
	return r;
}

static int take_pem(const struct mb_opts *o, const struct mb_field *f,
		    struct mb_credential *c, struct mb_err *e)
{
	size_t most = f->offset == offsetof(struct mb_credential, ca_pem) ?
		      MB_INPUT_PEM_MAX : MB_KEY_PEM_MAX;

	if (*mb_opts_get(o, f->option))
		return mb_input_file(mb_opts_get(o, f->option), most,
				     block_at(f, c), e);
	mb_secret_clear(block_at(f, c));
	return 0;
}

static int take(const struct mb_opts *o, const struct mb_field *f,
		struct mb_credential *c, struct mb_err *e)
{
	char *at = (char *)c + f->offset;

	switch (f->kind) {
	case MB_FIELD_TEXT:
		return take_text(o, f, at, e);
	case MB_FIELD_WORDS:
		return take_words(o, f, at, e);
	case MB_FIELD_CHOICE:
		return take_choice(o, f, c, e);
	case MB_FIELD_SECRET:
		return mb_input_secret(mb_opts_get(o, f->option),
				       MB_CLIENT_SECRET_MAX, block_at(f, c),
				       e);
	case MB_FIELD_PEM:
		return take_pem(o, f, c, e);
	case MB_FIELD_LINES:
		return take_lines(o, f, block_at(f, c), e);
	case MB_FIELD_KEY:
		/* Last, because what is given by itself counts more. */
		break;
	}
	return 0;
}

int mb_fields_from_options(const struct mb_opts *o, struct mb_credential *c,
			   struct mb_err *e)
{
	const struct mb_field *f;

	if (mb_opts_has(o, "public")) {
		if (mb_opts_has(o, "client-secret-file"))
			return mb_opts_usage(o, e, "--public and "
					     "--client-secret-file exclude "
					     "each other");
		mb_secret_clear(&c->client_secret);
	}
	for (f = mb_fields; f->name; f++)
		if (mb_opts_has(o, f->option) && take(o, f, c, e) < 0)
			return -1;
	return mb_opts_has(o, "key-file") ?
	       mb_keyfile_read(mb_opts_get(o, "key-file"), c, e) : 0;
}

static int copy_secret(struct mb_secret *dst, const struct mb_secret *src,
		       struct mb_err *e)
{
	if (!src->len) {
		mb_secret_clear(dst);
		return 0;
	}
	if (mb_secret_set(dst, src->data, src->len) < 0)
		return mb_fail(e, MB_E_NOMEM, "client credential",
			       "out of memory");
	return 0;
}

/* What a key file may tell besides the key. */
static bool comes_with_key(const struct mb_field *f,
			   const struct mb_credential *given)
{
	const char *at = (const char *)given + f->offset;

	switch (f->offset) {
	case offsetof(struct mb_credential, certificate):
		return given->certificate.len > 0;
	case offsetof(struct mb_credential, grant):
		return given->grant != MB_GRANT_CODE;
	case offsetof(struct mb_credential, client_id):
	case offsetof(struct mb_credential, key_id):
	case offsetof(struct mb_credential, token_endpoint):
		return *at != '\0';
	default:
		return false;
	}
}

static int apply(const struct mb_field *f, const struct mb_credential *given,
		 struct mb_credential *c, struct mb_err *e)
{
	const void *from = (const char *)given + f->offset;

	switch (f->kind) {
	case MB_FIELD_TEXT:
	case MB_FIELD_WORDS:
	case MB_FIELD_CHOICE:
		memcpy((char *)c + f->offset, from, f->size);
		break;
	case MB_FIELD_KEY:
	case MB_FIELD_PEM:
	case MB_FIELD_LINES:
		return copy_secret(block_at(f, c), from, e);
	case MB_FIELD_SECRET:
		break;
	}
	return 0;
}

int mb_fields_apply(const struct mb_opts *o, const struct mb_credential *given,
		    struct mb_credential *c, struct mb_err *e)
{
	const struct mb_field *f;

	if (given->client_secret.len || mb_opts_has(o, "public"))
		if (copy_secret(&c->client_secret, &given->client_secret,
				e) < 0)
			return -1;
	for (f = mb_fields; f->name; f++)
		if ((mb_opts_has(o, f->option) ||
		     (mb_opts_has(o, "key-file") && comes_with_key(f, given))) &&
		    apply(f, given, c, e) < 0)
			return -1;
	return 0;
}

bool mb_fields_given(const struct mb_opts *o)
{
	const struct mb_field *f;

	for (f = mb_fields; f->name; f++)
		if (mb_opts_has(o, f->option))
			return true;
	return mb_opts_has(o, "public");
}

/* What no option sets comes from the preset, which may learn: after an upgrade
 * the same add is still the same. */
static bool has_option(const char *name)
{
	const struct mb_field *f;

	for (f = mb_fields; f->name; f++)
		if (!strcmp(f->name, name))
			return true;
	return false;
}

size_t mb_fields_differ(const struct mb_credential *a,
			const struct mb_credential *b, char *names, size_t size)
{
	const char *list[MB_CREDENTIAL_MEMBERS];
	size_t i, n, count = 0, used = 0;

	*names = 0;
	n = mb_credential_diff(a, b, list, MB_CREDENTIAL_MEMBERS);
	for (i = 0; i < n && i < MB_CREDENTIAL_MEMBERS; i++) {
		if (!has_option(list[i]))
			continue;
		if (used < size)
			used += (size_t)snprintf(names + used, size - used,
						 "%s%s", count ? ", " : "",
						 list[i]);
		count++;
	}
	return count;
}

void mb_fields_settle_method(struct mb_credential *c)
{
	bool secret = c->auth_method == MB_AUTH_POST ||
		      c->auth_method == MB_AUTH_BASIC;

	/* What was chosen stays while there is what it needs. */
	if (c->auth_method == MB_AUTH_NONE ||
	    (secret && !c->client_secret.len) ||
	    (c->auth_method == MB_AUTH_KEY && !c->private_key.len))
		c->auth_method = mb_credential_auth(c);
}

int mb_fields_check(const struct mb_providers *p, const struct mb_credential *c,
		    struct mb_err *e)
{
	const struct mb_provider *preset = mb_provider_find(p, c->provider);

	if (preset && mb_provider_check(preset, c, e) < 0)
		return -1;
	if (mb_credential_check(c, e) < 0)
		return -1;
	/* One that is stored may expire, and the others must go on. */
	return mb_keypair_check_time(c, mb_now(), e);
}
