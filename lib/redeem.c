/* SPDX-License-Identifier: BSD-2-Clause */
#include "config.h"

#include "lib/redeem.h"

#include "lib/ca.h"
#include "lib/clock.h"
#include "lib/credfile.h"
#include "lib/http.h"
#include "lib/oauth.h"
#include "lib/paths.h"
#include "lib/record.h"

static int prepare(struct mb_err *e)
{
	if (mb_http_prepare(e) < 0)
		return -1;
	return mb_ca_prepare(e);
}

static int find(const struct mb_secret *text, const char *name,
		struct mb_credential *out, char digest[65], struct mb_err *e)
{
	char hex[65];

	if (mb_credfile_lookup(text, MB_CREDFILE_OBJECT, name, out, e) < 0)
		return -1;
	if (mb_credential_digest(out, hex, e) < 0) {
		mb_credential_clear(out);
		return -1;
	}
	for (size_t i = 0; i < sizeof(hex); i++)
		digest[i] = hex[i];
	return 0;
}

/* One POST, and what came of it. */
static enum mb_outcome exchange(struct mb_oauth_asked *asked,
				const struct mb_oauth_request *request,
				const struct mb_patience *p,
				struct mb_grant *out, struct mb_err *e)
{
	const struct mb_credential *c = asked->credential;
	const struct mb_http_request q = {
		.object = asked->account,
		.credential = c->name,
		.url = c->token_endpoint,
		.proxy = c->proxy,
		.ca_pem = &c->ca_pem,
		.body = &request->body,
		.authorization = &request->authorization,
		.patience = *p,
	};
	struct mb_http_reply reply = {0};
	enum mb_outcome outcome = MB_OUT_NOT_SENT;

	/* Before the request: the old one may be void after it. */
	if (mb_secret_reserve(&out->refresh_token, MB_TOKEN_MAX) < 0) {
		mb_fail(e, MB_E_NOMEM, asked->account, "out of memory");
		return outcome;
	}
	switch (mb_http_post(&q, &reply, e)) {
	case MB_HTTP_ANSWERED:
		asked->now = mb_now();
		outcome = mb_oauth_judge(asked, &reply, out, e);
		break;
	case MB_HTTP_LOST:
		outcome = MB_OUT_TRANSIENT;
		break;
	case MB_HTTP_NOT_SENT:
		break;
	}
	mb_http_reply_clear(&reply);
	return outcome;
}

static enum mb_outcome refresh(const struct mb_credential *c,
			       const char *account, int64_t age_s,
			       const struct mb_secret *refresh_token,
			       const struct mb_patience *p,
			       struct mb_grant *out, struct mb_err *e)
{
	struct mb_oauth_request request = {0};
	struct mb_oauth_asked asked = {
		.credential = c,
		.account = account,
		.grant = MB_OAUTH_REFRESH,
		.secret = refresh_token,
		.age_s = age_s,
	};
	enum mb_outcome outcome = MB_OUT_NOT_SENT;

	mb_grant_clear(out);
	if (mb_oauth_refresh_request(c, refresh_token, &request, e) == 0)
		outcome = exchange(&asked, &request, p, out, e);
	mb_oauth_request_clear(&request);
	return outcome;
}

static enum mb_outcome obtain(const struct mb_credential *c,
			      const char *account, const struct mb_patience *p,
			      struct mb_grant *out, struct mb_err *e)
{
	struct mb_oauth_request request = {0};
	struct mb_oauth_asked asked = {
		.credential = c,
		.account = account,
		.grant = MB_OAUTH_APP,
		.age_s = -1,
	};
	enum mb_outcome outcome = MB_OUT_CONFIG;
	int r = -1;

	mb_grant_clear(out);
	switch (c->grant) {
	case MB_GRANT_CLIENT_CREDENTIALS:
		r = mb_oauth_app_request(c, &request, e);
		break;
	case MB_GRANT_JWT_BEARER:
		r = mb_oauth_bearer_request(c, account, &request, e);
		break;
	default:
		mb_fail(e, MB_E_INTERNAL, c->name, "its grant has no token "
			"request of its own");
	}
	if (r == 0)
		outcome = exchange(&asked, &request, p, out, e);
	/* A refresh token would be one more secret, and nobody needs it. */
	mb_secret_clear(&out->refresh_token);
	mb_oauth_request_clear(&request);
	return outcome;
}

static int rules(const struct mb_secret *text, const char *seen,
		 mb_rules_canon_fn *canon, struct mb_secret *out,
		 struct mb_err *e)
{
	return mb_rules_make(text, MB_CREDFILE_OBJECT, seen, canon, out, e);
}

enum mb_outcome mb_redeem_code(const struct mb_credential *c,
			       const char *account,
			       const struct mb_secret *code,
			       const struct mb_secret *verifier,
			       const char *redirect_uri,
			       const struct mb_patience *p,
			       struct mb_grant *out, struct mb_err *e)
{
	struct mb_oauth_request request = {0};
	struct mb_oauth_asked asked = {
		.credential = c,
		.account = account,
		.grant = MB_OAUTH_CODE,
		.secret = code,
		.age_s = -1,
	};
	enum mb_outcome outcome = MB_OUT_NOT_SENT;

	mb_grant_clear(out);
	if (mb_oauth_code_request(c, code, verifier, redirect_uri, &request,
				  e) == 0)
		outcome = exchange(&asked, &request, p, out, e);
	mb_oauth_request_clear(&request);
	return outcome;
}

__attribute__((visibility("default")))
const struct mb_redeem mailbearer_http = {
	.abi = MB_REDEEM_ABI,
	.build_id = mb_build_id,
	.prepare = prepare,
	.find = find,
	.refresh = refresh,
	.obtain = obtain,
	.rules = rules,
};
