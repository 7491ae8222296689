/* SPDX-License-Identifier: BSD-2-Clause */
#include "config.h"

/* For SHA256_Init() and the like, see below. */
#define OPENSSL_SUPPRESS_DEPRECATED

#include "lib/crypto.h"

#include <stdatomic.h>
#include <stdlib.h>

#include <openssl/crypto.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/sha.h>

static void release(struct mb_crypto *c)
{
	EVP_CIPHER_free(c->gcm);
	EVP_CIPHER_free(c->wrap);
	EVP_CIPHER_free(c->ecb);
	free(c);
}

const struct mb_crypto *mb_crypto_get(struct mb_err *e)
{
	/* Set once, by whichever thread is first, and kept until the end. */
	static _Atomic(struct mb_crypto *) shared;
	struct mb_crypto *have = atomic_load(&shared), *fresh;

	if (have)
		return have;
	fresh = calloc(1, sizeof(*fresh));
	if (!fresh) {
		mb_fail(e, MB_E_NOMEM, NULL, "out of memory");
		return NULL;
	}
	/* The host's own errors stay in its queue, ours do not enter it. */
	(void)ERR_set_mark();
	fresh->gcm = EVP_CIPHER_fetch(NULL, "AES-256-GCM", NULL);
	fresh->wrap = EVP_CIPHER_fetch(NULL, "AES-256-WRAP", NULL);
	fresh->ecb = EVP_CIPHER_fetch(NULL, "AES-256-ECB", NULL);
	(void)ERR_pop_to_mark();
	if (!fresh->gcm || !fresh->wrap || !fresh->ecb) {
		release(fresh);
		mb_fail(e, MB_E_CRYPTO, "libcrypto",
			"has no AES-256 (GCM, WRAP, ECB)");
		mb_remedy(e, "check the providers in openssl.cnf");
		return NULL;
	}
	if (atomic_compare_exchange_strong(&shared, &have, fresh))
		return fresh;
	release(fresh);
	return have;
}

/*
 * Names things and ties RecipientInfos to what is sealed; nothing secret rests
 * on it that AES-GCM does not guard.  Not through EVP: fetching a digest costs
 * a mail program's only login 660 000 instructions, and each use six times what
 * hashing an address does (doc/DESIGN.md).
 */
int mb_crypto_sha256(const void *data, size_t n, char *hex, struct mb_err *e)
{
	static const char digits[] = "0123456789abcdef";
	unsigned char md[MB_SHA256_LEN];
	SHA256_CTX ctx;
	size_t i;
	int ok;

	ok = SHA256_Init(&ctx) == 1 && SHA256_Update(&ctx, data, n) == 1 &&
	     SHA256_Final(md, &ctx) == 1;
	/* It may have been the host key. */
	OPENSSL_cleanse(&ctx, sizeof(ctx));
	if (!ok)
		return mb_fail(e, MB_E_CRYPTO, "libcrypto", "SHA-256 failed");
	for (i = 0; i < sizeof(md); i++) {
		hex[2 * i] = digits[md[i] >> 4];
		hex[2 * i + 1] = digits[md[i] & 15];
	}
	hex[MB_SHA256_HEX] = '\0';
	return 0;
}
