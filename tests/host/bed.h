/* SPDX-License-Identifier: BSD-2-Clause */
/* A store, a token endpoint and the engine, with the real helper and the real
 * http module between them. */
#ifndef MB_TESTS_HOST_BED_H
#define MB_TESTS_HOST_BED_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "lib/engine.h"
#include "lib/store.h"
#include "tests/fake/fake.h"

#define BED_ACCOUNT "relay@example.org"
#define BED_HOST "smtp.example.org"

struct bed {
	struct mb_home home;
	struct fake_tokend server;
	long asked;		/* requests before the last bed_expire() */
	char token[64];		/* what the last bed_get() brought */
	struct mb_err e;
};
extern struct bed bed;

/* Start the endpoint with that answer, and enrol the account there. */
void bed_make(const char *answer, bool rotates);
/* The same with records of that user's. */
void bed_make_for(uid_t service, const char *answer, bool rotates);
void bed_clean(void);

/* The token on record expires: hard, or is only due. */
void bed_expire(void);
void bed_due(void);
/* The same, and an error on record is forgotten, with its pause. */
void bed_forgive(void);

/* Authenticate, as a mail program does.  0 or -1. */
int bed_get(int64_t ms);

/* Requests since the last bed_expire() or bed_due(). */
long bed_requests(void);

/* What lies on disk; the caller clears it. */
void bed_record(struct mb_record *r);

/* Wait until nobody holds the record's lock. */
void bed_wait_unlocked(void);

/* Does the account live?  One more expiry, one more request. */
bool bed_alive(void);

/* The number behind the last dash of the refresh token on record. */
long bed_serial(void);

/* Is that library, or module, in this process? */
bool bed_mapped(const char *name);

/* Run fn in a child; its exit status, or 256 + signal. */
int bed_child(int (*fn)(void));

#endif
