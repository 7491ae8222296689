/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What providers and mail servers say when they refuse, in words: one table
 * (lib/codes.def) for messages, for `explain` and for the plugin.  Pure.
 *
 * Behaviour follows the `error` member of a token endpoint alone: providers
 * promise that it stays, and say of numbers and texts that they may change.
 * Those only choose better words.
 */
#ifndef MB_LIB_CODES_H
#define MB_LIB_CODES_H

#include <stddef.h>

#include "lib/err.h"
#include "lib/grant.h"

/* Who can mend it, and how: chooses the remedy. */
enum mb_advice {
	MB_ADVICE_ENROLL,	/* its owner signs in again */
	MB_ADVICE_ADMIN,	/* the tenant's administrator, then enrol */
	MB_ADVICE_SECRET_NEW,	/* make a new client secret, then set */
	MB_ADVICE_SECRET_COPY,	/* the stored one is wrong, then set */
	MB_ADVICE_PUBLIC,	/* must be public: no secret */
	MB_ADVICE_CLIENT,	/* client id, tenant, endpoint: show, set */
	MB_ADVICE_SCOPE,	/* set --scope */
	MB_ADVICE_REDIRECT,	/* register the callback URL */
	MB_ADVICE_CLOCK,	/* certificate, assertion or clock */
	MB_ADVICE_WAIT,		/* nothing to do */
	/* of mail servers */
	MB_ADVICE_TOKEN,	/* a new token; else sign in anew */
	MB_ADVICE_SMTP_AUTH,	/* switch SMTP AUTH on */
	MB_ADVICE_MAILBOX,	/* protocol, licence, permission, name */
	MB_ADVICE_PASSWORD,	/* the program does not use our mechanism */
	MB_ADVICE_RATE,		/* fewer connections */
	MB_ADVICE_COUNT
};

enum mb_code_from {
	MB_CODE_ERROR,		/* `error` of an OAuth endpoint */
	MB_CODE_ENTRA,		/* AADSTS number */
	MB_CODE_SASL,		/* "status" of a mail server's challenge */
	MB_CODE_SAID,		/* a mail server's words */
};

struct mb_code {
	enum mb_code_from from;
	long number;		/* of ENTRA, else 0 */
	const char *name;	/* "invalid_grant", "AADSTS50173", "401" ... */
	const char *second;	/* ERROR: its subtype; SAID: said as well; or
				 * NULL: any */
	enum mb_outcome outcome;	/* ERROR and ENTRA */
	enum mb_id id;
	enum mb_advice advice;
	const char *words;	/* for a line; NULL: the name says it */
	const char *text;	/* a sentence or more; or NULL */
};

/* The whole table, for listing. */
extern const struct mb_code mb_codes[];
extern const size_t mb_codes_n;

/* The row that a text is about ("AADSTS50173: ...", a server's answer, an
 * `error` alone or in JSON), or NULL. */
const struct mb_code *mb_codes_in(const char *text, size_t n);

/* The row that an error line is about, judged by its cause; or NULL. */
const struct mb_code *mb_codes_of(const struct mb_err *e);

/* Whose turn it is, where the row knows better than the id. */
enum mb_turn mb_codes_turn(const struct mb_err *e);
enum mb_turn mb_code_turn(const struct mb_code *code);

/* What to do: buf gets one line, with the account and the client credential
 * put in ("ADDRESS", "NAME" where NULL).  Returns buf. */
const char *mb_code_next(const struct mb_code *code, const char *account,
			 const char *credential, char *buf, size_t size);

/* e says that a mail server refused account's token: put what it said (said)
 * means behind the cause, and the remedy that fits.  Leaves e alone if that is
 * not known. */
void mb_codes_dress(struct mb_err *e, const char *said, size_t n,
		    const char *account, const char *credential);

#endif
