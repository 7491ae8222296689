/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The token record, decrypted.  Input: a record as text; or, after a first
 * byte 'w', values that are written as one.
 */
#include "config.h"

#include <stdlib.h>
#include <string.h>

#include "lib/record.h"
#include "lib/record_members.h"
#include "tests/fuzz/fuzz.h"

static void check_equal(const struct mb_record *a, const struct mb_record *b)
{
	for (size_t i = 0; i < MB_RECORD_MEMBERS; i++) {
		const struct mb_record_member *m = &mb_record_members[i];
		const char *x = (const char *)a + m->offset;
		const char *y = (const char *)b + m->offset;

		if (m->type == MB_MEMBER_TOKEN)
			fuzz_check(mb_secret_equal((const void *)x,
						   (const void *)y));
		else if (m->type == MB_MEMBER_TEXT)
			fuzz_check(strcmp(x, y) == 0);
		else
			fuzz_check(memcmp(x, y, m->size) == 0);
	}
	fuzz_check(mb_secret_equal(&a->extra, &b->extra));
}

/* One way to write a value: each line that is written was read. */
static void check_lines(const struct mb_secret *out, const char *text, size_t n)
{
	const char *p = out->data, *end;

	/* From newline to newline; the first one ends the header. */
	p = memchr(p, '\n', out->len);
	fuzz_check(p);
	for (; p + 1 < out->data + out->len; p = end) {
		end = memchr(p + 1, '\n', (size_t)
			     (out->data + out->len - p) - 1);
		fuzz_check(end);
		fuzz_check(memmem(text, n, p, (size_t)(end - p) + 1));
	}
}

/* What was read is written and read again; what is written is stable. */
static void check_parsed(const struct mb_record *r, const char *text, size_t n)
{
	struct mb_record again = { 0 }, copy = { 0 };
	struct mb_secret one = { 0 }, two = { 0 };

	fuzz_check(r->account[0] && r->generation >= 0);
	fuzz_check(!r->access_token.len ||
		   mb_token_valid(r->access_token.data, r->access_token.len));
	fuzz_check(mb_record_format(r, &one, NULL) == 0);
	fuzz_check(one.len <= MB_RECORD_MAX);
	check_lines(&one, text, n);
	fuzz_check(mb_record_parse(&again, one.data, one.len, "f", NULL) == 0);
	check_equal(r, &again);
	fuzz_check(mb_record_format(&again, &two, NULL) == 0);
	fuzz_check(mb_secret_equal(&one, &two));
	fuzz_check(mb_record_copy(&copy, r, NULL) == 0);
	check_equal(r, &copy);
	mb_record_clear(&again);
	mb_record_clear(&copy);
	mb_secret_clear(&one);
	mb_secret_clear(&two);
}

static void read_one(struct fuzz_in *in)
{
	char *text = fuzz_copy(in->p, in->n);
	struct mb_record r = { .generation = 77 };
	struct mb_err e = { 0 };

	if (mb_record_parse(&r, text, in->n, "ID.rec", &e) == 0) {
		fuzz_check(e.id == MB_E_NONE);
		check_parsed(&r, text, in->n);
	} else {
		fuzz_check_err(&e);
		fuzz_check(e.id == MB_E_RECORD_BAD && r.generation == 77);
	}
	mb_record_clear(&r);
	free(text);
}

static void put_value(const struct mb_record_member *m, struct mb_record *r,
		      struct fuzz_in *in)
{
	char *value = fuzz_line(in), *at = (char *)r + m->offset;
	size_t n = strlen(value);

	if (m->type == MB_MEMBER_TOKEN)
		fuzz_check(mb_secret_set((struct mb_secret *)(void *)at, value,
					 n) == 0);
	else	/* a text may lack its end */
		memcpy(at, value, n < m->size ? n : m->size);
	free(value);
}

/* Whatever the values are: what is written can be read, and is the same. */
static void write_one(struct fuzz_in *in)
{
	struct mb_record r = { 0 }, again = { 0 };
	struct mb_secret out = { 0 };
	struct mb_err e = { 0 };

	for (size_t i = 0; i < MB_RECORD_MEMBERS; i++)
		put_value(&mb_record_members[i], &r, in);
	fuzz_rest(in, &r.extra);
	r.account[MB_ADDRESS_MAX] = '\0';	/* is named in errors */
	if (mb_record_format(&r, &out, &e) == 0) {
		fuzz_check(mb_record_parse(&again, out.data, out.len, "f",
					   NULL) == 0);
		check_equal(&r, &again);
	} else {
		fuzz_check_err(&e);
		fuzz_check(out.len == 0);
	}
	mb_secret_clear(&out);
	mb_record_clear(&again);
	mb_record_clear(&r);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct fuzz_in in = fuzz_of(data, size);

	if (size && data[0] == 'w') {
		(void)fuzz_byte(&in);
		write_one(&in);
	} else {
		read_one(&in);
	}
	return 0;
}
