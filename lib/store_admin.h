/* SPDX-License-Identifier: BSD-2-Clause */
/* Making and mending a store, and changing its credentials file.  Tool only;
 * as root for the system's store (before any drop of privileges). */
#ifndef MB_LIB_STORE_ADMIN_H
#define MB_LIB_STORE_ADMIN_H

#include <stdbool.h>
#include <sys/types.h>

#include "lib/clock.h"
#include "lib/err.h"
#include "lib/home.h"
#include "lib/seal.h"
#include "lib/secret.h"
#include "lib/store.h"

struct mb_store_plan {
	const struct mb_home *home;
	/* Who runs the mail programs: owner of the records, group of the
	 * credentials file.  (uid_t)-1: whoever runs this. */
	uid_t service_uid;
	gid_t service_gid;
	/* --key: the key lies there, home->key_path becomes a symlink to it;
	 * NULL: home->key_path itself.  Absolute. */
	const char *key_target;
	bool check;	/* change nothing, only say what would be */
	/* Called for each change: "made" or "mended", the path, and what
	 * ("directory", "key", "mode 0400", "owner 101:103"). */
	void (*say)(void *arg, const char *verb, const char *path,
		    const char *what);
	void *say_arg;
};

/*
 * Make what is missing, mend owners and modes.  A key that exists is never
 * replaced: if it is damaged, or --key names another place than it has, this
 * fails.  1 something was (would be) changed, 0 nothing, -1.
 */
int mb_store_create(const struct mb_store_plan *plan, struct mb_err *e);

/*
 * Changing the credentials file: lock, mb_store_credentials(), change, write,
 * unlock.  *lock starts as -1.  0, or -1 with MB_E_BUSY at the deadline.
 */
int mb_store_credentials_lock(struct mb_store *s,
			      const struct mb_deadline *d, int *lock,
			      struct mb_err *e);
void mb_store_credentials_unlock(struct mb_store *s, int *lock);

/* Seals text for n keys and whomever arg names (recovery certificates). */
typedef int mb_store_sealer(void *arg, const struct mb_key *keys, size_t n,
			    const struct mb_secret *text,
			    struct mb_secret *out, struct mb_err *e);

/* Seal (sealer NULL: for the host key alone), open again, compare, and put it
 * in place in one step; owner, group and mode stay.  The lock is held. */
int mb_store_credentials_write(struct mb_store *s,
			       const struct mb_secret *text,
			       mb_store_sealer *sealer, void *arg,
			       struct mb_err *e);

/* What mb_store_retired() says from now on.  1 changed, 0 it was so, -1. */
int mb_store_retire(struct mb_store *s, bool retire, struct mb_err *e);

/*
 * A new host key.  The credentials lock is held, and nothing was dropped.
 * begin: the mark, and the key file with new and old key; from now on whoever
 * opens the store seals for both.  1 begun, 0 one was under way, -1.
 * narrow: the mark goes, so everybody seals for the new key alone.  end: the
 * old key goes.  Each may be repeated.
 */
int mb_store_rekey_begin(struct mb_store *s, struct mb_err *e);
int mb_store_rekey_narrow(struct mb_store *s, struct mb_err *e);
int mb_store_rekey_end(struct mb_store *s, struct mb_err *e);
bool mb_store_rekeying(struct mb_store *s);

/* During a rekey, which key a file is sealed for. */
enum mb_sealed { MB_SEALED_OTHER, MB_SEALED_OLD, MB_SEALED_BOTH,
		 MB_SEALED_NEW };

/* 1 and *how; 0 there is none; -1. */
int mb_store_credentials_sealed(struct mb_store *s, enum mb_sealed *how,
				struct mb_err *e);

/* 1 and *how, and its account (MB_ADDRESS_MAX + 1 bytes); 0 no record; -1. */
int mb_store_record_sealed(struct mb_store *s, const char *id,
			   enum mb_sealed *how, char *account,
			   struct mb_err *e);

/* Under its lock: seal a record for the keys that count now, as it is.
 * 1 written, 0 it was so already (or there is none), -1. */
int mb_store_reseal(struct mb_store *s, struct mb_record_lock *l,
		    struct mb_err *e);

#endif
