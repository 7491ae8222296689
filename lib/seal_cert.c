/* SPDX-License-Identifier: BSD-2-Clause */
#include "config.h"

#include "lib/seal_cert.h"

#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include <unistd.h>

#include <openssl/cms.h>
#include <openssl/err.h>
#include <openssl/objects.h>
#include <openssl/pem.h>

#include "lib/seal_cms.h"

enum { PART = 1 << 20 };	/* libcrypto counts in int */

struct mb_seal_cert {
	CMS_ContentInfo *cms;
	BIO *bio;
};

static int failed(struct mb_err *e, const char *object, const char *doing)
{
	const char *why = ERR_reason_error_string(ERR_peek_last_error());

	return mb_fail(e, MB_E_CRYPTO, object, "%s: %s", doing,
		       why ? why : "libcrypto failed");
}

int mb_seal_cert_start(struct mb_seal_cert **out, const struct mb_secret *pem,
		       const char *object, struct mb_err *e)
{
	struct mb_seal_cert *s = NULL;
	size_t n = 0;

	if (mb_seal_cms_check(pem, object, &n, e) < 0)
		return -1;
	if (n == 0) {
		mb_fail(e, MB_E_CONFIG_VALUE, object, "holds no certificate");
		return mb_remedy(e, "give a certificate: PEM, EC P-256");
	}
	s = calloc(1, sizeof(*s));
	if (!s)
		return mb_fail(e, MB_E_NOMEM, object, "out of memory");
	(void)ERR_set_mark();
	s->cms = mb_seal_cms_message(NULL, 0, pem, e);
	if (s->cms)
		s->bio = CMS_dataInit(s->cms, NULL);
	if (s->cms && !s->bio)
		failed(e, object, "wrapping the content key");
	(void)ERR_pop_to_mark();
	if (!s->bio) {
		mb_seal_cert_free(&s);
		return -1;
	}
	*out = s;
	return 0;
}

int mb_seal_cert_write(struct mb_seal_cert *s, const void *data, size_t n,
		       struct mb_err *e)
{
	const char *p = data;
	int part;

	for (; n > 0; p += part, n -= (size_t)part) {
		part = n < PART ? (int)n : PART;
		if (BIO_write(s->bio, p, part) != part)
			return mb_fail(e, MB_E_NOMEM, "sealing",
				       "out of memory");
	}
	return 0;
}

static int write_all(int fd, const unsigned char *p, size_t n)
{
	ssize_t done;

	for (; n > 0; p += done, n -= (size_t)done) {
		done = write(fd, p, n);
		if (done < 0 && errno == EINTR)
			done = 0;
		if (done < 0)
			return -1;
	}
	return 0;
}

int mb_seal_cert_finish(struct mb_seal_cert *s, int fd, const char *name,
			struct mb_err *e)
{
	unsigned char *der = NULL;
	int n, ret = -1;

	(void)ERR_set_mark();
	if (BIO_flush(s->bio) != 1 || CMS_dataFinal(s->cms, s->bio) != 1 ||
	    (n = i2d_CMS_ContentInfo(s->cms, &der)) <= 0)
		failed(e, name, "encrypting");
	else if (write_all(fd, der, (size_t)n) < 0)
		mb_fail_errno(e, errno, name, "write");
	else
		ret = 0;
	(void)ERR_pop_to_mark();
	OPENSSL_free(der);
	return ret;
}

void mb_seal_cert_free(struct mb_seal_cert **s)
{
	if (!*s)
		return;
	BIO_free_all((*s)->bio);
	CMS_ContentInfo_free((*s)->cms);
	free(*s);
	*s = NULL;
}

/* ---- opening ---- */

struct asking {
	const struct mb_seal_cert_key *owner;
	struct mb_err *e;
	bool failed;
};

static int give_passphrase(char *buf, int size, int writing, void *arg)
{
	struct asking *a = arg;
	struct mb_secret got = {0};
	int n = -1;

	(void)writing;
	if (a->owner->passphrase(a->owner->arg, &got, a->e) < 0) {
		a->failed = true;
	} else if (got.len <= (size_t)size) {
		n = (int)got.len;
		if (n > 0)
			memcpy(buf, got.data, got.len);
	}
	mb_secret_clear(&got);
	return n;
}

static EVP_PKEY *read_key(struct asking *a)
{
	const struct mb_secret *pem = &a->owner->pem;
	BIO *in = BIO_new_mem_buf(pem->data, (int)pem->len);
	EVP_PKEY *key = NULL;

	if (in)
		key = PEM_read_bio_PrivateKey(in, NULL, give_passphrase, a);
	BIO_free(in);
	if (!key && !a->failed) {
		mb_fail(a->e, MB_E_KEY_BAD, a->owner->name, "no private key (PEM), or "
			"a wrong passphrase");
		mb_remedy(a->e, "give the key that belongs to the "
			  "certificate");
	}
	return key;
}

static CMS_ContentInfo *read_message(int fd, const char *name,
				     struct mb_err *e)
{
	BIO *in = BIO_new_fd(fd, BIO_NOCLOSE);
	CMS_ContentInfo *cms = in ? d2i_CMS_bio(in, NULL) : NULL;
	int type = cms ? OBJ_obj2nid(CMS_get0_type(cms)) : NID_undef;

	BIO_free(in);
	/* Nothing that has no tag: a cut or changed one must show. */
	if (type == NID_id_smime_ct_authEnvelopedData)
		return cms;
	CMS_ContentInfo_free(cms);
	mb_fail(e, MB_E_SEALED_BAD, name, " is damaged, or not a sealed file");
	mb_remedy(e, "give a file that mailbearer export made");
	return NULL;
}

int mb_seal_cert_open(struct mb_opened *o, int fd, const char *name,
		      const struct mb_seal_cert_key *owner, struct mb_err *e)
{
	struct asking a = { owner, e, false };
	CMS_ContentInfo *cms = NULL;
	EVP_PKEY *key = NULL;
	BIO *out = NULL;
	char *p = NULL;
	long n;
	int ret = -1;

	(void)ERR_set_mark();
	cms = read_message(fd, name, e);
	if (cms)
		key = read_key(&a);
	if (!key)
		goto out;
	/* Its memory is wiped when it grows and when it is given back. */
	out = BIO_new(BIO_s_mem());
	if (!out) {
		mb_fail(e, MB_E_NOMEM, name, "out of memory");
		goto out;
	}
	if (CMS_decrypt_set1_pkey(cms, key, NULL) != 1) {
		mb_fail(e, MB_E_KEY_BAD, owner->name, "%s is not sealed for this "
			"key", name);
		mb_remedy(e, "give the key of the certificate that it was "
			  "sealed for");
		goto out;
	}
	if (CMS_decrypt(cms, NULL, NULL, NULL, out, 0) != 1) {
		mb_fail(e, MB_E_SEALED_BAD, name, " is damaged: its contents "
			"do not fit its tag");
		mb_remedy(e, "copy it again");
		goto out;
	}
	n = BIO_get_mem_data(out, &p);
	*o = (struct mb_opened){ out, p, n > 0 ? (size_t)n : 0 };
	out = NULL;
	ret = 0;
out:
	(void)ERR_pop_to_mark();
	BIO_free(out);
	EVP_PKEY_free(key);
	CMS_ContentInfo_free(cms);
	return ret;
}

void mb_opened_clear(struct mb_opened *o)
{
	BIO_free(o->bio);
	*o = (struct mb_opened){0};
}
