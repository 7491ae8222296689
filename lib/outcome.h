/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What the error replies of token endpoints mean, as data (RFC 6749 section
 * 5.2, Microsoft's AADSTS numbers, Google's subtypes).  Pure.
 *
 * Behaviour follows the `error` member alone: providers promise that it stays,
 * and say of numbers and texts that they may change.  The numbers only choose
 * better words.
 */
#ifndef MB_LIB_OUTCOME_H
#define MB_LIB_OUTCOME_H

#include <stdbool.h>

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
};

struct mb_outcome_error {
	const char *error;
	const char *subtype;	/* NULL: any */
	enum mb_outcome outcome;
	const char *words;	/* NULL: the error says it */
	enum mb_advice advice;
};

struct mb_outcome_code {
	long code;		/* AADSTS number */
	enum mb_outcome outcome;	/* the class it is documented for */
	enum mb_id id;
	const char *words;
	enum mb_advice advice;
};

/* The row for an `error` member and its subtype ("" if none); never NULL: what
 * is not known is transient, for a wrong guess must not cost an account. */
const struct mb_outcome_error *mb_outcome_of_error(const char *error,
						   const char *subtype);

/* The row for an AADSTS number, or NULL. */
const struct mb_outcome_code *mb_outcome_of_code(long code);

/* HTTP statuses that mean "later", whatever the body says. */
bool mb_outcome_status_is_transient(long status);

#endif
