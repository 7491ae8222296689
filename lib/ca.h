/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The certificates to trust, as one X509_STORE of OpenSSL's.
 *
 * The system's: a hashed directory (one look-up per connection) where there is
 * one, else the bundle.  mb_ca_prepare() parses the whole bundle instead, for a
 * process that will not be able to open anything later; it costs 15 ms, once.
 * SSL_CERT_FILE and SSL_CERT_DIR are not read: whoever sets a mail program's
 * environment must not choose whom it trusts.
 */
#ifndef MB_LIB_CA_H
#define MB_LIB_CA_H

#include <openssl/types.h>

#include "lib/err.h"
#include "lib/secret.h"

/* Parse the system's bundle now.  Idempotent. */
int mb_ca_prepare(struct mb_err *e);

/* The system's store, built at the first call; a reference of the caller's own
 * (X509_STORE_free).  0, or -1 with MB_E_TLS. */
int mb_ca_system(X509_STORE **store, struct mb_err *e);

/* A store of just these PEM certificates.  0, or -1 with MB_E_TLS (none in
 * there, or damaged); object names whose they are. */
int mb_ca_from_pem(const struct mb_secret *pem, const char *object,
		   X509_STORE **store, struct mb_err *e);

#endif
