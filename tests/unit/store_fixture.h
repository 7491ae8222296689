/* SPDX-License-Identifier: BSD-2-Clause */
/* A real store in a scratch directory, for the tests of what uses one. */
#ifndef MB_TESTS_UNIT_STORE_FIXTURE_H
#define MB_TESTS_UNIT_STORE_FIXTURE_H

#include "lib/store.h"
#include "lib/store_admin.h"

#define OWNER "relay@example.org"

/* Make a store in run_dir()/s; service: owner of its records ((uid_t)-1:
 * this user).  Then open it. */
void store_make(struct mb_home *home, uid_t service);
struct mb_store *store_open(const struct mb_home *home);

/* A record for the account, with a token of that generation. */
void store_fill(struct mb_record *r, const char *account, int64_t generation);
const char *store_id(const char *account);

/* Write it through lock, reserve and commit. */
void store_put(struct mb_store *s, const struct mb_record *r);

/* "s/accounts/ID.SUFFIX" below run_dir(). */
const char *store_file(const char *account, const char *suffix);

#endif
