/* SPDX-License-Identifier: BSD-2-Clause */
/* What comes back from a token endpoint, and how long to wait for it. */
#ifndef MB_LIB_GRANT_H
#define MB_LIB_GRANT_H

#include <stdint.h>

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
	int64_t clock_off;	/* our clock less the server's, seconds; 0: not
				 * known */
};

void mb_grant_clear(struct mb_grant *g);

/* How long which part may take.  Until the request is sent it may be given up
 * freely; afterwards giving up can lose a rotated refresh token. */
struct mb_patience {
	int64_t connect_ms;	/* DNS, TCP, TLS */
	int64_t reply_ms;	/* from the last byte sent to the last byte read */
};

#endif
