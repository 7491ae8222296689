/* SPDX-License-Identifier: BSD-2-Clause */
/* A clock, a store and a token endpoint for tests of the token policy: all in
 * memory, each step counted, each failure on demand. */
#ifndef MB_TESTS_FAKE_WORLD_H
#define MB_TESTS_FAKE_WORLD_H

#include "lib/token.h"

enum { FAKE_RECORDS = 4 };

/* What the fakes did, and what they shall do next. */
struct fake {
	int64_t now;

	struct mb_record record[FAKE_RECORDS];	/* generation 0: free */
	char id[FAKE_RECORDS][MB_RECORD_ID_LEN + 1];
	struct mb_record left;		/* ID.new of a writer that died */
	char seen[80];			/* the credentials file's identity */

	/* the client credential in it */
	char name[MB_NAME_MAX + 1];
	char hosts[256];
	char digest[65];
	bool rotates;

	/* what the token endpoint answers */
	enum mb_outcome outcome;
	enum mb_id error;
	const char *access_token;	/* NULL: none */
	const char *refresh_token;
	int64_t lifetime;
	int64_t retry_after;

	enum mb_id lock_error, reserve_error, commit_error;
	int busy;			/* so many tries find it locked ... */
	void (*meanwhile)(struct fake *f);	/* and then this happened */
	void (*during_request)(struct fake *f);

	int requests, tries, reserved, committed, kept, credentials_read, notes;
	bool locked, have_new;
	char sent[256];			/* refresh token of the last request */
	struct mb_patience patience;
	int64_t age;
	struct mb_err noted;
};

extern struct fake fake;
extern struct mb_token_world fake_world;

/* An empty store at second 1 000 000 with the credential "work" for
 * "*.example.org", and an endpoint that grants. */
void fake_reset(void);
void fake_clear(void);

/* Enrol: a token of that generation, obtained and expiring then. */
struct mb_record *fake_enrol(const char *account, int64_t generation,
			     int64_t obtained_at, int64_t expires_at);
struct mb_record *fake_find(const char *account);

#endif
