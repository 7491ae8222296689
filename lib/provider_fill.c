/* SPDX-License-Identifier: BSD-2-Clause */
#include "config.h"

#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "lib/provider.h"

/* text with each {mark} replaced by value.  0, or -1 if it does not fit. */
static int substitute(const char *text, const char *mark, const char *value,
		      char *out, size_t size)
{
	size_t at = 0;

	while (*text) {
		size_t n = strlen(mark);
		const char *from = text;

		if (strncmp(text, mark, n) == 0) {
			text += n;
			from = value;
			n = strlen(value);
		} else {
			text++;
			n = 1;
		}
		if (n >= size - at)
			return -1;
		memcpy(out + at, from, n);
		at += n;
	}
	out[at] = '\0';
	return 0;
}

void mb_provider_step(const char *step, const char *redirect_uri, char *buf,
		      size_t size)
{
	if (substitute(step, "{redirect_uri}", redirect_uri, buf, size) < 0)
		snprintf(buf, size, "%s", step);
}

static void fill(char *dst, size_t size, const char *src)
{
	if (!dst[0])
		snprintf(dst, size, "%s", src);
}

#define FILL(member) fill(c->member, sizeof(c->member), p->member)

static int fill_endpoint(char *dst, const char *src, const char *tenant)
{
	if (dst[0])
		return 0;
	return substitute(src, "{tenant}", tenant, dst, MB_URL_MAX + 1);
}

static int fill_endpoints(const struct mb_provider *p,
			  struct mb_credential *c, bool person)
{
	/* Endpoints of one's own go together: no device code from elsewhere. */
	bool own = c->token_endpoint[0] != '\0';

	if (person && fill_endpoint(c->authorization_endpoint,
				    p->authorization_endpoint, c->tenant) < 0)
		return -1;
	if (!own && person && fill_endpoint(c->device_endpoint,
					    p->device_endpoint, c->tenant) < 0)
		return -1;
	if (!own && fill_endpoint(c->revocation_endpoint,
				  p->revocation_endpoint, c->tenant) < 0)
		return -1;
	return fill_endpoint(c->token_endpoint, p->token_endpoint, c->tenant);
}

static bool tenant_fits(const char *tenant)
{
	return tenant[strspn(tenant, "abcdefghijklmnopqrstuvwxyz"
				     "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
				     "0123456789.-")] == '\0';
}

int mb_provider_fill(const struct mb_provider *p, const char *tenant,
		     struct mb_credential *c, struct mb_err *e)
{
	bool person = mb_grant_kind(c->grant)->needs_person;
	char object[MB_PROVIDER_MAX + 16];

	snprintf(object, sizeof(object), "provider %s", p->name);
	if (!tenant || !tenant[0])
		tenant = c->tenant;
	/* Endpoints of one's own have the tenant in them already. */
	if (p->tenant == MB_NEED_YES && !tenant[0] &&
	    !(c->token_endpoint[0] &&
	      (!person || c->authorization_endpoint[0]))) {
		mb_fail(e, MB_E_CONFIG_VALUE, object, "needs a tenant");
		return mb_remedy(e, "give --tenant: the directory's id or "
				 "domain; for outlook.com and hotmail.com "
				 "accounts: consumers");
	}
	if (!tenant_fits(tenant) || strlen(tenant) >= sizeof(c->tenant)) {
		mb_fail(e, MB_E_CONFIG_VALUE, object,
			"the tenant is neither an id nor a domain");
		return mb_remedy(e, "give --tenant as the console shows it");
	}
	if (tenant != c->tenant)
		snprintf(c->tenant, sizeof(c->tenant), "%s", tenant);
	if (fill_endpoints(p, c, person) < 0)
		return mb_fail(e, MB_E_CONFIG_VALUE, object,
			       "an endpoint is too long");
	if (!person)
		fill(c->scope, sizeof(c->scope), p->app_scope);
	if (!c->scope[0] && mb_provider_scope(p, NULL, c->scope, e) < 0)
		return -1;
	fill(c->provider, sizeof(c->provider), p->name);
	FILL(issuer);
	FILL(hosts);
	if (person) {
		FILL(callback_url);
		FILL(authorization_extra);
	}
	c->rotates = c->rotates || p->rotates;
	if (!c->token_lifetime)
		c->token_lifetime = p->token_lifetime;
	return 0;
}

/* 8-4-4-4-12 hexadecimal digits. */
static bool is_guid(const char *s, size_t n)
{
	static const char digits[] = "0123456789abcdefABCDEF";

	for (size_t i = 0; n == 36 && i < n; i++) {
		bool dash = i == 8 || i == 13 || i == 18 || i == 23;

		if (dash ? s[i] != '-' :
			   !memchr(digits, s[i], sizeof(digits) - 1))
			return false;
	}
	return n == 36;
}

static bool ends_in(const char *s, size_t n, const char *suffix)
{
	size_t len = strlen(suffix);

	return n > len && memcmp(s + n - len, suffix, len) == 0;
}

static int check_id(const struct mb_provider *p,
		    const struct mb_credential *c, const char *object,
		    struct mb_err *e)
{
	size_t n = strlen(c->client_id);

	if (p->client_id_guid && !is_guid(c->client_id, n)) {
		mb_fail(e, MB_E_CONFIG_VALUE, object,
			"the client id is not of the form "
			"xxxxxxxx-xxxx-xxxx-xxxx-xxxxxxxxxxxx");
		return mb_remedy(e, "copy \"Application (client) ID\" from "
				 "the app's overview");
	}
	/* A service account's is its address. */
	if (p->client_id_suffix[0] && c->grant != MB_GRANT_JWT_BEARER &&
	    !ends_in(c->client_id, n, p->client_id_suffix)) {
		mb_fail(e, MB_E_CONFIG_VALUE, object,
			"the client id does not end in %s",
			p->client_id_suffix);
		return mb_remedy(e, "copy \"Client ID\" from the console; "
				 "the secret goes into --client-secret-file");
	}
	return 0;
}

static bool has_word(const char *words, const char *word)
{
	size_t len = strlen(word), n;

	for (; len && *words; words += n + (words[n] == ' ')) {
		n = strcspn(words, " ");
		if (n == len && memcmp(words, word, n) == 0)
			return true;
	}
	return false;
}

int mb_provider_check_callback(const struct mb_provider *p,
			       const struct mb_credential *c, struct mb_err *e)
{
	const char *url = c->callback_url, *cause = NULL;
	char object[MB_NAME_MAX + 32];

	if (p->redirect_no_ipv6 && strncmp(url, "http://[", 8) == 0)
		cause = "takes no redirect URI with [::1]";
	else if (strchr(url, '?') && has_word(p->redirect_no_query, c->tenant))
		cause = "takes no \"?\" in a redirect URI of this tenant's apps";
	if (!cause)
		return 0;
	snprintf(object, sizeof(object), "client credential %s", c->name);
	mb_fail(e, MB_E_BAD_ENDPOINT, object, "%s %s", p->title, cause);
	return mb_remedy(e, "register %s, then: mailbearer set %s "
			 "--callback-url %s", p->callback_url, c->name,
			 p->callback_url);
}

int mb_provider_check(const struct mb_provider *p,
		      const struct mb_credential *c, struct mb_err *e)
{
	const struct mb_secret *secret = &c->client_secret;
	char object[MB_NAME_MAX + 32];

	snprintf(object, sizeof(object), "client credential %s", c->name);
	if (!mb_grant_kind(c->grant)->needs_endpoint)
		return 0;
	if (check_id(p, c, object, e) < 0)
		return -1;
	if (p->client_id_guid && secret->data &&
	    is_guid(secret->data, secret->len)) {
		mb_fail(e, MB_E_SECRET_WRONG, object,
			"the client secret looks like a Secret ID");
		return mb_remedy(e, "copy \"Value\" instead; it is shown only "
				 "when the secret is made");
	}
	if (p->client_id_suffix[0] && secret->data &&
	    ends_in(secret->data, secret->len, p->client_id_suffix)) {
		mb_fail(e, MB_E_SECRET_WRONG, object,
			"the client secret looks like a client id");
		return mb_remedy(e, "copy \"Client secret\" instead");
	}
	if (c->grant == MB_GRANT_CLIENT_CREDENTIALS &&
	    has_word(p->app_no_tenant, c->tenant)) {
		mb_fail(e, MB_E_CONFIG_VALUE, object, "%s gives an app tokens "
			"of its own for one directory alone, and %s is none",
			p->title, c->tenant);
		return mb_remedy(e, "give --tenant: the directory's id or "
				 "domain");
	}
	if (p->secret == MB_NEED_YES && !secret->len && !c->private_key.len) {
		mb_fail(e, MB_E_SECRET_WRONG, object,
			"%s wants a client secret", p->title);
		return mb_remedy(e, "give it with --client-secret-file");
	}
	if (p->secret == MB_NEED_NO && secret->len) {
		mb_fail(e, MB_E_SECRET_WRONG, object,
			"%s takes no client secret", p->title);
		return mb_remedy(e, "use --public");
	}
	return mb_provider_check_callback(p, c, e);
}
