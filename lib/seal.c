/* SPDX-License-Identifier: BSD-2-Clause */
#include "config.h"

#include "lib/seal.h"

#include <string.h>

#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/rand.h>

#include "lib/crypto.h"
#include "lib/der.h"
#include "lib/seal_profile.h"

int mb_key_identify(struct mb_key *key, struct mb_err *e)
{
	static const char label[] = "mailbearer key id";
	unsigned char text[sizeof(label) - 1 + MB_KEY_LEN];
	char hex[MB_SHA256_HEX + 1];
	int ret;

	memcpy(text, label, sizeof(label) - 1);
	memcpy(text + sizeof(label) - 1, key->bytes, MB_KEY_LEN);
	ret = mb_crypto_sha256(text, sizeof(text), hex, e);
	mb_wipe(text, sizeof(text));
	if (ret < 0)
		return -1;
	memcpy(key->id, hex, MB_KEY_ID_LEN);
	key->id[MB_KEY_ID_LEN] = '\0';
	mb_wipe(hex, sizeof(hex));
	return 0;
}

int mb_seal_prepare(struct mb_err *e)
{
	return mb_crypto_get(e) ? 0 : -1;
}

/* What one container is made of, until it is written. */
struct parts {
	unsigned char cek[MB_CEK_LEN];
	unsigned char nonce[MB_NONCE_LEN];
	struct mb_secret recipients;	/* the RecipientInfos, a whole SET */
	char line[MB_LINE_LEN + 1];
};

static int no_memory(struct mb_err *e)
{
	return mb_fail(e, MB_E_NOMEM, "sealing", "out of memory");
}

static int wrap_key(EVP_CIPHER_CTX *ctx, const struct mb_crypto *c,
		    const struct mb_key *key, const unsigned char *cek,
		    unsigned char *wrapped)
{
	int n = 0;

	if (EVP_CIPHER_CTX_reset(ctx) != 1)
		return -1;
	EVP_CIPHER_CTX_set_flags(ctx, EVP_CIPHER_CTX_FLAG_WRAP_ALLOW);
	if (EVP_EncryptInit_ex2(ctx, c->wrap, key->bytes, NULL, NULL) != 1 ||
	    EVP_EncryptUpdate(ctx, wrapped, &n, cek, MB_CEK_LEN) != 1)
		return -1;
	return n == MB_WRAPPED_LEN ? 0 : -1;
}

/* KEKRecipientInfo, RFC 5652 section 6.2.3. */
static int put_recipient(struct mb_secret *out, const struct mb_key *key,
			 const unsigned char *wrapped)
{
	size_t kekid = mb_der_size(MB_KEY_ID_LEN);
	size_t alg = mb_der_size(sizeof(mb_oid_wrap));
	size_t all = mb_der_size(1) + mb_der_size(kekid) + mb_der_size(alg) +
		     mb_der_size(MB_WRAPPED_LEN);

	if (mb_der_put_head(out, MB_DER_2, all) < 0 ||
	    mb_der_put(out, MB_DER_INTEGER, &mb_int_kek, 1) < 0 ||
	    mb_der_put_head(out, MB_DER_SEQUENCE, kekid) < 0 ||
	    mb_der_put(out, MB_DER_OCTETS, key->id, MB_KEY_ID_LEN) < 0 ||
	    mb_der_put_head(out, MB_DER_SEQUENCE, alg) < 0 ||
	    mb_der_put(out, MB_DER_OID, mb_oid_wrap,
		       sizeof(mb_oid_wrap)) < 0 ||
	    mb_der_put(out, MB_DER_OCTETS, wrapped, MB_WRAPPED_LEN) < 0)
		return -1;
	return 0;
}

/* X.690 section 11.6: the members of a SET OF in ascending order.  All are of
 * one length here, and the key's id comes first in what differs. */
static int put_recipients(EVP_CIPHER_CTX *ctx, const struct mb_crypto *c,
			  const struct mb_key *keys, size_t nkeys,
			  struct parts *p, struct mb_err *e)
{
	bool swap = nkeys == 2 && strcmp(keys[0].id, keys[1].id) > 0;
	unsigned char wrapped[MB_WRAPPED_LEN];
	struct mb_secret set = {0};
	size_t i;
	int ret = -1;

	for (i = 0; i < nkeys; i++) {
		const struct mb_key *key = &keys[swap ? 1 - i : i];

		if (wrap_key(ctx, c, key, p->cek, wrapped) < 0) {
			mb_fail(e, MB_E_CRYPTO, "sealing",
				"AES-256-WRAP failed");
			goto out;
		}
		if (put_recipient(&set, key, wrapped) < 0) {
			no_memory(e);
			goto out;
		}
	}
	ret = mb_der_put(&p->recipients, MB_DER_SET, set.data, set.len);
	if (ret < 0)
		no_memory(e);
out:
	mb_secret_clear(&set);
	return ret;
}

/* Everything in front of the ciphertext; n: bytes of it.  Reserves room for
 * the whole file, so that nothing after this can fail for want of memory. */
static int put_front(struct mb_secret *out, const struct parts *p, size_t n)
{
	size_t params = mb_der_size(MB_NONCE_LEN) + mb_der_size(1);
	size_t alg = mb_der_size(sizeof(mb_oid_gcm)) + mb_der_size(params);
	size_t content = mb_der_size(sizeof(mb_oid_data)) + mb_der_size(alg) +
			 mb_der_size(n);
	size_t enveloped = mb_der_size(1) + p->recipients.len +
			   mb_der_size(content) + mb_der_size(MB_TAG_LEN);
	size_t info = mb_der_size(sizeof(mb_oid_enveloped)) +
		      mb_der_size(mb_der_size(enveloped));

	if (mb_secret_reserve(out, mb_der_size(info)) < 0 ||
	    /* ContentInfo, RFC 5652 section 3 */
	    mb_der_put_head(out, MB_DER_SEQUENCE, info) < 0 ||
	    mb_der_put(out, MB_DER_OID, mb_oid_enveloped,
		       sizeof(mb_oid_enveloped)) < 0 ||
	    mb_der_put_head(out, MB_DER_0, mb_der_size(enveloped)) < 0 ||
	    /* AuthEnvelopedData, RFC 5083 section 2.1 */
	    mb_der_put_head(out, MB_DER_SEQUENCE, enveloped) < 0 ||
	    mb_der_put(out, MB_DER_INTEGER, &mb_int_enveloped, 1) < 0 ||
	    mb_secret_append(out, p->recipients.data,
			     p->recipients.len) < 0 ||
	    /* EncryptedContentInfo, RFC 5652 section 6.1 */
	    mb_der_put_head(out, MB_DER_SEQUENCE, content) < 0 ||
	    mb_der_put(out, MB_DER_OID, mb_oid_data,
		       sizeof(mb_oid_data)) < 0 ||
	    mb_der_put_head(out, MB_DER_SEQUENCE, alg) < 0 ||
	    mb_der_put(out, MB_DER_OID, mb_oid_gcm, sizeof(mb_oid_gcm)) < 0 ||
	    /* GCMParameters, RFC 5084 section 3.2 */
	    mb_der_put_head(out, MB_DER_SEQUENCE, params) < 0 ||
	    mb_der_put(out, MB_DER_OCTETS, p->nonce, MB_NONCE_LEN) < 0 ||
	    mb_der_put(out, MB_DER_INTEGER, &mb_int_icvlen, 1) < 0 ||
	    mb_der_put_head(out, MB_DER_PRIMITIVE_0, n) < 0)
		return -1;
	return 0;
}

/* Encrypt n bytes straight into the room that is reserved behind out. */
static int put_encrypted(EVP_CIPHER_CTX *ctx, struct mb_secret *out,
			 const void *text, size_t n)
{
	int len = 0;

	if (n == 0)
		return 0;
	if (EVP_EncryptUpdate(ctx, (unsigned char *)out->data + out->len, &len,
			      text, (int)n) != 1 || (size_t)len != n)
		return -1;
	out->len += n;
	return 0;
}

static int put_content(EVP_CIPHER_CTX *ctx, const struct mb_crypto *c,
		       const struct parts *p, const struct mb_secret *plain,
		       struct mb_secret *out)
{
	unsigned char tag[MB_TAG_LEN];
	unsigned char none[MB_TAG_LEN];
	int len = 0;

	if (EVP_CIPHER_CTX_reset(ctx) != 1 ||
	    EVP_EncryptInit_ex2(ctx, c->gcm, p->cek, p->nonce, NULL) != 1 ||
	    put_encrypted(ctx, out, p->line, MB_LINE_LEN) < 0 ||
	    put_encrypted(ctx, out, plain->data, plain->len) < 0 ||
	    EVP_EncryptFinal_ex(ctx, none, &len) != 1 || len != 0 ||
	    EVP_CIPHER_CTX_ctrl(ctx, EVP_CTRL_AEAD_GET_TAG, MB_TAG_LEN,
				tag) != 1)
		return -1;
	return mb_der_put(out, MB_DER_OCTETS, tag, MB_TAG_LEN);
}

static int check_arguments(const struct mb_key *keys, size_t nkeys,
			   const struct mb_secret *plain, struct mb_err *e)
{
	if (nkeys < 1 || nkeys > MB_SEAL_KEYS_MAX ||
	    (nkeys == 2 && strcmp(keys[0].id, keys[1].id) == 0))
		return mb_fail(e, MB_E_INTERNAL, "sealing",
			       "one key, or two different ones");
	if (plain->len > MB_SEAL_MAX) {
		mb_fail(e, MB_E_TOO_LARGE, "sealing",
			"%zu bytes, at most %d can be sealed", plain->len,
			(int)MB_SEAL_MAX);
		return mb_remedy(e, "make it smaller");
	}
	return 0;
}

static int write_container(EVP_CIPHER_CTX *ctx, const struct mb_crypto *c,
			   const struct mb_secret *plain, struct parts *p,
			   struct mb_secret *out, struct mb_err *e)
{
	char hex[MB_SHA256_HEX + 1];

	if (mb_crypto_sha256(p->recipients.data, p->recipients.len, hex, e) < 0)
		return -1;
	memcpy(p->line, MB_LINE_START, sizeof(MB_LINE_START) - 1);
	memcpy(p->line + sizeof(MB_LINE_START) - 1, hex, MB_SHA256_HEX);
	p->line[MB_LINE_LEN - 1] = '\n';
	if (put_front(out, p, MB_LINE_LEN + plain->len) < 0)
		return no_memory(e);
	if (put_content(ctx, c, p, plain, out) < 0)
		return mb_fail(e, MB_E_CRYPTO, "sealing",
			       "AES-256-GCM failed");
	return 0;
}

int mb_seal(const struct mb_key *keys, size_t nkeys,
	    const struct mb_secret *plain, struct mb_secret *out,
	    struct mb_err *e)
{
	const struct mb_crypto *c = mb_crypto_get(e);
	EVP_CIPHER_CTX *ctx = NULL;
	struct mb_secret der = {0};
	struct parts p = {0};
	int ret = -1;

	if (!c || check_arguments(keys, nkeys, plain, e) < 0)
		return -1;
	(void)ERR_set_mark();
	ctx = EVP_CIPHER_CTX_new();
	if (!ctx) {
		no_memory(e);
		goto out;
	}
	if (RAND_priv_bytes(p.cek, sizeof(p.cek)) != 1 ||
	    RAND_bytes(p.nonce, sizeof(p.nonce)) != 1) {
		mb_fail(e, MB_E_CRYPTO, "sealing", "no random bytes");
		goto out;
	}
	if (put_recipients(ctx, c, keys, nkeys, &p, e) < 0 ||
	    write_container(ctx, c, plain, &p, &der, e) < 0)
		goto out;
	mb_secret_move(out, &der);
	ret = 0;
out:
	EVP_CIPHER_CTX_free(ctx);
	(void)ERR_pop_to_mark();
	mb_secret_clear(&der);
	mb_secret_clear(&p.recipients);
	mb_wipe(&p, sizeof(p));
	return ret;
}
