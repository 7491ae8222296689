/* SPDX-License-Identifier: BSD-2-Clause */
#include "config.h"

#include "tools/login_words.h"

#include <ctype.h>
#include <openssl/evp.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "lib/codes.h"

enum { CHALLENGE_MAX = 2048, CHALLENGE_MIN = 16, SAID_MAX = 400,
       TELLTALE = 16 };

static bool is_base64(char c)
{
	return isalnum((unsigned char)c) || c == '+' || c == '/' || c == '=';
}

size_t mb_login_challenge(const char *text, char *out, size_t size)
{
	/* JSON's first bytes, with or without a line break behind the brace */
	const char *p = strstr(text, "eyJ");
	size_t n = 0;
	int got;

	if (!p)
		p = strstr(text, "ewo");
	while (p && is_base64(p[n]))
		n++;
	if (n < CHALLENGE_MIN || n % 4 != 0)
		return 0;
	if (!out)
		return n / 4 * 3;
	if (n / 4 * 3 >= size)
		return 0;
	got = EVP_DecodeBlock((unsigned char *)out, (const unsigned char *)p,
			      (int)n);
	if (got <= 0)
		return 0;
	/* Padding and the line break that some put at the end. */
	while (got > 0 && (out[got - 1] == '\0' || out[got - 1] == '\n'))
		got--;
	return (size_t)got;
}

const char *mb_login_harmless(const char *said, const struct mb_secret *token)
{
	size_t n = token->len < TELLTALE ? token->len : TELLTALE;
	char text[CHALLENGE_MAX];
	size_t len = mb_login_challenge(said, text, sizeof(text));

	if (n > 0 && (memmem(said, strlen(said), token->data, n) ||
		      memmem(text, len, token->data, n)))
		return "(its words repeat the token)";
	return said;
}

void mb_login_words(struct mb_err *e, const char *user, const char *credential,
		    const char *origin, const char *what, const char *said)
{
	char text[CHALLENGE_MAX];
	size_t n = mb_login_challenge(said, text, sizeof(text));

	if (!n) {
		n = strcspn(said, "\r\n");
		if (n >= SAID_MAX)
			n = SAID_MAX - 1;
		memcpy(text, said, n);
	}
	(void)mb_fail(e, MB_E_TOKEN_REFUSED, user, "%s %s: %.*s", origin, what,
		      (int)(n < SAID_MAX ? n : SAID_MAX), text);
	(void)mb_remedy(e, "what it means: mailbearer explain token-refused");
	mb_codes_dress(e, text, n, user, credential);
}
