/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Files the careful way.  A directory is a descriptor plus its path for
 * messages; files are opened below it by name: no symlink is followed, no
 * FIFO or device can block, close-on-exec always; type, links and owner are
 * checked on the descriptor.
 */
#ifndef MB_LIB_FSIO_H
#define MB_LIB_FSIO_H

#include <limits.h>
#include <stdbool.h>
#include <stddef.h>
#include <sys/stat.h>
#include <sys/types.h>

#include "lib/err.h"
#include "lib/secret.h"

/* An open directory; {.fd = -1} is empty. */
struct mb_dir {
	int fd;
	dev_t dev;	/* identity: hosts close descriptors that are not theirs */
	ino_t ino;
	uid_t uid;	/* its owner */
	gid_t gid;
	mode_t mode;
	char path[PATH_MAX];
};

/* Open an existing directory.  0, or -1 (errno is kept for the caller). */
int mb_dir_open(struct mb_dir *d, const char *path, struct mb_err *e);
/* The same with a descriptor that is open already, and d's on success. */
int mb_dir_adopt(struct mb_dir *d, int fd, const char *path, struct mb_err *e);
void mb_dir_close(struct mb_dir *d);

/* Is the descriptor still that directory, and not removed?  With by_path:
 * does the path still lead to it? */
bool mb_dir_same(const struct mb_dir *d, bool by_path);

/* fsync it, so that a rename or unlink in it lasts.  0 or -1 and errno. */
int mb_dir_sync(const struct mb_dir *d);

/* "DIR/NAME" for messages; returns buf. */
const char *mb_fsio_path(const struct mb_dir *d, const char *name, char *buf,
			 size_t size);

/* Any owner will do. */
#define MB_ANY_OWNER ((uid_t)-1)

struct mb_file {
	int fd;
	struct stat st;	/* as it was opened */
};

/*
 * Open the regular file NAME with one link, owned by owner.  flags: O_RDONLY
 * or O_RDWR, O_CREAT (mode 0600), O_EXCL.  1 and *f; 0 there is none;
 * -1: MB_E_UNSAFE_FILE for anything that is not such a file.
 */
int mb_fsio_file(const struct mb_dir *d, const char *name, int flags,
		 uid_t owner, struct mb_file *f, struct mb_err *e);

/* Read all of fd, at most max bytes; out is replaced.  0, or -1
 * (MB_E_TOO_LARGE). */
int mb_fsio_read(int fd, size_t max, const char *object,
		 struct mb_secret *out, struct mb_err *e);

/* Write n bytes at the offset, through EINTR and short writes.  0, or -1 and
 * errno. */
int mb_fsio_write(int fd, const void *data, size_t n, off_t offset);

/* Empty the file and give it n bytes of real disk space, so that writing them
 * cannot fail for want of it.  0, or an errno value. */
int mb_fsio_reserve(int fd, off_t n);

/*
 * Put data in the place of NAME in one step: sibling NAME.new, owner, group
 * and mode, fsync, rename, fsync of the directory.  The caller holds whatever
 * lock guards NAME.  On -1 the old file is whole.
 */
struct mb_fsio_owner {
	uid_t uid;
	gid_t gid;
	mode_t mode;
};
int mb_fsio_replace(const struct mb_dir *d, const char *name,
		    const struct mb_secret *data,
		    const struct mb_fsio_owner *owner, struct mb_err *e);

#endif
