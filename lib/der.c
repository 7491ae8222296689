/* SPDX-License-Identifier: BSD-2-Clause */
#include "config.h"

#include "lib/der.h"

#include <string.h>

enum { LONG_FORM = 0x80, LENGTH_OCTETS_MAX = 4 };

struct mb_der mb_der_of(const void *data, size_t n)
{
	struct mb_der d = { data, data };

	if (n > 0)
		d.end += n;
	return d;
}

size_t mb_der_left(const struct mb_der *d)
{
	return (size_t)(d->end - d->p);
}

/* The length octets (X.690 sections 8.1.3 and 10.1).  Sets *n; returns how
 * many octets they are, 0 if they are not in shortest form. */
static size_t get_length(const unsigned char *p, size_t left, size_t *n)
{
	size_t octets, value = 0, i;

	if (left == 0)
		return 0;
	if (p[0] < LONG_FORM) {
		*n = p[0];
		return 1;
	}
	octets = p[0] & 0x7f;
	if (octets == 0 || octets > LENGTH_OCTETS_MAX || octets >= left ||
	    p[1] == 0)
		return 0;
	for (i = 1; i <= octets; i++)
		value = value << 8 | p[i];
	if (value < LONG_FORM)
		return 0;
	*n = value;
	return 1 + octets;
}

bool mb_der_get(struct mb_der *d, unsigned char tag, struct mb_der *contents)
{
	size_t left = mb_der_left(d), n, octets;

	if (left == 0 || d->p[0] != tag)
		return false;
	octets = get_length(d->p + 1, left - 1, &n);
	if (octets == 0 || n > left - 1 - octets)
		return false;
	contents->p = d->p + 1 + octets;
	contents->end = contents->p + n;
	d->p = contents->end;
	return true;
}

bool mb_der_is(struct mb_der *d, unsigned char tag, const void *contents,
	       size_t n)
{
	struct mb_der rest = *d, found;

	if (!mb_der_get(&rest, tag, &found) || mb_der_left(&found) != n ||
	    memcmp(found.p, contents, n) != 0)
		return false;
	*d = rest;
	return true;
}

static size_t length_octets(size_t n)
{
	size_t octets = 1;

	if (n < LONG_FORM)
		return 1;
	for (; n > 0; n >>= 8)
		octets++;
	return octets;
}

size_t mb_der_size(size_t n)
{
	return 1 + length_octets(n) + n;
}

int mb_der_put_head(struct mb_secret *out, unsigned char tag, size_t n)
{
	unsigned char head[2 + sizeof(size_t)] = { tag };
	size_t octets = length_octets(n), i;

	if (octets == 1) {
		head[1] = (unsigned char)n;
	} else {
		head[1] = (unsigned char)(LONG_FORM | (octets - 1));
		for (i = octets; i > 1; i--, n >>= 8)
			head[i] = (unsigned char)(n & 0xff);
	}
	return mb_secret_append(out, head, 1 + octets);
}

int mb_der_put(struct mb_secret *out, unsigned char tag, const void *contents,
	       size_t n)
{
	if (mb_der_put_head(out, tag, n) < 0)
		return -1;
	return mb_secret_append(out, contents, n);
}
