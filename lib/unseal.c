/* SPDX-License-Identifier: BSD-2-Clause */
/* The strict reader of the sealed container: one profile, byte for byte, and
 * nothing that OpenSSL's CMS parser accepts besides. */
#include "config.h"

#include <string.h>

#include <openssl/crypto.h>
#include <openssl/err.h>
#include <openssl/evp.h>

#include "lib/crypto.h"
#include "lib/der.h"
#include "lib/seal.h"
#include "lib/seal_profile.h"

struct container {
	struct mb_der recipients;	/* the whole SET, tag included */
	struct mb_der wrapped;		/* for our key; empty: none */
	const unsigned char *other;	/* id of the first recipient key */
	struct mb_der nonce;
	struct mb_der ciphertext;
	struct mb_der tag;
};

static bool at_end(const struct mb_der *d)
{
	return d->p == d->end;
}

/* The contents of a fixed number of octets. */
static bool get_octets(struct mb_der *d, size_t n, struct mb_der *out)
{
	return mb_der_get(d, MB_DER_OCTETS, out) && mb_der_left(out) == n;
}

static bool is_hex(const unsigned char *p, size_t n)
{
	for (; n > 0; n--, p++) {
		if (!((*p >= '0' && *p <= '9') || (*p >= 'a' && *p <= 'f')))
			return false;
	}
	return true;
}

/* KEKRecipientInfo, RFC 5652 section 6.2.3. */
static bool read_kek(struct mb_der r, const char *id, struct container *c)
{
	struct mb_der kekid, name, alg, wrapped;

	if (!mb_der_is(&r, MB_DER_INTEGER, &mb_int_kek, 1) ||
	    !mb_der_get(&r, MB_DER_SEQUENCE, &kekid) ||
	    !get_octets(&kekid, MB_KEY_ID_LEN, &name) || !at_end(&kekid) ||
	    !is_hex(name.p, MB_KEY_ID_LEN) ||
	    !mb_der_get(&r, MB_DER_SEQUENCE, &alg) ||
	    !mb_der_is(&alg, MB_DER_OID, mb_oid_wrap, sizeof(mb_oid_wrap)) ||
	    !at_end(&alg) || !get_octets(&r, MB_WRAPPED_LEN, &wrapped) ||
	    !at_end(&r))
		return false;
	if (!c->other)
		c->other = name.p;
	if (!c->wrapped.p && memcmp(name.p, id, MB_KEY_ID_LEN) == 0)
		c->wrapped = wrapped;
	return true;
}

/* Recovery recipients (KeyTransRecipientInfo, KeyAgreeRecipientInfo) are
 * stepped over: the digest in the first line covers their bytes. */
static bool read_recipients(struct mb_der set, const char *id,
			    struct container *c)
{
	struct mb_der r;

	while (!at_end(&set)) {
		if (mb_der_get(&set, MB_DER_2, &r)) {
			if (!read_kek(r, id, c))
				return false;
		} else if (!mb_der_get(&set, MB_DER_SEQUENCE, &r) &&
			   !mb_der_get(&set, MB_DER_1, &r)) {
			return false;
		}
	}
	return true;
}

/* EncryptedContentInfo (RFC 5652 section 6.1) with GCMParameters (RFC 5084
 * section 3.2). */
static bool read_content(struct mb_der eci, struct container *c)
{
	struct mb_der alg, params;

	return mb_der_is(&eci, MB_DER_OID, mb_oid_data, sizeof(mb_oid_data)) &&
	       mb_der_get(&eci, MB_DER_SEQUENCE, &alg) &&
	       mb_der_is(&alg, MB_DER_OID, mb_oid_gcm, sizeof(mb_oid_gcm)) &&
	       mb_der_get(&alg, MB_DER_SEQUENCE, &params) && at_end(&alg) &&
	       get_octets(&params, MB_NONCE_LEN, &c->nonce) &&
	       mb_der_is(&params, MB_DER_INTEGER, &mb_int_icvlen, 1) &&
	       at_end(&params) &&
	       mb_der_get(&eci, MB_DER_PRIMITIVE_0, &c->ciphertext) &&
	       at_end(&eci);
}

/* ContentInfo and AuthEnvelopedData down to the RecipientInfos.  env is what
 * follows them. */
static bool read_front(struct mb_der d, struct mb_der *env,
		       struct mb_der *whole, struct mb_der *set)
{
	struct mb_der info, outer;

	if (!mb_der_get(&d, MB_DER_SEQUENCE, &info) || !at_end(&d) ||
	    !mb_der_is(&info, MB_DER_OID, mb_oid_enveloped,
		       sizeof(mb_oid_enveloped)) ||
	    !mb_der_get(&info, MB_DER_0, &outer) || !at_end(&info) ||
	    !mb_der_get(&outer, MB_DER_SEQUENCE, env) || !at_end(&outer) ||
	    !mb_der_is(env, MB_DER_INTEGER, &mb_int_enveloped, 1))
		return false;
	whole->p = env->p;
	if (!mb_der_get(env, MB_DER_SET, set))
		return false;
	whole->end = env->p;
	return true;
}

static bool read_container(struct mb_der d, const char *id,
			   struct container *c)
{
	struct mb_der env, set, eci;

	return read_front(d, &env, &c->recipients, &set) &&
	       read_recipients(set, id, c) &&
	       mb_der_get(&env, MB_DER_SEQUENCE, &eci) &&
	       read_content(eci, c) &&
	       get_octets(&env, MB_TAG_LEN, &c->tag) && at_end(&env) &&
	       mb_der_left(&c->ciphertext) >= MB_LINE_LEN &&
	       mb_der_left(&c->ciphertext) <= MB_LINE_LEN + MB_SEAL_MAX;
}

/*
 * RFC 3394 section 2.2.2, on single blocks: OpenSSL's own AES-256-WRAP does
 * not use the processor's AES instructions and costs more than all the rest of
 * opening a record (doc/DESIGN.md).  b is A and one R, next to each other.
 */
static enum mb_unseal unwrap(EVP_CIPHER_CTX *ctx, const struct mb_crypto *lib,
			     const struct mb_key *key,
			     const struct container *c, unsigned char *cek)
{
	enum { HALF = 8, WORDS = MB_CEK_LEN / HALF, ROUNDS = 6 };
	static const unsigned char initial[HALF] = {
		0xa6, 0xa6, 0xa6, 0xa6, 0xa6, 0xa6, 0xa6, 0xa6,
	};
	unsigned char b[2 * HALF];
	enum mb_unseal ret = MB_UNSEAL_FAILED;
	unsigned int t;
	int n;

	if (EVP_DecryptInit_ex2(ctx, lib->ecb, key->bytes, NULL, NULL) != 1 ||
	    EVP_CIPHER_CTX_set_padding(ctx, 0) != 1)
		return MB_UNSEAL_FAILED;
	memcpy(b, c->wrapped.p, HALF);
	memcpy(cek, c->wrapped.p + HALF, MB_CEK_LEN);
	for (t = ROUNDS * WORDS; t > 0; t--) {
		unsigned char *r = cek + (t - 1) % WORDS * HALF;

		b[HALF - 1] ^= (unsigned char)t;
		memcpy(b + HALF, r, HALF);
		if (EVP_DecryptUpdate(ctx, b, &n, b, sizeof(b)) != 1 ||
		    n != sizeof(b))
			goto out;
		memcpy(r, b + HALF, HALF);
	}
	ret = CRYPTO_memcmp(b, initial, HALF) == 0 ? MB_UNSEAL_OK :
						     MB_UNSEAL_BAD;
out:
	mb_wipe(b, sizeof(b));
	return ret;
}

/* out has room for it. */
static enum mb_unseal decrypt(EVP_CIPHER_CTX *ctx, const struct mb_crypto *lib,
			      const unsigned char *cek,
			      const struct container *c, struct mb_secret *out)
{
	size_t n = mb_der_left(&c->ciphertext);
	unsigned char tag[MB_TAG_LEN], none[MB_TAG_LEN];
	int len = 0;

	memcpy(tag, c->tag.p, sizeof(tag));
	if (EVP_CIPHER_CTX_reset(ctx) != 1 ||
	    EVP_DecryptInit_ex2(ctx, lib->gcm, cek, c->nonce.p, NULL) != 1 ||
	    EVP_DecryptUpdate(ctx, (unsigned char *)out->data, &len,
			      c->ciphertext.p, (int)n) != 1 ||
	    (size_t)len != n ||
	    EVP_CIPHER_CTX_ctrl(ctx, EVP_CTRL_AEAD_SET_TAG, MB_TAG_LEN,
				tag) != 1)
		return MB_UNSEAL_FAILED;
	if (EVP_DecryptFinal_ex(ctx, none, &len) != 1)
		return MB_UNSEAL_BAD;
	out->len = n;
	out->data[n] = '\0';
	return MB_UNSEAL_OK;
}

/* GCM does not cover the RecipientInfos: their digest is the first line. */
static enum mb_unseal take_line(const struct container *c,
				struct mb_secret *text, struct mb_err *e)
{
	char hex[MB_SHA256_HEX + 1];
	const size_t start = sizeof(MB_LINE_START) - 1;

	if (mb_crypto_sha256(c->recipients.p, mb_der_left(&c->recipients), hex,
			     e) < 0)
		return MB_UNSEAL_FAILED;
	if (memcmp(text->data, MB_LINE_START, start) != 0 ||
	    memcmp(text->data + start, hex, MB_SHA256_HEX) != 0 ||
	    text->data[MB_LINE_LEN - 1] != '\n')
		return MB_UNSEAL_BAD;
	memmove(text->data, text->data + MB_LINE_LEN, text->len - MB_LINE_LEN);
	mb_secret_truncate(text, text->len - MB_LINE_LEN);
	return MB_UNSEAL_OK;
}

static enum mb_unseal open_container(const struct mb_key *key,
				     const struct container *c,
				     struct mb_secret *plain, struct mb_err *e)
{
	const struct mb_crypto *lib = mb_crypto_get(e);
	enum mb_unseal ret = MB_UNSEAL_FAILED;
	struct mb_secret text = {0};
	unsigned char cek[MB_CEK_LEN] = {0};
	EVP_CIPHER_CTX *ctx;

	if (!lib)
		return MB_UNSEAL_FAILED;
	(void)ERR_set_mark();
	ctx = EVP_CIPHER_CTX_new();
	if (!ctx || mb_secret_reserve(&text,
				      mb_der_left(&c->ciphertext)) < 0) {
		mb_fail(e, MB_E_NOMEM, "sealed file", "out of memory");
		goto out;
	}
	ret = unwrap(ctx, lib, key, c, cek);
	if (ret == MB_UNSEAL_OK)
		ret = decrypt(ctx, lib, cek, c, &text);
	if (ret == MB_UNSEAL_FAILED)
		mb_fail(e, MB_E_CRYPTO, "libcrypto",
			"cannot decrypt (its configuration?)");
	if (ret == MB_UNSEAL_OK)
		ret = take_line(c, &text, e);
	if (ret == MB_UNSEAL_OK)
		mb_secret_move(plain, &text);
out:
	EVP_CIPHER_CTX_free(ctx);
	(void)ERR_pop_to_mark();
	mb_secret_clear(&text);
	mb_wipe(cek, sizeof(cek));
	return ret;
}

/* A container has the byte 06 within its first six: never text.  Less than
 * that may be the beginning of one. */
static bool is_text(const unsigned char *p, size_t n)
{
	size_t i;

	if (n == 0 || (n < 6 && p[0] == MB_DER_SEQUENCE))
		return false;
	for (i = 0; i < n && i < 64; i++) {
		if ((p[i] < 0x20 && !memchr("\t\n\r", p[i], 3)) || p[i] == 0x7f)
			return false;
	}
	return true;
}

static bool all_zero(const unsigned char *p, size_t n)
{
	while (n > 0 && *p == 0) {
		p++;
		n--;
	}
	return n == 0;
}

static enum mb_unseal explain(enum mb_unseal why, const struct mb_key *key,
			      const struct container *c, const char *object,
			      struct mb_err *e)
{
	const char *slash = strrchr(object, '/');

	switch (why) {
	case MB_UNSEAL_BAD:
		mb_fail(e, MB_E_SEALED_BAD, object,
			" is damaged, or not a sealed file");
		mb_remedy(e, "restore it from a backup");
		break;
	case MB_UNSEAL_NOT_SEALED:
		/* Its name is enough: the remedy takes any file. */
		mb_fail(e, MB_E_NOT_SEALED, slash ? slash + 1 : object,
			" is plain text, a sealed file is expected");
		mb_remedy(e, "run: mailbearer apply FILE, then delete it");
		break;
	case MB_UNSEAL_OTHER_KEY:
		mb_fail(e, MB_E_KEY_CHANGED, object,
			" is sealed for another key (%.16s, here is %s)",
			c->other ? (const char *)c->other : "none", key->id);
		mb_remedy(e, "if the key was changed: postfix reload, or "
			  "restart the program; else restore the key");
		break;
	case MB_UNSEAL_FAILED:
	case MB_UNSEAL_OK:
		break;
	}
	return why;
}

enum mb_unseal mb_unseal(const struct mb_key *key, const void *der, size_t n,
			 bool tail_ok, const char *object,
			 struct mb_secret *plain, struct mb_err *e)
{
	const unsigned char *p = der;
	size_t len = mb_sealed_length(der, n);
	struct container c = {0};
	enum mb_unseal ret = MB_UNSEAL_OK;

	if (is_text(p, n))
		ret = MB_UNSEAL_NOT_SEALED;
	else if (len == 0 || (len < n && !tail_ok) ||
		 !all_zero(p + len, n - len) ||
		 !read_container(mb_der_of(der, len), key->id, &c))
		ret = MB_UNSEAL_BAD;
	else if (!c.wrapped.p)
		ret = MB_UNSEAL_OTHER_KEY;
	else
		ret = open_container(key, &c, plain, e);
	return explain(ret, key, &c, object, e);
}

bool mb_sealed_for(const struct mb_key *key, const void *der, size_t n)
{
	size_t len = mb_sealed_length(der, n);
	struct container c = {0};

	return len > 0 &&
	       read_container(mb_der_of(der, len), key->id, &c) &&
	       c.wrapped.p != NULL;
}

size_t mb_sealed_length(const void *der, size_t n)
{
	struct mb_der d = mb_der_of(der, n), contents;

	if (!mb_der_get(&d, MB_DER_SEQUENCE, &contents))
		return 0;
	return n - mb_der_left(&d);
}

int mb_seal_recipients_line(const void *der, size_t n, char *line,
			    struct mb_err *e)
{
	struct mb_der env, whole, set;
	char hex[MB_SHA256_HEX + 1];

	if (!read_front(mb_der_of(der, n), &env, &whole, &set))
		return mb_fail(e, MB_E_INTERNAL, "sealing",
			       "the container has another form than expected");
	if (mb_crypto_sha256(whole.p, mb_der_left(&whole), hex, e) < 0)
		return -1;
	memcpy(line, MB_LINE_START, sizeof(MB_LINE_START) - 1);
	memcpy(line + sizeof(MB_LINE_START) - 1, hex, MB_SHA256_HEX);
	memcpy(line + MB_LINE_LEN - 1, "\n", 2);
	return 0;
}
