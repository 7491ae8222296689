/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The seam between token policy (engine, libcrypto only) and everything that
 * needs libcurl, jansson and libconfig (http module).  The engine loads the
 * module from its fixed path; tool and helper link it and hand it in.
 */
#ifndef MB_LIB_REDEEM_H
#define MB_LIB_REDEEM_H

#include <stdint.h>

#include "lib/clock.h"
#include "lib/credential.h"
#include "lib/err.h"
#include "lib/secret.h"

/* What a token endpoint's answer means for the account
 * (doc/DESIGN.md, "Outcomes of a token request"). */
enum mb_outcome {
	MB_OUT_GRANTED,		/* tokens came */
	MB_OUT_TRANSIENT,	/* try later; nothing known about the refresh token */
	MB_OUT_TOKEN_DEAD,	/* invalid_grant: the owner signs in again */
	MB_OUT_CONFIG,		/* wrong until the client credential changes */
	MB_OUT_PERSON,		/* interaction or consent needed */
	MB_OUT_NOT_SENT,	/* failed before the request was complete: repeating is safe */
};

/* A token response (RFC 6749 section 5.1). */
struct mb_grant {
	struct mb_secret access_token;
	struct mb_secret refresh_token;		/* empty: keep the old one */
	struct mb_secret id_token;		/* empty if none came */
	int64_t expires_at;	/* Unix seconds; a default when the reply had none */
	char scope[2049];	/* "" if the reply had none */
	char token_type[33];
	int64_t retry_after;	/* seconds; 0: the reply did not say */
};

void mb_grant_clear(struct mb_grant *g);

/* How long which part may take.  Until the request is sent it may be given up
 * freely; afterwards giving up can lose a rotated refresh token. */
struct mb_patience {
	int64_t connect_ms;	/* DNS, TCP, TLS */
	int64_t reply_ms;	/* from the last byte sent to the last byte read */
};

enum { MB_REDEEM_ABI = 1 };

struct mb_redeem {
	uint32_t abi;		/* MB_REDEEM_ABI */
	const char *build_id;	/* must equal the caller's mb_build_id */

	/* Once, before the process jails itself, or not at all: sets up
	 * libcurl and parses the system's CA certificates. */
	int (*prepare)(struct mb_err *e);

	/* Find a credential by name in the decrypted credentials text and
	 * compute its digest (hex SHA-256 of every field that matters at the
	 * token endpoint; hosts are not part of it).  out is cleared first.
	 * 0, or -1: MB_E_NO_CREDENTIAL, MB_E_CONFIG_*. */
	int (*find)(const struct mb_secret *text, const char *name,
		    struct mb_credential *out, char digest[65],
		    struct mb_err *e);

	/* Refresh token grant (RFC 6749 section 6).  One POST, no retry.
	 * On GRANTED *out is filled; else *e says what happened, ready for the
	 * account's owner: object `account`, cause, remedy.
	 * age_s: seconds since the owner signed in (for the message). */
	enum mb_outcome (*refresh)(const struct mb_credential *c,
				   const char *account, int64_t age_s,
				   const struct mb_secret *refresh_token,
				   const struct mb_patience *p,
				   struct mb_grant *out, struct mb_err *e);
};

/* The http module's one exported symbol is a `const struct mb_redeem
 * mailbearer_http`; statically linked programs use it by name. */
extern const struct mb_redeem mailbearer_http;

#endif
