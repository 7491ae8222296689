/* SPDX-License-Identifier: BSD-2-Clause */
#include "config.h"

#include "tests/unit/data.h"

#include <stdio.h>

#include "tests/unit/unit.h"

char *test_data(const char *name, size_t *len)
{
	const char *srcdir = getenv("srcdir");
	char path[4096];
	char *text;
	FILE *f;
	size_t n;

	(void)snprintf(path, sizeof(path), "%s/tests/data/%s",
		       srcdir ? srcdir : ".", name);
	f = fopen(path, "rb");
	if (!f)
		fail_msg("cannot read %s", path);
	text = malloc(1 << 20);
	assert_non_null(text);
	n = fread(text, 1, (1 << 20) - 1, f);
	text[n] = '\0';
	(void)fclose(f);
	if (len)
		*len = n;
	return text;
}

unsigned char *test_data_hex(const char *name, size_t *len)
{
	char *text = test_data(name, NULL), *p = text;
	unsigned char *out = (unsigned char *)text;
	size_t n = 0;

	while (*p) {
		char pair[3] = { p[0], p[1], '\0' };

		if (*p == '#') {
			p += strcspn(p, "\n");
		} else if (*p == ' ' || *p == '\n') {
			p++;
		} else {
			out[n++] = (unsigned char)strtoul(pair, NULL, 16);
			p += 2;
		}
	}
	*len = n;
	return out;
}
