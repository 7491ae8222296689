/* SPDX-License-Identifier: BSD-2-Clause */
/* The random values of an authorization request: the verifier of RFC 7636,
 * the state, the nonce.  (The challenge: mb_oauth_challenge().) */
#ifndef MB_TOOLS_PKCE_H
#define MB_TOOLS_PKCE_H

#include <stddef.h>

#include "lib/err.h"
#include "lib/secret.h"

/* 32 bytes as unpadded base64url: the shortest verifier that RFC 7636 section
 * 4.1 allows. */
enum { MB_PKCE_LEN = 43 };

/* A fresh random value of MB_PKCE_LEN characters; out is replaced.
 * 0, or -1 with MB_E_CRYPTO or MB_E_NOMEM. */
int mb_pkce_random(struct mb_secret *out, struct mb_err *e);

/* Unpadded base64url (RFC 4648 section 5) of n bytes.  out: (n * 4 + 2) / 3 + 1
 * bytes. */
void mb_pkce_base64url(const unsigned char *in, size_t n, char *out);

#endif
