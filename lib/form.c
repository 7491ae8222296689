/* SPDX-License-Identifier: BSD-2-Clause */
#include "config.h"

#include "lib/form.h"

#include <stdbool.h>
#include <string.h>

/* RFC 3986 section 2.3. */
static bool unreserved(unsigned char c)
{
	return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') ||
	       (c >= '0' && c <= '9') || c == '-' || c == '.' || c == '_' ||
	       c == '~';
}

int mb_form_encode(struct mb_secret *out, const void *data, size_t n)
{
	static const char hex[] = "0123456789ABCDEF";
	const unsigned char *p = data;
	size_t before = out->len;

	for (size_t i = 0; i < n; i++) {
		char quoted[3] = { '%', hex[p[i] >> 4], hex[p[i] & 15] };
		int ret;

		if (unreserved(p[i]))
			ret = mb_secret_append(out, &p[i], 1);
		else
			ret = mb_secret_append(out, quoted, sizeof(quoted));
		mb_wipe(quoted, sizeof(quoted));
		if (ret < 0) {
			mb_secret_truncate(out, before);
			return -1;
		}
	}
	return 0;
}

int mb_form_add(struct mb_secret *out, const char *key, const void *value,
		size_t n)
{
	size_t before = out->len;
	char last = out->len > 0 ? out->data[out->len - 1] : '&';

	if ((last != '&' && last != '?' &&
	     mb_secret_append(out, "&", 1) < 0) ||
	    mb_secret_append_str(out, key) < 0 ||
	    mb_secret_append(out, "=", 1) < 0 ||
	    mb_form_encode(out, value, n) < 0) {
		mb_secret_truncate(out, before);
		return -1;
	}
	return 0;
}

int mb_form_add_str(struct mb_secret *out, const char *key, const char *value)
{
	return mb_form_add(out, key, value, strlen(value));
}

int mb_form_add_secret(struct mb_secret *out, const char *key,
		       const struct mb_secret *value)
{
	return mb_form_add(out, key, value->data, value->len);
}

int mb_form_base64(struct mb_secret *out, const void *data, size_t n)
{
	static const char alphabet[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
				       "abcdefghijklmnopqrstuvwxyz"
				       "0123456789+/";
	const unsigned char *p = data;
	size_t before = out->len;

	for (size_t i = 0; i < n; i += 3) {
		size_t have = n - i < 3 ? n - i : 3;
		unsigned int v = (unsigned int)p[i] << 16;
		char quad[4];

		if (have > 1)
			v |= (unsigned int)p[i + 1] << 8;
		if (have > 2)
			v |= p[i + 2];
		quad[0] = alphabet[v >> 18];
		quad[1] = alphabet[v >> 12 & 63];
		quad[2] = '=';
		quad[3] = '=';
		if (have > 1)
			quad[2] = alphabet[v >> 6 & 63];
		if (have > 2)
			quad[3] = alphabet[v & 63];
		if (mb_secret_append(out, quad, sizeof(quad)) < 0) {
			mb_secret_truncate(out, before);
			return -1;
		}
		mb_wipe(quad, sizeof(quad));
	}
	return 0;
}
