/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A name server's answer.  Input: a DNS message.
 */
#include "config.h"

#include <stdlib.h>
#include <string.h>

#include "tests/fuzz/fuzz.h"
#include "tools/mx.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct mb_mx mx = { .n = 77 };
	char *copy = fuzz_copy(data, size);

	if (mb_mx_read((const unsigned char *)copy, size, &mx) < 0) {
		fuzz_check(mx.n == 77 && !mx.host[0][0]);
		mx.n = 0;
	}
	fuzz_check(mx.n <= MB_MX_HOSTS);
	for (size_t i = 0; i < mx.n; i++) {
		fuzz_check(memchr(mx.host[i], '\0', MB_MX_HOST) != NULL);
		fuzz_check(mx.host[i][0] && fuzz_printable(mx.host[i]));
		fuzz_check(!strpbrk(mx.host[i], " /\\\"'$;"));
	}
	free(copy);
	return 0;
}
