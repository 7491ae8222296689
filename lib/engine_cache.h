/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Tokens kept between authentications: a fixed number of slots in a vault
 * (lib/vault.h), found by the account as the program spells it, valid while
 * one fstatat each says that neither the record nor the credentials file
 * changed.  One thread at a time.
 */
#ifndef MB_LIB_ENGINE_CACHE_H
#define MB_LIB_ENGINE_CACHE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "lib/token.h"

struct mb_cache;

struct mb_slot {
	uint64_t used;		/* when last; 0: empty */
	char account[MB_ADDRESS_MAX + 1];	/* as the program gave it */
	char user[MB_ADDRESS_MAX + 1];		/* as enrolled */
	char hosts[MB_HOSTS_MAX + 1];
	int64_t generation;
	int64_t obtained_at;
	int64_t expires_at;
	bool refused;		/* by a server, and perhaps not on record */
	struct mb_token_basis basis;
	int64_t looked_at;	/* mb_cache_known() found its first record as
				 * it was, mb_mono_coarse_ms(); 0: used up */
	bool have_credentials;
	struct mb_stamp credentials;
	size_t token_len;
	char token[MB_TOKEN_MAX];
};

/* NULL without memory: then nothing is cached. */
struct mb_cache *mb_cache_new(void);
void mb_cache_free(struct mb_cache **c);

/* Wipe all slots. */
void mb_cache_clear(struct mb_cache *c);

/* The account's slot, or NULL.  c may be NULL. */
struct mb_slot *mb_cache_find(struct mb_cache *c, const char *account);

/*
 * Is the account's record still there?  A mail program asks that when a login
 * begins and wants the token in the same breath: if the record is the very one,
 * mb_cache_good() believes it once, for some milliseconds.  A change in between
 * counts as one right after the login.
 */
bool mb_cache_known(struct mb_slot *slot, const struct mb_store *s);

/* Can it be used at once, unrefreshed? */
bool mb_cache_good(struct mb_slot *slot, const struct mb_store *s,
		   const char *host, int64_t now);

/* A record gone back in time: used, for there is no other, and said.  (One
 * enrolled anew after a removal begins with 1, too, but is younger.)  slot may
 * be NULL. */
void mb_cache_compare(const struct mb_slot *slot, const struct mb_record *r);

/* Keep what mb_token_get() gave, if it may be kept. */
void mb_cache_put(struct mb_cache *c, const struct mb_store *s,
		  const char *account, const struct mb_record *r,
		  const struct mb_token_basis *basis);

#endif
