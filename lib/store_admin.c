/* SPDX-License-Identifier: BSD-2-Clause */
/* Making and mending a store. */
#include "config.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <openssl/rand.h>

#include "lib/store_admin.h"
#include "lib/store_internal.h"

/* What a file or directory should be. */
struct wanted {
	const char *path;
	uid_t uid;
	gid_t gid;
	mode_t mode;
};

struct work {
	const struct mb_store_plan *plan;
	bool changed;
	uid_t service_uid;	/* owner of the records */
	gid_t service_gid;
	uid_t uid;		/* owner of everything else */
	gid_t gid;
	bool shared;		/* root's store, records of a service user */
};

static void say(struct work *w, const char *verb, const char *path,
		const char *what)
{
	w->changed = true;
	if (w->plan->say)
		w->plan->say(w->plan->say_arg, verb, path, what);
}

static void parent_of(const char *path, char *dir)
{
	const char *slash = strrchr(path, '/');
	size_t n = slash && slash != path ? (size_t)(slash - path) : 1;

	(void)snprintf(dir, PATH_MAX, "%.*s", (int)n, slash ? path : ".");
}

/* Owner and mode of what is open as fd. */
static int mend_fd(struct work *w, int fd, const struct wanted *want,
		   struct mb_err *e)
{
	char what[64];
	struct stat st;

	if (fstat(fd, &st) < 0)
		return mb_fail_errno(e, errno, want->path, "fstat");
	if (st.st_uid != want->uid || st.st_gid != want->gid) {
		(void)snprintf(what, sizeof(what), "owner %lu:%lu",
			       (unsigned long)want->uid,
			       (unsigned long)want->gid);
		if (!w->plan->check && fchown(fd, want->uid, want->gid) < 0)
			return mb_fail_errno(e, errno, want->path, "chown");
		say(w, "mended", want->path, what);
	}
	if ((st.st_mode & 07777) != want->mode) {
		(void)snprintf(what, sizeof(what), "mode %04o",
			       (unsigned int)want->mode);
		if (!w->plan->check && fchmod(fd, want->mode) < 0)
			return mb_fail_errno(e, errno, want->path, "chmod");
		say(w, "mended", want->path, what);
	}
	return 0;
}

/* Directories above ours that are not there yet (~/.local/share). */
static int make_parents(struct work *w, const char *path, struct mb_err *e)
{
	char part[PATH_MAX];
	char *p;

	(void)snprintf(part, sizeof(part), "%s", path);
	for (p = strchr(part + 1, '/'); p; p = strchr(p + 1, '/')) {
		*p = '\0';
		if (access(part, F_OK) < 0 && errno == ENOENT) {
			if (w->plan->check)
				return 0;
			if (mkdir(part, w->uid == 0 ? 0755 : 0700) < 0 &&
			    errno != EEXIST)
				return mb_fail_errno(e, errno, part,
						     "make directory");
		}
		*p = '/';
	}
	return 0;
}

static int make_directory(struct work *w, const struct wanted *want,
			  struct mb_err *e)
{
	int fd, ret;

	if (make_parents(w, want->path, e) < 0)
		return -1;
	fd = open(want->path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	if (fd < 0 && errno == ENOENT) {
		if (w->plan->check) {
			say(w, "made", want->path, "directory");
			return 0;
		}
		if (mkdir(want->path, 0700) < 0)
			return mb_fail_errno(e, errno, want->path,
					     "make directory");
		fd = open(want->path,
			  O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
		/* Owner and mode belong to the making: said once. */
		if (fd >= 0 && (fchown(fd, want->uid, want->gid) < 0 ||
				fchmod(fd, want->mode) < 0)) {
			(void)mb_fail_errno(e, errno, want->path, "chown");
			(void)close(fd);
			return -1;
		}
		say(w, "made", want->path, "directory");
	}
	if (fd < 0 && (errno == ELOOP || errno == ENOTDIR)) {
		mb_fail(e, MB_E_UNSAFE_FILE, want->path,
			"is not a directory");
		return mb_remedy(e, "look at it, then move it away");
	}
	if (fd < 0)
		return mb_fail_errno(e, errno, want->path, "open");
	ret = mend_fd(w, fd, want, e);
	(void)close(fd);
	return ret;
}

/* O_EXCL, and linked to its name only when whole: a key half written by a
 * process that was killed would never be replaced. */
static int write_key(const struct wanted *want, struct mb_err *e)
{
	unsigned char bytes[MB_KEY_LEN];
	char fresh[PATH_MAX];
	int fd = -1, ret = -1;

	if (snprintf(fresh, sizeof(fresh), "%s.new", want->path) >=
	    (int)sizeof(fresh))
		return mb_fail(e, MB_E_IO, want->path, "path is too long");
	if (RAND_priv_bytes(bytes, sizeof(bytes)) != 1)
		return mb_fail(e, MB_E_CRYPTO, want->path,
			       "no random bytes to be had");
	(void)unlink(fresh);
	fd = open(fresh, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC,
		  0600);
	if (fd < 0 || fchown(fd, want->uid, want->gid) < 0 ||
	    fchmod(fd, want->mode) < 0 ||
	    mb_fsio_write(fd, bytes, sizeof(bytes), 0) < 0 || fsync(fd) < 0 ||
	    link(fresh, want->path) < 0)
		(void)mb_fail_errno(e, errno, want->path, "make key");
	else
		ret = 0;
	mb_wipe(bytes, sizeof(bytes));
	if (fd >= 0)
		(void)close(fd);
	(void)unlink(fresh);
	return ret;
}

static int mend_file(struct work *w, const struct wanted *want, bool *there,
		     struct mb_err *e)
{
	struct stat st;
	int fd, ret = -1;

	*there = false;
	fd = open(want->path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
	if (fd < 0) {
		if (errno == ENOENT)
			return 0;
		return mb_fail_errno(e, errno, want->path, "open");
	}
	if (fstat(fd, &st) < 0 || !S_ISREG(st.st_mode) || st.st_nlink != 1) {
		mb_fail(e, MB_E_UNSAFE_FILE, want->path,
			"is not a regular file with one link");
		(void)mb_remedy(e, "look at it, then move it away");
		goto out;
	}
	*there = true;
	ret = mend_fd(w, fd, want, e);
out:
	(void)close(fd);
	return ret;
}

/* --key: home->key_path leads there by one symlink.  Looked at before the key
 * is made, made after it, so that it never leads nowhere. */
static int make_link(struct work *w, const char *target, bool now,
		     struct mb_err *e)
{
	const char *path = w->plan->home->key_path;
	char have[PATH_MAX];
	ssize_t n = readlink(path, have, sizeof(have) - 1);

	if (n >= 0) {
		have[n] = '\0';
		if (strcmp(have, target) == 0)
			return 0;
		mb_fail(e, MB_E_EXISTS, path, "already leads to %s", have);
		return mb_remedy(e, "leave out --key, or name that path");
	}
	if (errno != ENOENT) {
		mb_fail(e, MB_E_EXISTS, path, "there is a key already, and a "
			"key is never replaced");
		return mb_remedy(e, "leave out --key");
	}
	if (!now)
		return 0;
	if (!w->plan->check && symlink(target, path) < 0)
		return mb_fail_errno(e, errno, path, "make link");
	say(w, "made", path, "link to the key");
	return 0;
}

static int make_key(struct work *w, struct mb_err *e)
{
	const struct mb_home *home = w->plan->home;
	struct wanted want = { home->key_path, w->uid, w->gid,
			       w->uid == 0 ? 0400 : 0600 };
	char linked[PATH_MAX];
	struct mb_keys keys;
	bool there;
	ssize_t n;

	/* An init without --key mends what an earlier one with it made. */
	n = readlink(home->key_path, linked, sizeof(linked) - 1);
	if (n >= 0) {
		linked[n] = '\0';
		if (linked[0] == '/')
			want.path = linked;
	}
	if (w->plan->key_target) {
		if (make_link(w, w->plan->key_target, false, e) < 0)
			return -1;
		want.path = w->plan->key_target;
	}
	if (mend_file(w, &want, &there, e) < 0)
		return -1;
	if (!there) {
		if (mb_store_sealed_before(home, e))
			return -1;
		if (!w->plan->check && write_key(&want, e) < 0)
			return -1;
		say(w, "made", want.path, "key");
	}
	if (w->plan->key_target &&
	    make_link(w, w->plan->key_target, true, e) < 0)
		return -1;
	if (w->plan->check)
		return 0;
	/* The store must open with it, link rules included. */
	if (mb_store_load_key(home, &keys, e) < 0)
		return -1;
	mb_wipe(&keys, sizeof(keys));
	return 0;
}

/* Files that a restore or a killed tool left with another owner stop the
 * service user.  Only ours, and only with this one name: what was planted
 * stays as it is, and is named where it hurts. */
static int mend_records(struct work *w, const char *path, struct mb_err *e)
{
	char name[PATH_MAX + STORE_NAME];
	struct mb_dir d = { .fd = -1 };
	struct dirent *entry;
	struct wanted want = { name, w->service_uid, w->service_gid, 0600 };
	struct mb_err ignored;
	struct mb_file f;
	DIR *dir;
	int ret = 0;

	dir = opendir(path);
	if (!dir)
		return errno == ENOENT && w->plan->check ? 0 :
		       mb_fail_errno(e, errno, path, "list");
	d.fd = dirfd(dir);
	(void)snprintf(d.path, sizeof(d.path), "%s", path);
	while (ret == 0 && (entry = readdir(dir))) {
		if (!mb_store_is_ours(entry->d_name))
			continue;
		if (mb_fsio_file(&d, entry->d_name, O_RDONLY, MB_ANY_OWNER,
				 &f, &ignored) <= 0)
			continue;
		(void)mb_fsio_path(&d, entry->d_name, name, sizeof(name));
		ret = mend_fd(w, f.fd, &want, e);
		(void)close(f.fd);
	}
	(void)closedir(dir);
	return ret;
}

static void who(struct work *w)
{
	w->uid = geteuid();
	w->gid = getegid();
	w->service_uid = w->plan->service_uid;
	w->service_gid = w->plan->service_gid;
	if (w->service_uid == (uid_t)-1) {
		w->service_uid = w->uid;
		w->service_gid = w->gid;
	}
	w->shared = w->service_uid != w->uid;
}

/* A store in one directory takes owner and mode of that directory.  Whoever
 * names /tmp or a home by mistake must not lose those of that. */
static int not_a_store(const struct work *w, const struct wanted *want,
		       struct mb_err *e)
{
	const struct mb_home *home = w->plan->home;
	char conf[PATH_MAX + 32];
	struct dirent *entry;
	struct stat st;
	bool empty = true;
	DIR *dir;

	(void)snprintf(conf, sizeof(conf), "%s/%s", want->path,
		       STORE_CREDENTIALS);
	if (home->kind != MB_HOME_DIR || lstat(want->path, &st) < 0 ||
	    !S_ISDIR(st.st_mode) || (st.st_uid == want->uid &&
	    st.st_gid == want->gid && (st.st_mode & 07777) == want->mode) ||
	    lstat(home->key_path, &st) == 0 || lstat(conf, &st) == 0 ||
	    lstat(home->records_dir, &st) == 0)
		return 0;
	dir = opendir(want->path);
	if (!dir)
		return 0;	/* making it says why */
	while (empty && (entry = readdir(dir)))
		empty = !strcmp(entry->d_name, ".") ||
			!strcmp(entry->d_name, "..");
	(void)closedir(dir);
	if (empty)
		return 0;
	mb_fail(e, MB_E_UNSAFE_FILE, want->path, "is no store, but holds other "
		"files; its owner and mode were not changed");
	return mb_remedy(e, "name a directory of its own");
}

int mb_store_create(const struct mb_store_plan *plan, struct mb_err *e)
{
	const struct mb_home *home = plan->home;
	struct work w = { .plan = plan };
	char key_dir[PATH_MAX], conf[PATH_MAX + 32];
	bool one_dir, there;

	who(&w);
	parent_of(home->key_path, key_dir);
	one_dir = strcmp(key_dir, home->conf_dir) == 0;
	(void)snprintf(conf, sizeof(conf), "%s/%s", home->conf_dir,
		       STORE_CREDENTIALS);
	const struct wanted directories[] = {
		{ home->conf_dir, w.uid, w.shared ? w.service_gid : w.gid,
		  w.shared ? 0750 : 0700 },
		{ one_dir ? home->conf_dir : key_dir, w.uid,
		  one_dir && w.shared ? w.service_gid : w.gid,
		  one_dir && w.shared ? 0750 :
		  home->kind == MB_HOME_SYSTEM ? 0755 : 0700 },
		{ home->records_dir, w.service_uid, w.service_gid, 0700 },
	};
	const struct wanted file = { conf, w.uid, directories[0].gid,
				     w.shared ? 0640 : 0600 };

	if (not_a_store(&w, &directories[0], e) < 0)
		return -1;
	for (size_t i = 0; i < 3; i++)
		if (!(one_dir && i == 1) &&
		    make_directory(&w, &directories[i], e) < 0)
			return -1;
	if (make_key(&w, e) < 0 || mend_file(&w, &file, &there, e) < 0 ||
	    mend_records(&w, home->records_dir, e) < 0)
		return -1;
	return w.changed ? 1 : 0;
}
