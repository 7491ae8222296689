/* SPDX-License-Identifier: BSD-2-Clause */
#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "lib/fsio.h"

#define SAFE_FLAGS (O_NOFOLLOW | O_NONBLOCK | O_NOCTTY)

int mb_dir_adopt(struct mb_dir *d, int fd, const char *path, struct mb_err *e)
{
	size_t n = strlen(path);
	struct stat st;
	int err;

	if (n >= sizeof(d->path)) {
		errno = ENAMETOOLONG;
		return mb_fail(e, MB_E_IO, "directory", "path is too long");
	}
	err = fstat(fd, &st) < 0 ? errno : S_ISDIR(st.st_mode) ? 0 : ENOTDIR;
	if (err) {
		(void)mb_fail_errno(e, err, path, "open");
		errno = err;
		return -1;
	}
	d->fd = fd;
	d->dev = st.st_dev;
	d->ino = st.st_ino;
	d->uid = st.st_uid;
	d->gid = st.st_gid;
	d->mode = st.st_mode & 07777;
	memcpy(d->path, path, n + 1);
	return 0;
}

int mb_dir_open(struct mb_dir *d, const char *path, struct mb_err *e)
{
	/* O_PATH would not do: the directory is fsynced later. */
	int fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NOCTTY);
	int err;

	if (fd < 0) {
		err = errno;
		(void)mb_fail_errno(e, err, path, "open");
		errno = err;
		return -1;
	}
	if (mb_dir_adopt(d, fd, path, e) == 0)
		return 0;
	err = errno;
	(void)close(fd);
	errno = err;
	return -1;
}

void mb_dir_close(struct mb_dir *d)
{
	/* A host may have closed it, and the number be its own by now. */
	if (d->fd >= 0 && mb_dir_same(d, false))
		(void)close(d->fd);
	d->fd = -1;
}

bool mb_dir_same(const struct mb_dir *d, bool by_path)
{
	struct stat st;

	if (fstat(d->fd, &st) < 0 || st.st_dev != d->dev ||
	    st.st_ino != d->ino || st.st_nlink == 0)
		return false;
	if (!by_path)
		return true;
	return stat(d->path, &st) == 0 && st.st_dev == d->dev &&
	       st.st_ino == d->ino;
}

int mb_dir_sync(const struct mb_dir *d)
{
	/* EINVAL: this file system has no fsync for directories. */
	return fsync(d->fd) < 0 && errno != EINVAL ? -1 : 0;
}

const char *mb_fsio_path(const struct mb_dir *d, const char *name, char *buf,
			 size_t size)
{
	size_t used = strnlen(d->path, sizeof(d->path));
	size_t n = strlen(name);

	if (used >= size || n + 2 > size - used) {
		(void)snprintf(buf, size, "%s", name);
		return buf;
	}
	memcpy(buf, d->path, used);
	buf[used] = '/';
	memcpy(buf + used + 1, name, n + 1);
	return buf;
}

static int unsafe(struct mb_err *e, const char *path, const char *why)
{
	mb_fail(e, MB_E_UNSAFE_FILE, path, "%s", why);
	return mb_remedy(e, "look at it, then move it away");
}

static int check_file(const struct stat *st, uid_t owner, const char *path,
		      struct mb_err *e)
{
	if (S_ISDIR(st->st_mode))
		return unsafe(e, path, "is a directory, a file is expected");
	if (!S_ISREG(st->st_mode))
		return unsafe(e, path, "is not a regular file");
	/* None: it was replaced since it was opened, and is whole. */
	if (st->st_nlink > 1)
		return unsafe(e, path, "has more than one link");
	if (owner != MB_ANY_OWNER && st->st_uid != owner) {
		mb_fail(e, MB_E_UNSAFE_FILE, path,
			"belongs to uid %lu, expected is %lu",
			(unsigned long)st->st_uid, (unsigned long)owner);
		return mb_remedy(e, "run: mailbearer init");
	}
	return 0;
}

int mb_fsio_file(const struct mb_dir *d, const char *name, int flags,
		 uid_t owner, struct mb_file *f, struct mb_err *e)
{
	char path[PATH_MAX + 256];
	struct mb_file got;

	got.fd = openat(d->fd, name, flags | SAFE_FLAGS | O_CLOEXEC, 0600);
	if (got.fd < 0 && errno == ENOENT && !(flags & O_CREAT))
		return 0;
	(void)mb_fsio_path(d, name, path, sizeof(path));
	if (got.fd < 0) {
		switch (errno) {
		case ELOOP:
			return unsafe(e, path, "is a symbolic link");
		case EISDIR:
			return unsafe(e, path,
				      "is a directory, a file is expected");
		case ENXIO:
			return unsafe(e, path, "is not a regular file");
		default:
			return mb_fail_errno(e, errno, path, "open");
		}
	}
	if (fstat(got.fd, &got.st) < 0)
		(void)mb_fail_errno(e, errno, path, "fstat");
	else if (check_file(&got.st, owner, path, e) == 0) {
		*f = got;
		return 1;
	}
	(void)close(got.fd);
	return -1;
}

/* Straight into the secret, so that there is no second copy to wipe.  A regular
 * file ends where a read of its last byte falls short: one call for a record.
 * 1 there is more, 0 the end, -1 with errno, or with ENOMEM. */
static int read_part(int fd, const struct stat *st, struct mb_secret *got)
{
	size_t room;
	ssize_t n;

	if (got->cap - got->len < 2 &&
	    mb_secret_reserve(got, got->len + 1) < 0) {
		errno = ENOMEM;
		return -1;
	}
	room = got->cap - got->len - 1;
	do
		n = read(fd, got->data + got->len, room);
	while (n < 0 && errno == EINTR);
	if (n <= 0)
		return (int)n;
	got->len += (size_t)n;
	got->data[got->len] = '\0';
	return !S_ISREG(st->st_mode) || st->st_size <= 0 ||
	       (size_t)n == room || got->len < (size_t)st->st_size;
}

int mb_fsio_read(int fd, size_t max, const char *object,
		 struct mb_secret *out, struct mb_err *e)
{
	struct mb_secret got = {0};
	struct stat st = {0};
	int ret = -1, more = 1;

	/* One block of the right size: growing would copy. */
	if (fstat(fd, &st) == 0 && st.st_size > 0 &&
	    (uintmax_t)st.st_size <= max &&
	    mb_secret_reserve(&got, (size_t)st.st_size + 1) < 0)
		goto no_memory;
	while (more > 0) {
		more = read_part(fd, &st, &got);
		if (got.len > max) {
			mb_fail(e, MB_E_TOO_LARGE, object,
				"is larger than %zu bytes", max);
			(void)mb_remedy(e, "restore it from a backup");
			goto out;
		}
	}
	if (more < 0 && errno == ENOMEM)
		goto no_memory;
	if (more < 0) {
		(void)mb_fail_errno(e, errno, object, "read");
		goto out;
	}
	mb_secret_move(out, &got);
	ret = 0;
	goto out;
no_memory:
	mb_fail(e, MB_E_NOMEM, object, "out of memory");
out:
	mb_secret_clear(&got);
	return ret;
}

int mb_fsio_write(int fd, const void *data, size_t n, off_t offset)
{
	const char *p = data;
	ssize_t w;

	while (n > 0) {
		w = pwrite(fd, p, n, offset);
		if (w < 0 && errno == EINTR)
			continue;
		if (w <= 0) {
			if (w == 0)
				errno = EIO;
			return -1;
		}
		p += w;
		n -= (size_t)w;
		offset += w;
	}
	return 0;
}

/* For file systems that cannot allocate: write it out.  0 or errno. */
static int reserve_by_writing(int fd, off_t n)
{
	static const char zeros[4096];
	off_t done;
	size_t part;

	for (done = 0; done < n; done += (off_t)part) {
		part = sizeof(zeros);
		if (n - done < (off_t)part)
			part = (size_t)(n - done);
		if (mb_fsio_write(fd, zeros, part, done) < 0)
			return errno;
	}
	return fsync(fd) < 0 ? errno : 0;
}

int mb_fsio_reserve(int fd, off_t n)
{
	int err;

	if (ftruncate(fd, 0) < 0)
		return errno;
	do
		err = posix_fallocate(fd, 0, n);
	while (err == EINTR);
	if (err == EOPNOTSUPP || err == ENOSYS || err == EINVAL ||
	    err == EPERM)
		err = reserve_by_writing(fd, n);
	return err;
}

static int write_out(int fd, const struct mb_secret *data,
		     const struct mb_fsio_owner *o)
{
	struct stat st;

	if (fstat(fd, &st) < 0)
		return -1;
	if ((st.st_uid != o->uid || st.st_gid != o->gid) &&
	    fchown(fd, o->uid, o->gid) < 0)
		return -1;
	if (mb_fsio_write(fd, data->data, data->len, 0) < 0 ||
	    fchmod(fd, o->mode) < 0 || fsync(fd) < 0)
		return -1;
	return 0;
}

int mb_fsio_replace(const struct mb_dir *d, const char *name,
		    const struct mb_secret *data,
		    const struct mb_fsio_owner *owner, struct mb_err *e)
{
	char fresh[NAME_MAX + 1], path[PATH_MAX + 256];
	struct mb_file f;
	int err;

	if ((size_t)snprintf(fresh, sizeof(fresh), "%s.new", name) >=
	    sizeof(fresh))
		return mb_fail(e, MB_E_INTERNAL, name, "name is too long");
	(void)mb_fsio_path(d, name, path, sizeof(path));
	/* A writer that died left it; the lock says that nobody writes now. */
	(void)unlinkat(d->fd, fresh, 0);
	if (mb_fsio_file(d, fresh, O_RDWR | O_CREAT | O_EXCL, MB_ANY_OWNER,
			 &f, e) < 0)
		return -1;
	if (write_out(f.fd, data, owner) < 0 ||
	    renameat(d->fd, fresh, d->fd, name) < 0) {
		err = errno;
		(void)unlinkat(d->fd, fresh, 0);
		(void)close(f.fd);
		return mb_fail_errno(e, err, path, "write");
	}
	(void)close(f.fd);
	if (mb_dir_sync(d) < 0)
		return mb_fail_errno(e, errno, path, "fsync directory of");
	return 0;
}
