/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A token response that somebody obtained elsewhere.  Input: JSON.
 */
#include "config.h"

#include <string.h>

#include "lib/record.h"
#include "tests/fuzz/fuzz.h"
#include "tools/import.h"

static const int64_t now = 1764000000;

/* It can be put into a record and read back. */
static void check_record(struct mb_grant *g)
{
	struct mb_record r = { .account = "a@x.org", .generation = 1 };
	struct mb_record again = { 0 };
	struct mb_secret out = { 0 };
	struct mb_err e = { 0 };

	memcpy(r.scope, g->scope, strlen(g->scope) + 1);
	memcpy(r.token_type, g->token_type, strlen(g->token_type) + 1);
	mb_secret_move(&r.access_token, &g->access_token);
	mb_secret_move(&r.refresh_token, &g->refresh_token);
	r.expires_at = g->expires_at;
	fuzz_check(mb_record_format(&r, &out, &e) == 0);
	fuzz_check(mb_record_parse(&again, out.data, out.len, "f", &e) == 0);
	fuzz_check(mb_secret_equal(&r.refresh_token, &again.refresh_token));
	fuzz_check(mb_secret_equal(&r.access_token, &again.access_token));
	mb_secret_clear(&out);
	mb_record_clear(&r);
	mb_record_clear(&again);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct fuzz_in in = fuzz_of(data, size);
	struct mb_grant g = { .retry_after = 77 };
	struct mb_secret json = { 0 };
	struct mb_err e = { 0 };

	fuzz_rest(&in, &json);
	if (mb_import_parse(&g, &json, now, "token.json", &e) == 0) {
		fuzz_check(e.id == MB_E_NONE && g.refresh_token.len > 0);
		fuzz_check(g.id_token.len == 0 && g.retry_after == 0);
		fuzz_check(g.expires_at >= 0 &&
			   g.expires_at - now <= INT64_C(315360000));
		fuzz_check(!g.access_token.len ||
			   mb_token_valid(g.access_token.data,
					  g.access_token.len));
		check_record(&g);
	} else {
		fuzz_check_err(&e);
		fuzz_check(g.retry_after == 77 && !g.refresh_token.data);
	}
	mb_grant_clear(&g);
	mb_secret_clear(&json);
	return 0;
}
