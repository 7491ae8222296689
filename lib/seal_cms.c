/* SPDX-License-Identifier: BSD-2-Clause */
#include "config.h"

#include "lib/seal_cms.h"

#include <string.h>

#include <openssl/cms.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509.h>

#include "lib/crypto.h"

static int libcrypto_failed(struct mb_err *e, const char *doing)
{
	const char *why = ERR_reason_error_string(ERR_peek_last_error());

	return mb_fail(e, MB_E_CRYPTO, "sealing", "%s: %s", doing,
		       why ? why : "libcrypto failed");
}

/* What certificates are read from, and where they go to. */
struct certificates {
	const struct mb_secret *pem;
	const char *object;	/* what errors name */
	CMS_ContentInfo *cms;	/* NULL: they are only looked at */
	size_t n;
	struct mb_err *e;
};

static int refuse_certificate(const struct certificates *c, const char *why)
{
	struct mb_err *e = c->e;

	mb_fail(e, MB_E_CONFIG_VALUE, c->object, "recovery certificate %zu %s",
		c->n, why);
	return mb_remedy(e, "make one: openssl req -x509 -newkey ec -pkeyopt "
			 "ec_paramgen_curve:P-256 -days 7300 -keyout "
			 "recovery.key -out recovery.crt");
}

/* Key agreement needs an elliptic curve; one curve, so that one thing is
 * tested. */
static bool is_p256(X509 *cert)
{
	EVP_PKEY *key = X509_get0_pubkey(cert);
	char group[64];

	return key && EVP_PKEY_is_a(key, "EC") == 1 &&
	       EVP_PKEY_get_group_name(key, group, sizeof(group), NULL) == 1 &&
	       strcmp(group, "prime256v1") == 0;
}

/* Is there anything but blanks left? */
static bool more_text(BIO *pem)
{
	char *p;
	long n = BIO_get_mem_data(pem, &p);

	while (n > 0 && strchr(" \t\r\n", *p)) {
		p++;
		n--;
	}
	return n > 0;
}

static int add_certificate(const struct certificates *c, X509 *cert)
{
	CMS_RecipientInfo *ri;
	EVP_PKEY_CTX *ctx;

	if (!is_p256(cert))
		return refuse_certificate(c, "is not for EC P-256");
	if (c->n > MB_RECOVERY_MAX)
		return refuse_certificate(c, "is one too many");
	if (!c->cms)
		return 0;
	ri = CMS_add1_recipient_cert(c->cms, cert, CMS_KEY_PARAM);
	if (!ri)
		return libcrypto_failed(c->e, "adding a recovery certificate");
	/* The default would be SHA-1. */
	ctx = CMS_RecipientInfo_get0_pkey_ctx(ri);
	if (!ctx || EVP_PKEY_CTX_ctrl_str(ctx, "ecdh_kdf_md", "sha256") <= 0)
		return libcrypto_failed(c->e, "adding a recovery certificate");
	return 0;
}

static int add_certificates(struct certificates *c)
{
	BIO *pem = BIO_new_mem_buf(c->pem->data, (int)c->pem->len);
	X509 *cert = NULL;
	int ret = -1;

	if (!pem) {
		libcrypto_failed(c->e, "reading recovery certificates");
		goto out;
	}
	while (more_text(pem)) {
		c->n++;
		X509_free(cert);
		cert = PEM_read_bio_X509(pem, NULL, NULL, NULL);
		if (!cert) {
			refuse_certificate(c, "cannot be read (PEM)");
			goto out;
		}
		if (add_certificate(c, cert) < 0)
			goto out;
	}
	ret = 0;
out:
	X509_free(cert);
	BIO_free(pem);
	return ret;
}

int mb_seal_cms_check(const struct mb_secret *recovery_pem, const char *object,
		      size_t *count, struct mb_err *e)
{
	struct certificates c = { .pem = recovery_pem, .object = object,
				  .e = e };
	int ret = 0;

	/* PEM readers step over what they do not look for. */
	if (recovery_pem->len > 0 &&
	    memmem(recovery_pem->data, recovery_pem->len, "PRIVATE KEY", 11)) {
		mb_fail(e, MB_E_CONFIG_VALUE, object, "holds a private key");
		return mb_remedy(e, "keep the key elsewhere; give the "
				 "certificate alone");
	}
	(void)ERR_set_mark();
	if (recovery_pem->len > 0)
		ret = add_certificates(&c);
	(void)ERR_pop_to_mark();
	if (ret == 0 && count)
		*count = c.n;
	return ret;
}

/* CMS takes over key and id only when it succeeds. */
static int add_key(CMS_ContentInfo *cms, const struct mb_key *key,
		   struct mb_err *e)
{
	unsigned char *bytes = OPENSSL_memdup(key->bytes, MB_KEY_LEN);
	unsigned char *id = OPENSSL_memdup(key->id, MB_KEY_ID_LEN);

	if (bytes && id &&
	    CMS_add0_recipient_key(cms, NID_id_aes256_wrap, bytes, MB_KEY_LEN,
				   id, MB_KEY_ID_LEN, NULL, NULL, NULL))
		return 0;
	OPENSSL_clear_free(bytes, MB_KEY_LEN);
	OPENSSL_free(id);
	return libcrypto_failed(e, "adding the host key");
}

CMS_ContentInfo *mb_seal_cms_message(const struct mb_key *keys, size_t nkeys,
				     const struct mb_secret *recovery,
				     struct mb_err *e)
{
	struct certificates c = { .pem = recovery, .e = e,
				  .object = "credentials.conf" };
	const struct mb_crypto *lib = mb_crypto_get(e);
	CMS_ContentInfo *cms;
	size_t i;

	if (!lib)
		return NULL;
	cms = CMS_AuthEnvelopedData_create(lib->gcm);
	/* Without this the content is silently missing from the file. */
	if (!cms || CMS_set_detached(cms, 0) != 1) {
		libcrypto_failed(e, "starting");
		goto fail;
	}
	for (i = 0; i < nkeys; i++) {
		if (add_key(cms, &keys[i], e) < 0)
			goto fail;
	}
	c.cms = cms;
	if (recovery && recovery->len > 0 && add_certificates(&c) < 0)
		goto fail;
	return cms;
fail:
	CMS_ContentInfo_free(cms);
	return NULL;
}

static bool write_all(BIO *bio, const char *data, size_t n)
{
	return n == 0 || BIO_write(bio, data, (int)n) == (int)n;
}

/*
 * CMS_dataInit() wraps the content key for every recipient: from then on the
 * RecipientInfos are final, and their digest can head the plaintext.
 */
static int write_content(CMS_ContentInfo *cms, const struct mb_secret *plain,
			 struct mb_err *e)
{
	unsigned char *der = NULL;
	BIO *bio = CMS_dataInit(cms, NULL);
	char line[96];
	int n, ret = -1;

	if (!bio) {
		libcrypto_failed(e, "wrapping the content key");
		goto out;
	}
	n = i2d_CMS_ContentInfo(cms, &der);
	if (n <= 0) {
		libcrypto_failed(e, "encoding");
		goto out;
	}
	if (mb_seal_recipients_line(der, (size_t)n, line, e) < 0)
		goto out;
	if (!write_all(bio, line, strlen(line)) ||
	    !write_all(bio, plain->data, plain->len) ||
	    BIO_flush(bio) != 1 || CMS_dataFinal(cms, bio) != 1) {
		libcrypto_failed(e, "encrypting");
		goto out;
	}
	ret = 0;
out:
	OPENSSL_free(der);
	BIO_free_all(bio);
	return ret;
}

/* What cannot be opened again must never replace what can. */
static int check_result(const struct mb_key *keys, size_t nkeys,
			const struct mb_secret *plain,
			const struct mb_secret *der, struct mb_err *e)
{
	struct mb_secret again = {0};
	size_t i;
	int ret = 0;

	for (i = 0; i < nkeys && ret == 0; i++) {
		if (mb_unseal(&keys[i], der->data, der->len, false, "sealing",
			      &again, e) != MB_UNSEAL_OK)
			ret = -1;
		else if (!mb_secret_equal(&again, plain))
			ret = mb_fail(e, MB_E_INTERNAL, "sealing",
				      "the result reads differently");
		mb_secret_clear(&again);
	}
	return ret;
}

static int write_message(const struct mb_key *keys, size_t nkeys,
			 const struct mb_secret *recovery,
			 const struct mb_secret *plain,
			 struct mb_secret *out, struct mb_err *e)
{
	CMS_ContentInfo *cms = mb_seal_cms_message(keys, nkeys, recovery, e);
	unsigned char *der = NULL;
	int n, ret = -1;

	if (!cms || write_content(cms, plain, e) < 0)
		goto out;
	n = i2d_CMS_ContentInfo(cms, &der);
	if (n <= 0) {
		libcrypto_failed(e, "encoding");
		goto out;
	}
	if (mb_secret_set(out, der, (size_t)n) < 0) {
		mb_fail(e, MB_E_NOMEM, "sealing", "out of memory");
		goto out;
	}
	ret = 0;
out:
	OPENSSL_free(der);
	CMS_ContentInfo_free(cms);
	return ret;
}

int mb_seal_cms(const struct mb_key *keys, size_t nkeys,
		const struct mb_secret *recovery_pem,
		const struct mb_secret *plain, struct mb_secret *out,
		struct mb_err *e)
{
	struct mb_secret der = {0};
	int ret = -1;

	if (nkeys < 1 || nkeys > MB_SEAL_KEYS_MAX)
		return mb_fail(e, MB_E_INTERNAL, "sealing",
			       "one key, or two different ones");
	if (plain->len > MB_SEAL_MAX) {
		mb_fail(e, MB_E_TOO_LARGE, "sealing",
			"%zu bytes, at most %d can be sealed", plain->len,
			(int)MB_SEAL_MAX);
		return mb_remedy(e, "make it smaller");
	}
	(void)ERR_set_mark();
	if (write_message(keys, nkeys, recovery_pem, plain, &der, e) < 0 ||
	    check_result(keys, nkeys, plain, &der, e) < 0)
		goto out;
	mb_secret_move(out, &der);
	ret = 0;
out:
	(void)ERR_pop_to_mark();
	mb_secret_clear(&der);
	return ret;
}
