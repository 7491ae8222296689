/* SPDX-License-Identifier: BSD-2-Clause */
#include "config.h"

#include "tools/login.h"

#include <curl/curl.h>
#include <openssl/ssl.h>
#include <openssl/x509_vfy.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/ca.h"
#include "lib/http.h"
#include "tools/login_words.h"

enum { CONNECT_MS = 10 * 1000, LOGIN_MS = 30 * 1000, SAID_MAX = 64 * 1024,
       LINE_MAX_SHOWN = 2000 };

struct mb_login {
	CURL *easy;
	X509_STORE *store;
	struct mb_login_url u;
	char origin[300];
	char text[CURL_ERROR_SIZE];	/* libcurl's own words */
	char last[LINE_MAX_SHOWN];	/* the server's last line */
	char challenge[LINE_MAX_SHOWN];	/* why it refuses, in base64; or "" */
	struct mb_secret ehlo;
	curl_socket_t fd;
};

/* libcurl's name of the scheme, and the port a mail program would take: for
 * smtp the one for submission (RFC 6409), not the one between servers. */
static const char *curl_scheme(const struct mb_login_url *u, unsigned *port)
{
	*port = u->url.port;
	switch (u->protocol) {
	case MB_LOGIN_SMTP:
		if (!*port)
			*port = u->tls ? 465 : 587;
		return u->tls ? "smtps" : "smtp";
	case MB_LOGIN_POP3:
		if (!*port)
			*port = u->tls ? 995 : 110;
		return u->tls ? "pop3s" : "pop3";
	case MB_LOGIN_IMAP:
		break;
	}
	if (!*port)
		*port = u->tls ? 993 : 143;
	return u->tls ? "imaps" : "imap";
}

static void keep_ehlo(struct mb_login *l, const char *line, size_t n)
{
	if (n >= 4 && !memcmp(line, "250", 3)) {
		if (l->ehlo.len + n <= SAID_MAX)
			(void)mb_secret_append(&l->ehlo, line, n);
	} else if (n >= 4 && !memcmp(line, "220", 3)) {
		/* The greeting, or STARTTLS: what was said before it counts no
		 * longer (RFC 3207 section 4.2). */
		mb_secret_clear(&l->ehlo);
	}
}

/* Every line of the server's until the login is done. */
static size_t on_line(char *data, size_t size, size_t n, void *arg)
{
	struct mb_login *l = arg;
	size_t len = n;

	(void)size;	/* always 1 */
	if (l->u.protocol == MB_LOGIN_SMTP)
		keep_ehlo(l, data, n);
	while (len && (data[len - 1] == '\n' || data[len - 1] == '\r'))
		len--;
	if (len)
		(void)snprintf(l->last, sizeof(l->last), "%.*s",
			       (int)(len < sizeof(l->last) ?
				     len : sizeof(l->last) - 1), data);
	/* A continuation; its line is the last one for a moment only. */
	if (len > 4 && (data[0] == '+' || !memcmp(data, "334", 3)))
		memcpy(l->challenge, l->last, sizeof(l->challenge));
	return n;
}

static CURLcode on_ssl_ctx(CURL *easy, void *ctx, void *arg)
{
	struct mb_login *l = arg;

	(void)easy;
	SSL_CTX_set1_cert_store(ctx, l->store);
	return CURLE_OK;
}

#define SET(option, value) \
	(curl_easy_setopt(l->easy, option, value) == CURLE_OK)

static bool set_tls(struct mb_login *l)
{
	return SET(CURLOPT_USE_SSL, (long)CURLUSESSL_ALL) &&
	       SET(CURLOPT_SSL_VERIFYPEER, 1L) &&
	       SET(CURLOPT_SSL_VERIFYHOST, 2L) &&
	       SET(CURLOPT_SSLVERSION, (long)CURL_SSLVERSION_TLSv1_2) &&
	       /* not parsed for nothing: on_ssl_ctx() brings our own store */
	       SET(CURLOPT_CAINFO, NULL) && SET(CURLOPT_CAPATH, NULL) &&
	       SET(CURLOPT_SSL_CTX_FUNCTION, on_ssl_ctx) &&
	       SET(CURLOPT_SSL_CTX_DATA, l);
}

/* Nothing here may come from the environment or from files of the user's. */
static bool set_limits(struct mb_login *l, const struct mb_login_want *q)
{
	int64_t left = mb_deadline_left(q->deadline);
	bool ok;

	if (left > LOGIN_MS)
		left = LOGIN_MS;
	if (left < 1)
		left = 1;
	ok = SET(CURLOPT_NOSIGNAL, 1L) &&
	     SET(CURLOPT_PROTOCOLS_STR, "imap,imaps,smtp,smtps,pop3,pop3s") &&
	     SET(CURLOPT_NETRC, (long)CURL_NETRC_IGNORED) &&
	     SET(CURLOPT_PROXY, q->proxy ? q->proxy : "") &&
	     SET(CURLOPT_NOPROXY, "") && SET(CURLOPT_HTTPPROXYTUNNEL, 1L) &&
	     SET(CURLOPT_SUPPRESS_CONNECT_HEADERS, 1L) &&
	     SET(CURLOPT_TCP_KEEPALIVE, 1L) &&
	     SET(CURLOPT_CONNECT_ONLY, 1L) &&
	     SET(CURLOPT_TIMEOUT_MS, (long)left) &&
	     SET(CURLOPT_CONNECTTIMEOUT_MS,
		 (long)(left < CONNECT_MS ? left : CONNECT_MS));
#if LIBCURL_VERSION_NUM >= 0x075700
	ok = ok && SET(CURLOPT_QUICK_EXIT, 1L);
#endif
	return ok;
}

static bool set_login(struct mb_login *l, const struct mb_login_want *q,
		      const char *url)
{
	char options[32];

	(void)snprintf(options, sizeof(options), "AUTH=%s", q->mechanism ?
		       q->mechanism : "");
	return SET(CURLOPT_URL, url) && SET(CURLOPT_USERNAME, q->user) &&
	       SET(CURLOPT_XOAUTH2_BEARER, mb_secret_str(q->token)) &&
	       (!q->mechanism || SET(CURLOPT_LOGIN_OPTIONS, options)) &&
	       SET(CURLOPT_HEADERFUNCTION, on_line) &&
	       SET(CURLOPT_HEADERDATA, l) &&
	       SET(CURLOPT_ERRORBUFFER, l->text);
}

static void explain_certificate(const struct mb_login *l, struct mb_err *e)
{
	long verify = 0;

	(void)curl_easy_getinfo(l->easy, CURLINFO_SSL_VERIFYRESULT, &verify);
	if (verify == X509_V_OK || verify == X509_V_ERR_UNSPECIFIED)
		(void)mb_fail(e, MB_E_TLS, l->origin,
			      "its certificate is for another name");
	else
		(void)mb_fail(e, MB_E_TLS, l->origin, "its certificate is "
			      "refused (%s)",
			      X509_verify_cert_error_string(verify));
	(void)mb_remedy(e, "nothing was sent; is the host name right, and this "
			"host's clock? an authority of your own: mailbearer "
			"set NAME --ca-file FILE");
}

/* "A002 NO [AUTHENTICATIONFAILED] ..." without the tag, which is libcurl's. */
static const char *words_of(const struct mb_login *l)
{
	const char *blank = strchr(l->last, ' ');

	/* It says more than the tagged line behind it. */
	if (mb_login_challenge(l->challenge, NULL, 0))
		return l->challenge;
	return l->u.protocol == MB_LOGIN_IMAP && blank && l->last[0] != '*' &&
	       l->last[0] != '+' ? blank + 1 : l->last;
}

/* RFC 3463, RFC 5530 and RFC 3206 have words for "not now". */
static bool only_now(const char *said)
{
	return said[0] == '4' || strstr(said, "[UNAVAILABLE]") ||
	       strstr(said, "[SYS/TEMP]") || strstr(said, "[IN-USE]") ||
	       strstr(said, "[LOGIN-DELAY]");
}

static void explain_refusal(const struct mb_login *l,
			    const struct mb_login_want *q, struct mb_err *e)
{
	const char *said = words_of(l);

	if (strstr(l->text, "mechanism")) {
		(void)mb_fail(e, MB_E_UNSUPPORTED, l->origin,
			      "offers no OAuth2 login (%s)",
			      q->mechanism ? q->mechanism :
			      "neither OAUTHBEARER nor XOAUTH2");
		(void)mb_remedy(e, "is this the provider's host for mail "
				"programs? mailbearer provider list");
		return;
	}
	if (only_now(said)) {
		(void)mb_fail(e, MB_E_PROVIDER_BUSY, q->user,
			      "%s cannot log in now: %s", l->origin, said);
		(void)mb_remedy(e, "try again later");
		return;
	}
	mb_login_words(e, q->user, q->credential, l->origin,
		       "refuses the token",
		       mb_login_harmless(said, q->token));
}

static void explain(const struct mb_login *l, const struct mb_login_want *q,
		    CURLcode code, struct mb_err *e)
{
	const char *why = l->text[0] ? l->text : curl_easy_strerror(code);

	switch (code) {
	case CURLE_PEER_FAILED_VERIFICATION:
	case CURLE_SSL_ISSUER_ERROR:
		explain_certificate(l, e);
		return;
	case CURLE_LOGIN_DENIED:
		explain_refusal(l, q, e);
		return;
	case CURLE_USE_SSL_FAILED:
		(void)mb_fail(e, MB_E_TLS, l->origin, "offers no STARTTLS");
		(void)mb_remedy(e, "nothing was sent; use the port with TLS "
				"from the start, as imaps:// or smtps://");
		return;
	case CURLE_OPERATION_TIMEDOUT:
		(void)mb_fail(e, MB_E_TIMEOUT, l->origin,
			      "no login in time (%s)", why);
		break;
	default:
		(void)mb_fail(e, MB_E_NETWORK, l->origin, "cannot log in (%s)",
			      why);
	}
	(void)mb_remedy(e, "check host, port and network: mailbearer "
			"explain network");
}

static int set_up(struct mb_login *l, const struct mb_login_want *q,
		  struct mb_err *e)
{
	char url[sizeof(l->origin)];
	unsigned port;
	const char *scheme;

	if (mb_login_url(q->url, &l->u, e) < 0)
		return -1;
	scheme = curl_scheme(&l->u, &port);
	(void)snprintf(url, sizeof(url), "%s://%s%s%s:%u/", scheme,
		       l->u.url.brackets ? "[" : "", l->u.url.host,
		       l->u.url.brackets ? "]" : "", port);
	(void)snprintf(l->origin, sizeof(l->origin), "%.*s",
		       (int)strlen(url) - 1, url);
	if (mb_http_prepare(e) < 0)
		return -1;
	if (q->ca_pem && q->ca_pem->len ?
	    mb_ca_from_pem(q->ca_pem, l->origin, &l->store, e) :
	    mb_ca_system(&l->store, e))
		return -1;
	l->easy = curl_easy_init();
	if (!l->easy || !set_limits(l, q) || !set_tls(l) ||
	    !set_login(l, q, url))
		return mb_fail(e, MB_E_INTERNAL, l->origin,
			       "libcurl refuses the request");
	return 0;
}

int mb_login_open(struct mb_login **out, const struct mb_login_want *q,
		  struct mb_err *e)
{
	struct mb_login *l = calloc(1, sizeof(*l));
	CURLcode code;

	if (!l)
		return mb_fail(e, MB_E_NOMEM, q->url, "out of memory");
	if (set_up(l, q, e) < 0)
		goto fail;
	code = curl_easy_perform(l->easy);
	if (code == CURLE_OK)
		code = curl_easy_getinfo(l->easy, CURLINFO_ACTIVESOCKET,
					 &l->fd);
	if (code != CURLE_OK) {
		explain(l, q, code, e);
		goto fail;
	}
	*out = l;
	return 0;
fail:
	mb_login_close(&l);
	return -1;
}

void mb_login_close(struct mb_login **l)
{
	if (!*l)
		return;
	curl_easy_cleanup((*l)->easy);
	X509_STORE_free((*l)->store);
	mb_secret_clear(&(*l)->ehlo);
	free(*l);
	*l = NULL;
}

const char *mb_login_ehlo(const struct mb_login *l)
{
	return mb_secret_str(&l->ehlo);
}

int mb_login_fd(const struct mb_login *l)
{
	return (int)l->fd;
}

static ssize_t broken(const struct mb_login *l, CURLcode code,
		      struct mb_err *e)
{
	(void)mb_fail(e, MB_E_NETWORK, l->origin, "the connection broke off "
		      "(%s)", curl_easy_strerror(code));
	return mb_remedy(e, "the mail program connects again; check the "
			 "network if it stays");
}

ssize_t mb_login_read(struct mb_login *l, void *buf, size_t size, bool *eof,
		      struct mb_err *e)
{
	size_t n = 0;
	CURLcode code = curl_easy_recv(l->easy, buf, size, &n);

	*eof = code == CURLE_OK && n == 0;
	if (code == CURLE_AGAIN)
		return 0;
	return code == CURLE_OK ? (ssize_t)n : broken(l, code, e);
}

ssize_t mb_login_write(struct mb_login *l, const void *buf, size_t n,
		       struct mb_err *e)
{
	size_t done = 0;
	CURLcode code = curl_easy_send(l->easy, buf, n, &done);

	if (code == CURLE_AGAIN)
		return 0;
	return code == CURLE_OK ? (ssize_t)done : broken(l, code, e);
}

void mb_login_half_close(struct mb_login *l)
{
	struct curl_tlssessioninfo *tls = NULL;

	if (curl_easy_getinfo(l->easy, CURLINFO_TLS_SSL_PTR, &tls) ==
	    CURLE_OK && tls && tls->backend == CURLSSLBACKEND_OPENSSL &&
	    tls->internals)
		(void)SSL_shutdown(tls->internals);
}
