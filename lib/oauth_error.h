/* SPDX-License-Identifier: BSD-2-Clause */
/* From an error reply (RFC 6749 section 5.2) to an outcome, a cause and a
 * remedy in words.  Pure; behind lib/oauth.h. */
#ifndef MB_LIB_OAUTH_ERROR_H
#define MB_LIB_OAUTH_ERROR_H

#include "lib/err.h"
#include "lib/oauth.h"

struct mb_oauth_failure {
	long status;
	char error[65];		/* "" if the reply had none that is usable */
	char subtype[65];	/* error_subtype (Google), suberror (Microsoft) */
	char description[161];	/* beginning of it, what may be secret masked */
	long code;		/* AADSTS number; 0: none */
	bool code_known;	/* to lib/outcome.c */
};

/* Does a text from the server repeat what we sent in secret? */
bool mb_oauth_repeats(const char *text, size_t n,
		      const struct mb_oauth_asked *asked);

/* Copy a description for people: cut to size, and without what could be a
 * secret (long words; all of it if it repeats one of ours). */
void mb_oauth_describe(char *dst, size_t size, const char *text, size_t n,
		       const struct mb_oauth_asked *asked);

enum mb_outcome mb_oauth_refused(const struct mb_oauth_asked *asked,
				 const struct mb_oauth_failure *f,
				 int64_t retry_after, struct mb_err *e);

#endif
