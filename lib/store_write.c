/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Token records: the lock, and reserve - commit - adopt.  ID.new is written
 * whole before it becomes ID.rec; whoever finds a whole one of a higher
 * generation finishes what its writer could not.
 */
#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "lib/lock.h"
#include "lib/store_internal.h"

static int fail_at(const struct mb_store *s, const char *name, int err,
		   const char *doing, struct mb_err *e)
{
	char path[PATH_MAX];

	return mb_fail_errno(e, err, mb_fsio_path(&s->records, name, path,
						  sizeof(path)), doing);
}

/* Made by the records' owner, even in a process of root's (mb_store_enter). */
static int make_own(struct mb_store *s, const char *name, struct mb_file *f,
		    struct mb_err *e)
{
	return mb_fsio_file(&s->records, name, O_RDWR | O_CREAT,
			    s->records.uid, f, e);
}

static int trylock(struct mb_store *s, const char *name, int *fd,
		   struct mb_err *e)
{
	struct mb_file f;
	int r;

	if (make_own(s, name, &f, e) < 0)
		return -1;
	r = mb_lock_try(f.fd);
	if (r < 0) {
		mb_fail(e, MB_E_NO_LOCK, s->records.path,
			"this file system cannot lock files (error %d)",
			errno);
		(void)mb_remedy(e, "keep the store on a local file system");
	}
	if (r <= 0)
		(void)close(f.fd);
	else
		*fd = f.fd;
	return r;
}

int mb_store_trylock(struct mb_store *s, const char *id,
		     struct mb_record_lock *l, struct mb_err *e)
{
	struct mb_store_guard g;
	char name[STORE_NAME];
	int r, fd = -1;

	if (mb_store_ready(s, &s->records, e) < 0 ||
	    mb_store_enter(s, &g, e) < 0)
		return -1;
	mb_store_name(id, "lock", name);
	r = trylock(s, name, &fd, e);
	mb_store_leave(&g);
	if (r <= 0)
		return r;
	l->lock_fd = fd;
	l->new_fd = -1;
	(void)snprintf(l->id, sizeof(l->id), "%s", id);
	return 1;
}

void mb_store_unlock(struct mb_store *s, struct mb_record_lock *l)
{
	(void)s;
	if (l->new_fd >= 0)
		(void)close(l->new_fd);
	if (l->lock_fd >= 0) {
		mb_lock_release(l->lock_fd);
		(void)close(l->lock_fd);
	}
	*l = (struct mb_record_lock){ .lock_fd = -1, .new_fd = -1 };
}

/* Sealed bytes are in ID.new: make them last, and make them the record. */
static int finish(struct mb_store *s, const char *id, int fd, size_t len,
		  struct mb_err *e)
{
	char fresh[STORE_NAME], name[STORE_NAME];

	mb_store_name(id, "new", fresh);
	mb_store_name(id, "rec", name);
	if (ftruncate(fd, (off_t)len) < 0)
		return fail_at(s, fresh, errno, "truncate", e);
	if (fsync(fd) < 0)
		return fail_at(s, fresh, errno, "fsync", e);
	if (renameat(s->records.fd, fresh, s->records.fd, name) < 0)
		return fail_at(s, name, errno, "rename", e);
	/* The record is in place: nothing could be undone now, and a second
	 * try would write into the live file. */
	(void)mb_dir_sync(&s->records);
	return 0;
}

/* The generation on disk; 0 for none, or one that cannot be read anyway. */
static int current_generation(struct mb_store *s, const char *id,
			      int64_t *generation, struct mb_err *e)
{
	struct mb_store_loaded l;
	int got = mb_store_load(s, id, "rec", &l, e);

	if (got < 0 && l.why != WHY_SEAL && l.why != WHY_RECORD)
		return -1;
	mb_err_clear(e);
	*generation = got > 0 ? l.r.generation : 0;
	mb_record_clear(&l.r);
	return 0;
}

/* 1 a complete ID.new of a higher generation was there and is the record now;
 * 0 there is nothing worth keeping in ID.new; -1. */
static int adopt(struct mb_store *s, const char *id, int fd, struct mb_err *e)
{
	struct mb_store_loaded left;
	int64_t generation;
	int ret = -1, got;

	got = mb_store_load(s, id, "new", &left, e);
	/* Torn: its writer died in the middle.  Anything else that cannot be
	 * read may be worth something to somebody: leave it alone. */
	if (got < 0 && left.why == WHY_SEAL) {
		mb_err_clear(e);
		return 0;
	}
	if (got <= 0)
		return got;
	if (current_generation(s, id, &generation, e) == 0) {
		ret = 0;
		if (left.r.generation > generation)
			ret = finish(s, id, fd, left.sealed_len, e) < 0 ?
			      -1 : 1;
	}
	mb_record_clear(&left.r);
	return ret;
}

static int reserve(struct mb_store *s, struct mb_record_lock *l,
		   bool *adopted, struct mb_err *e)
{
	char name[STORE_NAME];
	struct mb_file f;
	int err, r;

	mb_store_name(l->id, "new", name);
	for (;;) {
		if (make_own(s, name, &f, e) < 0)
			return -1;
		r = f.st.st_size > 0 ? adopt(s, l->id, f.fd, e) : 0;
		if (r == 0)
			break;
		(void)close(f.fd);
		if (r < 0)
			return -1;
		*adopted = true;	/* ID.new is ID.rec now: make another */
	}
	err = mb_fsio_reserve(f.fd, STORE_RECORD_BYTES);
	if (err) {
		(void)unlinkat(s->records.fd, name, 0);
		(void)close(f.fd);
		return fail_at(s, name, err, "reserve disk space for", e);
	}
	l->new_fd = f.fd;
	return 0;
}

int mb_store_reserve(struct mb_store *s, struct mb_record_lock *l,
		     bool *adopted, struct mb_err *e)
{
	struct mb_store_guard g;
	int r;

	*adopted = false;
	if (l->new_fd >= 0)
		return 0;
	if (mb_store_ready(s, &s->records, e) < 0 ||
	    mb_store_enter(s, &g, e) < 0)
		return -1;
	r = reserve(s, l, adopted, e);
	mb_store_leave(&g);
	return r;
}

int mb_store_commit(struct mb_store *s, struct mb_record_lock *l,
		    const struct mb_record *r, struct mb_err *e)
{
	struct mb_secret plain = {0}, sealed = {0};
	struct mb_store_guard g;
	char name[STORE_NAME];
	int ret = -1;

	mb_store_name(l->id, "new", name);
	if (mb_record_format(r, &plain, e) < 0 ||
	    mb_seal(s->keys.key, mb_store_sealing(s), &plain, &sealed, e) < 0)
		goto out;
	if (sealed.len > STORE_RECORD_BYTES) {
		mb_fail(e, MB_E_TOO_LARGE, r->account,
			"its record would be %zu bytes, the limit is %d",
			sealed.len, STORE_RECORD_BYTES);
		mb_remedy(e, "ask for fewer scopes: mailbearer set NAME "
			  "--scope SCOPE");
		goto out;
	}
	if (mb_store_enter(s, &g, e) < 0)
		goto out;
	/* Whatever fails from here on: a whole ID.new is adopted later. */
	if (mb_fsio_write(l->new_fd, sealed.data, sealed.len, 0) < 0)
		ret = fail_at(s, name, errno, "write", e);
	else
		ret = finish(s, l->id, l->new_fd, sealed.len, e);
	mb_store_leave(&g);
	if (ret == 0) {
		(void)close(l->new_fd);
		l->new_fd = -1;
	}
out:
	mb_secret_clear(&plain);
	mb_secret_clear(&sealed);
	return ret;
}

void mb_store_keep(struct mb_store *s, struct mb_record_lock *l)
{
	(void)s;
	if (l->new_fd >= 0)
		(void)close(l->new_fd);
	l->new_fd = -1;
}

void mb_store_abandon(struct mb_store *s, struct mb_record_lock *l)
{
	struct mb_store_guard g;
	char name[STORE_NAME];

	if (l->new_fd < 0)
		return;
	mb_store_name(l->id, "new", name);
	if (mb_store_enter(s, &g, NULL) == 0) {
		(void)unlinkat(s->records.fd, name, 0);
		mb_store_leave(&g);
	}
	(void)close(l->new_fd);
	l->new_fd = -1;
}
