/* SPDX-License-Identifier: BSD-2-Clause */
/* A real store with one account, a token endpoint that takes each refresh
 * token once, and the question whether the account came through. */
#ifndef MB_TESTS_SWEEP_BED_H
#define MB_TESTS_SWEEP_BED_H

#include <stdbool.h>
#include <stdint.h>

#include "lib/redeem.h"
#include "lib/store.h"
#include "lib/token.h"

struct bed {
	struct mb_home home;
	/* the endpoint */
	char good[32];		/* the one refresh token it takes now */
	int requests;
	int refused;		/* of them */
	bool keeps;		/* it does not rotate */
	bool down;		/* it is busy */
	int64_t clock;		/* everybody's time; 0: the real one */
	int64_t expires_in;	/* 3600 */
	void (*during)(void);	/* called while a request is on its way */
	/* what was noted, and the last of it */
	int notes;
	struct mb_err noted;
	/* over a whole sweep */
	long trials;
	long total_requests;
	long lost;		/* accounts */
	long failed;		/* authentications, of those that had a token */
};
extern struct bed bed;
extern const struct mb_redeem bed_redeem;

void bed_make(void);
/* The account as enrolled, its access token ending in that many seconds (of
 * 3600; -1: it has ended), and the endpoint that goes with it. */
void bed_enrol(int64_t left);
struct mb_token_world bed_world(struct mb_store *s);
/* Open the store and get a token as a process would; *got is replaced. */
int bed_token(struct mb_record *got, bool force, struct mb_err *e);

/* The record can be read, and what it says (or what lies beside it whole) is
 * still good for a new token.  Sends a request. */
bool bed_alive(void);

/* "# WHAT: n trials, ..." and the sums begin anew. */
void bed_report(const char *what);

#endif
