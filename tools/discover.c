/* SPDX-License-Identifier: BSD-2-Clause */
#include "config.h"

#include <stdio.h>
#include <string.h>

#include "lib/discovery.h"
#include "lib/http.h"
#include "tools/discover.h"
#include "tools/out.h"
#include "tools/presets.h"

enum { CONNECT_MS = 10000, REPLY_MS = 20000 };

bool mb_discover_wanted(const struct mb_provider *preset,
			const struct mb_credential *c)
{
	const struct mb_grant_kind *kind = mb_grant_kind(c->grant);

	if (!c->issuer[0] || !kind->needs_endpoint ||
	    (preset && preset->token_endpoint[0]))
		return false;
	return !c->token_endpoint[0] ||
	       (kind->needs_person && !c->authorization_endpoint[0]);
}

static int get(const struct mb_credential *c, const char *url,
	       struct mb_http_reply *reply, struct mb_err *e)
{
	const struct mb_http_request q = {
		.object = c->issuer,
		.credential = c->name,
		.url = url,
		.proxy = c->proxy,
		.ca_pem = &c->ca_pem,
		.patience = { CONNECT_MS, REPLY_MS },
	};

	if (mb_http_post(&q, reply, e) == MB_HTTP_ANSWERED)
		return 0;
	/* The other remedies are for a token endpoint that is known. */
	return mb_remedy(e, e->id == MB_E_TLS ?
			 "if the server is your own: --ca-file FILE" :
			 "check the issuer and the network");
}

/* 0 and *d, or -1. */
static int fetch(const struct mb_credential *c, struct mb_discovery *d,
		 struct mb_err *e)
{
	long status[MB_DISCOVERY_FORMS] = { 0 };
	struct mb_http_reply reply = { 0 };
	char url[MB_URL_MAX + 1];
	int form, ret = 1;

	for (form = 0; form < MB_DISCOVERY_FORMS && ret > 0; form++) {
		if (mb_discovery_url(c->issuer, (enum mb_discovery_form)form,
				     url, e) < 0 ||
		    get(c, url, &reply, e) < 0)
			return -1;
		status[form] = reply.status;
		ret = mb_discovery_read(d, c->issuer, &reply, e);
		mb_http_reply_clear(&reply);
	}
	if (ret <= 0)
		return ret;
	mb_fail(e, MB_E_BAD_ENDPOINT, c->issuer,
		"publishes nothing (HTTP %ld below oauth-authorization-server, %ld at openid-configuration)",
		status[MB_DISCOVERY_OAUTH], status[MB_DISCOVERY_OPENID]);
	return mb_remedy(e, "check the issuer, or give --authorization-endpoint and --token-endpoint");
}

static void fill(char *dst, const char *src)
{
	if (!dst[0])
		(void)snprintf(dst, MB_URL_MAX + 1, "%s", src);
}

static void fill_scope(const struct mb_tool *t, const struct mb_discovery *d,
		       struct mb_credential *c)
{
	if (!mb_grant_kind(c->grant)->needs_person)
		return;
	if (!c->scope[0] && !mb_opts_has(&t->opts, "scope"))
		(void)snprintf(c->scope, sizeof(c->scope), "%s%s%s",
			       d->openid ? "openid " : "",
			       d->openid && d->email ? "email " : "",
			       d->offline_access ? "offline_access " : "");
	if (c->scope[0] && c->scope[strlen(c->scope) - 1] == ' ')
		c->scope[strlen(c->scope) - 1] = '\0';
	if (d->offline_access)
		mb_presets_offline(c);
}

int mb_discover(const struct mb_tool *t, struct mb_credential *c,
		enum mb_auth_method *method, struct mb_err *e)
{
	struct mb_discovery d = { 0 };

	if (mb_opts_has(&t->opts, "check"))
		return mb_opts_usage(&t->opts, e, "--check sends nothing, and "
				     "the server would have to be asked: give "
				     "its endpoints, too");
	if (fetch(c, &d, e) < 0)
		return -1;
	fill(c->authorization_endpoint, d.authorization_endpoint);
	fill(c->token_endpoint, d.token_endpoint);
	fill(c->device_endpoint, d.device_endpoint);
	fill(c->revocation_endpoint, d.revocation_endpoint);
	fill_scope(t, &d, c);
	*method = d.method;
	mb_out_note("found: token endpoint %s%s", c->token_endpoint,
		    c->device_endpoint[0] ? ", a device flow" : "");
	mb_out_note("scope: %s", c->scope[0] ? c->scope : "the server's own");
	return 0;
}
