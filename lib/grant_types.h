/* SPDX-License-Identifier: BSD-2-Clause */
/* The ways to a first token, as a client credential names them: one table.
 * Pure, libc only. */
#ifndef MB_LIB_GRANT_TYPES_H
#define MB_LIB_GRANT_TYPES_H

#include <stdbool.h>

enum mb_grant_type {
	MB_GRANT_CODE,			/* RFC 6749 section 4.1, 8628 */
	MB_GRANT_CLIENT_CREDENTIALS,	/* RFC 6749 section 4.4 */
	MB_GRANT_JWT_BEARER,		/* RFC 7523 section 2.1 */
	MB_GRANT_COMMAND,		/* an external program prints it */
	MB_GRANT_SASL_PASSWORD,		/* the mail program hands it over */
	MB_GRANT_COUNT
};

struct mb_grant_kind {
	const char *name;	/* in the credentials file */
	/* Its owner signs in; what comes has a refresh token. */
	bool needs_person;
	/* The token is the account's own, not the app's. */
	bool per_address;
	/* A token endpoint is asked, as this client. */
	bool needs_endpoint;
	/* Tokens are kept in records. */
	bool keeps_token;
};

const struct mb_grant_kind *mb_grant_kind(enum mb_grant_type t);
/* false: there is no grant of that name. */
bool mb_grant_type_find(const char *name, enum mb_grant_type *t);

#endif
