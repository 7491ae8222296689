/* SPDX-License-Identifier: BSD-2-Clause */
#include "config.h"

#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/x509.h>

#include "lib/seal_cms.h"
#include "tools/recovery.h"

int mb_recovery_seal(void *arg, const struct mb_key *keys, size_t n,
		     const struct mb_secret *text, struct mb_secret *out,
		     struct mb_err *e)
{
	const struct mb_secret *pem = arg;

	return mb_seal_cms(keys, n, pem, text, out, e);
}

int mb_recovery_check(const struct mb_secret *pem, const char *object,
		      struct mb_err *e)
{
	size_t n = 0;

	if (mb_seal_cms_check(pem, object, &n, e) < 0)
		return -1;
	if (n > 0)
		return 0;
	mb_fail(e, MB_E_CONFIG_VALUE, object,
		"a recovery certificate is expected: PEM, EC P-256");
	return mb_remedy(e, "run: openssl req -x509 -newkey ec -pkeyopt "
			 "ec_paramgen_curve:P-256 -keyout recovery.key -out "
			 "recovery.pem");
}

int mb_recovery_count(const struct mb_secret *pem, size_t *n,
		      struct mb_err *e)
{
	*n = 0;
	return mb_seal_cms_check(pem, "recovery", n, e);
}

/* Is cert, byte for byte, one of those in pem? */
static bool among(const struct mb_secret *pem, const X509 *cert)
{
	BIO *in = BIO_new_mem_buf(pem->data, (int)pem->len);
	bool found = false;
	X509 *other;

	while (in && !found &&
	       (other = PEM_read_bio_X509(in, NULL, NULL, NULL))) {
		found = X509_cmp(other, cert) == 0;
		X509_free(other);
	}
	BIO_free(in);
	return found;
}

/* Append the certificates of from that are (or are not) among those of which. */
static int append_if(struct mb_secret *out, const struct mb_secret *from,
		     const struct mb_secret *which, bool wanted,
		     struct mb_err *e)
{
	BIO *in = BIO_new_mem_buf(from->data, (int)from->len);
	BIO *text = NULL;
	X509 *cert;
	char *p;
	long n;
	int ret = in ? 0 : -1;

	while (ret == 0 && (cert = PEM_read_bio_X509(in, NULL, NULL, NULL))) {
		if (among(which, cert) == wanted) {
			text = BIO_new(BIO_s_mem());
			n = text && PEM_write_bio_X509(text, cert) ?
			    BIO_get_mem_data(text, &p) : 0;
			if (n <= 0 || mb_secret_append(out, p, (size_t)n) < 0)
				ret = -1;
			BIO_free(text);
		}
		X509_free(cert);
	}
	BIO_free(in);
	if (ret < 0)
		(void)mb_fail(e, MB_E_NOMEM, "recovery", "out of memory");
	return ret;
}

int mb_recovery_add(struct mb_secret *list, const struct mb_secret *pem,
		    const char *object, struct mb_err *e)
{
	struct mb_secret all = { 0 };
	size_t n;
	int ret = -1;

	if (mb_recovery_check(pem, object, e) < 0)
		return -1;
	(void)ERR_set_mark();
	if (mb_secret_append(&all, list->data, list->len) < 0)
		(void)mb_fail(e, MB_E_NOMEM, "recovery", "out of memory");
	else if (append_if(&all, pem, list, false, e) == 0)
		ret = mb_seal_cms_check(&all, object, &n, e);
	(void)ERR_pop_to_mark();
	if (ret == 0)
		mb_secret_move(list, &all);
	mb_secret_clear(&all);
	return ret;
}

int mb_recovery_remove(struct mb_secret *list, const struct mb_secret *pem,
		       const char *object, struct mb_err *e)
{
	struct mb_secret left = { 0 };
	int ret;

	if (mb_recovery_check(pem, object, e) < 0)
		return -1;
	(void)ERR_set_mark();
	ret = append_if(&left, list, pem, false, e);
	(void)ERR_pop_to_mark();
	if (ret == 0)
		mb_secret_move(list, &left);
	mb_secret_clear(&left);
	return ret;
}
