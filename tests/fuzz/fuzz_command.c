/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What a token command printed.  Input: its output.
 */
#include "config.h"

#include "lib/command.h"
#include "lib/record.h"
#include "tests/fuzz/fuzz.h"

static const int64_t now = 1764000000;

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const struct mb_credential c = { .name = "work" };
	struct fuzz_in in = fuzz_of(data, size);
	struct mb_secret output = { 0 };
	struct mb_grant g = { 0 };
	struct mb_err e = { 0 };

	fuzz_rest(&in, &output);
	if (mb_command_parse(&output, &c, now, &g, &e) == 0) {
		fuzz_check(e.id == MB_E_NONE && g.expires_at > now &&
			   g.expires_at - now <= INT64_C(315360000));
		fuzz_check(mb_token_valid(g.access_token.data,
					  g.access_token.len));
		fuzz_check(!g.refresh_token.len);
	} else {
		fuzz_check_err(&e);
		fuzz_check(!g.access_token.len);
	}
	mb_grant_clear(&g);
	mb_secret_clear(&output);
	return 0;
}
