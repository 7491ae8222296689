/* SPDX-License-Identifier: BSD-2-Clause */
#include "config.h"

#include "tests/fuzz/fuzz.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/escape.h"

void fuzz_fail(const char *file, int line, const char *what)
{
	(void)fprintf(stderr, "%s:%d: does not hold: %s\n", file, line, what);
	abort();
}

const char *__lsan_default_suppressions(void)
{
	return "leak:libconfig.so\n";
}

struct fuzz_in fuzz_of(const uint8_t *data, size_t size)
{
	return (struct fuzz_in){ size ? (const char *)data : "", size };
}

unsigned int fuzz_byte(struct fuzz_in *in)
{
	if (in->n == 0)
		return 0;
	in->n--;
	return (unsigned char)*in->p++;
}

char *fuzz_copy(const void *data, size_t n)
{
	char *copy = malloc(n ? n : 1);

	fuzz_check(copy);
	if (n)
		memcpy(copy, data, n);
	return copy;
}

char *fuzz_line(struct fuzz_in *in)
{
	const char *end = memchr(in->p, '\n', in->n);
	size_t n = end ? (size_t)(end - in->p) : in->n;
	size_t len = strnlen(in->p, n);
	char *s = malloc(len + 1);

	fuzz_check(s);
	memcpy(s, in->p, len);
	s[len] = '\0';
	in->p += n + (end != NULL);
	in->n -= n + (end != NULL);
	return s;
}

void fuzz_rest(struct fuzz_in *in, struct mb_secret *s)
{
	fuzz_check(mb_secret_set(s, in->p, in->n) == 0);
	in->p += in->n;
	in->n = 0;
}

bool fuzz_printable(const char *s)
{
	size_t n = strlen(s);

	while (n > 0) {
		uint32_t c;
		size_t len = mb_utf8_next(s, n, &c);

		if (len == 0 || c < 0x20 || (c >= 0x7f && c <= 0x9f) ||
		    c == 0x2028 || c == 0x2029 || mb_utf8_is_bidi(c))
			return false;
		s += len;
		n -= len;
	}
	return true;
}

void fuzz_check_err(const struct mb_err *e)
{
	const char *name = mb_message(e->id)->name;
	char line[MB_ERR_LINE];
	size_t n, tail = strlen(name);

	fuzz_check(e->id > MB_E_NONE && e->id < MB_E_COUNT);
	fuzz_check(memchr(e->object, 0, sizeof(e->object)));
	fuzz_check(memchr(e->cause, 0, sizeof(e->cause)));
	fuzz_check(memchr(e->remedy, 0, sizeof(e->remedy)));
	fuzz_check(e->cause[0] && fuzz_printable(e->object) &&
		   fuzz_printable(e->cause) && fuzz_printable(e->remedy));
	fuzz_check(mb_err_line(e, line, sizeof(line)) == line);
	n = strlen(line);
	fuzz_check(fuzz_printable(line) && n > tail + 3);
	fuzz_check(line[n - 1] == ']' && line[n - tail - 2] == '[' &&
		   memcmp(line + n - tail - 1, name, tail) == 0);
}

void fuzz_check_kept(const struct mb_err *e, const char *secret)
{
	fuzz_check(!strstr(e->object, secret) && !strstr(e->cause, secret) &&
		   !strstr(e->remedy, secret));
}
