/* SPDX-License-Identifier: BSD-2-Clause */
#include "config.h"

#include "lib/discovery.h"

#include <jansson.h>
#include <stdio.h>
#include <string.h>

#include "lib/json.h"
#include "lib/url.h"

enum { SHOWN_MAX = 300 };

static bool is_safe(const struct mb_url *u)
{
	return !u->userinfo && (strcmp(u->scheme, "https") == 0 ||
				(strcmp(u->scheme, "http") == 0 &&
				 mb_url_is_loopback(u)));
}

int mb_discovery_url(const char *issuer, enum mb_discovery_form form,
		     char *url, struct mb_err *e)
{
	char built[MB_URL_MAX + 1];
	size_t path_len;
	struct mb_url u;
	int n;

	if (mb_url_parse(issuer, &u) < 0 || !is_safe(&u) || u.query ||
	    u.fragment || strchr(issuer, '{')) {
		mb_fail(e, MB_E_BAD_ENDPOINT, issuer,
			"an issuer is https://HOST/PATH, without \"?\" and \"#\"");
		return mb_remedy(e, "copy it from the server's console");
	}
	path_len = strlen(issuer + u.path);
	while (path_len > 0 && issuer[u.path + path_len - 1] == '/')
		path_len--;
	if (form == MB_DISCOVERY_OAUTH)
		n = snprintf(built, sizeof(built), "%.*s/.well-known/"
			     "oauth-authorization-server%.*s", (int)u.path,
			     issuer, (int)path_len, issuer + u.path);
	else
		n = snprintf(built, sizeof(built), "%.*s/.well-known/"
			     "openid-configuration",
			     (int)(u.path + path_len), issuer);
	if (n <= MB_URL_MAX) {
		memcpy(url, built, (size_t)n + 1);
		return 0;
	}
	mb_fail(e, MB_E_BAD_ENDPOINT, issuer, "is too long");
	return mb_remedy(e, "copy it from the server's console");
}

static int refuse(const char *issuer, const char *cause, struct mb_err *e)
{
	mb_fail(e, MB_E_UNSUPPORTED, issuer, "%s; nothing was saved", cause);
	return mb_remedy(e, "ask whoever runs the server");
}

/* Fit to be pasted into a shell: a stranger's words. */
static bool is_plain(const char *url)
{
	struct mb_url u;

	return mb_url_parse(url, &u) == 0 && is_safe(&u) &&
	       url[strspn(url, "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
			  "abcdefghijklmnopqrstuvwxyz0123456789"
			  ":/._-[]")] == '\0';
}

static int check_issuer(const json_t *root, const char *issuer,
			struct mb_err *e)
{
	const char *theirs = json_string_value(json_object_get(root, "issuer"));

	if (theirs && strcmp(theirs, issuer) == 0)
		return 0;
	mb_fail(e, MB_E_BAD_ENDPOINT, issuer, "the document there is of another issuer, \"%.200s\"; nothing was saved",
		theirs ? theirs : "");
	return mb_remedy(e, "if that is the server you mean, give its issuer letter by letter: --issuer %s",
			 theirs && strlen(theirs) <= SHOWN_MAX &&
			 is_plain(theirs) ? theirs : "URL");
}

/* A server elsewhere has no business on this host: what is sent to an endpoint
 * has a client secret in it. */
static bool points_here(const struct mb_url *u, const char *issuer)
{
	struct mb_url own;

	return mb_url_is_loopback(u) && (mb_url_parse(issuer, &own) < 0 ||
					 !mb_url_is_loopback(&own));
}

/* 0, or -1 with the member named. */
static int take_url(const json_t *root, const char *name, const char *issuer,
		    char *out, struct mb_err *e)
{
	const json_t *j = json_object_get(root, name);
	const char *s = json_string_value(j);
	char cause[160];
	struct mb_url u;

	if (!j || json_is_null(j))
		return 0;
	if (s && strlen(s) == json_string_length(j) &&
	    strlen(s) <= MB_URL_MAX && mb_url_parse(s, &u) == 0 &&
	    is_safe(&u) && !u.fragment && !points_here(&u, issuer)) {
		memcpy(out, s, strlen(s) + 1);
		return 0;
	}
	snprintf(cause, sizeof(cause), "its %s is %s", name,
		 s && mb_url_parse(s, &u) == 0 && points_here(&u, issuer) ?
		 "at this host itself" : "not an https URL");
	return refuse(issuer, cause, e);
}

static bool lists(const json_t *root, const char *name, const char *word)
{
	const json_t *list = json_object_get(root, name);
	const char *s;

	for (size_t i = 0; i < json_array_size(list); i++) {
		s = json_string_value(json_array_get(list, i));
		if (s && strcmp(s, word) == 0)
			return true;
	}
	return false;
}

static void take_lists(const json_t *root, struct mb_discovery *d)
{
	static const char methods[] = "token_endpoint_auth_methods_supported";

	/* Basic is the default of RFC 8414 section 2. */
	d->method = lists(root, methods, "client_secret_post") ? MB_AUTH_POST :
								 MB_AUTH_BASIC;
	d->scopes = json_is_array(json_object_get(root, "scopes_supported"));
	d->openid = lists(root, "scopes_supported", "openid");
	d->email = lists(root, "scopes_supported", "email");
	d->offline_access = lists(root, "scopes_supported", "offline_access");
}

static int take(const json_t *root, const char *issuer, struct mb_discovery *d,
		struct mb_err *e)
{
	static const char pkce[] = "code_challenge_methods_supported";

	if (check_issuer(root, issuer, e) < 0)
		return -1;
	/* Left out it may still be there; listed without S256 it is not. */
	if (json_object_get(root, pkce) && !lists(root, pkce, "S256"))
		return refuse(issuer, "it offers PKCE without S256, which protects nothing",
			      e);
	if (take_url(root, "authorization_endpoint", issuer,
		     d->authorization_endpoint, e) < 0 ||
	    take_url(root, "token_endpoint", issuer, d->token_endpoint,
		     e) < 0 ||
	    take_url(root, "device_authorization_endpoint", issuer,
		     d->device_endpoint, e) < 0 ||
	    take_url(root, "revocation_endpoint", issuer,
		     d->revocation_endpoint, e) < 0)
		return -1;
	if (!d->token_endpoint[0])
		return refuse(issuer, "it names no token endpoint", e);
	take_lists(root, d);
	return 0;
}

int mb_discovery_read(struct mb_discovery *d, const char *issuer,
		      const struct mb_http_reply *reply, struct mb_err *e)
{
	struct mb_discovery new = {0};
	json_t *root = NULL;
	int ret = 1;

	if (reply->status == 200)
		root = mb_json_read(&reply->body, JSON_REJECT_DUPLICATES, NULL);
	if (json_is_object(root)) {
		ret = take(root, issuer, &new, e);
		if (ret == 0)
			*d = new;
	}
	json_decref(root);
	return ret;
}
