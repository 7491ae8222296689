/* SPDX-License-Identifier: BSD-2-Clause */
#include "config.h"

#include "lib/secret.h"

#include <stdlib.h>
#include <string.h>

enum { FIRST_BLOCK = 64 };

void mb_wipe(void *p, size_t n)
{
	if (p && n > 0)
		explicit_bzero(p, n);
}

/* Room for need bytes and a NUL.  Never realloc: it leaves the old copy.  The
 * outgrown block is handed to the caller, who may still have to read it. */
static int grow(struct mb_secret *s, size_t need, struct mb_secret *outgrown)
{
	size_t cap = s->cap ? 2 * s->cap : FIRST_BLOCK;
	char *block;

	if (need > MB_SECRET_MAX)
		return -1;
	if (s->data && need < s->cap)
		return 0;
	/* Twice as much, so that many small appends stay cheap; exactly what
	 * is asked for if that is more: it is all wiped in the end. */
	if (cap <= need)
		cap = need + 1;
	block = malloc(cap);
	if (!block)
		return -1;
	if (s->len > 0)
		memcpy(block, s->data, s->len);
	block[s->len] = '\0';
	*outgrown = *s;
	s->data = block;
	s->cap = cap;
	return 0;
}

int mb_secret_reserve(struct mb_secret *s, size_t n)
{
	struct mb_secret outgrown = {0};
	int ret = grow(s, n, &outgrown);

	mb_secret_clear(&outgrown);
	return ret;
}

int mb_secret_append(struct mb_secret *s, const void *data, size_t n)
{
	struct mb_secret outgrown = {0};

	if (n > MB_SECRET_MAX - s->len || grow(s, s->len + n, &outgrown) < 0)
		return -1;
	if (n > 0)
		memcpy(s->data + s->len, data, n);
	s->len += n;
	s->data[s->len] = '\0';
	mb_secret_clear(&outgrown);	/* data may have lain in it */
	return 0;
}

int mb_secret_append_str(struct mb_secret *s, const char *str)
{
	return mb_secret_append(s, str, strlen(str));
}

int mb_secret_set(struct mb_secret *s, const void *data, size_t n)
{
	struct mb_secret fresh = {0};

	if (mb_secret_append(&fresh, data, n) < 0)
		return -1;
	mb_secret_move(s, &fresh);
	return 0;
}

void mb_secret_move(struct mb_secret *dst, struct mb_secret *src)
{
	if (dst == src)
		return;
	mb_secret_clear(dst);
	*dst = *src;
	memset(src, 0, sizeof(*src));
}

void mb_secret_truncate(struct mb_secret *s, size_t n)
{
	if (n >= s->len)
		return;
	mb_wipe(s->data + n, s->len - n);
	s->len = n;
}

void mb_secret_clear(struct mb_secret *s)
{
	if (!s)
		return;
	mb_wipe(s->data, s->cap);
	free(s->data);
	memset(s, 0, sizeof(*s));
}

const char *mb_secret_str(const struct mb_secret *s)
{
	return s->data ? s->data : "";
}

bool mb_secret_equal(const struct mb_secret *a, const struct mb_secret *b)
{
	volatile unsigned char diff = 0;
	size_t i;

	if (a->len != b->len)
		return false;
	for (i = 0; i < a->len; i++)
		diff = (unsigned char)(diff | (a->data[i] ^ b->data[i]));
	return diff == 0;
}
