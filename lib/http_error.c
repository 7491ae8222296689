/* SPDX-License-Identifier: BSD-2-Clause */
#include "config.h"

#include "lib/http_error.h"

#include <openssl/x509_vfy.h>
#include <string.h>

/* The certificate was seen and not believed.  There is no way around: whoever
 * answers gets the refresh token. */
static void explain_certificate(const struct mb_http_transfer *t,
				struct mb_err *e)
{
	const struct mb_http_request *q = t->q;
	long verify = 0;

	curl_easy_getinfo(t->easy, CURLINFO_SSL_VERIFYRESULT, &verify);
	switch (verify) {
	case X509_V_OK:
	case X509_V_ERR_UNSPECIFIED:	/* libcurl's word for: not looked at */
		mb_fail(e, MB_E_TLS, q->object, "the certificate of %s is for "
			"another name", t->origin);
		mb_remedy(e, "is the token endpoint right? mailbearer show %s",
			  q->credential);
		break;
	case X509_V_ERR_CERT_HAS_EXPIRED:
	case X509_V_ERR_CERT_NOT_YET_VALID:
		mb_fail(e, MB_E_TLS, q->object, "the certificate of %s %s",
			t->origin, verify == X509_V_ERR_CERT_HAS_EXPIRED ?
			"has expired" : "is not valid yet");
		mb_remedy(e, "check this host's clock; else the server has to "
			  "renew it");
		break;
	case X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT:
	case X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT_LOCALLY:
	case X509_V_ERR_DEPTH_ZERO_SELF_SIGNED_CERT:
	case X509_V_ERR_SELF_SIGNED_CERT_IN_CHAIN:
	case X509_V_ERR_UNABLE_TO_VERIFY_LEAF_SIGNATURE:
		mb_fail(e, MB_E_TLS, q->object, "the certificate of %s is from "
			"an authority that is not trusted here", t->origin);
		mb_remedy(e, "if it is your own: mailbearer set %s --ca-file "
			  "FILE", q->credential);
		break;
	default:
		mb_fail(e, MB_E_TLS, q->object, "the certificate of %s is "
			"refused (%s)", t->origin,
			X509_verify_cert_error_string(verify));
		mb_remedy(e, "is the token endpoint right? mailbearer show %s",
			  q->credential);
	}
}

static void explain_timeout(const struct mb_http_transfer *t, struct mb_err *e)
{
	if (t->sent)
		mb_fail(e, MB_E_TIMEOUT, t->q->object, "no answer from %s "
			"within %lld s", t->origin,
			(long long)(t->reply_ms + 999) / 1000);
	else
		mb_fail(e, MB_E_TIMEOUT, t->q->object, "no connection to %s "
			"within %lld s", t->origin,
			(long long)(t->connect_ms + 999) / 1000);
	mb_remedy(e, "it is tried again later; check the network if it stays");
}

void mb_http_explain(const struct mb_http_transfer *t, struct mb_err *e)
{
	const char *object = t->q->object;
	const char *why = t->text[0] ? t->text : curl_easy_strerror(t->result);

	if (t->result == CURLE_PEER_FAILED_VERIFICATION ||
	    t->result == CURLE_SSL_ISSUER_ERROR) {
		explain_certificate(t, e);
		return;
	}
	if (t->result == CURLE_OPERATION_TIMEDOUT) {
		explain_timeout(t, e);
		return;
	}
	if (t->result == CURLE_ABORTED_BY_CALLBACK) {
		mb_fail(e, MB_E_INTERRUPTED, object, "interrupted");
		return;
	}
	if (t->too_large) {
		mb_fail(e, MB_E_REPLY_BAD, object, "%s answers with more than "
			"%d KiB", t->origin, MB_HTTP_REPLY_MAX >> 10);
		mb_remedy(e, "is the token endpoint right? mailbearer show %s",
			  t->q->credential);
		return;
	}
	if (t->sent)
		mb_fail(e, MB_E_NETWORK, object, "the answer of %s broke off "
			"(%s)", t->origin, why);
	else
		mb_fail(e, MB_E_NETWORK, object, "cannot reach %s (%s)",
			t->origin, why);
	mb_remedy(e, "it is tried again later; check the network if it stays");
}
