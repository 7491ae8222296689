/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The token record of one account, decrypted: flat "name value" lines
 * (doc/FORMAT.md).  Pure.  Unknown members are kept and written back.
 */
#ifndef MB_LIB_RECORD_H
#define MB_LIB_RECORD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "lib/address.h"
#include "lib/err.h"
#include "lib/secret.h"

enum { MB_TOKEN_MAX = 16 * 1024,	/* bytes of one token */
       MB_RECORD_MAX = 60 * 1024,	/* plaintext; sealed fits in 64 KiB */
       MB_SCOPE_MAX = 2048, MB_HOSTS_MAX = 2048, MB_ERROR_TEXT_MAX = 512 };

struct mb_record {
	char account[MB_ADDRESS_MAX + 1];	/* as enrolled: sent as user= */
	char token_of[MB_ADDRESS_MAX + 1];	/* shared mailbox: look there, else "" */
	char credential[MB_NAME_MAX + 1];
	char grant[33];		/* where nobody signs in: which; else "" */
	char rule[65];		/* not enrolled: from an account rule, made of
				 * credential, grant and scope (lib/rules.h) */
	char credential_digest[65];	/* of the definition last used, hex */
	char credentials_seen[80];	/* which credentials file hosts and digest
					 * were taken from: mb_store_seen() */
	char hosts[MB_HOSTS_MAX + 1];	/* blank-separated patterns, "*": any */
	int64_t deadline;		/* seconds that a mail program waits for a
					 * token; 0: MB_WAIT_S */
	int64_t generation;		/* grows by one at each write */
	int64_t obtained_at;		/* Unix seconds: when the access token came */
	int64_t expires_at;		/* Unix seconds, hard expiry; 0: no token */
	int64_t enrolled_at;		/* when its owner last signed in */
	int64_t refreshed_at;		/* when the refresh token was last used */
	struct mb_secret access_token;
	struct mb_secret refresh_token;
	char scope[MB_SCOPE_MAX + 1];
	char token_type[33];
	int64_t refused_generation;	/* a server refused this one; 0: none */
	char error_class[33];		/* "", "transient", "token", "config", "person" */
	char error_id[33];		/* name of an enum mb_id */
	char error_text[MB_ERROR_TEXT_MAX + 1];	/* cause, escaped, no secret */
	int64_t next_attempt;		/* no request before; 0: at once */
	int64_t attempts;		/* failures in a row */
	struct mb_secret extra;		/* unknown member lines, verbatim */
};

/* Parse text (all n bytes).  Refused: another first line, duplicate members,
 * control bytes, over-long values, numbers out of 64 bits, missing account or
 * generation, no final newline.  r is replaced on success only.
 * 0, or -1 with MB_E_RECORD_BAD (its object is `object`). */
int mb_record_parse(struct mb_record *r, const char *text, size_t n,
		    const char *object, struct mb_err *e);

/* Write it out; out is replaced.  0 or -1 (a value that could not be read
 * back, MB_E_BAD_TOKEN or MB_E_INTERNAL; MB_E_TOO_LARGE; MB_E_NOMEM). */
int mb_record_format(const struct mb_record *r, struct mb_secret *out,
		     struct mb_err *e);

/* Deep copy; dst is replaced on success only.  0 or -1 with MB_E_NOMEM. */
int mb_record_copy(struct mb_record *dst, const struct mb_record *src,
		   struct mb_err *e);
void mb_record_clear(struct mb_record *r);

/* 1 to MB_TOKEN_MAX bytes of VCHAR (0x21 to 0x7e): what may be spliced into a
 * SASL response (RFC 6750 b64token is a subset). */
bool mb_token_valid(const char *token, size_t n);

#endif
