/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What the engine uses of libcrypto, fetched once per process and kept: a
 * fetch costs more than opening a record, and inside a jail no provider can be
 * loaded any more.  Nothing of OpenSSL's defaults is changed.
 */
#ifndef MB_LIB_CRYPTO_H
#define MB_LIB_CRYPTO_H

#include <stddef.h>

#include <openssl/types.h>

#include "lib/err.h"

enum { MB_SHA256_LEN = 32, MB_SHA256_HEX = 64 };

struct mb_crypto {
	EVP_CIPHER *gcm;	/* AES-256-GCM */
	EVP_CIPHER *wrap;	/* AES-256-WRAP (RFC 3394) */
	EVP_CIPHER *ecb;	/* AES-256-ECB, to unwrap (lib/unseal.c) */
};

/* The process's algorithms; NULL with MB_E_CRYPTO.  Thread-safe. */
const struct mb_crypto *mb_crypto_get(struct mb_err *e);

/* SHA-256 of n bytes as lower-case hex; hex: MB_SHA256_HEX + 1 bytes.  0 or -1
 * with MB_E_CRYPTO. */
int mb_crypto_sha256(const void *data, size_t n, char *hex, struct mb_err *e);

#endif
