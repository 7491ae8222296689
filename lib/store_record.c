/* SPDX-License-Identifier: BSD-2-Clause */
/* Token records: reading, listing, removing. */
#include "config.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "lib/rules.h"
#include "lib/store_internal.h"

void mb_store_name(const char *id, const char *suffix, char *out)
{
	size_t n = strlen(suffix);

	/* On the way of every authentication: no printf. */
	memcpy(out, id, MB_RECORD_ID_LEN);
	out[MB_RECORD_ID_LEN] = '.';
	memcpy(out + MB_RECORD_ID_LEN + 1, suffix, n + 1);
}

void mb_store_to_stamp(const struct stat *st, struct mb_stamp *stamp)
{
	stamp->dev = st->st_dev;
	stamp->ino = st->st_ino;
	stamp->mtime_ns = (int64_t)st->st_mtim.tv_sec * 1000000000 +
			  st->st_mtim.tv_nsec;
	stamp->size = st->st_size;
}

int mb_store_stamp(const struct mb_store *s, const char *id,
		   struct mb_stamp *stamp, struct mb_err *e)
{
	char name[STORE_NAME], path[PATH_MAX];
	struct stat st;

	mb_store_name(id, "rec", name);
	if (fstatat(s->records.fd, name, &st, AT_SYMLINK_NOFOLLOW) < 0) {
		if (errno == ENOENT)
			return 0;
		return mb_fail_errno(e, errno,
				     mb_fsio_path(&s->records, name, path,
						  sizeof(path)), "stat");
	}
	mb_store_to_stamp(&st, stamp);
	return 1;
}

/* A record moved over another account's must not serve it. */
static int check_account(const struct mb_record *r, const char *id,
			 const char *path, struct mb_err *e)
{
	char canonical[MB_ADDRESS_MAX + 1], own[MB_RECORD_ID_LEN + 1];

	if (r->rule[0]) {
		if (mb_rules_id_of(r, own, e) < 0)
			return -1;
	} else if (mb_address_canon(r->account, canonical, e) < 0 ||
		   mb_address_record_id(canonical, own, e) < 0) {
		return -1;
	}
	if (memcmp(own, id, MB_RECORD_ID_LEN) == 0)
		return 0;
	mb_fail(e, MB_E_RECORD_BAD, path, "is the record of %s, under another "
		"account's name", r->account);
	return mb_remedy(e, "move it back to %s.rec", own);
}

static int open_sealed(struct mb_store *s, const struct mb_secret *sealed,
		       bool tail_ok, const char *path,
		       struct mb_store_loaded *l, struct mb_err *e)
{
	struct mb_secret plain = {0};
	struct mb_err why = {0};
	size_t i;
	int ret;

	switch (mb_store_unseal(s, sealed, tail_ok, path, &plain, e)) {
	case MB_UNSEAL_OK:
		break;
	case MB_UNSEAL_FAILED:
		l->why = WHY_FILE;
		return -1;
	case MB_UNSEAL_OTHER_KEY:
		l->why = WHY_OTHER_KEY;
		return -1;
	default:
		l->why = WHY_SEAL;
		return -1;
	}
	l->sealed_len = mb_sealed_length(sealed->data, sealed->len);
	for (i = 0; i < s->keys.n && s->keys.n > 1; i++)
		l->for_key[i] = mb_sealed_for(&s->keys.key[i], sealed->data,
					      l->sealed_len);
	ret = mb_record_parse(&l->r, plain.data, plain.len, path, &why);
	mb_secret_clear(&plain);
	if (ret < 0) {
		/* A record that memory did not suffice for is no bad one. */
		l->why = why.id == MB_E_NOMEM ? WHY_FILE : WHY_RECORD;
		if (e)
			*e = why;
	}
	return ret;
}

int mb_store_load(struct mb_store *s, const char *id, const char *suffix,
		  struct mb_store_loaded *l, struct mb_err *e)
{
	bool fresh = strcmp(suffix, "new") == 0;
	char name[STORE_NAME], path[PATH_MAX];
	struct mb_secret sealed = {0};
	struct mb_file f;
	int ret;

	*l = (struct mb_store_loaded){ .why = WHY_FILE };
	mb_store_name(id, suffix, name);
	ret = mb_fsio_file(&s->records, name, O_RDONLY, s->records.uid, &f, e);
	if (ret <= 0)
		return ret;
	ret = -1;
	mb_store_to_stamp(&f.st, &l->stamp);
	(void)mb_fsio_path(&s->records, name, path, sizeof(path));
	if (mb_fsio_read(f.fd, STORE_RECORD_BYTES, path, &sealed, e) == 0 &&
	    open_sealed(s, &sealed, fresh, path, l, e) == 0 &&
	    check_account(&l->r, id, path, e) == 0)
		ret = 1;
	(void)close(f.fd);
	mb_secret_clear(&sealed);
	if (ret < 0)
		mb_record_clear(&l->r);
	return ret;
}

int mb_store_read(struct mb_store *s, const char *id, struct mb_record *r,
		  struct mb_stamp *stamp, struct mb_err *e)
{
	struct mb_store_loaded l;
	struct mb_store_guard g;
	int ret;

	if (mb_store_ready(s, &s->records, e) < 0 ||
	    mb_store_enter(s, &g, e) < 0)
		return -1;
	ret = mb_store_load(s, id, "rec", &l, e);
	mb_store_leave(&g);
	if (ret <= 0)
		return ret;
	mb_record_clear(r);
	*r = l.r;
	if (stamp)
		*stamp = l.stamp;
	return 1;
}

/* 1 unlinked, 0 there was none, -1. */
static int unlink_one(struct mb_store *s, const char *id, const char *suffix,
		      struct mb_err *e)
{
	char name[STORE_NAME], path[PATH_MAX];

	mb_store_name(id, suffix, name);
	if (unlinkat(s->records.fd, name, 0) == 0)
		return 1;
	if (errno == ENOENT)
		return 0;
	return mb_fail_errno(e, errno, mb_fsio_path(&s->records, name, path,
						    sizeof(path)), "remove");
}

int mb_store_remove(struct mb_store *s, struct mb_record_lock *l,
		    struct mb_err *e)
{
	struct mb_store_guard g;
	int r;

	if (mb_store_enter(s, &g, e) < 0)
		return -1;
	/* ID.new first: alone it would be adopted, and the account be back. */
	r = unlink_one(s, l->id, "new", e);
	if (r >= 0)
		r = unlink_one(s, l->id, "rec", e);
	if (r >= 0 && mb_dir_sync(&s->records) < 0)
		r = mb_fail_errno(e, errno, s->records.path, "fsync");
	mb_store_leave(&g);
	return r;
}

static bool has_suffix(const char *name, const char *suffix)
{
	return strspn(name, "0123456789abcdef") == MB_RECORD_ID_LEN &&
	       strcmp(name + MB_RECORD_ID_LEN, suffix) == 0;
}

bool mb_store_is_ours(const char *name)
{
	return has_suffix(name, ".rec") || has_suffix(name, ".new") ||
	       has_suffix(name, ".lock");
}

static DIR *list(struct mb_store *s, struct mb_err *e)
{
	DIR *dir = NULL;
	int fd;

	if (mb_store_ready(s, &s->records, e) < 0)
		return NULL;
	/* A descriptor of its own: the position is not shared. */
	fd = openat(s->records.fd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd >= 0)
		dir = fdopendir(fd);
	if (dir)
		return dir;
	(void)mb_fail_errno(e, errno, s->records.path, "list");
	if (fd >= 0)
		(void)close(fd);
	return NULL;
}

static int each(struct mb_store *s, const char *suffix,
		int (*fn)(void *arg, const char *id), void *arg,
		struct mb_err *e)
{
	char id[MB_RECORD_ID_LEN + 1];
	struct dirent *entry;
	DIR *dir = list(s, e);
	int ret = 0;

	if (!dir)
		return -1;
	while (ret == 0) {
		errno = 0;
		entry = readdir(dir);
		if (!entry)
			break;
		if (!has_suffix(entry->d_name, suffix))
			continue;
		memcpy(id, entry->d_name, MB_RECORD_ID_LEN);
		id[MB_RECORD_ID_LEN] = '\0';
		ret = fn(arg, id);
	}
	if (ret == 0 && errno != 0)
		ret = mb_fail_errno(e, errno, s->records.path, "list");
	(void)closedir(dir);
	return ret;
}

int mb_store_each(struct mb_store *s, int (*fn)(void *arg, const char *id),
		  void *arg, struct mb_err *e)
{
	return each(s, ".rec", fn, arg, e);
}

int mb_store_each_new(struct mb_store *s,
		      int (*fn)(void *arg, const char *id), void *arg,
		      struct mb_err *e)
{
	return each(s, ".new", fn, arg, e);
}
