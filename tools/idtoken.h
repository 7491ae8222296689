/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The claims of an ID token (OpenID Connect Core section 2).  Pure.  Its
 * signature is not checked: it came straight from the token endpoint over TLS
 * (section 3.1.3.7, item 6), and it only serves to notice that somebody signed
 * in with another mailbox than the one wanted.
 */
#ifndef MB_TOOLS_IDTOKEN_H
#define MB_TOOLS_IDTOKEN_H

#include <stdbool.h>
#include <stdint.h>

#include "lib/address.h"
#include "lib/credential.h"
#include "lib/err.h"
#include "lib/secret.h"

enum { MB_IDTOKEN_MAX = 16 * 1024, MB_IDTOKEN_ADDRESSES = 4 };

struct mb_idtoken {
	/* email, preferred_username, upn, unique_name: those that are there
	 * and have an '@'; "" else */
	char address[MB_IDTOKEN_ADDRESSES][MB_ADDRESS_MAX + 1];
	char issuer[MB_URL_MAX + 1];
	char nonce[129];
	bool for_client;	/* the client id is (in) the audience, and the
				 * authorized party if one is named */
	int64_t issued_at;	/* Unix seconds; 0: it does not say */
};

/* Read the claims of a compact JWS.  t is replaced on success only.
 * 0, or -1 with MB_E_REPLY_BAD (object: account). */
int mb_idtoken_read(struct mb_idtoken *t, const struct mb_secret *jws,
		    const char *client_id, const char *account,
		    struct mb_err *e);

/* Does it answer our request: audience, issuer (one that is known has to be
 * named), and nonce if one was sent ("" or NULL: none)?  0, or -1 with MB_E_REPLY_BAD. */
int mb_idtoken_check(const struct mb_idtoken *t, const struct mb_credential *c,
		     const char *nonce, const char *account, struct mb_err *e);

/* How many minutes this host's clock is ahead of whoever issued it just now, or
 * (below 0) behind; 0: a few at most, or it is not known. */
int64_t mb_idtoken_clock_min(const struct mb_idtoken *t, int64_t now);

/* Did the wanted address sign in?  True as well when the token names none.
 * 0, or -1 with MB_E_WRONG_ACCOUNT, which names who did. */
int mb_idtoken_is(const struct mb_idtoken *t, const char *wanted,
		  struct mb_err *e);

#endif
