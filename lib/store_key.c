/* SPDX-License-Identifier: BSD-2-Clause */
/* Reading the host key. */
#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "lib/store_internal.h"

/* dir of path: everything before the last slash. */
static void directory_of(const char *path, char *dir)
{
	const char *slash = strrchr(path, '/');
	size_t n = slash ? (size_t)(slash - path) : 0;

	if (!slash)
		(void)snprintf(dir, PATH_MAX, ".");
	else
		(void)snprintf(dir, PATH_MAX, "%.*s", n ? (int)n : 1, path);
}

static bool roots_directory(const char *path)
{
	char dir[PATH_MAX];
	struct stat st;

	directory_of(path, dir);
	return stat(dir, &st) == 0 && st.st_uid == 0 &&
	       !(st.st_mode & (S_IWGRP | S_IWOTH));
}

int mb_store_key_place(const char *path, char *target, bool *linked,
		       struct mb_err *e)
{
	char link[PATH_MAX], dir[PATH_MAX];
	struct stat st;
	ssize_t n;
	int len;

	*linked = false;
	if (lstat(path, &st) < 0)
		return mb_fail_errno(e, errno, path, "open");
	if (!S_ISLNK(st.st_mode)) {
		(void)snprintf(target, PATH_MAX, "%s", path);
		return 0;
	}
	n = readlink(path, link, sizeof(link) - 1);
	if (n < 0)
		return mb_fail_errno(e, errno, path, "read link");
	link[n] = '\0';
	directory_of(path, dir);
	len = link[0] == '/' ? snprintf(target, PATH_MAX, "%s", link) :
			       snprintf(target, PATH_MAX, "%s/%s", dir, link);
	if (len < 0 || len >= PATH_MAX || st.st_uid != 0 ||
	    !roots_directory(path) || !roots_directory(target)) {
		mb_fail(e, MB_E_UNSAFE_FILE, path,
			"is a symbolic link that others than root could "
			"have made or can change");
		return mb_remedy(e, "run: sudo mailbearer init --key PATH, "
				 "with a PATH in a directory of root's");
	}
	*linked = true;
	return 0;
}

static int check(const struct stat *st, const char *path, bool passed,
		 bool linked, struct mb_err *e)
{
	mode_t group = S_IRWXG;

	if (!S_ISREG(st->st_mode) || st->st_nlink != 1) {
		mb_fail(e, MB_E_UNSAFE_FILE, path,
			"is not a regular file with one link");
		return mb_remedy(e, "look at it, then move it away");
	}
	if (st->st_uid != 0 && (linked || st->st_uid != geteuid())) {
		mb_fail(e, MB_E_UNSAFE_FILE, path,
			"belongs to uid %lu, neither to root nor to uid %lu",
			(unsigned long)st->st_uid, (unsigned long)geteuid());
		return mb_remedy(e, "run: mailbearer init");
	}
	/* Root may give a group the key; an access control list that systemd
	 * sets shows in the same bits. */
	if (passed || st->st_uid == 0)
		group = S_IWGRP | S_IXGRP;
	if (st->st_mode & (S_IRWXO | group)) {
		mb_fail(e, MB_E_KEY_EXPOSED, path,
			"the host key is open to others (mode %04o)",
			(unsigned int)(st->st_mode & 07777));
		return mb_remedy(e, "run: chmod 0400 %s; if somebody may have "
				 "read it, make a new store", path);
	}
	return 0;
}

/* One key, or two during a rekey: the new one first. */
static int take(const struct mb_secret *bytes, struct mb_keys *keys,
		struct mb_err *e)
{
	const char *p = bytes->data;

	for (keys->n = 0; keys->n < bytes->len / MB_KEY_LEN; keys->n++) {
		struct mb_key *key = &keys->key[keys->n];

		memcpy(key->bytes, p + keys->n * MB_KEY_LEN, MB_KEY_LEN);
		if (mb_key_identify(key, e) < 0)
			return -1;
	}
	return 0;
}

static bool right_size(off_t size)
{
	return size == MB_KEY_LEN || size == (off_t)2 * MB_KEY_LEN;
}

int mb_store_load_key(const struct mb_home *home, struct mb_keys *keys,
		      struct mb_err *e)
{
	const char *path = home->key_path;
	struct mb_secret bytes = {0};
	struct mb_keys fresh = {0};
	char target[PATH_MAX];
	struct stat st;
	bool linked;
	int fd, ret = -1;

	if (mb_store_key_place(path, target, &linked, e) < 0)
		return -1;
	fd = open(target, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC |
		  O_NOCTTY);
	if (fd < 0)
		return mb_fail_errno(e, errno, path, "open");
	if (fstat(fd, &st) < 0) {
		(void)mb_fail_errno(e, errno, path, "fstat");
		goto out;
	}
	if (check(&st, path, home->key_passed, linked, e) < 0)
		goto out;
	if (right_size(st.st_size) &&
	    mb_fsio_read(fd, (size_t)st.st_size, path, &bytes, e) < 0)
		goto out;
	if (!right_size((off_t)bytes.len)) {
		mb_fail(e, MB_E_KEY_BAD, path,
			"is %lld bytes long, a host key is %d bytes",
			(long long)st.st_size, MB_KEY_LEN);
		mb_remedy(e, "restore it; without it the store can only be "
			  "opened with a recovery key");
		goto out;
	}
	if (take(&bytes, &fresh, e) < 0)
		goto out;
	*keys = fresh;
	ret = 0;
out:
	(void)close(fd);
	mb_wipe(&fresh, sizeof(fresh));
	mb_secret_clear(&bytes);
	return ret;
}

bool mb_store_sealed_before(const struct mb_home *home, struct mb_err *e)
{
	char path[PATH_MAX + sizeof("/credentials.conf")];

	(void)snprintf(path, sizeof(path), "%s/credentials.conf",
		       home->conf_dir);
	if (access(path, F_OK) < 0)
		return false;
	mb_fail(e, MB_E_KEY_BAD, home->key_path,
		" is missing, and %s is sealed with it", path);
	(void)mb_remedy(e, "restore the key; if it is lost for good, move that "
			"file and %s away first", home->records_dir);
	return true;
}
