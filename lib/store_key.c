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

/* Where a key that is a symlink really lies.  One step, and only if nobody
 * but root could have made link and target. */
static int resolve(const char *path, char *target, bool *linked,
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

int mb_store_load_key(const struct mb_home *home, struct mb_key *key,
		      struct mb_err *e)
{
	const char *path = home->key_path;
	struct mb_secret bytes = {0};
	struct mb_key fresh = {{0}, ""};
	char target[PATH_MAX];
	struct stat st;
	bool linked;
	int fd, ret = -1;

	if (resolve(path, target, &linked, e) < 0)
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
	if (st.st_size == MB_KEY_LEN &&
	    mb_fsio_read(fd, MB_KEY_LEN, path, &bytes, e) < 0)
		goto out;
	if (bytes.len != MB_KEY_LEN) {
		mb_fail(e, MB_E_KEY_BAD, path,
			"is %lld bytes long, a host key is %d bytes",
			(long long)st.st_size, MB_KEY_LEN);
		mb_remedy(e, "restore it; without it the store can only be "
			  "opened with a recovery key");
		goto out;
	}
	memcpy(fresh.bytes, bytes.data, MB_KEY_LEN);
	if (mb_key_identify(&fresh, e) < 0)
		goto out;
	*key = fresh;
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
