/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What the plugin asks of the engine module (the engine links libcrypto, the
 * plugin only libc).  The module's one exported symbol is
 * `const struct mb_engine mailbearer_engine`.
 */
#ifndef MB_LIB_ENGINE_H
#define MB_LIB_ENGINE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "lib/clock.h"
#include "lib/err.h"

enum { MB_ENGINE_ABI = 1 };

struct mb_engine_want {
	const char *account;	/* authentication name */
	const char *host;	/* serverFQDN, or NULL if the host gave none */
	int64_t not_generation;	/* 0 */
	const struct mb_deadline *deadline;
};

/* Receives the token in place: user is the address as enrolled; token NULL: by
 * a rule the mail program's password is the token; token is not
 * NUL-terminated and valid during the call only.  Returns 0, or -1 with *e. */
typedef int mb_engine_emit(void *arg, const char *user, const char *token,
			   size_t token_len, struct mb_err *e);

struct mb_engine {
	uint32_t abi;
	const char *build_id;

	/* In a root process that will jail itself: open the store's key and
	 * directories, fetch ciphers, load the http module, parse the CA.
	 * Silent: 0, or -1 (reported at the first authentication instead). */
	int (*preload)(struct mb_err *e);

	/* Is there a store for this process (opened on first use)?  1, 0 none,
	 * -1 there is one, but it is broken: *e. */
	int (*open)(struct mb_err *e);

	/* 1 the account is enrolled, 0 it is not (*e says how it would be),
	 * -1 *e. */
	int (*knows)(const char *account, struct mb_err *e);

	/* Fetch a token and hand it to emit; *generation identifies it. */
	int (*token)(const struct mb_engine_want *w, mb_engine_emit *emit,
		     void *arg, int64_t *generation, struct mb_err *e);

	/* The server refused that generation. */
	void (*refused)(const char *account, int64_t generation);

	/* *e says that a server refused account's token: add what its words
	 * (not NUL-terminated) mean, and the remedy that fits. */
	void (*explain)(struct mb_err *e, const char *said, size_t n,
			const char *account, const char *credential);

	/* Background trouble (soft refresh failed, disk full): 1 and *e for
	 * the next one not yet handed out (once per account and cause), 0 none. */
	int (*trouble)(struct mb_err *e);

	/* Wipe cached tokens and the key; the next call opens anew.  Not in a
	 * jail, where nothing could be opened again. */
	void (*close)(void);
};

extern const struct mb_engine mailbearer_engine;

#endif
