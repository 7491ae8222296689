/* SPDX-License-Identifier: BSD-2-Clause */
/* What a mail server said when it refused a login: decoded and explained. */
#ifndef MB_TOOLS_LOGIN_WORDS_H
#define MB_TOOLS_LOGIN_WORDS_H

#include <stddef.h>

#include "lib/err.h"
#include "lib/secret.h"

/* The JSON of a challenge that goes over the wire in base64, wherever it stands
 * in text ("+ eyJ...", "334 eyJ...").  Returns its length, 0: there is none.
 * out NULL: is there one? */
size_t mb_login_challenge(const char *text, char *out, size_t size);

/* said, or, where it repeats the token, in base64 or not, words that do not: a
 * hostile server may try to have it shown. */
const char *mb_login_harmless(const char *said, const struct mb_secret *token);

/*
 * *e (MB_E_TOKEN_REFUSED, or MB_E_PROVIDER_BUSY where the words mean that) says
 * of user that origin does (what) with the server's words (said, one or more
 * lines), and what they mean.  credential may be NULL.
 */
void mb_login_words(struct mb_err *e, const char *user, const char *credential,
		    const char *origin, const char *what, const char *said);

#endif
