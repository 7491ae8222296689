/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The sealed container: CMS AuthEnvelopedData (RFC 5083, RFC 5084), DER,
 * AES-256-GCM, KEKRecipientInfo with id-aes256-wrap (RFC 5652, RFC 3394).
 * doc/FORMAT.md has it byte by byte.  Reader and writer are strict DER code
 * of our own over EVP: the reader runs as root inside Postfix.  Pure: bytes to
 * bytes.
 *
 * The first line of every plaintext is "# recipients sha256 HEX\n", HEX being
 * the digest of the RecipientInfos; mb_seal() puts it there, mb_unseal()
 * checks it and takes it off.
 */
#ifndef MB_LIB_SEAL_H
#define MB_LIB_SEAL_H

#include <stdbool.h>
#include <stddef.h>

#include "lib/err.h"
#include "lib/secret.h"

enum { MB_KEY_LEN = 32, MB_KEY_ID_LEN = 16, MB_SEAL_KEYS_MAX = 2,
       MB_SEAL_MAX = 4 * 1024 * 1024 };	/* bytes of plaintext */

/* A host key.  id: first 16 hex digits of SHA-256("mailbearer key id" || key),
 * which is also the KEKIdentifier's keyIdentifier (16 ASCII bytes). */
struct mb_key {
	unsigned char bytes[MB_KEY_LEN];
	char id[MB_KEY_ID_LEN + 1];
};

/* Fill in key->id from key->bytes.  0, or -1 with MB_E_CRYPTO. */
int mb_key_identify(struct mb_key *key, struct mb_err *e);

/* Fetch the ciphers now rather than at the first use: a process that will
 * jail itself must (no provider can be loaded later).  Idempotent. */
int mb_seal_prepare(struct mb_err *e);

/* Seal plain for one or two keys (two only during rekey) with a new content
 * key.  More than MB_SEAL_MAX bytes: MB_E_TOO_LARGE.  out is replaced on
 * success only.  0 or -1. */
int mb_seal(const struct mb_key *keys, size_t nkeys,
	    const struct mb_secret *plain, struct mb_secret *out,
	    struct mb_err *e);

enum mb_unseal {
	MB_UNSEAL_OK = 0,
	MB_UNSEAL_BAD = -1,	/* not this profile, damaged, or forged */
	MB_UNSEAL_OTHER_KEY = -2, /* well-formed, sealed for other keys */
	MB_UNSEAL_NOT_SEALED = -3, /* not DER at all: plain text */
	MB_UNSEAL_FAILED = -4,	/* memory or libcrypto */
};

/* Open der (n bytes, all of it; with tail_ok a tail of zero bytes may follow)
 * with key.  plain is replaced on MB_UNSEAL_OK only.  object names the file
 * in the error (MB_E_SEALED_BAD, MB_E_KEY_CHANGED, MB_E_NOT_SEALED ...). */
enum mb_unseal mb_unseal(const struct mb_key *key, const void *der, size_t n,
			 bool tail_ok, const char *object,
			 struct mb_secret *plain, struct mb_err *e);

/* Is this, as far as its form goes, a container that key is a recipient of?
 * Nothing is decrypted. */
bool mb_sealed_for(const struct mb_key *key, const void *der, size_t n);

/* Length the outer SEQUENCE announces, 0 if der does not begin with one that
 * fits in n bytes. */
size_t mb_sealed_length(const void *der, size_t n);

/* "# recipients sha256 HEX\n" of a (possibly unfinished) container, for the
 * writer that goes through OpenSSL's CMS API.  line: 96 bytes.  0 or -1. */
int mb_seal_recipients_line(const void *der, size_t n, char *line,
			    struct mb_err *e);

#endif
