/* SPDX-License-Identifier: BSD-2-Clause */
#include "config.h"

#include "lib/crypto.h"

#include <stdatomic.h>
#include <stdlib.h>

#include <openssl/err.h>
#include <openssl/evp.h>

static void release(struct mb_crypto *c)
{
	EVP_CIPHER_free(c->gcm);
	EVP_CIPHER_free(c->wrap);
	EVP_CIPHER_free(c->ecb);
	EVP_MD_free(c->sha256);
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
	fresh->sha256 = EVP_MD_fetch(NULL, "SHA2-256", NULL);
	(void)ERR_pop_to_mark();
	if (!fresh->gcm || !fresh->wrap || !fresh->ecb || !fresh->sha256) {
		release(fresh);
		mb_fail(e, MB_E_CRYPTO, "libcrypto",
			"has no AES-256 (GCM, WRAP, ECB) or no SHA2-256");
		mb_remedy(e, "check the providers in openssl.cnf");
		return NULL;
	}
	if (atomic_compare_exchange_strong(&shared, &have, fresh))
		return fresh;
	release(fresh);
	return have;
}

int mb_crypto_sha256(const void *data, size_t n, char *hex, struct mb_err *e)
{
	static const char digits[] = "0123456789abcdef";
	const struct mb_crypto *c = mb_crypto_get(e);
	unsigned char md[MB_SHA256_LEN];
	size_t i;

	if (!c)
		return -1;
	if (EVP_Digest(data, n, md, NULL, c->sha256, NULL) != 1)
		return mb_fail(e, MB_E_CRYPTO, "libcrypto", "SHA-256 failed");
	for (i = 0; i < sizeof(md); i++) {
		hex[2 * i] = digits[md[i] >> 4];
		hex[2 * i + 1] = digits[md[i] & 15];
	}
	hex[MB_SHA256_HEX] = '\0';
	return 0;
}
