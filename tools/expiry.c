/* SPDX-License-Identifier: BSD-2-Clause */
#include "config.h"

#include <stdio.h>
#include <string.h>
#include <time.h>

#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/x509.h>

#include "tools/expiry.h"
#include "tools/out.h"
#include "tools/store_pick.h"

enum { DAYS = 30, DAY = 86400 };

/* YYYY-MM-DD; it was checked when it was saved. */
static int64_t end_of_secret(const char *date)
{
	struct tm tm = { 0 };

	if (!strptime(date, "%Y-%m-%d", &tm))
		return 0;
	return (int64_t)timegm(&tm);
}

static int64_t end_of_certificate(const struct mb_secret *pem)
{
	X509 *cert = NULL;
	struct tm tm;
	int64_t at = 0;
	BIO *in;

	if (!pem->len)
		return 0;
	(void)ERR_set_mark();
	in = BIO_new_mem_buf(pem->data, (int)pem->len);
	if (in)
		cert = PEM_read_bio_X509(in, NULL, NULL, NULL);
	if (cert && ASN1_TIME_to_tm(X509_get0_notAfter(cert), &tm) == 1)
		at = (int64_t)timegm(&tm);
	X509_free(cert);
	BIO_free(in);
	(void)ERR_pop_to_mark();
	return at;
}

int64_t mb_expiry_at(const struct mb_credential *c)
{
	int64_t secret = end_of_secret(c->client_secret_expires);
	int64_t cert = end_of_certificate(&c->certificate);

	if (!secret || !cert)
		return secret ? secret : cert;
	return secret < cert ? secret : cert;
}

bool mb_expiry_soon(int64_t at, int64_t now)
{
	return at > 0 && at - now < (int64_t)DAYS * DAY;
}

void mb_expiry_note(const struct mb_tool *t, const struct mb_credential *c,
		    int64_t now)
{
	int64_t at = mb_expiry_at(c);
	bool secret = at == end_of_secret(c->client_secret_expires);
	char span[40];

	if (!mb_expiry_soon(at, now))
		return;
	mb_out_note("client credential %s: its %s %s %s; make a new one, then: "
		    "%s set %s %s", c->name,
		    secret ? "client secret" : "certificate",
		    at > now ? "expires" : "expired",
		    mb_out_span(at, now, span), mb_pick_command(t), c->name,
		    secret ? "--client-secret-file - --secret-expires DATE" :
		    "--key-file FILE --certificate-file FILE");
}
