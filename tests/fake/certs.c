/* SPDX-License-Identifier: BSD-2-Clause */
#include "config.h"

#include "tests/fake/certs.h"

#include <openssl/ec.h>
#include <openssl/pem.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>
#include <stdio.h>
#include <string.h>

enum { DAY = 86400 };

static int add_extension(X509 *cert, int nid, const char *value)
{
	X509_EXTENSION *ext = X509V3_EXT_conf_nid(NULL, NULL, nid, value);
	int ok = ext && X509_add_ext(cert, ext, -1);

	X509_EXTENSION_free(ext);
	return ok;
}

/* issuer NULL: self-signed, a CA. */
static X509 *make(EVP_PKEY *key, const char *name, bool expired, X509 *issuer,
		  EVP_PKEY *issuer_key)
{
	static long serial = 1;
	const unsigned char *cn = (const unsigned char *)name;
	X509 *cert = X509_new();
	X509_NAME *subject = X509_get_subject_name(cert);
	char san[128];

	snprintf(san, sizeof(san), "DNS:%s", name);
	ASN1_INTEGER_set(X509_get_serialNumber(cert), serial++);
	X509_set_version(cert, 2);
	X509_gmtime_adj(X509_getm_notBefore(cert), -10 * DAY);
	X509_gmtime_adj(X509_getm_notAfter(cert), expired ? -DAY : 10 * DAY);
	X509_NAME_add_entry_by_txt(subject, "CN", MBSTRING_ASC, cn, -1, -1, 0);
	X509_set_issuer_name(cert, issuer ? X509_get_subject_name(issuer) :
					    subject);
	X509_set_pubkey(cert, key);
	add_extension(cert, NID_basic_constraints, issuer ? "CA:FALSE" :
							    "critical,CA:TRUE");
	if (issuer)
		add_extension(cert, NID_subject_alt_name, san);
	if (!X509_sign(cert, issuer ? issuer_key : key, EVP_sha256())) {
		X509_free(cert);
		cert = NULL;
	}
	return cert;
}

static int to_pem(X509 *cert, char *out, size_t size)
{
	BIO *bio = BIO_new(BIO_s_mem());
	int n = -1;

	if (PEM_write_bio_X509(bio, cert))
		n = BIO_read(bio, out, (int)size - 1);
	BIO_free(bio);
	if (n <= 0)
		return -1;
	out[n] = '\0';
	return 0;
}

static int to_files(const char *dir, EVP_PKEY *key, struct fake_cert *server)
{
	FILE *f;
	int ok;

	snprintf(server->cert, sizeof(server->cert), "%s/cert.pem", dir);
	snprintf(server->key, sizeof(server->key), "%s/key.pem", dir);
	f = fopen(server->cert, "we");
	if (!f)
		return -1;
	fputs(server->pem, f);
	fclose(f);
	f = fopen(server->key, "we");
	if (!f)
		return -1;
	ok = PEM_write_PrivateKey(f, key, NULL, NULL, 0, NULL, NULL);
	fclose(f);
	return ok ? 0 : -1;
}

int fake_certs_make(const char *dir, const char *name, bool expired,
		    struct fake_cert *server, char ca[4096])
{
	static unsigned int number;
	EVP_PKEY *ca_key = EVP_EC_gen("P-256");
	EVP_PKEY *key = EVP_EC_gen("P-256");
	X509 *root, *cert;
	char ca_name[32];
	int ret = -1;

	snprintf(ca_name, sizeof(ca_name), "Test CA %u", ++number);
	root = make(ca_key, ca_name, false, NULL, NULL);
	cert = make(key, name, expired, root, ca_key);
	if (root && cert && to_pem(root, ca, 4096) == 0 &&
	    to_pem(cert, server->pem, sizeof(server->pem)) == 0 &&
	    to_files(dir, key, server) == 0)
		ret = 0;
	X509_free(cert);
	X509_free(root);
	EVP_PKEY_free(key);
	EVP_PKEY_free(ca_key);
	return ret;
}
