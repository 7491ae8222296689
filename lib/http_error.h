/* SPDX-License-Identifier: BSD-2-Clause */
/* A transfer under way, and why it failed, in words.  Behind lib/http.h. */
#ifndef MB_LIB_HTTP_ERROR_H
#define MB_LIB_HTTP_ERROR_H

#include <curl/curl.h>
#include <openssl/types.h>
#include <stdbool.h>
#include <stdint.h>

#include "lib/clock.h"
#include "lib/err.h"
#include "lib/http.h"
#include "lib/secret.h"

struct mb_http_transfer {
	const struct mb_http_request *q;
	CURL *easy;
	CURLM *multi;
	struct curl_slist *headers;
	X509_STORE *store;
	struct mb_secret body;
	char origin[300];
	char text[CURL_ERROR_SIZE];	/* libcurl's own words */
	CURLcode result;
	bool loopback;
	bool too_large;
	bool no_memory;
	bool headers_whole;
	bool sent;			/* the whole request has left */
	int64_t connect_ms;
	int64_t reply_ms;
	struct mb_deadline limit;
};

/* Fill *e for a transfer with t->result != CURLE_OK. */
void mb_http_explain(const struct mb_http_transfer *t, struct mb_err *e);

#endif
