/* SPDX-License-Identifier: BSD-2-Clause */
#include "config.h"

#include "lib/revoke.h"

#include <jansson.h>
#include <string.h>

#include "lib/http.h"
#include "lib/json.h"
#include "lib/oauth.h"

/* The `error` member of the reply (RFC 6749 section 5.2), or "". */
static void error_of(const struct mb_http_reply *reply, char *buf, size_t size)
{
	json_t *doc = mb_json_read(&reply->body, JSON_REJECT_DUPLICATES, NULL);
	const char *error = json_string_value(json_object_get(doc, "error"));

	(void)snprintf(buf, size, "%s", error ? error : "");
	json_decref(doc);
}

static int judge(const struct mb_revocation *r,
		 const struct mb_http_reply *reply, struct mb_err *e)
{
	const char *name = r->credential->name;
	char error[64];

	if (reply->status >= 200 && reply->status < 300)
		return 0;
	error_of(reply, error, sizeof(error));
	/* RFC 7009 section 2.2 wants 200 for a token that is not known;
	 * Google says this. */
	if (!strcmp(error, "invalid_token"))
		return 0;
	/* Section 2.2.1: 503 means that the token still exists. */
	if (reply->status >= 500 || reply->status == 429 ||
	    reply->status == 408) {
		mb_fail(e, MB_E_PROVIDER_BUSY, r->account, "not revoked: the "
			"provider cannot do it now (HTTP %ld)", reply->status);
		return mb_remedy(e, "try again later");
	}
	if (!strcmp(error, "unsupported_token_type")) {
		mb_fail(e, MB_E_UNSUPPORTED, r->account, "not revoked: the "
			"provider cannot revoke this kind of token");
		return mb_remedy(e, "its owner ends the sign-in in the "
				 "provider's account settings");
	}
	if (!strcmp(error, "invalid_client") ||
	    !strcmp(error, "unauthorized_client")) {
		mb_fail(e, MB_E_CLIENT_REFUSED, r->account, "not revoked: "
			"client credential %s is refused (%s)", name, error);
		return mb_remedy(e, "mend its client id and secret: "
				 "mailbearer set %s", name);
	}
	mb_fail(e, MB_E_REPLY_BAD, r->account, "not revoked: HTTP %ld%s%s%s "
		"from the revocation endpoint", reply->status,
		error[0] ? " (" : "", error, error[0] ? ")" : "");
	return mb_remedy(e, "is it right? mailbearer show %s", name);
}

int mb_revoke(const struct mb_revocation *r, const struct mb_patience *p,
	      struct mb_err *e)
{
	const struct mb_credential *c = r->credential;
	struct mb_oauth_request request = {0};
	struct mb_http_reply reply = {0};
	int ret = -1;

	if (mb_oauth_revoke_request(c, r->token, r->refresh, &request, e) < 0)
		return -1;
	const struct mb_http_request q = {
		.object = r->account,
		.credential = c->name,
		.url = r->endpoint,
		.proxy = c->proxy,
		.ca_pem = &c->ca_pem,
		.body = &request.body,
		.authorization = &request.authorization,
		.patience = *p,
	};

	if (mb_http_post(&q, &reply, e) == MB_HTTP_ANSWERED)
		ret = judge(r, &reply, e);
	mb_http_reply_clear(&reply);
	mb_oauth_request_clear(&request);
	return ret;
}
