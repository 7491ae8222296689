/* SPDX-License-Identifier: BSD-2-Clause */
/* Requests; oauth_reply.c judges what comes back. */
#include "config.h"

#include "lib/oauth.h"

#include <openssl/evp.h>
#include <string.h>

#include "lib/assertion.h"
#include "lib/clock.h"
#include "lib/form.h"

void mb_oauth_request_clear(struct mb_oauth_request *q)
{
	mb_secret_clear(&q->body);
	mb_secret_clear(&q->authorization);
}

static int out_of_memory(const char *object, struct mb_err *e)
{
	return mb_fail(e, MB_E_NOMEM, object, "out of memory");
}

int mb_oauth_challenge(const char *verifier,
		       char challenge[MB_OAUTH_CHALLENGE_LEN + 1],
		       struct mb_err *e)
{
	struct mb_secret s = {0};
	unsigned char md[32];
	int ret = -1;

	if (EVP_Digest(verifier, strlen(verifier), md, NULL, EVP_sha256(),
		       NULL) != 1) {
		mb_fail(e, MB_E_CRYPTO, "PKCE", "SHA-256 is not available");
		goto out;
	}
	if (mb_form_base64(&s, md, sizeof(md)) < 0) {
		out_of_memory("PKCE", e);
		goto out;
	}
	/* base64url without padding (RFC 4648 section 5). */
	for (size_t i = 0; i < MB_OAUTH_CHALLENGE_LEN; i++) {
		char c = s.data[i];

		challenge[i] = c == '+' ? '-' : c == '/' ? '_' : c;
	}
	challenge[MB_OAUTH_CHALLENGE_LEN] = '\0';
	ret = 0;
out:
	mb_secret_clear(&s);
	return ret;
}

/* Append a parameter unless it has no value. */
static int add_known(struct mb_secret *out, const char *key, const char *value)
{
	if (!value || !value[0])
		return 0;
	return mb_form_add_str(out, key, value);
}

int mb_oauth_authorization_url(const struct mb_credential *c,
			       const struct mb_oauth_authorization *a,
			       struct mb_secret *url, struct mb_err *e)
{
	bool query = strchr(c->authorization_endpoint, '?') != NULL;
	struct mb_secret s = {0};
	int ret = -1;

	if (!c->authorization_endpoint[0]) {
		mb_fail(e, MB_E_BAD_ENDPOINT, c->name,
			"has no authorization endpoint");
		mb_remedy(e, "mailbearer set %s --authorization-endpoint URL",
			  c->name);
		goto out;
	}
	if (mb_secret_append_str(&s, c->authorization_endpoint) < 0 ||
	    (!query && mb_secret_append_str(&s, "?") < 0) ||
	    mb_form_add_str(&s, "response_type", "code") < 0 ||
	    mb_form_add_str(&s, "client_id", c->client_id) < 0 ||
	    mb_form_add_str(&s, "redirect_uri", a->redirect_uri) < 0 ||
	    add_known(&s, "scope", c->scope) < 0 ||
	    mb_form_add_str(&s, "state", a->state) < 0 ||
	    add_known(&s, "code_challenge", a->code_challenge) < 0 ||
	    add_known(&s, "code_challenge_method",
		      a->code_challenge ? "S256" : NULL) < 0 ||
	    add_known(&s, "login_hint", a->login_hint) < 0 ||
	    add_known(&s, "nonce", a->nonce) < 0 ||
	    /* Already in the form of a query: data, not a value. */
	    (c->authorization_extra[0] &&
	     (mb_secret_append_str(&s, "&") < 0 ||
	      mb_secret_append_str(&s, c->authorization_extra) < 0))) {
		out_of_memory(c->name, e);
		goto out;
	}
	mb_secret_move(url, &s);
	ret = 0;
out:
	mb_secret_clear(&s);
	return ret;
}

/* HTTP Basic with id and secret form-encoded first (RFC 6749 section 2.3.1). */
static int basic(const struct mb_credential *c, struct mb_secret *out)
{
	struct mb_secret pair = {0};
	int ret = -1;

	if (mb_form_encode(&pair, c->client_id, strlen(c->client_id)) == 0 &&
	    mb_secret_append_str(&pair, ":") == 0 &&
	    mb_form_encode(&pair, c->client_secret.data,
			   c->client_secret.len) == 0 &&
	    mb_secret_append_str(out, "Basic ") == 0 &&
	    mb_form_base64(out, pair.data, pair.len) == 0)
		ret = 0;
	mb_secret_clear(&pair);
	return ret;
}

/* RFC 7523 section 2.2. */
static int add_client_assertion(const struct mb_credential *c,
				struct mb_secret *body, struct mb_err *e)
{
	const struct mb_assertion a = { .credential = c,
		.subject = c->client_id, .now = mb_now(),
		.lifetime = MB_ASSERTION_LIFETIME };
	struct mb_secret jwt = {0};
	int ret = -1;

	if (mb_assertion_make(&a, &jwt, e) < 0)
		return -1;
	if (mb_form_add_str(body, "client_assertion_type", "urn:ietf:params:"
			    "oauth:client-assertion-type:jwt-bearer") < 0 ||
	    mb_form_add_secret(body, "client_assertion", &jwt) < 0)
		out_of_memory(c->name, e);
	else
		ret = 0;
	mb_secret_clear(&jwt);
	return ret;
}

/* A public client sends its id alone: an empty client_secret parameter would
 * be a wrong secret. */
int mb_oauth_authenticate(const struct mb_credential *c,
			  struct mb_oauth_request *q, struct mb_err *e)
{
	int r = 0;

	if (c->auth_method == MB_AUTH_BASIC)
		r = basic(c, &q->authorization);
	else
		r = mb_form_add_str(&q->body, "client_id", c->client_id);
	if (r == 0 && c->auth_method == MB_AUTH_POST)
		r = mb_form_add_secret(&q->body, "client_secret",
				       &c->client_secret);
	if (r < 0)
		return out_of_memory(c->name, e);
	return c->auth_method == MB_AUTH_KEY ?
	       add_client_assertion(c, &q->body, e) : 0;
}

/* The end of each request: complete so far?  Then with authentication. */
static int finish(struct mb_oauth_request *q, struct mb_oauth_request *new,
		  bool complete, const struct mb_credential *c,
		  struct mb_err *e)
{
	int r = complete ? mb_oauth_authenticate(c, new, e) :
			   out_of_memory(c->name, e);

	if (r == 0) {
		mb_secret_move(&q->body, &new->body);
		mb_secret_move(&q->authorization, &new->authorization);
	}
	mb_oauth_request_clear(new);
	return r;
}

int mb_oauth_app_request(const struct mb_credential *c,
			 struct mb_oauth_request *q, struct mb_err *e)
{
	struct mb_oauth_request new = {0};
	bool complete;

	complete = mb_form_add_str(&new.body, "grant_type",
				   "client_credentials") == 0 &&
		   add_known(&new.body, "scope", c->scope) == 0;
	return finish(q, &new, complete, c, e);
}

int mb_oauth_bearer_request(const struct mb_credential *c,
			    const char *account, struct mb_oauth_request *q,
			    struct mb_err *e)
{
	const struct mb_assertion a = { .credential = c, .subject = account,
		.scope = c->scope[0] ? c->scope : NULL, .now = mb_now(),
		.lifetime = MB_ASSERTION_LIFETIME_MAX };
	struct mb_oauth_request new = {0};
	struct mb_secret jwt = {0};
	int ret = -1;

	if (mb_assertion_make(&a, &jwt, e) < 0)
		return -1;
	if (mb_form_add_str(&new.body, "grant_type", "urn:ietf:params:oauth:"
			    "grant-type:jwt-bearer") < 0 ||
	    mb_form_add_secret(&new.body, "assertion", &jwt) < 0) {
		out_of_memory(c->name, e);
	} else if (c->auth_method == MB_AUTH_NONE) {
		/* The assertion says who asks. */
		mb_secret_move(&q->body, &new.body);
		mb_secret_clear(&q->authorization);
		ret = 0;
	} else {
		ret = finish(q, &new, true, c, e);
	}
	mb_oauth_request_clear(&new);
	mb_secret_clear(&jwt);
	return ret;
}

int mb_oauth_refresh_request(const struct mb_credential *c,
			     const struct mb_secret *refresh_token,
			     struct mb_oauth_request *q, struct mb_err *e)
{
	struct mb_oauth_request new = {0};
	bool complete;

	complete = mb_form_add_str(&new.body, "grant_type",
				   "refresh_token") == 0 &&
		   mb_form_add_secret(&new.body, "refresh_token",
				      refresh_token) == 0;
	return finish(q, &new, complete, c, e);
}

int mb_oauth_code_request(const struct mb_credential *c,
			  const struct mb_secret *code,
			  const struct mb_secret *verifier,
			  const char *redirect_uri, struct mb_oauth_request *q,
			  struct mb_err *e)
{
	struct mb_oauth_request new = {0};
	bool complete;

	complete = mb_form_add_str(&new.body, "grant_type",
				   "authorization_code") == 0 &&
		   mb_form_add_secret(&new.body, "code", code) == 0 &&
		   mb_form_add_str(&new.body, "redirect_uri",
				   redirect_uri) == 0 &&
		   (!verifier || verifier->len == 0 ||
		    mb_form_add_secret(&new.body, "code_verifier",
				       verifier) == 0);
	return finish(q, &new, complete, c, e);
}

int mb_oauth_device_request(const struct mb_credential *c,
			    struct mb_oauth_request *q, struct mb_err *e)
{
	struct mb_oauth_request new = {0};
	int r = mb_oauth_authenticate(c, &new, e);

	if (r == 0 && add_known(&new.body, "scope", c->scope) < 0)
		r = out_of_memory(c->name, e);
	if (r == 0) {
		mb_secret_move(&q->body, &new.body);
		mb_secret_move(&q->authorization, &new.authorization);
	}
	mb_oauth_request_clear(&new);
	return r;
}

int mb_oauth_device_code_request(const struct mb_credential *c,
				 const struct mb_secret *device_code,
				 struct mb_oauth_request *q,
				 struct mb_err *e)
{
	struct mb_oauth_request new = {0};
	bool complete;

	complete = mb_form_add_str(&new.body, "grant_type",
			"urn:ietf:params:oauth:grant-type:device_code") == 0 &&
		   mb_form_add_secret(&new.body, "device_code",
				      device_code) == 0;
	return finish(q, &new, complete, c, e);
}

int mb_oauth_revoke_request(const struct mb_credential *c,
			    const struct mb_secret *token, bool refresh,
			    struct mb_oauth_request *q, struct mb_err *e)
{
	struct mb_oauth_request new = {0};
	bool complete;

	complete = mb_form_add_secret(&new.body, "token", token) == 0 &&
		   mb_form_add_str(&new.body, "token_type_hint", refresh ?
				   "refresh_token" : "access_token") == 0;
	return finish(q, &new, complete, c, e);
}
