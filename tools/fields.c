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

static bool equal(const struct mb_field *f, const struct mb_credential *a,
		  const struct mb_credential *b)
{
	const char *x = (const char *)a + f->offset;
	const char *y = (const char *)b + f->offset;

	switch (f->kind) {
	case MB_FIELD_METHOD:
		return a->auth_method == b->auth_method;
	case MB_FIELD_SECRET:
		return mb_secret_equal(&a->client_secret, &b->client_secret);
	case MB_FIELD_PEM:
		return mb_secret_equal(&a->ca_pem, &b->ca_pem);
	default:
		return strcmp(x, y) == 0;
	}
}

size_t mb_fields_differ(const struct mb_credential *a,
			const struct mb_credential *b, char *names, size_t size)
{
	const struct mb_field *f;
	size_t n = 0, used = 0;

	*names = 0;
	for (f = mb_fields; f->name; f++) {
		if (equal(f, a, b))
			continue;
		if (used < size)
			used += (size_t)snprintf(names + used, size - used,
						 "%s%s", n ? ", " : "",
						 f->name);
		n++;
	}
	return n;
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
