/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The sealed container.  Input: after a first byte 'b', parts that a container
 * is built from and sealed with the right key, so that what lies behind the
 * cipher is reached as well; after any other, a container as it lies on disk
 * (lowest bit: a tail of zeros is allowed).
 *
 * What is opened must be what mb_seal() could have written, and what OpenSSL's
 * CMS reads from it.
 */
#include "config.h"

#include <stdlib.h>
#include <string.h>

#include <openssl/cms.h>
#include <openssl/err.h>
#include <openssl/evp.h>

#include "lib/crypto.h"
#include "lib/der.h"
#include "lib/seal.h"
#include "lib/seal_profile.h"
#include "tests/fuzz/fuzz.h"

enum { RECIPIENT = 80 + 2, PLAIN_MAX = 4096 };

static struct mb_key key;	/* bytes 0 1 2 ..., as in tests/data */

static void make_key(void)
{
	if (key.id[0])
		return;
	for (unsigned int i = 0; i < MB_KEY_LEN; i++)
		key.bytes[i] = (unsigned char)i;
	fuzz_check(mb_key_identify(&key, NULL) == 0);
}

/* Stock OpenSSL reads the same: this is what a rescue relies on.  Without
 * alone there are recipients that mb_unseal() steps over and OpenSSL reads. */
static void check_cms(const void *der, size_t n, bool alone,
		      const struct mb_secret *plain)
{
	unsigned char *id = (unsigned char *)fuzz_copy(key.id, MB_KEY_ID_LEN);
	BIO *in = BIO_new_mem_buf(der, (int)n), *out = BIO_new(BIO_s_mem());
	CMS_ContentInfo *cms = d2i_CMS_bio(in, NULL);
	char *text;
	long len;

	fuzz_check((cms || !alone) && id && out);
	if (!cms)
		goto out;
	fuzz_check(CMS_decrypt_set1_key(cms, key.bytes, MB_KEY_LEN, id,
					MB_KEY_ID_LEN) == 1);
	fuzz_check(CMS_decrypt(cms, NULL, NULL, NULL, out, CMS_BINARY) == 1);
	len = BIO_get_mem_data(out, &text);
	fuzz_check((size_t)len == MB_LINE_LEN + plain->len);
	fuzz_check(memcmp(text + MB_LINE_LEN, mb_secret_str(plain),
			  plain->len) == 0);
out:
	CMS_ContentInfo_free(cms);
	BIO_free(in);
	BIO_free(out);
	free(id);
	ERR_clear_error();
}

/* Only the random bytes differ when the same text is sealed again: the frame
 * in front of the recipients and what stands between the parts is fixed.  True
 * if ours is the only recipient. */
static bool check_profile(const char *der, size_t n,
			  const struct mb_secret *plain)
{
	struct mb_secret again = { 0 };
	const char *content, *other;
	bool alone;

	fuzz_check(mb_seal(&key, 1, plain, &again, NULL) == 0);
	fuzz_check(mb_sealed_length(again.data, again.len) == again.len);
	fuzz_check(n >= again.len);
	content = memmem(again.data, again.len, mb_oid_data,
			 sizeof(mb_oid_data));
	other = memmem(der, n, mb_oid_data, sizeof(mb_oid_data));
	fuzz_check(content && other);
	alone = n == again.len;
	if (alone) {
		fuzz_check(memcmp(der, again.data, (size_t)
				  (content - again.data) - 50) == 0);
		fuzz_check(memcmp(content, other, sizeof(mb_oid_data) + 17)
			   == 0);
	}
	mb_secret_clear(&again);
	return alone;
}

static enum mb_unseal open_it(const char *der, size_t n, bool tail_ok)
{
	struct mb_secret plain = { 0 };
	struct mb_err e = { 0 };
	enum mb_unseal ret;
	size_t len = mb_sealed_length(der, n);
	char line[96];

	fuzz_check(len <= n);
	if (mb_seal_recipients_line(der, n, line, NULL) == 0)
		fuzz_check(strlen(line) == MB_LINE_LEN);
	fuzz_check(mb_secret_set(&plain, "old", 3) == 0);
	ret = mb_unseal(&key, der, n, tail_ok, "f", &plain, &e);
	if (ret == MB_UNSEAL_OK) {
		fuzz_check(e.id == MB_E_NONE);
		fuzz_check(len == n || tail_ok);
		fuzz_check(ERR_peek_error() == 0);
		check_cms(der, len, check_profile(der, len, &plain), &plain);
	} else {
		fuzz_check(ret != MB_UNSEAL_FAILED);
		fuzz_check_err(&e);
		fuzz_check(plain.len == 3 && memcmp(plain.data, "old", 3) == 0);
	}
	fuzz_check(ERR_peek_error() == 0);
	mb_secret_clear(&plain);
	return ret;
}

static void put(struct mb_secret *out, const void *data, size_t n)
{
	fuzz_check(mb_secret_append(out, data, n) == 0);
}

/* Replace the contents of out by an element around it. */
static void wrap(struct mb_secret *out, unsigned char tag)
{
	struct mb_secret inner = { 0 };

	mb_secret_move(&inner, out);
	fuzz_check(mb_der_put(out, tag, inner.data, inner.len) == 0);
	mb_secret_clear(&inner);
}

static const unsigned char cek[MB_CEK_LEN] = "a content key that is no secret";
static const unsigned char nonce[MB_NONCE_LEN] = "fixed nonce";

static void put_recipient(struct mb_secret *out)
{
	const struct mb_crypto *c = mb_crypto_get(NULL);
	EVP_CIPHER_CTX *ctx = EVP_CIPHER_CTX_new();
	struct mb_secret r = { 0 }, part = { 0 };
	unsigned char wrapped[MB_WRAPPED_LEN];
	int n = 0;

	fuzz_check(c && ctx);
	EVP_CIPHER_CTX_set_flags(ctx, EVP_CIPHER_CTX_FLAG_WRAP_ALLOW);
	fuzz_check(EVP_EncryptInit_ex2(ctx, c->wrap, key.bytes, NULL, NULL) &&
		   EVP_EncryptUpdate(ctx, wrapped, &n, cek, MB_CEK_LEN) &&
		   n == MB_WRAPPED_LEN);
	EVP_CIPHER_CTX_free(ctx);
	fuzz_check(mb_der_put(&r, MB_DER_INTEGER, &mb_int_kek, 1) == 0);
	fuzz_check(mb_der_put(&part, MB_DER_OCTETS, key.id,
			      MB_KEY_ID_LEN) == 0);
	wrap(&part, MB_DER_SEQUENCE);
	put(&r, part.data, part.len);
	mb_secret_clear(&part);
	fuzz_check(mb_der_put(&part, MB_DER_OID, mb_oid_wrap,
			      sizeof(mb_oid_wrap)) == 0);
	wrap(&part, MB_DER_SEQUENCE);
	put(&r, part.data, part.len);
	fuzz_check(mb_der_put(&r, MB_DER_OCTETS, wrapped, n) == 0);
	wrap(&r, MB_DER_2);
	put(out, r.data, r.len);
	mb_secret_clear(&r);
	mb_secret_clear(&part);
}

static void encrypt(const struct mb_secret *text, struct mb_secret *out,
		    unsigned char *tag)
{
	const struct mb_crypto *c = mb_crypto_get(NULL);
	EVP_CIPHER_CTX *ctx = EVP_CIPHER_CTX_new();
	unsigned char *sealed = (unsigned char *)fuzz_copy(text->data,
							   text->len);
	int n = 0;

	fuzz_check(c && ctx &&
		   EVP_EncryptInit_ex2(ctx, c->gcm, cek, nonce, NULL) &&
		   EVP_EncryptUpdate(ctx, sealed, &n, sealed,
				     (int)text->len) &&
		   EVP_EncryptFinal_ex(ctx, sealed + n, &n) &&
		   EVP_CIPHER_CTX_ctrl(ctx, EVP_CTRL_AEAD_GET_TAG, MB_TAG_LEN,
				       tag));
	put(out, sealed, text->len);
	EVP_CIPHER_CTX_free(ctx);
	free(sealed);
}

static void put_content(const struct mb_secret *text, struct mb_secret *out)
{
	struct mb_secret eci = { 0 }, params = { 0 }, sealed = { 0 };
	unsigned char tag[MB_TAG_LEN];

	encrypt(text, &sealed, tag);
	fuzz_check(mb_der_put(&params, MB_DER_OCTETS, nonce,
			      MB_NONCE_LEN) == 0 &&
		   mb_der_put(&params, MB_DER_INTEGER, &mb_int_icvlen,
			      1) == 0);
	wrap(&params, MB_DER_SEQUENCE);
	fuzz_check(mb_der_put(&eci, MB_DER_OID, mb_oid_gcm,
			      sizeof(mb_oid_gcm)) == 0);
	put(&eci, params.data, params.len);
	wrap(&eci, MB_DER_SEQUENCE);
	mb_secret_clear(&params);
	fuzz_check(mb_der_put(&params, MB_DER_OID, mb_oid_data,
			      sizeof(mb_oid_data)) == 0);
	put(&params, eci.data, eci.len);
	fuzz_check(mb_der_put(&params, MB_DER_PRIMITIVE_0, sealed.data,
			      sealed.len) == 0);
	wrap(&params, MB_DER_SEQUENCE);
	put(out, params.data, params.len);
	fuzz_check(mb_der_put(out, MB_DER_OCTETS, tag, MB_TAG_LEN) == 0);
	mb_secret_clear(&eci);
	mb_secret_clear(&params);
	mb_secret_clear(&sealed);
}

enum deviation { NONE, NO_LINE, OTHER_DIGEST, UNCOVERED, BEHIND_TAG,
		 BEHIND_ENVELOPE, BEHIND_ALL, DEVIATIONS };

/* An element that nobody asked for: attributes, say. */
static void put_more(struct mb_secret *out)
{
	fuzz_check(mb_der_put(out, MB_DER_OCTETS, "more", 4) == 0);
}

static void put_set(struct mb_secret *set, const struct fuzz_in *in, size_t n,
		    enum deviation how, char *hex)
{
	struct mb_secret first = { 0 };

	put_recipient(&first);
	put(set, first.data, first.len);
	put(set, in->p, n);
	wrap(set, MB_DER_SET);
	wrap(&first, MB_DER_SET);
	if (how == UNCOVERED)
		mb_secret_move(set, &first);
	fuzz_check(mb_crypto_sha256(set->data, set->len, hex, NULL) == 0);
	if (how == OTHER_DIGEST)
		hex[0] = hex[0] == '0' ? '1' : '0';
	mb_secret_clear(&first);
	if (how != UNCOVERED)
		return;
	mb_secret_clear(set);
	put_set(set, in, n, NONE, (char[MB_SHA256_HEX + 1]){ 0 });
}

static void put_envelope(struct mb_secret *env, const struct mb_secret *set,
			 const struct mb_secret *text, enum deviation how)
{
	struct mb_secret info = { 0 };

	fuzz_check(mb_der_put(env, MB_DER_INTEGER, &mb_int_enveloped,
			      1) == 0);
	put(env, set->data, set->len);
	put_content(text, env);
	if (how == BEHIND_TAG)
		put_more(env);
	wrap(env, MB_DER_SEQUENCE);
	if (how == BEHIND_ENVELOPE)
		put_more(env);
	wrap(env, MB_DER_0);
	fuzz_check(mb_der_put(&info, MB_DER_OID, mb_oid_enveloped,
			      sizeof(mb_oid_enveloped)) == 0);
	put(&info, env->data, env->len);
	if (how == BEHIND_ALL)
		put_more(&info);
	wrap(&info, MB_DER_SEQUENCE);
	mb_secret_move(env, &info);
}

/*
 * Two bytes: how many bytes of the input are recipients beside ours, and what
 * is wrong with the container; then those bytes, then the text.
 */
static void build_and_open(struct fuzz_in *in)
{
	size_t n = fuzz_byte(in);
	enum deviation how = fuzz_byte(in) % DEVIATIONS;
	struct mb_secret env = { 0 }, text = { 0 }, set = { 0 };
	char hex[MB_SHA256_HEX + 1];
	enum mb_unseal ret;

	n = n < in->n ? n : in->n;
	put_set(&set, in, n, how, hex);
	if (how != NO_LINE) {
		put(&text, MB_LINE_START, sizeof(MB_LINE_START) - 1);
		put(&text, hex, MB_SHA256_HEX);
		put(&text, "\n", 1);
	}
	put(&text, in->p + n, in->n - n);
	put_envelope(&env, &set, &text, how);
	ret = open_it(env.data, env.len, false);
	if (how == NONE && n == 0)
		fuzz_check(ret == MB_UNSEAL_OK);
	if (how > NO_LINE && (how != UNCOVERED || n > 0))
		fuzz_check(ret == MB_UNSEAL_BAD);
	mb_secret_clear(&env);
	mb_secret_clear(&text);
	mb_secret_clear(&set);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct fuzz_in in = fuzz_of(data, size);
	unsigned int how = fuzz_byte(&in);
	char *der;

	make_key();
	if (how == 'b' && in.n <= PLAIN_MAX) {
		build_and_open(&in);
		return 0;
	}
	der = fuzz_copy(in.p, in.n);
	(void)open_it(der, in.n, how & 1);
	free(der);
	return 0;
}
