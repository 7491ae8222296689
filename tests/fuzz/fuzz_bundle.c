/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The text of an exported store.  Input: what was unsealed.
 */
#include "config.h"

#include <stdlib.h>
#include <string.h>

#include "tests/fuzz/fuzz.h"
#include "tools/bundle.h"

struct seen {
	const char *from, *end;
	size_t parts, accounts;
};

/* Parts lie in the text, one behind the other. */
static int look(void *arg, const struct mb_bundle_part *part, struct mb_err *e)
{
	struct seen *s = arg;

	(void)e;
	fuzz_check(part->text > s->from && part->text <= s->end);
	fuzz_check(part->len < (size_t)(s->end - part->text));
	fuzz_check(part->text[-1] == '\n' && part->text[part->len] == '\n');
	s->from = part->text + part->len;
	s->parts++;
	s->accounts += !part->credentials;
	return 0;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *copy = fuzz_copy(data, size);
	struct mb_bundle b = { .text = copy, .len = size, .object = "f" };
	struct seen s = { .from = copy, .end = copy + size };
	struct mb_err e = { 0 };

	if (mb_bundle_each(&b, look, &s, &e) == 0) {
		fuzz_check(e.id == MB_E_NONE && s.accounts == b.naccounts);
		fuzz_check(mb_bundle_is(copy, size));
	} else {
		fuzz_check_err(&e);
		fuzz_check(s.parts == 0);
	}
	free(copy);
	return 0;
}
