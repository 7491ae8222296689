/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * One refresh under the record's lock: reserve, request, commit.  No policy,
 * no waiting for others, nothing opened by path: a helper process with
 * inherited descriptors can run the same function.
 */
#ifndef MB_LIB_REFRESH_H
#define MB_LIB_REFRESH_H

#include <stdbool.h>
#include <stdint.h>

#include "lib/token_internal.h"

enum mb_refreshed {
	MB_REFRESH_DONE,	/* a new token, on disk */
	MB_REFRESH_UNSAVED,	/* a new token, in r alone; *e says why */
	MB_REFRESH_ADOPTED,	/* nothing asked: the record on disk is another
				 * now, read it; call again if still needed */
	MB_REFRESH_NO_ROOM,	/* nothing asked: the answer could not be
				 * stored; *e */
	MB_REFRESH_FAILED,	/* asked, or not to be asked; *e, and in r */
};

struct mb_refresh {
	const struct mb_records *records;
	void *records_ctx;
	/* Held.  NULL: the store cannot be written; only a provider that does
	 * not rotate may be asked then. */
	struct mb_record_lock *lock;
	const struct mb_found *found;
	struct mb_patience patience;
	int64_t (*now)(void);		/* NULL: mb_now */
	/* Without room on disk, keep the answer in memory: only for a
	 * provider that does not rotate refresh tokens. */
	bool unsaved_ok;
	mb_redeem_command *command;	/* NULL: nothing may be run here */
	bool refusal;			/* because a server refused the token */
};

/* r: the record as it is on disk; changed on DONE, UNSAVED and FAILED. */
enum mb_refreshed mb_refresh_run(const struct mb_refresh *x,
				 struct mb_record *r, struct mb_err *e);

#endif
