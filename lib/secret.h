/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A byte container for secrets: tokens, client secrets, keys, and whatever
 * was built from them (form bodies, replies, SASL responses, decrypted files).
 * Growing copies into a new block and wipes the old one; giving back wipes.
 * It is not a char *, so that it cannot slip into a "%s".  Level 0: libc only.
 *
 * {0} is a valid empty secret without limit; MB_SECRET_MAX applies then.
 */
#ifndef MB_LIB_SECRET_H
#define MB_LIB_SECRET_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

enum { MB_SECRET_MAX = 8 * 1024 * 1024 };

struct mb_secret {
	char *data;	/* len bytes and a NUL behind them, or NULL if empty */
	size_t len;
	size_t cap;
};

/* Append n bytes (which may be its own).  0, or -1 when memory or MB_SECRET_MAX does not suffice:
 * then s is unchanged. */
int mb_secret_append(struct mb_secret *s, const void *data, size_t n);
int mb_secret_append_str(struct mb_secret *s, const char *str);

/* Replace the contents; on failure s is unchanged. */
int mb_secret_set(struct mb_secret *s, const void *data, size_t n);

/* Make room for n bytes in all, so that appends up to there cannot fail. */
int mb_secret_reserve(struct mb_secret *s, size_t n);

/* dst (wiped first) takes over what src holds; src is {0} after. */
void mb_secret_move(struct mb_secret *dst, struct mb_secret *src);

/* Shorten to n bytes; what is cut off is wiped. */
void mb_secret_truncate(struct mb_secret *s, size_t n);

/* Wipe and give back; s is {0} after.  Accepts an empty one. */
void mb_secret_clear(struct mb_secret *s);

/* The contents as a NUL-terminated string ("" if empty): the only way out.
 * Valid until the next change.  scripts/check-banned lists its callers. */
const char *mb_secret_str(const struct mb_secret *s);

/* Same contents?  Time depends on the lengths only. */
bool mb_secret_equal(const struct mb_secret *a, const struct mb_secret *b);

/* Wipe plain memory (never optimised away). */
void mb_wipe(void *p, size_t n);

#endif
