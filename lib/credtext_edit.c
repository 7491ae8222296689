/* SPDX-License-Identifier: BSD-2-Clause */
#include "config.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "lib/credtext.h"

static int quote_byte(struct mb_secret *out, unsigned char c)
{
	static const char hex[] = "0123456789abcdef";
	char quoted[4] = { '\\', 'x', hex[c >> 4], hex[c & 15] };
	char plain = (char)c;

	if (c == '"')
		return mb_secret_append_str(out, "\\\"");
	if (c == '\\')
		return mb_secret_append_str(out, "\\\\");
	if (c == '\n')
		return mb_secret_append_str(out, "\\n");
	if (c < 0x20 || c == 0x7f)
		return mb_secret_append(out, quoted, sizeof(quoted));
	return mb_secret_append(out, &plain, 1);
}

int mb_credtext_quote(struct mb_secret *out, const char *data, size_t n,
		      const char *indent)
{
	size_t before = out->len;

	if (mb_secret_append_str(out, "\"") < 0)
		return -1;
	for (size_t i = 0; i < n; i++) {
		if (quote_byte(out, (unsigned char)data[i]) < 0)
			goto fail;
		if (data[i] == '\n' && i + 1 < n &&
		    (mb_secret_append_str(out, "\"\n") < 0 ||
		     mb_secret_append_str(out, indent) < 0 ||
		     mb_secret_append_str(out, "\"") < 0))
			goto fail;
	}
	if (mb_secret_append_str(out, "\"") == 0)
		return 0;
fail:
	mb_secret_truncate(out, before);
	return -1;
}

static int by_offset(const void *a, const void *b)
{
	const struct mb_splice *x = a;
	const struct mb_splice *y = b;

	if (x->span.begin != y->span.begin)
		return x->span.begin < y->span.begin ? -1 : 1;
	return (x->span.end > y->span.end) - (x->span.end < y->span.end);
}

int mb_credtext_splice(const struct mb_secret *text, struct mb_splice *changes,
		       size_t n, struct mb_secret *out)
{
	struct mb_secret s = {0};
	size_t at = 0;
	int ret = -1;

	qsort(changes, n, sizeof(*changes), by_offset);
	if (mb_secret_reserve(&s, text->len) < 0)
		goto out;
	for (size_t i = 0; i < n; i++) {
		const struct mb_span *span = &changes[i].span;
		const struct mb_secret *with = changes[i].with;

		if (span->begin < at || span->end < span->begin ||
		    span->end > text->len)
			goto out;
		if (mb_secret_append(&s, text->data + at,
				     span->begin - at) < 0 ||
		    (with && mb_secret_append(&s, with->data, with->len) < 0))
			goto out;
		at = span->end;
	}
	if (mb_secret_append(&s, text->data + at, text->len - at) < 0)
		goto out;
	mb_secret_move(out, &s);
	ret = 0;
out:
	mb_secret_clear(&s);
	return ret;
}
