/* SPDX-License-Identifier: BSD-2-Clause */
/* The inside of a store, for lib/store*.c alone. */
#ifndef MB_LIB_STORE_INTERNAL_H
#define MB_LIB_STORE_INTERNAL_H

#include <signal.h>

#include "lib/fsio.h"
#include "lib/store.h"

enum {
	/* One sealed record, and what is reserved before a request. */
	STORE_RECORD_BYTES = 64 * 1024,
	/* The credentials file: 4 MiB of text, sealed. */
	STORE_CREDENTIALS_BYTES = 4 * 1024 * 1024 + 64 * 1024,
	STORE_NAME = MB_RECORD_ID_LEN + 8,
};

#define STORE_CREDENTIALS "credentials.conf"
#define STORE_CREDENTIALS_LOCK "credentials.conf.lock"
/* In the configuration directory, for it is reached from a jail: while it is
 * there, whoever has two keys seals for both. */
#define STORE_REKEYING "rekey.pending"
/* This host asks for no tokens any more. */
#define STORE_RETIRED "retired"

/* Lies in a vault (lib/vault.h) as a whole, because of the key. */
struct mb_store {
	struct mb_home home;
	struct mb_keys keys;
	struct mb_dir conf;
	struct mb_dir records;
	bool jailed;		/* nothing can be opened by path any more */
	bool kept;		/* credentials text was read before a drop */
	struct mb_secret kept_text;
	char kept_seen[80];
	struct mb_secret rules;	/* lib/store_rules.c: the table at hand */
	struct mb_stamp rules_stamp;	/* of the file it is from, or {0} */
};

/* A new key would open nothing of what is there: the old one has to come back,
 * or somebody has to say that all of it may go. */
bool mb_store_sealed_before(const struct mb_home *home, struct mb_err *e);

/* Read a key file.  0, or -1 with MB_E_KEY_*, MB_E_UNSAFE_FILE. */
int mb_store_load_key(const struct mb_home *home, struct mb_keys *keys,
		      struct mb_err *e);

/* Where a key that is a symlink really lies.  One step, and only if nobody but
 * root could have made link and target.  target: PATH_MAX bytes. */
int mb_store_key_place(const char *path, char *target, bool *linked,
		       struct mb_err *e);

/* Empty files in the configuration directory.  put, take: 1 done, 0 it was so,
 * -1. */
bool mb_store_marked(const struct mb_store *s, const char *name);
int mb_store_put_mark(struct mb_store *s, const char *name, struct mb_err *e);
int mb_store_take_mark(struct mb_store *s, const char *name,
		       struct mb_err *e);

/* How many of s->keys to seal for, now: the first, or during a rekey both. */
size_t mb_store_sealing(struct mb_store *s);

/* Is the directory still ours?  Opened anew where that is possible. */
int mb_store_ready(struct mb_store *s, struct mb_dir *d, struct mb_err *e);

/* mb_unseal() with the store's keys; a key replaced meanwhile is loaded. */
enum mb_unseal mb_store_unseal(struct mb_store *s,
			       const struct mb_secret *sealed, bool tail_ok,
			       const char *object, struct mb_secret *plain,
			       struct mb_err *e);

/*
 * Root never touches records as root: between enter and leave the calling
 * thread's file system identity is the records directory's owner, and
 * signals wait.  Nothing happens in other processes.
 */
struct mb_store_guard {
	bool on;
	sigset_t signals;
};
int mb_store_enter(const struct mb_store *s, struct mb_store_guard *g,
		   struct mb_err *e);
void mb_store_leave(struct mb_store_guard *g);

/* ID.SUFFIX; out: STORE_NAME bytes. */
void mb_store_name(const char *id, const char *suffix, char *out);

/* Is it a name that mb_store_name() gives? */
bool mb_store_is_ours(const char *name);

/* Which step refused a record. */
enum mb_store_why { WHY_FILE, WHY_SEAL, WHY_OTHER_KEY, WHY_RECORD };

struct mb_store_loaded {
	struct mb_record r;
	struct mb_stamp stamp;
	size_t sealed_len;	/* without a tail of zeros */
	bool for_key[MB_SEAL_KEYS_MAX];	/* sealed for s->keys.key[i]; told
				 * only while there are two */
	enum mb_store_why why;
};

/* Read, open and parse ID.SUFFIX.  1 and *l, whose record the caller clears;
 * 0 none; -1 and l->why. */
int mb_store_load(struct mb_store *s, const char *id, const char *suffix,
		  struct mb_store_loaded *l, struct mb_err *e);

void mb_store_to_stamp(const struct stat *st, struct mb_stamp *stamp);

#endif
