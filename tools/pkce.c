/* SPDX-License-Identifier: BSD-2-Clause */
#include "config.h"

#include <openssl/rand.h>

#include "tools/pkce.h"

enum { RANDOM_LEN = 32 };

void mb_pkce_base64url(const unsigned char *in, size_t n, char *out)
{
	static const char alphabet[] =
		"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
	unsigned long bits = 0;
	int have = 0;

	for (size_t i = 0; i < n; i++) {
		bits = (bits << 8 | in[i]) & 0xffff;
		for (have += 8; have >= 6; have -= 6)
			*out++ = alphabet[bits >> (have - 6) & 63];
	}
	if (have > 0)
		*out++ = alphabet[bits << (6 - have) & 63];
	*out = '\0';
}

int mb_pkce_random(struct mb_secret *out, struct mb_err *e)
{
	unsigned char raw[RANDOM_LEN];
	char text[MB_PKCE_LEN + 1];
	int ret = -1;

	if (RAND_priv_bytes(raw, sizeof(raw)) != 1) {
		mb_fail(e, MB_E_CRYPTO, "random numbers",
			"libcrypto has none to give");
		goto out;
	}
	mb_pkce_base64url(raw, sizeof(raw), text);
	if (mb_secret_set(out, text, MB_PKCE_LEN) < 0) {
		mb_fail(e, MB_E_NOMEM, "random numbers", "out of memory");
		goto out;
	}
	ret = 0;
out:
	mb_wipe(raw, sizeof(raw));
	mb_wipe(text, sizeof(text));
	return ret;
}
