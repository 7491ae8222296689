/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * application/x-www-form-urlencoded bodies, built into a secret.  Pure.
 * Every byte but RFC 3986's unreserved ones becomes %XX, a blank too: "%20"
 * means the same to every decoder, "+" does not.
 */
#ifndef MB_LIB_FORM_H
#define MB_LIB_FORM_H

#include <stddef.h>

#include "lib/secret.h"

/* Append n bytes, encoded.  0, or -1 when out of memory. */
int mb_form_encode(struct mb_secret *out, const void *data, size_t n);

/* Append "key=value", with a "&" in front unless out is empty or ends in "?"
 * or "&".  key is one of ours and not encoded. */
int mb_form_add(struct mb_secret *out, const char *key, const void *value,
		size_t n);
int mb_form_add_str(struct mb_secret *out, const char *key, const char *value);
int mb_form_add_secret(struct mb_secret *out, const char *key,
		       const struct mb_secret *value);

/* Append standard base64 with padding (RFC 4648 section 4). */
int mb_form_base64(struct mb_secret *out, const void *data, size_t n);

#endif
