/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Sealing for certificates alone, through OpenSSL's CMS API, of any size:
 * AuthEnvelopedData with AES-256-GCM, which `openssl cms -decrypt` opens.  Who
 * sealed it is not known: everybody may have the certificate.  Tool only.
 */
#ifndef MB_LIB_SEAL_CERT_H
#define MB_LIB_SEAL_CERT_H

#include <stddef.h>

#include "lib/err.h"
#include "lib/secret.h"

struct mb_seal_cert;

/* object names the certificates in errors.  0 and *s, or -1. */
int mb_seal_cert_start(struct mb_seal_cert **s, const struct mb_secret *pem,
		       const char *object, struct mb_err *e);
int mb_seal_cert_write(struct mb_seal_cert *s, const void *data, size_t n,
		       struct mb_err *e);
/* The whole of it into fd; name is for errors. */
int mb_seal_cert_finish(struct mb_seal_cert *s, int fd, const char *name,
			struct mb_err *e);
void mb_seal_cert_free(struct mb_seal_cert **s);

/* What was opened; {0} is empty. */
struct mb_opened {
	void *bio;
	const char *data;
	size_t len;
};

/* Whose private key; passphrase is asked for one only if the key has one. */
struct mb_seal_cert_key {
	struct mb_secret pem;
	const char *name;
	int (*passphrase)(void *arg, struct mb_secret *out, struct mb_err *e);
	void *arg;
};

/*
 * Read fd to its end and open it with a private key.  0, or -1: MB_E_SEALED_BAD, MB_E_KEY_BAD
 * (not for this key, or no key).
 */
int mb_seal_cert_open(struct mb_opened *o, int fd, const char *name,
		      const struct mb_seal_cert_key *owner, struct mb_err *e);
void mb_opened_clear(struct mb_opened *o);

#endif
