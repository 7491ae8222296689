/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The authorization response (RFC 6749 section 4.1.2, RFC 9207): what came to
 * the listener as a request target, or was pasted at the terminal.  Pure.
 * Reading and judging are two steps, so that the caller can say what is wrong
 * and go on waiting.
 */
#ifndef MB_TOOLS_REDIRECT_H
#define MB_TOOLS_REDIRECT_H

#include <stdbool.h>
#include <stddef.h>

#include "lib/credential.h"
#include "lib/err.h"
#include "lib/secret.h"

enum { MB_REDIRECT_MAX = 16 * 1024,	/* bytes of a target or a pasted line */
       MB_REDIRECT_CODE_MAX = 8 * 1024 };

struct mb_redirect {
	struct mb_secret code;
	struct mb_secret state;
	char iss[MB_URL_MAX + 1];
	char error[65];
	char error_description[513];	/* escaped */
};

void mb_redirect_clear(struct mb_redirect *r);

/* Read a query string (without the '?').  Refused: a parameter of ours twice
 * (RFC 6749 section 3.1), bad percent-encoding, control bytes, over-long
 * values.  Parameters of others are ignored.  r is replaced on success only.
 * 0, or -1 with MB_E_BAD_REDIRECT. */
int mb_redirect_query(struct mb_redirect *r, const char *query, size_t n,
		      struct mb_err *e);

/* Does the request target ("/path?query") name that path?  *query (within
 * target) and *nquery are set when it does. */
bool mb_redirect_target(const char *target, const char *path,
			const char **query, size_t *nquery);

/* Read what somebody pasted: the whole address, with or without scheme,
 * blanks or quotes around it, or the query alone.  An address must be the
 * redirect URI's.  0, or -1 with MB_E_BAD_REDIRECT: the cause says what was
 * pasted instead. */
int mb_redirect_pasted(struct mb_redirect *r, const struct mb_secret *text,
		       const char *redirect_uri, struct mb_err *e);

enum mb_verdict {
	MB_VERDICT_CODE,	/* r->code is good to redeem */
	MB_VERDICT_IGNORE,	/* not an answer to our request: go on waiting */
	MB_VERDICT_REFUSED,	/* it is ours, and it says no: stop */
};

/* Judge an answer against the request's state and the credential's issuer.
 * *e is filled unless the verdict is CODE; object: account. */
enum mb_verdict mb_redirect_judge(const struct mb_redirect *r,
				  const struct mb_secret *state,
				  const struct mb_credential *c,
				  const char *account, struct mb_err *e);

/* Is iss the credential's issuer?  True when no issuer is known.  Where the
 * issuer is a template ("{tenantid}") or belongs to one tenant of many, the
 * provider puts an id there that nobody configured: then only the origin is
 * compared. */
bool mb_redirect_issuer_fits(const struct mb_credential *c, const char *iss);

/* Does a Host header (NULL: none) name the loopback?  Another name is another
 * site's, whose name server says 127.0.0.1. */
bool mb_redirect_host(const char *host);

#endif
