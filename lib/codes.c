/* SPDX-License-Identifier: BSD-2-Clause */
#include "config.h"

#include "lib/codes.h"

#include <ctype.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#define CONFIG MB_OUT_CONFIG
#define DEAD MB_OUT_TOKEN_DEAD
#define PERSON MB_OUT_PERSON
#define LATER MB_OUT_TRANSIENT

/* What an `error` alone is called; a number may know better. */
#define ID_DEAD MB_E_SIGN_IN_NEEDED
#define ID_PERSON MB_E_SIGN_IN_NEEDED
#define ID_CONFIG MB_E_CLIENT_REFUSED
#define ID_LATER MB_E_PROVIDER_BUSY

#define ERROR(error, subtype, out, advice, words, text) \
	{ MB_CODE_ERROR, 0, error, subtype, out, ID_##out, \
	  MB_ADVICE_##advice, words, text },
#define ENTRA(number, out, id, advice, words, text) \
	{ MB_CODE_ENTRA, number, "AADSTS" #number, NULL, out, MB_E_##id, \
	  MB_ADVICE_##advice, words, text },
#define SASL(status, id, advice, words, text) \
	{ MB_CODE_SASL, 0, status, NULL, LATER, MB_E_##id, \
	  MB_ADVICE_##advice, words, text },
#define SAID(phrase, second, id, advice, words, text) \
	{ MB_CODE_SAID, 0, phrase, second, LATER, MB_E_##id, \
	  MB_ADVICE_##advice, words, text },

const struct mb_code mb_codes[] = {
#include "lib/codes.def"
};
const size_t mb_codes_n = sizeof(mb_codes) / sizeof(mb_codes[0]);

/* ---- finding a row ---- */

struct text {
	const char *at;
	size_t n;
};

/* Where in t, whatever the case; t.n: nowhere. */
static size_t find(struct text t, const char *phrase)
{
	size_t n = strlen(phrase);

	for (size_t i = 0; i + n <= t.n; i++)
		if (strncasecmp(t.at + i, phrase, n) == 0)
			return i;
	return t.n;
}

static bool has(struct text t, const char *phrase)
{
	return find(t, phrase) < t.n;
}

static bool is_word(char c)
{
	return isalnum((unsigned char)c) || c == '_' || c == '.';
}

/* The same, with nothing on either side that would make it another word: 5.7.3
 * is not in 5.7.31, nor access_denied in user_access_denied. */
static bool has_word(struct text t, const char *word)
{
	size_t n = strlen(word);

	for (size_t i = 0; i + n <= t.n; i++) {
		const char *end = t.at + i + n;
		size_t rest = t.n - i - n;

		if (strncasecmp(t.at + i, word, n) != 0 ||
		    (i > 0 && is_word(t.at[i - 1])))
			continue;
		if (rest == 0 || !is_word(*end) ||
		    /* a full stop that ends the sentence */
		    (*end == '.' && (rest == 1 || !is_word(end[1]))))
			return true;
	}
	return false;
}

/* "AADSTS50173", or the number alone. */
static long entra_number(struct text t)
{
	size_t at = find(t, "AADSTS");
	size_t i = at < t.n ? at + 6 : 0, from = i;
	long number = 0;

	for (; i < t.n && isdigit((unsigned char)t.at[i]) && i < from + 9; i++)
		number = number * 10 + (t.at[i] - '0');
	if (i == from || (at == t.n && i < t.n))
		return 0;
	/* A bare SMTP or HTTP number is not one of Microsoft's. */
	return at < t.n || i - from >= 5 ? number : 0;
}

/* The value of the JSON member, or what the plugin shows of it: "refused the
 * access token (401". */
static struct text status_in(struct text t)
{
	static const char shown[] = "access token (";
	size_t at = find(t, "\"status\""), n = 0;

	if (at < t.n) {
		at += sizeof("\"status\"") - 1;
		while (at < t.n && memchr(" \t:\"", t.at[at], 4))
			at++;
	} else {
		at = find(t, shown);
		at += at < t.n ? sizeof(shown) - 1 : 0;
	}
	while (at + n < t.n && is_word(t.at[at + n]))
		n++;
	return (struct text){ t.at + at, n };
}

static bool equals(struct text t, const char *word)
{
	return t.n == strlen(word) && memcmp(t.at, word, t.n) == 0;
}

static bool fits(const struct mb_code *c, struct text t, struct text status,
		 long number)
{
	switch (c->from) {
	case MB_CODE_ENTRA:
		return number != 0 && c->number == number;
	case MB_CODE_SASL:
		return equals(status, c->name);
	case MB_CODE_SAID:
		/* Those that begin with a digit are words of their own. */
		if (isdigit((unsigned char)c->name[0]) ?
		    !has_word(t, c->name) : !has(t, c->name))
			return false;
		return !c->second || has(t, c->second);
	case MB_CODE_ERROR:
		if (c->second)
			return has_word(t, c->second);
		return has_word(t, c->name);
	}
	return false;
}

const struct mb_code *mb_codes_in(const char *text, size_t n)
{
	/* A number says most, then a server's status and its words; an `error`
	 * is what is left. */
	static const enum mb_code_from order[] = {
		MB_CODE_ENTRA, MB_CODE_SASL, MB_CODE_SAID, MB_CODE_ERROR,
	};
	struct text t = { text, n }, status;
	long number;

	status = status_in(t);
	number = entra_number(t);
	for (size_t o = 0; o < sizeof(order) / sizeof(order[0]); o++)
		for (size_t i = 0; i < mb_codes_n; i++)
			if (mb_codes[i].from == order[o] &&
			    fits(&mb_codes[i], t, status, number))
				return &mb_codes[i];
	return NULL;
}

const struct mb_code *mb_codes_of(const struct mb_err *e)
{
	switch (e->id) {
	case MB_E_SIGN_IN_NEEDED:
	case MB_E_SECRET_WRONG:
	case MB_E_SECRET_EXPIRED:
	case MB_E_CLIENT_REFUSED:
	case MB_E_REFRESH_REFUSED:
	case MB_E_TOKEN_REFUSED:
	case MB_E_PROVIDER_BUSY:
	case MB_E_DENIED:
		return mb_codes_in(e->cause, strlen(e->cause));
	default:
		return NULL;
	}
}

/* ---- what to do ---- */

static const struct {
	enum mb_turn turn;
	/* %1$s: the account, %2$s: the client credential */
	const char *next;
} advices[] = {
#define ROW(advice, turn, next) \
	[MB_ADVICE_##advice] = { MB_TURN_##turn, next }
	ROW(ENROLL, OWNER,
	    "its owner signs in again: mailbearer enroll %1$s"),
	ROW(ADMIN, ADMIN, "ask the administrator of the organization, then: "
	    "mailbearer enroll %1$s"),
	ROW(SECRET_NEW, ADMIN, "sign-ins are kept; make a new one, then: "
	    "mailbearer set %2$s --client-secret-file -"),
	ROW(SECRET_COPY, ADMIN, "copy it anew, then: mailbearer set %2$s "
	    "--client-secret-file -"),
	ROW(PUBLIC, ADMIN, "mailbearer set %2$s --public"),
	ROW(CLIENT, ADMIN, "check client id, tenant and endpoints: "
	    "mailbearer show %2$s"),
	ROW(SCOPE, ADMIN, "check it: mailbearer show %2$s, then: mailbearer "
	    "set %2$s --scope ..."),
	ROW(REDIRECT, ADMIN, "register it with the app: mailbearer show %2$s"),
	ROW(CLOCK, ADMIN, "check this host's clock and the app's "
	    "certificates"),
	ROW(WAIT, PROVIDER, "it is tried again by itself"),
	ROW(TOKEN, OWNER, "the next login uses a new one; if that is refused "
	    "too: mailbearer enroll %1$s"),
	ROW(SMTP_AUTH, ADMIN, "the administrator switches SMTP AUTH on for "
	    "%1$s, then: mailbearer test %1$s"),
	ROW(MAILBOX, ADMIN, "the administrator checks protocols, licence and "
	    "permissions of %1$s, then: mailbearer test %1$s"),
	ROW(PASSWORD, YOU, "let the mail program use XOAUTH2 or OAUTHBEARER "
	    "for %1$s"),
	ROW(RATE, YOU, "let the mail program open fewer connections; it is "
	    "tried again by itself"),
#undef ROW
};

_Static_assert(sizeof(advices) / sizeof(advices[0]) == MB_ADVICE_COUNT,
	       "a row for each advice");

enum mb_turn mb_code_turn(const struct mb_code *code)
{
	return advices[code->advice].turn;
}

enum mb_turn mb_codes_turn(const struct mb_err *e)
{
	const struct mb_code *code = mb_codes_of(e);

	return code ? mb_code_turn(code) : mb_message(e->id)->turn;
}

const char *mb_code_next(const struct mb_code *code, const char *account,
			 const char *credential, char *buf, size_t size)
{
	const char *p = advices[code->advice].next;
	size_t used = 0;

	account = account ? account : "ADDRESS";
	credential = credential ? credential : "NAME";
	buf[0] = '\0';
	while (*p && used + 1 < size) {
		size_t n = strcspn(p, "%");
		int len = snprintf(buf + used, size - used, "%.*s%s", (int)n,
				   p, !p[n] ? "" : p[n + 1] == '1' ? account :
				   credential);

		used += len < 0 ? size : (size_t)len;
		/* "%1$s" */
		p += n + (p[n] ? 4 : 0);
	}
	return buf;
}

void mb_codes_dress(struct mb_err *e, const char *said, size_t n,
		    const char *account, const char *credential)
{
	const struct mb_code *code = mb_codes_in(said, n);
	char next[MB_ERR_REMEDY];

	if (!code)
		return;
	if (code->words)
		mb_fail(e, code->id == MB_E_PROVIDER_BUSY ? code->id : e->id,
			e->object, "%s: %s", e->cause, code->words);
	mb_remedy(e, "%s", mb_code_next(code, account, credential, next,
					sizeof(next)));
}
