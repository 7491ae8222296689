/* SPDX-License-Identifier: BSD-2-Clause */
/* What the harnesses of the credentials file share. */
#ifndef MB_TESTS_FUZZ_CRED_H
#define MB_TESTS_FUZZ_CRED_H

#include <stdbool.h>

#include "lib/credfile.h"

/* Same credentials, rules, settings and recovery certificates? */
bool fuzz_cred_same(const struct mb_credential *a,
		    const struct mb_credential *b);
bool fuzz_credfile_same(const struct mb_credfile *a,
			const struct mb_credfile *b);

/* From now on libconfig may read no file: @include must never get there. */
void fuzz_no_files(bool forbidden);

#endif
