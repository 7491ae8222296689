/* SPDX-License-Identifier: BSD-2-Clause */
#include "config.h"

#include "lib/keypair.h"

#include <openssl/bio.h>
#include <openssl/ec.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/x509.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

enum { RSA_BITS_MIN = 2048 };

/* Asked for a passphrase: there is none, and nobody to ask. */
static int no_passphrase(char *buf, int size, int writing, void *arg)
{
	(void)buf;
	(void)size;
	(void)writing;
	(void)arg;
	return -1;
}

static EVP_PKEY *read_key(const struct mb_secret *pem)
{
	BIO *bio = BIO_new_mem_buf(pem->data, (int)pem->len);
	EVP_PKEY *key = NULL;

	if (!bio)
		return NULL;
	(void)ERR_set_mark();
	key = PEM_read_bio_PrivateKey(bio, NULL, no_passphrase, NULL);
	(void)ERR_pop_to_mark();
	BIO_free(bio);
	return key;
}

static X509 *read_certificate(const struct mb_secret *pem)
{
	BIO *bio = BIO_new_mem_buf(pem->data, (int)pem->len);
	X509 *x = NULL;

	if (!bio)
		return NULL;
	(void)ERR_set_mark();
	x = PEM_read_bio_X509(bio, NULL, no_passphrase, NULL);
	(void)ERR_pop_to_mark();
	BIO_free(bio);
	return x;
}

EVP_PKEY *mb_keypair_key(const struct mb_credential *c)
{
	return c->private_key.len ? read_key(&c->private_key) : NULL;
}

static bool is_p256(const EVP_PKEY *key)
{
	char group[64] = "";

	if (EVP_PKEY_get_group_name(key, group, sizeof(group), NULL) != 1)
		return false;
	return strcmp(group, "prime256v1") == 0 || strcmp(group, "P-256") == 0;
}

enum mb_key_alg mb_keypair_algorithm(const struct mb_credential *c,
				     const EVP_PKEY *key)
{
	if (c->algorithm != MB_ALG_AUTO)
		return c->algorithm;
	return EVP_PKEY_is_a(key, "EC") ? MB_ALG_ES256 : MB_ALG_RS256;
}

static const char *key_trouble(const struct mb_credential *c,
			       const EVP_PKEY *key, const char **member)
{
	bool ec = EVP_PKEY_is_a(key, "EC"), rsa = EVP_PKEY_is_a(key, "RSA");

	if (!rsa && !ec)
		return "is neither an RSA nor an EC key";
	if (rsa && EVP_PKEY_get_bits(key) < RSA_BITS_MIN)
		return "is an RSA key of less than 2048 bits";
	if (ec && !is_p256(key))
		return "is an EC key, but not of the curve P-256";
	*member = "algorithm";
	if (ec && mb_keypair_algorithm(c, key) != MB_ALG_ES256)
		return "is for RSA keys, and private_key is an EC key";
	if (rsa && mb_keypair_algorithm(c, key) == MB_ALG_ES256)
		return "is for EC keys, and private_key is an RSA key";
	return NULL;
}

static const char *pair_trouble(const struct mb_credential *c,
				const EVP_PKEY *key)
{
	X509 *x = read_certificate(&c->certificate);
	int fits;

	if (!x)
		return "is not a certificate in PEM form";
	(void)ERR_set_mark();
	fits = X509_check_private_key(x, key);
	(void)ERR_pop_to_mark();
	X509_free(x);
	return fits == 1 ? NULL : "belongs to another key than private_key";
}

const char *mb_keypair_trouble(const struct mb_credential *c,
			       const char **member)
{
	static const char locked[] = "-----BEGIN ENCRYPTED PRIVATE KEY-----";
	const struct mb_secret *pem = &c->private_key;
	const char *what = NULL;
	EVP_PKEY *key;

	*member = "certificate";
	if (!pem->len)
		return c->certificate.len ? "is there, but no private_key" :
					    NULL;
	*member = "private_key";
	if (memmem(pem->data, pem->len, locked, sizeof(locked) - 1) ||
	    memmem(pem->data, pem->len, "ENCRYPTED\n", 10))
		return "has a passphrase, and nobody is there to type it; take "
		       "it off with: openssl pkey -in FILE -out NEWFILE";
	key = read_key(pem);
	if (!key)
		return "is not a private key in PEM form";
	what = key_trouble(c, key, member);
	if (!what && c->certificate.len) {
		*member = "certificate";
		what = pair_trouble(c, key);
	}
	EVP_PKEY_free(key);
	return what;
}

int mb_keypair_thumbprint(const struct mb_credential *c, unsigned char md[32])
{
	X509 *x = read_certificate(&c->certificate);
	unsigned int n = 32;
	int r = x ? X509_digest(x, EVP_sha256(), md, &n) : 0;

	X509_free(x);
	return r == 1 && n == 32 ? 0 : -1;
}

static int to_unix(const ASN1_TIME *t, int64_t *out)
{
	struct tm tm;

	if (!t || ASN1_TIME_to_tm(t, &tm) != 1)
		return -1;
	*out = (int64_t)timegm(&tm);
	return 0;
}

int mb_keypair_validity(const struct mb_secret *certificate, int64_t *from,
			int64_t *until)
{
	X509 *x = certificate->len ? read_certificate(certificate) : NULL;
	int64_t a, b;
	int ret = -1;

	if (x && to_unix(X509_get0_notBefore(x), &a) == 0 &&
	    to_unix(X509_get0_notAfter(x), &b) == 0) {
		*from = a;
		*until = b;
		ret = 0;
	}
	X509_free(x);
	return ret;
}

static void day(int64_t t, char *buf, size_t size)
{
	time_t when = (time_t)t;
	struct tm tm;

	if (!gmtime_r(&when, &tm) || strftime(buf, size, "%Y-%m-%d", &tm) == 0)
		(void)snprintf(buf, size, "?");
}

int mb_keypair_check_time(const struct mb_credential *c, int64_t now,
			  struct mb_err *e)
{
	char object[MB_NAME_MAX + 32], when[16];
	int64_t from, until;

	if (!c->certificate.len ||
	    mb_keypair_validity(&c->certificate, &from, &until) < 0)
		return 0;
	(void)snprintf(object, sizeof(object), "client credential %s",
		       c->name);
	if (now > until) {
		day(until, when, sizeof(when));
		mb_fail(e, MB_E_SECRET_EXPIRED, object,
			"its certificate expired on %s", when);
		return mb_remedy(e, "make a new one, register it at the "
				 "provider, then: mailbearer set %s "
				 "--key-file KEY --certificate-file CERT",
				 c->name);
	}
	if (now < from) {
		day(from, when, sizeof(when));
		mb_fail(e, MB_E_SECRET_WRONG, object,
			"its certificate is not valid before %s", when);
		return mb_remedy(e, "is this host's clock right? (date -u)");
	}
	return 0;
}
