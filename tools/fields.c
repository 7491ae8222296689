/* SPDX-License-Identifier: BSD-2-Clause */
#include "config.h"

#include <stdio.h>
#include <string.h>

#include "lib/credfile.h"
#include "tools/fields.h"
#include "tools/input.h"

#define FIELD(name, option, kind, member) \
	{ name, option, MB_FIELD_##kind, offsetof(struct mb_credential, member), \
	  sizeof(((struct mb_credential *)0)->member) }

const struct mb_field mb_fields[] = {
	FIELD("provider", "provider", TEXT, provider),
	FIELD("client_id", "client-id", TEXT, client_id),
	FIELD("client_secret", "client-secret-file", SECRET, client_secret),
	FIELD("authorization_endpoint", "authorization-endpoint", TEXT,
	      authorization_endpoint),
	FIELD("token_endpoint", "token-endpoint", TEXT, token_endpoint),
	FIELD("callback_url", "callback-url", TEXT, callback_url),
	FIELD("scope", "scope", TEXT, scope),
	FIELD("tenant", "tenant", TEXT, tenant),
	FIELD("hosts", "host", WORDS, hosts),
	FIELD("auth_method", "auth-method", METHOD, auth_method),
	FIELD("ca", "ca-file", PEM, ca_pem),
	FIELD("proxy", "proxy", TEXT, proxy),
	FIELD("issuer", "issuer", TEXT, issuer),
	{ NULL, NULL, MB_FIELD_TEXT, 0, 0 },
};

/* As options of add and set. */
const struct mb_opt mb_field_options[] = {
	{ "provider", "P", "service provider (mailbearer provider list)", 0 },
	{ "client-id", "ID", "client id of the app registration", 0 },
	{ "client-secret-file", "FILE",
	  "file with the client secret, - for stdin", 0 },
	{ "client-secret", "VALUE",
	  "use --client-secret-file FILE, or - to read it from stdin",
	  MB_OPT_REFUSED },
	{ "public", NULL, "there is no client secret", 0 },
	{ "authorization-endpoint", "URL", "where the owner signs in", 0 },
	{ "token-endpoint", "URL", "where tokens are fetched", 0 },
	{ "callback-url", "URL", "redirect URI registered at the provider", 0 },
	{ "scope", "SCOPE", "scopes to ask for, separated by blanks", 0 },
	{ "tenant", "TENANT", "Microsoft: tenant id or domain", 0 },
	{ "host", "HOST", "mail server that may be given tokens",
	  MB_OPT_MANY },
	{ "auth-method", "METHOD",
	  "client_secret_post or client_secret_basic", 0 },
	{ "ca-file", "FILE", "certificates to trust instead of the system's",
	  0 },
	{ "proxy", "URL", "HTTP proxy for the token endpoint", 0 },
	{ "issuer", "URL", "issuer the provider names when it answers", 0 },
	{ NULL, NULL, NULL, 0 },
};

static const char *const methods[] = {
	[MB_AUTH_NONE] = "none",
	[MB_AUTH_POST] = "client_secret_post",
	[MB_AUTH_BASIC] = "client_secret_basic",
};

const char *mb_fields_method_name(enum mb_auth_method m)
{
	return methods[m];
}

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

static int take_method(const struct mb_opts *o, enum mb_auth_method *m,
		       struct mb_err *e)
{
	const char *value = mb_opts_get(o, "auth-method");

	if (!strcmp(value, methods[MB_AUTH_POST]))
		*m = MB_AUTH_POST;
	else if (!strcmp(value, methods[MB_AUTH_BASIC]))
		*m = MB_AUTH_BASIC;
	else
		return mb_opts_usage(o, e, "--auth-method: it is "
				     "client_secret_post or "
				     "client_secret_basic");
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
	case MB_FIELD_METHOD:
		return take_method(o, &c->auth_method, e);
	case MB_FIELD_SECRET:
		return mb_input_secret(mb_opts_get(o, f->option),
				       MB_CLIENT_SECRET_MAX, &c->client_secret,
				       e);
	case MB_FIELD_PEM:
		if (!*mb_opts_get(o, f->option)) {
			mb_secret_clear(&c->ca_pem);
			return 0;
		}
		return mb_input_file(mb_opts_get(o, f->option),
				     MB_INPUT_PEM_MAX, &c->ca_pem, e);
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
	return 0;
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

int mb_fields_apply(const struct mb_opts *o, const struct mb_credential *given,
		    struct mb_credential *c, struct mb_err *e)
{
	const struct mb_field *f;

	if (given->client_secret.len || mb_opts_has(o, "public"))
		if (copy_secret(&c->client_secret, &given->client_secret,
				e) < 0)
			return -1;
	if (mb_opts_has(o, "ca-file") &&
	    copy_secret(&c->ca_pem, &given->ca_pem, e) < 0)
		return -1;
	if (mb_opts_has(o, "auth-method"))
		c->auth_method = given->auth_method;
	for (f = mb_fields; f->name; f++)
		if (mb_opts_has(o, f->option) &&
		    (f->kind == MB_FIELD_TEXT || f->kind == MB_FIELD_WORDS))
			memcpy((char *)c + f->offset,
			       (const char *)given + f->offset, f->size);
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
	if (!c->client_secret.len)
		c->auth_method = MB_AUTH_NONE;
	else if (c->auth_method == MB_AUTH_NONE)
		c->auth_method = MB_AUTH_POST;
}

int mb_fields_check(const struct mb_providers *p, const struct mb_credential *c,
		    struct mb_err *e)
{
	const struct mb_provider *preset = mb_provider_find(p, c->provider);

	if (preset && mb_provider_check(preset, c, e) < 0)
		return -1;
	return mb_credential_check(c, e);
}
