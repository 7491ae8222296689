/* SPDX-License-Identifier: BSD-2-Clause */
#include "config.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/magic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <unistd.h>

#include "lib/credfile.h"
#include "tools/input.h"
#include "tools/scratch.h"

/* In memory, and nobody else can put anything into ours? */
static bool suits(const char *dir)
{
	struct statfs fs;
	struct stat st;

	if (!dir || *dir != '/' || statfs(dir, &fs) < 0 || stat(dir, &st) < 0)
		return false;
	if (fs.f_type != TMPFS_MAGIC && fs.f_type != RAMFS_MAGIC)
		return false;
	return st.st_uid == geteuid() || (st.st_mode & S_ISVTX);
}

static int write_file(const char *path, const struct mb_secret *text,
		      struct mb_err *e)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW |
		      O_CLOEXEC, 0600);
	size_t done = 0;

	if (fd < 0)
		return mb_fail_errno(e, errno, path, "create");
	while (done < text->len) {
		ssize_t n = write(fd, text->data + done, text->len - done);

		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0) {
			(void)mb_fail_errno(e, errno, path, "write");
			(void)close(fd);
			return -1;
		}
		done += (size_t)n;
	}
	return close(fd) < 0 ? mb_fail_errno(e, errno, path, "close") : 0;
}

int mb_scratch_make(struct mb_scratch *s, const struct mb_secret *text,
		    struct mb_err *e)
{
	const char *base = getenv("XDG_RUNTIME_DIR");

	if (!suits(base))
		base = "/dev/shm";
	if (!suits(base)) {
		(void)mb_fail(e, MB_E_UNSUPPORTED, "/dev/shm",
			      "there is no file system in memory to edit in");
		return mb_remedy(e, "use set, or apply with a file of yours");
	}
	(void)snprintf(s->dir, sizeof(s->dir), "%s/mailbearer-XXXXXX", base);
	if (!mkdtemp(s->dir)) {
		(void)mb_fail_errno(e, errno, s->dir, "create");
		s->dir[0] = 0;
		return -1;
	}
	(void)snprintf(s->path, sizeof(s->path), "%s/credentials.conf",
		       s->dir);
	if (write_file(s->path, text, e) == 0)
		return 0;
	mb_scratch_destroy(s);
	return -1;
}

int mb_scratch_read(const struct mb_scratch *s, struct mb_secret *text,
		    struct mb_err *e)
{
	struct stat st;

	/* Opening a FIFO would wait for ever. */
	if (lstat(s->path, &st) == 0 && !S_ISREG(st.st_mode)) {
		(void)mb_fail(e, MB_E_UNSAFE_FILE, s->path, "the editor left no "
			      "regular file; nothing was changed");
		return mb_remedy(e, "set EDITOR, then: mailbearer edit");
	}
	return mb_input_file(s->path, MB_CREDFILE_MAX, text, e);
}

static void wipe_file(int dir, const char *name)
{
	static const char zeros[4096];
	struct stat st;
	off_t left;
	int fd;

	fd = openat(dir, name, O_WRONLY | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK);
	if (fd >= 0 && fstat(fd, &st) == 0 && S_ISREG(st.st_mode)) {
		for (left = st.st_size; left > 0; left -= sizeof(zeros))
			if (write(fd, zeros, sizeof(zeros)) < 0)
				break;
	}
	if (fd >= 0)
		(void)close(fd);
	(void)unlinkat(dir, name, 0);
}

void mb_scratch_destroy(struct mb_scratch *s)
{
	struct dirent *d;
	DIR *dir;

	if (!s->dir[0])
		return;
	dir = opendir(s->dir);
	while (dir && (d = readdir(dir)))
		if (strcmp(d->d_name, ".") && strcmp(d->d_name, ".."))
			wipe_file(dirfd(dir), d->d_name);
	if (dir)
		(void)closedir(dir);
	(void)rmdir(s->dir);
	s->dir[0] = 0;
}
