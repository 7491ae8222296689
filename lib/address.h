/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Addresses and names.  The canonical form decides a record's file name, so
 * changing it is a change of format (doc/FORMAT.md; tests/data/addresses).
 */
#ifndef MB_LIB_ADDRESS_H
#define MB_LIB_ADDRESS_H

#include <stdbool.h>
#include <stddef.h>

#include "lib/err.h"

enum { MB_ADDRESS_MAX = 512,	/* bytes, without NUL */
       MB_NAME_MAX = 64, MB_RECORD_ID_LEN = 32 };

/*
 * Canonical address: ASCII letters lower-case, a non-ASCII domain as A-labels
 * (libidn2), a non-ASCII local part in NFC (libunistring); both libraries are
 * dlopened only when such an address appears.  Refused: no or empty local
 * part or domain, blanks, control bytes, bidirectional controls, invalid
 * UTF-8, more than MB_ADDRESS_MAX bytes.  out: MB_ADDRESS_MAX + 1 bytes.
 * 0, or -1 with MB_E_BAD_ADDRESS.
 */
int mb_address_canon(const char *address, char *out, struct mb_err *e);

/* Record id: first 32 hex digits of SHA-256 of the canonical address.
 * out: MB_RECORD_ID_LEN + 1 bytes.  0, or -1 with MB_E_CRYPTO. */
int mb_address_record_id(const char *canonical, char *out, struct mb_err *e);

/* [a-z0-9._-]{1,64}: a client credential's name. */
bool mb_name_valid(const char *name);

/* Has an '@': an account or a rule, never a credential. */
bool mb_is_address(const char *word);

/* Does host (case ignored, one trailing dot ignored) match the pattern:
 * "imap.gmail.com", or "*.office365.com" (one or more labels in front)? */
bool mb_host_match(const char *pattern, const char *host);

/* The same for a blank-separated list of patterns.  "*" matches any host. */
bool mb_hosts_match(const char *patterns, const char *host);

#endif
