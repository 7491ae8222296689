/* SPDX-License-Identifier: BSD-2-Clause */
#include "config.h"

#include "lib/escape.h"

#include <string.h>

/* Bytes that are looked at together: tokens are long, and each login has one
 * checked (doc/DESIGN.md). */
typedef unsigned char block __attribute__((vector_size(16)));
typedef signed char signs __attribute__((vector_size(16)));

/* One more, as a signed number: 0x7f and what is above it are negative. */
static signs visible(block b)
{
	return (signs)(b + 1) > '!';
}

bool mb_visible(const char *text, size_t n)
{
	uint64_t part[sizeof(block) / sizeof(uint64_t)];
	signs all = visible((block){0} + 'x');
	size_t i;
	block b;

	for (; n >= sizeof(b); n -= sizeof(b), text += sizeof(b)) {
		memcpy(&b, text, sizeof(b));
		all &= visible(b);
	}
	b = (block){0} + 'x';
	memcpy(&b, text, n);
	all &= visible(b);
	memcpy(part, &all, sizeof(part));
	for (i = 0; i < sizeof(part) / sizeof(part[0]); i++)
		if (part[i] != UINT64_MAX)
			return false;
	return true;
}

/* RFC 3629 section 4: what may follow a lead byte. */
static size_t utf8_lead(unsigned char b, uint32_t *c, uint32_t *least)
{
	if (b < 0x80) {
		*c = b;
		*least = 0;
		return 1;
	}
	if (b >= 0xc2 && b <= 0xdf) {
		*c = b & 0x1f;
		*least = 0x80;
		return 2;
	}
	if (b >= 0xe0 && b <= 0xef) {
		*c = b & 0x0f;
		*least = 0x800;
		return 3;
	}
	if (b >= 0xf0 && b <= 0xf4) {
		*c = b & 0x07;
		*least = 0x10000;
		return 4;
	}
	return 0;
}

size_t mb_utf8_next(const char *src, size_t n, uint32_t *c)
{
	uint32_t value, least;
	size_t len, i;

	if (n == 0)
		return 0;
	len = utf8_lead((unsigned char)src[0], &value, &least);
	if (len == 0 || len > n)
		return 0;
	for (i = 1; i < len; i++) {
		unsigned char b = (unsigned char)src[i];

		if ((b & 0xc0) != 0x80)
			return 0;
		value = value << 6 | (b & 0x3fu);
	}
	if (value < least || value > 0x10ffff ||
	    (value >= 0xd800 && value <= 0xdfff))
		return 0;
	*c = value;
	return len;
}

bool mb_utf8_is_bidi(uint32_t c)
{
	return c == 0x061c || c == 0x200e || c == 0x200f ||
	       (c >= 0x202a && c <= 0x202e) || (c >= 0x2066 && c <= 0x2069);
}

static bool printable(uint32_t c)
{
	return c >= 0x20 && !(c >= 0x7f && c <= 0x9f) && c != 0x2028 &&
	       c != 0x2029 && !mb_utf8_is_bidi(c);
}

/* One character of src as it will be shown; returns bytes taken. */
static size_t next_piece(const char *src, size_t n, char *piece, size_t *len)
{
	static const char hex[] = "0123456789ABCDEF";
	uint32_t c;
	size_t i, taken = mb_utf8_next(src, n, &c);

	if (taken > 0 && printable(c)) {
		memcpy(piece, src, taken);
		*len = taken;
		return taken;
	}
	if (taken == 0)
		taken = 1;
	for (i = 0; i < taken; i++) {
		unsigned char b = (unsigned char)src[i];

		memcpy(piece + 4 * i, "\\x", 2);
		piece[4 * i + 2] = hex[b >> 4];
		piece[4 * i + 3] = hex[b & 15];
	}
	*len = 4 * taken;
	return taken;
}

size_t mb_escape(char *dst, size_t size, const char *src, size_t n)
{
	size_t pos = 0, keep = 0, len;
	char piece[16];

	if (size == 0)
		return 0;
	while (n > 0) {
		size_t taken = next_piece(src, n, piece, &len);

		if (len >= size - pos) {
			len = size - 1 - keep;
			pos = keep + (len < 3 ? len : 3);
			memcpy(dst + keep, "...", pos - keep);
			break;
		}
		memcpy(dst + pos, piece, len);
		pos += len;
		if (pos + 3 < size)
			keep = pos;
		src += taken;
		n -= taken;
	}
	dst[pos] = '\0';
	return pos;
}
