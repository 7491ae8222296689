/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A file with a private key: PEM, or a Google service account's JSON.
 * Input: the file.
 */
#include "config.h"

#include <string.h>

#include "tests/fuzz/fuzz.h"
#include "tools/keyfile.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct fuzz_in in = fuzz_of(data, size);
	struct mb_credential c = { .name = "work" };
	struct mb_secret text = { 0 };
	struct mb_err e = { 0 };

	fuzz_rest(&in, &text);
	if (mb_keyfile_parse(&text, "key.json", &c, &e) == 0) {
		fuzz_check(e.id == MB_E_NONE && c.private_key.len > 0);
		fuzz_check(c.grant != MB_GRANT_JWT_BEARER || c.client_id[0]);
	} else {
		fuzz_check_err(&e);
		fuzz_check(!c.private_key.len && !c.certificate.len &&
			   !c.client_id[0] && !c.key_id[0] &&
			   !c.token_endpoint[0] && c.grant == MB_GRANT_CODE);
	}
	fuzz_check(!strcmp(c.name, "work"));
	mb_credential_clear(&c);
	mb_secret_clear(&text);
	return 0;
}
