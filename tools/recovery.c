/* SPDX-License-Identifier: BSD-2-Clause */
#include "config.h"

#include <limits.h>
#include <openssl/cms.h>
#include <openssl/ec.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509.h>
#include <string.h>

#include "tools/recovery.h"

static int failed(struct mb_err *e, const char *doing)
{
	unsigned long code = ERR_peek_last_error();
	const char *why = ERR_reason_error_string(code);

	(void)mb_fail(e, MB_E_CRYPTO, "credentials.conf", "%s: %s", doing,
		      why ? why : "libcrypto failed");
	ERR_clear_error();
	return mb_remedy(e, "the old file stays; check the recovery "
			 "certificates");
}

/* Call fn for each certificate.  How many, or -1. */
static int each_certificate(const struct mb_secret *pem,
			    int (*fn)(void *arg, X509 *x), void *arg)
{
	BIO *in = BIO_new_mem_buf(pem->data, (int)pem->len);
	X509 *x;
	int n = 0;

	if (!in)
		return -1;
	while (n >= 0 && (x = PEM_read_bio_X509(in, NULL, NULL, NULL))) {
		n = fn(arg, x) < 0 ? -1 : n + 1;
		X509_free(x);
	}
	if (n >= 0)
		ERR_clear_error();
	BIO_free(in);
	return n;
}

static int add_recipient(void *arg, X509 *x)
{
	CMS_ContentInfo *cms = arg;

	return CMS_add1_recipient_cert(cms, x, CMS_USE_KEYID |
				       CMS_KEY_PARAM) ? 0 : -1;
}

/* The host key as a KEKRecipientInfo; libcrypto takes over both copies. */
static int add_host_key(CMS_ContentInfo *cms, const struct mb_key *key)
{
	unsigned char *bytes = OPENSSL_memdup(key->bytes, MB_KEY_LEN);
	unsigned char *id = OPENSSL_memdup(key->id, MB_KEY_ID_LEN);

	if (bytes && id &&
	    CMS_add0_recipient_key(cms, NID_undef, bytes, MB_KEY_LEN, id,
				   MB_KEY_ID_LEN, NULL, NULL, NULL))
		return 0;
	OPENSSL_clear_free(bytes, MB_KEY_LEN);
	OPENSSL_free(id);
	return -1;
}

static int to_der(CMS_ContentInfo *cms, unsigned char **der)
{
	*der = NULL;
	return i2d_CMS_ContentInfo(cms, der);
}

/* With CMS_dataInit() the RecipientInfos are final, so that their digest can
 * head the plaintext. */
static int write_content(CMS_ContentInfo *cms, const struct mb_secret *text,
			 struct mb_err *e)
{
	BIO *body = CMS_dataInit(cms, NULL);
	unsigned char *der = NULL;
	char line[96];
	int n, ret = -1;

	if (!body)
		return failed(e, "cannot seal");
	n = to_der(cms, &der);
	if (n <= 0) {
		(void)failed(e, "cannot encode");
		goto out;
	}
	if (mb_seal_recipients_line(der, (size_t)n, line, e) < 0)
		goto out;
	if (BIO_puts(body, line) <= 0 ||
	    BIO_write(body, text->data, (int)text->len) != (int)text->len ||
	    BIO_flush(body) <= 0 || !CMS_dataFinal(cms, body)) {
		(void)failed(e, "cannot seal");
		goto out;
	}
	ret = 0;
out:
	OPENSSL_free(der);
	BIO_free_all(body);
	return ret;
}

int mb_recovery_seal(void *arg, const struct mb_key *key,
		     const struct mb_secret *text, struct mb_secret *out,
		     struct mb_err *e)
{
	const struct mb_secret *pem = arg;
	CMS_ContentInfo *cms = NULL;
	unsigned char *der = NULL;
	int n = 0, ret = -1;

	if (text->len > INT_MAX / 2 || pem->len > INT_MAX / 2)
		return mb_fail(e, MB_E_TOO_LARGE, "credentials.conf",
			       "too large to be sealed");
	cms = CMS_AuthEnvelopedData_create(EVP_aes_256_gcm());
	/* Without this the content would silently be missing. */
	if (!cms || !CMS_set_detached(cms, 0) || add_host_key(cms, key) < 0 ||
	    each_certificate(pem, add_recipient, cms) <= 0) {
		(void)failed(e, "cannot add a recovery certificate");
		goto out;
	}
	if (write_content(cms, text, e) < 0)
		goto out;
	n = to_der(cms, &der);
	if (n <= 0) {
		(void)failed(e, "cannot encode");
		goto out;
	}
	if (mb_secret_set(out, der, (size_t)n) < 0) {
		(void)mb_fail(e, MB_E_NOMEM, "credentials.conf",
			      "out of memory");
		goto out;
	}
	ret = 0;
out:
	OPENSSL_free(der);
	CMS_ContentInfo_free(cms);
	return ret;
}

static int is_p256(void *arg, X509 *x)
{
	EVP_PKEY *key = X509_get0_pubkey(x);
	char group[64] = "";

	(void)arg;
	return key && EVP_PKEY_is_a(key, "EC") &&
	       EVP_PKEY_get_group_name(key, group, sizeof(group), NULL) &&
	       !strcmp(group, "prime256v1") ? 0 : -1;
}

int mb_recovery_check(const struct mb_secret *pem, const char *object,
		      struct mb_err *e)
{
	if (pem->len && memmem(pem->data, pem->len, "PRIVATE KEY", 11)) {
		(void)mb_fail(e, MB_E_CONFIG_VALUE, object,
			      "holds a private key");
		return mb_remedy(e, "keep the key elsewhere; give the "
				 "certificate alone");
	}
	if (each_certificate(pem, is_p256, NULL) > 0)
		return 0;
	(void)mb_fail(e, MB_E_CONFIG_VALUE, object,
		      "a recovery certificate is expected: PEM, EC P-256");
	return mb_remedy(e, "run: openssl req -x509 -newkey ec -pkeyopt "
			 "ec_paramgen_curve:P-256 -keyout recovery.key -out "
			 "recovery.pem");
}
