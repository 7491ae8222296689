/* SPDX-License-Identifier: BSD-2-Clause */
#include "config.h"

#include <stdio.h>
#include <string.h>

#include "lib/json.h"
#include "lib/url.h"
#include "tools/clientfile.h"
#include "tools/input.h"

static int wrong(struct mb_err *e, const char *name, const char *cause)
{
	mb_fail(e, MB_E_CONFIG_VALUE, name, "%s; nothing changed", cause);
	return mb_remedy(e, "give the JSON file of an OAuth client that the "
			 "Google console hands out");
}

void mb_clientfile_clear(struct mb_clientfile *f)
{
	mb_credential_clear(&f->c);
	memset(f, 0, sizeof(*f));
}

/* ---- JSON ---- */

static int take(char *dst, size_t size, const json_t *o, const char *member,
		const char *name, struct mb_err *e)
{
	const json_t *v = json_object_get(o, member);
	size_t n = json_string_length(v);

	if (!v || json_is_null(v))
		return 0;
	if (!json_is_string(v) || n >= size ||
	    strlen(json_string_value(v)) != n) {
		mb_fail(e, MB_E_CONFIG_VALUE, name, "%s is no string that "
			"could be one; nothing changed", member);
		return mb_remedy(e, "give the file as it was handed out");
	}
	memcpy(dst, json_string_value(v), n + 1);
	return 0;
}

static int take_client(struct mb_clientfile *f, const json_t *o,
		       const char *name, struct mb_err *e)
{
	char secret[MB_CLIENT_SECRET_MAX + 1] = "";
	int ret = -1;

	if (take(f->c.client_id, sizeof(f->c.client_id), o, "client_id", name,
		 e) < 0 ||
	    take(secret, sizeof(secret), o, "client_secret", name, e) < 0)
		goto out;
	if (*secret && mb_secret_set(&f->c.client_secret, secret,
				     strlen(secret)) < 0)
		mb_fail(e, MB_E_NOMEM, name, "out of memory");
	else if (!f->c.client_id[0])
		wrong(e, name, "has no client_id");
	else
		ret = 0;
out:
	mb_wipe(secret, sizeof(secret));
	return ret;
}

/* An app for the web has the redirect URIs that were registered and no other:
 * one that this host can listen on, else the first. */
static int take_redirect(struct mb_clientfile *f, const json_t *web,
			 const char *name, struct mb_err *e)
{
	const json_t *list = json_object_get(web, "redirect_uris");
	const char *best = NULL;
	struct mb_url u;
	json_t *v;
	size_t i;

	json_array_foreach(list, i, v) {
		const char *s = json_string_value(v);
		bool here = s && mb_url_parse(s, &u) == 0 &&
			    mb_url_is_loopback(&u);

		if (s && (!best || here))
			best = s;
		if (here)
			break;
	}
	if (!best)
		return wrong(e, name, "is of an app for the web without a "
			     "redirect URI (register http://127.0.0.1/, or "
			     "make a desktop app)");
	if ((size_t)snprintf(f->c.callback_url, sizeof(f->c.callback_url),
			     "%s", best) >= sizeof(f->c.callback_url))
		return wrong(e, name, "has a redirect URI that is too long");
	return 0;
}

static int take_google(struct mb_clientfile *f, const json_t *root,
		       const char *name, struct mb_err *e)
{
	const json_t *web = json_object_get(root, "web");
	const json_t *o = web ? web : json_object_get(root, "installed");

	if (!json_is_object(o))
		return wrong(e, name, "has no client in it");
	if (take_client(f, o, name, e) < 0 ||
	    take(f->c.authorization_endpoint,
		 sizeof(f->c.authorization_endpoint), o, "auth_uri", name,
		 e) < 0 ||
	    take(f->c.token_endpoint, sizeof(f->c.token_endpoint), o,
		 "token_uri", name, e) < 0)
		return -1;
	return web ? take_redirect(f, web, name, e) : 0;
}

/* sasl-xoauth2: without an endpoint it means Google's. */
static int take_sasl(struct mb_clientfile *f, const json_t *root,
		     const char *name, struct mb_err *e)
{
	if (take_client(f, root, name, e) < 0 ||
	    take(f->c.token_endpoint, sizeof(f->c.token_endpoint), root,
		 "token_endpoint", name, e) < 0 ||
	    take(f->c.proxy, sizeof(f->c.proxy), root, "proxy", name, e) < 0)
		return -1;
	if (!f->c.token_endpoint[0])
		(void)snprintf(f->c.token_endpoint,
			       sizeof(f->c.token_endpoint), "%s",
			       "https://accounts.google.com/o/oauth2/token");
	return 0;
}

static int other_json(const json_t *root, const char *name, struct mb_err *e)
{
	const char *type = json_string_value(json_object_get(root, "type"));

	if (type && !strcmp(type, "service_account")) {
		mb_fail(e, MB_E_CONFIG_VALUE, name, "is the key of a service "
			"account, not an OAuth client; nothing changed");
		return mb_remedy(e, "pass it as --key-file FILE");
	}
	if (type) {
		mb_fail(e, MB_E_CONFIG_VALUE, name, "is of type \"%.40s\", not "
			"an OAuth client; nothing changed", type);
		return mb_remedy(e, "in the Google console download the JSON "
				 "file of the OAuth client");
	}
	if (json_object_get(root, "refresh_token") ||
	    json_object_get(root, "access_token")) {
		mb_fail(e, MB_E_CONFIG_VALUE, name, "holds the tokens of a "
			"sign-in, not a client credential; nothing changed");
		return mb_remedy(e, "run: mailbearer enroll ADDRESS --import "
				 "FILE");
	}
	return wrong(e, name, "is JSON, but neither installed, web nor "
		     "client_id is in it");
}

static int parse_json(struct mb_clientfile *f, const struct mb_secret *text,
		      const char *name, struct mb_err *e)
{
	json_error_t where;
	json_t *root = mb_json_read(text, JSON_REJECT_DUPLICATES, &where);
	char line[80];
	int ret;

	/* where.text quotes the input, the secret included: not shown. */
	if (!root) {
		(void)snprintf(line, sizeof(line), "line %d: not valid JSON",
			       where.line);
		return wrong(e, name, line);
	}
	if (json_object_get(root, "installed") || json_object_get(root, "web"))
		ret = take_google(f, root, name, e);
	else if (json_object_get(root, "type") ||
		 json_object_get(root, "refresh_token") ||
		 !json_object_get(root, "client_id"))
		ret = other_json(root, name, e);
	else
		ret = take_sasl(f, root, name, e);
	json_decref(root);
	return ret;
}

/* ---- any of them ---- */

int mb_clientfile_parse(struct mb_clientfile *f, const struct mb_secret *text,
			const char *name, const char *section,
			struct mb_err *e)
{
	const char *s = mb_secret_str(text);
	struct mb_clientfile got = { 0 };
	json_t *list = NULL;
	int ret;

	if (memchr(s, '\0', text->len))
		return wrong(e, name, "is no text");
	s += strspn(s, " \t\r\n" "\357" "\273" "\277");
	if (*s == '{')
		ret = parse_json(&got, text, name, e);
	else if (!strncmp(s, "-----BEGIN ", 11))
		ret = wrong(e, name, "is PEM: a key or certificate "
			    "(--key-file, --certificate-file), not an OAuth "
			    "client");
	else if (*s == '[' && (list = mb_json_read(text, 0, NULL)) != NULL)
		ret = wrong(e, name, "is JSON, but no object");
	else if (*s == '[' || *s == '#' || *s == ';')
		ret = mb_clientfile_ini(&got, text, name, section, e);
	else if (!strncmp(s, "//", 2) || strstr(s, "account \""))
		ret = mb_clientfile_pizauth(&got, text, name, section, e);
	else
		ret = wrong(e, name, *s ? "is neither JSON nor a known "
			    "configuration" : "is empty");
	json_decref(list);
	if (ret == 0) {
		mb_clientfile_clear(f);
		*f = got;	/* moved, with its secret */
		got = (struct mb_clientfile){ 0 };
	}
	mb_clientfile_clear(&got);
	return ret;
}

int mb_clientfile_read(struct mb_clientfile *f, const char *file,
		       const char *section, struct mb_err *e)
{
	struct mb_secret text = { 0 };
	int ret = mb_input_file(file, MB_CLIENTFILE_MAX, &text, e);

	if (ret == 0)
		ret = mb_clientfile_parse(f, &text, strcmp(file, "-") ? file :
					  "stdin", section, e);
	mb_secret_clear(&text);
	return ret;
}

/* ---- whose endpoints are those? ---- */

static bool same_host(const char *url, const char *other)
{
	struct mb_url a, b;

	return *url && *other && mb_url_parse(url, &a) == 0 &&
	       mb_url_parse(other, &b) == 0 && !strcmp(a.host, b.host);
}

static bool is_of(const struct mb_provider *p, const char *url)
{
	return same_host(url, p->token_endpoint) ||
	       same_host(url, p->authorization_endpoint);
}

/* Microsoft: https://HOST/TENANT/oauth2/... */
static void take_tenant(struct mb_credential *c)
{
	struct mb_url u;
	const char *s;
	size_t n;

	if (c->tenant[0] || mb_url_parse(c->token_endpoint, &u) < 0)
		return;
	s = c->token_endpoint + u.path;
	s += *s == '/';
	n = strcspn(s, "/");
	if (n && n < sizeof(c->tenant) && s[n] == '/') {
		memcpy(c->tenant, s, n);
		c->tenant[n] = '\0';
	}
}

void mb_clientfile_settle(struct mb_clientfile *f, const struct mb_providers *p,
			  const char *provider)
{
	const struct mb_provider *found = NULL;
	struct mb_credential *c = &f->c;
	size_t i;

	for (i = 0; i < p->n && !found; i++)
		if (provider ? !strcmp(p->list[i].name, provider) :
		    is_of(&p->list[i], c->token_endpoint) ||
		    is_of(&p->list[i], c->authorization_endpoint))
			found = &p->list[i];
	(void)snprintf(c->provider, sizeof(c->provider), "%s", provider ?
		       provider : found ? found->name : "custom");
	if (!found || !found->token_endpoint[0])
		return;
	if (found->tenant == MB_NEED_YES)
		take_tenant(c);
	c->token_endpoint[0] = '\0';
	c->authorization_endpoint[0] = '\0';
	c->scope[0] = '\0';
}
