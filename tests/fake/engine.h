/* SPDX-License-Identifier: BSD-2-Clause */
/* An engine without a store: says what the test tells it to say.  A module of
 * its own, so the plugin loads it the way it loads the real one; the test
 * finds fake_engine by dlsym. */
#ifndef MB_TESTS_FAKE_ENGINE_H
#define MB_TESTS_FAKE_ENGINE_H

#include <stdbool.h>
#include <stdint.h>

#include "lib/engine.h"

struct fake_engine {
	/* what it answers */
	const char *account;	/* the only one it knows */
	const char *user;	/* as enrolled */
	const char *token;
	size_t token_len;
	int64_t generation;
	enum mb_id fail;	/* token() fails with it */
	bool broken;		/* knows() and token() fail */
	int trouble;		/* events to hand out */
	/* what it was asked */
	int preloads, knows, tokens, refusals, explained, closes;
	char last_account[600];
	char last_host[300];
	int64_t last_refused;
	int64_t last_deadline;	/* ms left */
};

extern struct fake_engine fake_engine;

/* Be a module of another ABI or build; NULL is the plugin's own build. */
void fake_engine_pose(uint32_t abi, const char *build_id);

#endif
