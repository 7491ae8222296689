/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * As much DER (X.690) as the sealed container needs: one-byte tags, definite
 * lengths in their shortest form, at most four length octets.  Pure.
 */
#ifndef MB_LIB_DER_H
#define MB_LIB_DER_H

#include <stdbool.h>
#include <stddef.h>

#include "lib/secret.h"

enum {
	MB_DER_INTEGER = 0x02,
	MB_DER_OCTETS = 0x04,
	MB_DER_OID = 0x06,
	MB_DER_SEQUENCE = 0x30,
	MB_DER_SET = 0x31,
	MB_DER_PRIMITIVE_0 = 0x80,	/* [0] IMPLICIT, primitive */
	MB_DER_0 = 0xa0,		/* [0] to [2], constructed */
	MB_DER_1 = 0xa1,
	MB_DER_2 = 0xa2,
};

/* What is left to be read; holds no memory of its own. */
struct mb_der {
	const unsigned char *p;
	const unsigned char *end;
};

struct mb_der mb_der_of(const void *data, size_t n);
size_t mb_der_left(const struct mb_der *d);

/* Take the next element off d and give its contents; false, with d unchanged,
 * if the next one is not a whole element with this tag. */
bool mb_der_get(struct mb_der *d, unsigned char tag, struct mb_der *contents);

/* The same, for an element whose contents must be exactly these. */
bool mb_der_is(struct mb_der *d, unsigned char tag, const void *contents,
	       size_t n);

/* Bytes an element with n bytes of contents takes in all. */
size_t mb_der_size(size_t n);

/* Append tag and length, or a whole element.  0 or -1 (memory). */
int mb_der_put_head(struct mb_secret *out, unsigned char tag, size_t n);
int mb_der_put(struct mb_secret *out, unsigned char tag, const void *contents,
	       size_t n);

#endif
