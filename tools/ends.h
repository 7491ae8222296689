/* SPDX-License-Identifier: BSD-2-Clause */
/* When an account stops working if nobody does anything. */
#ifndef MB_TOOLS_ENDS_H
#define MB_TOOLS_ENDS_H

#include <stdint.h>

#include "lib/credential.h"
#include "lib/provider.h"
#include "tools/accounts.h"

/* So many days before, it is time to say so. */
enum { MB_ENDS_DAYS = 7 };

struct mb_end {
	int64_t at;		/* Unix seconds; 0: not known, or never */
	const char *what;	/* "refresh token", "access token", "client
				 * secret", "certificate"; "" */
};

/* The first of them.  c and p: its client credential and that one's provider,
 * or NULL where they are not known; secret_ends: mb_expiry_at(c). */
struct mb_end mb_ends_first(const struct mb_account *a,
			    const struct mb_credential *c,
			    const struct mb_provider *p, int64_t secret_ends);

#endif
