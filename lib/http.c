/* SPDX-License-Identifier: BSD-2-Clause */
#include "config.h"

#include "lib/http.h"

#include <curl/curl.h>
#include <openssl/ssl.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "lib/ca.h"
#include "lib/clock.h"
#include "lib/http_error.h"
#include "lib/url.h"

enum { CONNECT_MS = 10 * 1000, REPLY_MS = 75 * 1000, POLL_MS = 1000 };

/* Once per process; curl's own counting is not thread-safe in all builds. */
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static bool ready;

int mb_http_prepare(struct mb_err *e)
{
	const curl_version_info_data *v = curl_version_info(CURLVERSION_NOW);
	int ret = 0;

	/* The certificates are handed over as an X509_STORE. */
	if (!v->ssl_version || strncmp(v->ssl_version, "OpenSSL", 7) != 0) {
		mb_fail(e, MB_E_UNSUPPORTED, "libcurl", " does not use "
			"OpenSSL");
		return mb_remedy(e, "install the OpenSSL flavour of libcurl");
	}
	pthread_mutex_lock(&lock);
	if (!ready) {
		ready = curl_global_init(CURL_GLOBAL_DEFAULT) == CURLE_OK;
		if (!ready)
			ret = mb_fail(e, MB_E_INTERNAL, "libcurl",
				      "cannot be started");
	}
	pthread_mutex_unlock(&lock);
	return ret;
}

void mb_http_reply_clear(struct mb_http_reply *r)
{
	mb_secret_clear(&r->body);
	*r = (struct mb_http_reply){0};
}

static size_t on_body(char *data, size_t size, size_t n, void *arg)
{
	struct mb_http_transfer *t = arg;

	(void)size;	/* always 1 */
	if (n > MB_HTTP_REPLY_MAX - t->body.len) {
		t->too_large = true;
		return 0;
	}
	return mb_secret_append(&t->body, data, n) < 0 ? 0 : n;
}

/* libcurl takes a connection that ends within the headers for a reply without
 * a body.  An empty line is their end; trailers may come after the body. */
static size_t on_header(char *data, size_t size, size_t n, void *arg)
{
	struct mb_http_transfer *t = arg;

	(void)size;	/* always 1 */
	if (n > 5 && memcmp(data, "HTTP/", 5) == 0)
		t->headers_whole = false;
	else if (n > 0 && (data[0] == '\r' || data[0] == '\n'))
		t->headers_whole = true;
	return n;
}

static CURLcode on_ssl_ctx(CURL *easy, void *ctx, void *arg)
{
	struct mb_http_transfer *t = arg;

	(void)easy;
	SSL_CTX_set1_cert_store(ctx, t->store);
	return CURLE_OK;
}

static bool set_headers(struct mb_http_transfer *t)
{
	static const char *const fixed[] = {
		"Accept: application/json",
		"Content-Type: application/x-www-form-urlencoded",
		"Expect:",	/* a round trip, and some servers never answer */
	};
	const struct mb_secret *authorization = t->q->authorization;
	struct mb_secret line = {0};
	struct curl_slist *more = NULL;

	for (size_t i = 0; i < (t->q->body ? 3 : 1); i++) {
		more = curl_slist_append(t->headers, fixed[i]);
		t->no_memory = more == NULL;
		if (!more)
			return false;
		t->headers = more;
	}
	if (!authorization || !authorization->len)
		return true;
	if (mb_secret_append_str(&line, "Authorization: ") == 0 &&
	    mb_secret_append(&line, authorization->data,
			     authorization->len) == 0)
		more = curl_slist_append(t->headers, mb_secret_str(&line));
	else
		more = NULL;
	t->no_memory = more == NULL;
	mb_secret_clear(&line);
	if (more)
		t->headers = more;
	return more != NULL;
}

#define SET(option, value) \
	(curl_easy_setopt(t->easy, option, value) == CURLE_OK)

/* Nothing here may come from the environment or from files of the user's. */
static bool set_limits(struct mb_http_transfer *t)
{
	bool ok = SET(CURLOPT_NOSIGNAL, 1L) &&
		SET(CURLOPT_PROTOCOLS_STR, t->loopback ? "https,http" :
							 "https") &&
		SET(CURLOPT_FOLLOWLOCATION, 0L) &&
		SET(CURLOPT_NETRC, (long)CURL_NETRC_IGNORED) &&
		SET(CURLOPT_PROXY, t->q->proxy ? t->q->proxy : "") &&
		SET(CURLOPT_NOPROXY, "") &&
		SET(CURLOPT_SUPPRESS_CONNECT_HEADERS, 1L) &&
		SET(CURLOPT_DISALLOW_USERNAME_IN_URL, 1L) &&
		SET(CURLOPT_HTTP_VERSION, (long)CURL_HTTP_VERSION_1_1) &&
		SET(CURLOPT_PATH_AS_IS, 1L) &&
		SET(CURLOPT_CONNECTTIMEOUT_MS, (long)t->connect_ms);

	/* A name server that hangs must not hold us after we gave up. */
#if LIBCURL_VERSION_NUM >= 0x075700
	ok = ok && SET(CURLOPT_QUICK_EXIT, 1L);
#endif
	return ok;
}

static bool set_tls(struct mb_http_transfer *t)
{
	return SET(CURLOPT_SSL_VERIFYPEER, 1L) &&
	       SET(CURLOPT_SSL_VERIFYHOST, 2L) &&
	       SET(CURLOPT_SSLVERSION, (long)CURL_SSLVERSION_TLSv1_2) &&
	       SET(CURLOPT_PROXY_SSL_VERIFYPEER, 1L) &&
	       SET(CURLOPT_PROXY_SSL_VERIFYHOST, 2L) &&
	       /* not parsed for nothing: on_ssl_ctx() brings our own store */
	       SET(CURLOPT_CAINFO, NULL) && SET(CURLOPT_CAPATH, NULL) &&
	       SET(CURLOPT_PROXY_CAINFO, NULL) &&
	       SET(CURLOPT_PROXY_CAPATH, NULL) &&
	       SET(CURLOPT_SSL_CTX_FUNCTION, on_ssl_ctx) &&
	       SET(CURLOPT_SSL_CTX_DATA, t);
}

static bool set_body(struct mb_http_transfer *t)
{
	if (!t->q->body)
		return SET(CURLOPT_HTTPGET, 1L);
	return SET(CURLOPT_POST, 1L) &&
	       SET(CURLOPT_POSTFIELDSIZE_LARGE,
		   (curl_off_t)t->q->body->len) &&
	       /* not COPYPOSTFIELDS: no further copy of the secrets */
	       SET(CURLOPT_POSTFIELDS, mb_secret_str(t->q->body));
}

static bool set_request(struct mb_http_transfer *t)
{
	return set_headers(t) && SET(CURLOPT_URL, t->q->url) &&
	       SET(CURLOPT_HTTPHEADER, t->headers) &&
	       SET(CURLOPT_USERAGENT, "mailbearer/" PACKAGE_VERSION) &&
	       set_body(t) &&
	       SET(CURLOPT_WRITEFUNCTION, on_body) &&
	       SET(CURLOPT_WRITEDATA, t) &&
	       SET(CURLOPT_HEADERFUNCTION, on_header) &&
	       SET(CURLOPT_HEADERDATA, t) &&
	       SET(CURLOPT_ERRORBUFFER, t->text);
}

/* 0 ready to go, -1. */
static int set_up(struct mb_http_transfer *t, struct mb_err *e)
{
	const struct mb_http_request *q = t->q;
	struct mb_url u;

	if (mb_url_parse(q->url, &u) < 0)
		return mb_fail(e, MB_E_BAD_ENDPOINT, q->object,
			       "the token endpoint is not a URL");
	t->loopback = mb_url_is_loopback(&u);
	mb_url_origin(&u, t->origin, sizeof(t->origin));
	t->connect_ms = q->patience.connect_ms > 0 ? q->patience.connect_ms :
						     CONNECT_MS;
	t->reply_ms = q->patience.reply_ms > 0 ? q->patience.reply_ms :
						 REPLY_MS;
	if (mb_http_prepare(e) < 0)
		return -1;
	if (strcmp(u.scheme, "https") == 0 || (q->proxy && q->proxy[0])) {
		if (q->ca_pem && q->ca_pem->len ?
		    mb_ca_from_pem(q->ca_pem, q->credential, &t->store, e) :
		    mb_ca_system(&t->store, e))
			return -1;
	}
	/* Now: a reply that no memory is left for is a lost refresh token. */
	if (mb_secret_reserve(&t->body, MB_HTTP_REPLY_MAX) < 0)
		return mb_fail(e, MB_E_NOMEM, q->object, "out of memory");
	t->easy = curl_easy_init();
	t->multi = curl_multi_init();
	if (t->easy && t->multi && set_limits(t) && set_request(t) &&
	    (!t->store || set_tls(t)) &&
	    curl_multi_add_handle(t->multi, t->easy) == CURLM_OK)
		return 0;
	if (t->no_memory)
		return mb_fail(e, MB_E_NOMEM, q->object, "out of memory");
	return mb_fail(e, MB_E_INTERNAL, q->object,
		       "libcurl refuses the request");
}

static void tear_down(struct mb_http_transfer *t)
{
	if (t->multi && t->easy)
		curl_multi_remove_handle(t->multi, t->easy);
	curl_easy_cleanup(t->easy);
	curl_multi_cleanup(t->multi);
	for (struct curl_slist *h = t->headers; h; h = h->next)
		mb_wipe(h->data, strlen(h->data));
	curl_slist_free_all(t->headers);
	X509_STORE_free(t->store);
	mb_secret_clear(&t->body);
}

/* Has the kernel taken the last byte of the request?  Only then can the server
 * have acted on it. */
static void look_if_sent(struct mb_http_transfer *t)
{
	curl_off_t up = 0, want = 1;
	CURLINFO counter = CURLINFO_SIZE_UPLOAD_T;

	/* A GET has no body to count; its headers are one write. */
	if (!t->q->body)
		counter = CURLINFO_PRETRANSFER_TIME_T;
	else
		want = (curl_off_t)t->q->body->len;
	if (t->sent || curl_easy_getinfo(t->easy, counter, &up) != CURLE_OK)
		return;
	if (up >= want) {
		t->sent = true;
		t->limit = mb_deadline_in(t->reply_ms);
	}
}

static bool finished(struct mb_http_transfer *t)
{
	int left;
	CURLMsg *m;

	while ((m = curl_multi_info_read(t->multi, &left)) != NULL) {
		if (m->msg == CURLMSG_DONE) {
			t->result = m->data.result;
			if (t->result == CURLE_OK && !t->headers_whole)
				t->result = CURLE_RECV_ERROR;
			return true;
		}
	}
	return false;
}

/* The server's clock, as it says. */
static int64_t date_of(CURL *easy)
{
	struct curl_header *h;
	time_t t = -1;

	if (curl_easy_header(easy, "Date", 0, CURLH_HEADER, -1, &h) == CURLHE_OK)
		t = curl_getdate(h->value, NULL);
	return t > 0 ? (int64_t)t : 0;
}

/* Drive the transfer to its end or to the limit that holds at the time. */
static void run(struct mb_http_transfer *t)
{
	struct curl_waitfd cancel = { .fd = t->q->cancel_fd,
				      .events = CURL_WAIT_POLLIN };

	t->limit = mb_deadline_in(t->connect_ms);
	while (true) {
		int64_t left;
		int running;

		if (curl_multi_perform(t->multi, &running) != CURLM_OK) {
			t->result = CURLE_FAILED_INIT;
			break;
		}
		look_if_sent(t);
		if (finished(t))
			break;
		left = mb_deadline_left(&t->limit);
		if (left <= 0) {
			t->result = CURLE_OPERATION_TIMEDOUT;
			break;
		}
		curl_multi_poll(t->multi, &cancel, cancel.fd > 0,
				left < POLL_MS ? (int)left : POLL_MS, NULL);
		if (cancel.revents) {
			t->result = CURLE_ABORTED_BY_CALLBACK;
			break;
		}
	}
}

static void take_reply(struct mb_http_transfer *t, struct mb_http_reply *r)
{
	const char *to = NULL;
	curl_off_t after = 0;
	struct mb_url u;

	mb_http_reply_clear(r);
	curl_easy_getinfo(t->easy, CURLINFO_RESPONSE_CODE, &r->status);
	curl_easy_getinfo(t->easy, CURLINFO_RETRY_AFTER, &after);
	curl_easy_getinfo(t->easy, CURLINFO_REDIRECT_URL, &to);
	if (after > 0)
		r->retry_after = after;
	r->date = date_of(t->easy);
	/* The origin is enough to see what is wrong; a query may be secret. */
	if (to && mb_url_parse(to, &u) == 0)
		mb_url_origin(&u, r->location, sizeof(r->location));
	mb_secret_move(&r->body, &t->body);
}

enum mb_http_result mb_http_post(const struct mb_http_request *q,
				 struct mb_http_reply *r, struct mb_err *e)
{
	struct mb_http_transfer t = { .q = q };
	enum mb_http_result result = MB_HTTP_NOT_SENT;

	if (set_up(&t, e) == 0) {
		run(&t);
		if (t.result == CURLE_OK) {
			take_reply(&t, r);
			result = MB_HTTP_ANSWERED;
		} else {
			mb_http_explain(&t, e);
			result = t.sent ? MB_HTTP_LOST : MB_HTTP_NOT_SENT;
		}
	}
	tear_down(&t);
	return result;
}
