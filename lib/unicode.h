/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The two things that need Unicode tables.  libidn2 and libunistring are
 * loaded only when an address calls for them: most processes never see one.
 */
#ifndef MB_LIB_UNICODE_H
#define MB_LIB_UNICODE_H

#include <stddef.h>

#include "lib/err.h"

/* text (UTF-8) becomes its normalization form C in place.  0, or -1 with
 * MB_E_UNSUPPORTED (no libunistring) or MB_E_BAD_ADDRESS (does not fit in
 * size bytes); address is what errors name. */
int mb_unicode_nfc(char *text, size_t size, const char *address,
		   struct mb_err *e);

/* domain (UTF-8) becomes A-labels in place (IDNA2008, UTS 46 nontransitional).
 * 0, or -1 with MB_E_UNSUPPORTED (no libidn2) or MB_E_BAD_ADDRESS. */
int mb_unicode_domain(char *domain, size_t size, const char *address,
		      struct mb_err *e);

#endif
