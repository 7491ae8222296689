/* SPDX-License-Identifier: BSD-2-Clause */
#include "config.h"

#include "lib/device.h"

#include "lib/clock.h"
#include "lib/outcome.h"

static enum mb_http_result post(const struct mb_device_asker *a,
				const char *url,
				const struct mb_oauth_request *request,
				struct mb_http_reply *reply, struct mb_err *e)
{
	const struct mb_credential *c = a->credential;
	const struct mb_http_request q = {
		.object = a->account,
		.credential = c->name,
		.url = url,
		.proxy = c->proxy,
		.ca_pem = &c->ca_pem,
		.body = &request->body,
		.authorization = &request->authorization,
		.cancel_fd = a->cancel_fd,
		.patience = a->patience,
	};

	return mb_http_post(&q, reply, e);
}

static struct mb_oauth_asked asked_by(const struct mb_device_asker *a,
				      const struct mb_secret *code)
{
	return (struct mb_oauth_asked){
		.credential = a->credential,
		.account = a->account,
		.grant = MB_OAUTH_CODE,
		.secret = code,
		.age_s = -1,
		.now = mb_now(),
	};
}

int mb_device_begin(const struct mb_device_asker *a, struct mb_device *d,
		    struct mb_err *e)
{
	static const struct mb_secret none;
	const struct mb_oauth_asked asked = asked_by(a, &none);
	struct mb_oauth_request request = {0};
	struct mb_http_reply reply = {0};
	int ret = -1;

	if (mb_oauth_device_request(a->credential, &request, e) == 0 &&
	    post(a, a->credential->device_endpoint, &request, &reply, e) ==
	    MB_HTTP_ANSWERED)
		ret = mb_device_read(d, &asked, &reply, e);
	mb_http_reply_clear(&reply);
	mb_oauth_request_clear(&request);
	return ret;
}

static int no_more(const struct mb_device_asker *a,
		   enum mb_device_answer answer, struct mb_err *e)
{
	if (answer == MB_DEVICE_DENIED)
		mb_fail(e, MB_E_DENIED, a->account,
			"the sign-in was declined; nothing saved");
	else
		mb_fail(e, MB_E_TIMEOUT, a->account,
			"nobody signed in before the code ended; nothing saved");
	return mb_remedy(e, "run again: mailbearer enroll %s", a->account);
}

/* Tokens, or an error that is not of the device flow. */
static enum mb_device_answer conclude(const struct mb_device_asker *a,
				      const struct mb_device *d,
				      const struct mb_http_reply *reply,
				      struct mb_grant *out, struct mb_err *e)
{
	const struct mb_oauth_asked asked = asked_by(a, &d->device_code);

	switch (mb_oauth_judge(&asked, reply, out, e)) {
	case MB_OUT_GRANTED:
		return MB_DEVICE_ANSWERED;
	case MB_OUT_TRANSIENT:
	case MB_OUT_NOT_SENT:
		/* Words that nobody knows will not change by waiting. */
		if (reply->status < 400 ||
		    mb_outcome_status_is_transient(reply->status))
			return MB_DEVICE_LATER;
		break;
	default:
		break;
	}
	return MB_DEVICE_DENIED;
}

enum mb_device_answer mb_device_ask(const struct mb_device_asker *a,
				    const struct mb_device *d,
				    struct mb_grant *out, struct mb_err *e)
{
	enum mb_device_answer answer = MB_DEVICE_LATER;
	struct mb_oauth_request request = {0};
	struct mb_http_reply reply = {0};

	if (mb_oauth_device_code_request(a->credential, &d->device_code,
					 &request, e) == 0 &&
	    post(a, a->credential->token_endpoint, &request, &reply, e) ==
	    MB_HTTP_ANSWERED) {
		answer = mb_device_judge(&reply);
		if (answer == MB_DEVICE_ANSWERED)
			answer = conclude(a, d, &reply, out, e);
		else if (answer == MB_DEVICE_LATER)
			mb_fail(e, MB_E_PROVIDER_BUSY, a->account, "the token "
				"endpoint answers HTTP %ld", reply.status);
		else if (answer == MB_DEVICE_DENIED ||
			 answer == MB_DEVICE_EXPIRED)
			no_more(a, answer, e);
	}
	mb_http_reply_clear(&reply);
	mb_oauth_request_clear(&request);
	return answer;
}
