/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A store on disk: the host key, the sealed credentials file and the sealed
 * token records.  The only file that knows their names.  Opening takes
 * descriptors of both directories, so that a process may drop into a jail.
 */
#ifndef MB_LIB_STORE_H
#define MB_LIB_STORE_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "lib/clock.h"
#include "lib/err.h"
#include "lib/home.h"
#include "lib/record.h"
#include "lib/seal.h"
#include "lib/secret.h"

struct mb_store;

/* The host key.  During a rekey (doc/DESIGN.md, "Rekey") the new one, and the
 * one before it: whatever is sealed for either can be opened. */
struct mb_keys {
	struct mb_key key[MB_SEAL_KEYS_MAX];
	size_t n;
};

/*
 * Open key and directories; nothing is created.  Key: regular, 32 bytes, one
 * link, owned by root or this user, no permission for others (MB_E_KEY_*).
 * A symlink counts only if link, target and their directories belong to root.
 * A key or directory that is replaced later is noticed when a file is opened.
 * One thread at a time.  0 and *s, or -1.
 */
int mb_store_open(struct mb_store **s, const struct mb_home *home,
		  struct mb_err *e);
void mb_store_free(struct mb_store **s);

/* The process will lose its view of the file system: from now on nothing is
 * opened by path again (another root could have been put there). */
void mb_store_jail(struct mb_store *s);

/*
 * The same from descriptors that another process opened (kept on success, and
 * closed with the store) and the keys it read: for the refresh helper.  Nothing
 * is opened by path afterwards (mb_store_jail).
 */
int mb_store_adopt(struct mb_store **s, const struct mb_home *home,
		   const struct mb_keys *keys, int conf_fd, int records_fd,
		   struct mb_err *e);
void mb_store_descriptors(const struct mb_store *s, int *records_fd,
			  int *conf_fd);
/* Can a helper read the credentials file?  What root kept by
 * mb_store_drop_privileges() does not count. */
bool mb_store_helpful(const struct mb_store *s);

const struct mb_home *mb_store_home(const struct mb_store *s);
/* For messages: the configuration directory. */
const char *mb_store_label(const struct mb_store *s);
/* As they are now: a key that a rekey put in front is loaded if it can be. */
const struct mb_keys *mb_store_keys(struct mb_store *s);

/*
 * Become the records directory's owner for good (setgroups, setresgid,
 * setresuid) when euid is 0 and that owner is not root: root never touches
 * records as root.  The credentials text is read before, and kept, if
 * with_credentials.  Nothing is opened by path afterwards (mb_store_jail).
 * Tool and helper only.
 */
int mb_store_drop_privileges(struct mb_store *s, bool with_credentials,
			     struct mb_err *e);

/* Is this process the records' owner (by now)? */
bool mb_store_is_owner(const struct mb_store *s);

/* ---- credentials file ---- */

/* The decrypted text; text is replaced.  A store without one: empty text. */
int mb_store_credentials(struct mb_store *s, struct mb_secret *text,
			 struct mb_err *e);

/* What one fstatat tells: a cached file is good while this is equal. */
struct mb_stamp {
	dev_t dev;
	ino_t ino;
	int64_t mtime_ns;
	off_t size;
};

/* Before something is sealed that took long to come: is the key at hand still
 * one that the credentials file is sealed for?  0, or -1: MB_E_KEY_CHANGED. */
int mb_store_key_current(struct mb_store *s, struct mb_err *e);

/* Identity of the credentials file as it lies there now ("MTIME_NS.SIZE.INO",
 * "none" without one): one fstatat.  seen: 80 bytes. */
int mb_store_seen(const struct mb_store *s, char *seen, struct mb_err *e);

/* The same as a stamp: 1 and *stamp, 0 there is none, -1. */
int mb_store_credentials_stamp(const struct mb_store *s,
			       struct mb_stamp *stamp, struct mb_err *e);

/* Shall this host ask for no tokens any more, because its accounts moved to
 * another one (mailbearer retire)?  One fstatat. */
bool mb_store_retired(const struct mb_store *s);

/* ---- the table of account rules (lib/rules.h) ---- */

/* As it lies there, or as it was saved here; NULL: none that can be read.
 * Valid until the next call. */
const struct mb_secret *mb_store_rules(struct mb_store *s);
/* Seal and write it; it counts in this process even if that fails. */
int mb_store_save_rules(struct mb_store *s, const struct mb_secret *table,
			struct mb_err *e);

/* ---- token records, all by record id ---- */

/* 1 and *stamp; 0 no record; -1. */
int mb_store_stamp(const struct mb_store *s, const char *id,
		   struct mb_stamp *stamp, struct mb_err *e);

/* Read, open, parse, and compare the record's address with the id.
 * 1 and *r (and *stamp if not NULL); 0 no record; -1. */
int mb_store_read(struct mb_store *s, const char *id, struct mb_record *r,
		  struct mb_stamp *stamp, struct mb_err *e);

/* Exclusive right to write one record; {.lock_fd = -1, .new_fd = -1} is
 * empty.  Belongs to one thread; released by mb_store_unlock() only. */
struct mb_record_lock {
	int lock_fd;	/* ID.lock, an OFD lock on it */
	int new_fd;	/* ID.new once reserved */
	char id[MB_RECORD_ID_LEN + 1];
};

/* 1 locked, 0 somebody else holds it, -1 (MB_E_NO_LOCK: the file system
 * cannot lock). */
int mb_store_trylock(struct mb_store *s, const char *id,
		     struct mb_record_lock *l, struct mb_err *e);
void mb_store_unlock(struct mb_store *s, struct mb_record_lock *l);

/*
 * Under the lock: adopt a complete ID.new of a higher generation (its writer
 * died), then reserve 64 KiB of disk for the next write.  *adopted says that
 * the record on disk changed: read it again.  -1: nothing may be requested.
 */
int mb_store_reserve(struct mb_store *s, struct mb_record_lock *l,
		     bool *adopted, struct mb_err *e);

/* Seal r into the reserved file, fsync, rename, fsync the directory.  On -1
 * the old record is still whole. */
int mb_store_commit(struct mb_store *s, struct mb_record_lock *l,
		    const struct mb_record *r, struct mb_err *e);

/* After a commit that failed: leave ID.new as it is.  If it is whole, the next
 * mb_store_reserve() adopts it: it may be all that is left of an account. */
void mb_store_keep(struct mb_store *s, struct mb_record_lock *l);

/* Give back a reservation without writing. */
void mb_store_abandon(struct mb_store *s, struct mb_record_lock *l);

/* Under the lock: unlink record and ID.new.  1 removed, 0 there was none. */
int mb_store_remove(struct mb_store *s, struct mb_record_lock *l,
		    struct mb_err *e);

/* A text of the tool's own (an enrolment begun), sealed with the host key; out
 * is replaced.  0 or -1. */
int mb_store_seal_text(struct mb_store *s, const struct mb_secret *plain,
		       struct mb_secret *out, struct mb_err *e);
int mb_store_unseal_text(struct mb_store *s, const struct mb_secret *sealed,
			 const char *object, struct mb_secret *plain,
			 struct mb_err *e);

/* Call fn for the id of each record, in no order; stops when fn returns
 * non-zero and returns that. */
int mb_store_each(struct mb_store *s,
		  int (*fn)(void *arg, const char *id), void *arg,
		  struct mb_err *e);
/* The same for each ID.new: its writer is at it, or died. */
int mb_store_each_new(struct mb_store *s,
		      int (*fn)(void *arg, const char *id), void *arg,
		      struct mb_err *e);

#endif
