/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * One HTTPS POST of a form, or one GET, within limits: the tool's login to mail
 * servers apart, the only user of libcurl.
 *
 * https alone (http for loopback hosts); redirects are not followed; no
 * cookies, no netrc, and no proxy but the request's own: the environment is not
 * looked at, because a host's environment is not the administrator's word.
 * Certificates are always verified.  The reply is cut off at MB_HTTP_REPLY_MAX.
 * No signals are used; SIGPIPE has to be blocked or ignored by the caller
 * (TLS may write to a closed socket).
 */
#ifndef MB_LIB_HTTP_H
#define MB_LIB_HTTP_H

#include <stdint.h>

#include "lib/err.h"
#include "lib/grant.h"
#include "lib/secret.h"

enum { MB_HTTP_REPLY_MAX = 64 * 1024 };

struct mb_http_request {
	const char *object;		/* names the account in errors */
	const char *credential;		/* its name, for remedies */
	const char *url;
	const char *proxy;		/* "": none */
	const struct mb_secret *ca_pem;	/* empty: the system's certificates */
	const struct mb_secret *body;	/* form-encoded; used in place.
					 * NULL: a GET */
	const struct mb_secret *authorization;	/* "Basic ...", or empty */
	int cancel_fd;			/* 0: none; readable: give up at once */
	struct mb_patience patience;
};

struct mb_http_reply {
	long status;
	struct mb_secret body;
	int64_t retry_after;		/* seconds; 0: not said */
	int64_t date;			/* the server's clock; 0: not said */
	char location[256];		/* origin a 3xx points to, or "" */
};

enum mb_http_result {
	MB_HTTP_ANSWERED,	/* a whole reply, of whatever status */
	MB_HTTP_NOT_SENT,	/* the request never left in full */
	MB_HTTP_LOST,		/* sent; what became of it is not known */
};

/* One request.  *r (of {0}) is filled on ANSWERED; else *e says why not.  Nothing is
 * tried twice.  Safe to call from several threads. */
enum mb_http_result mb_http_post(const struct mb_http_request *q,
				 struct mb_http_reply *r, struct mb_err *e);

void mb_http_reply_clear(struct mb_http_reply *r);

/* Set up libcurl; done by mb_http_post() if need be.  Before a jail: once. */
int mb_http_prepare(struct mb_err *e);

#endif
