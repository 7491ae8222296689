/* SPDX-License-Identifier: BSD-2-Clause */
/* Marks: empty files in the configuration directory, whose descriptor every
 * process keeps, in a jail too. */
#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

#include "lib/store_admin.h"
#include "lib/store_internal.h"

bool mb_store_marked(const struct mb_store *s, const char *name)
{
	struct stat st;

	return fstatat(s->conf.fd, name, &st, AT_SYMLINK_NOFOLLOW) == 0;
}

int mb_store_put_mark(struct mb_store *s, const char *name, struct mb_err *e)
{
	char path[PATH_MAX];
	struct mb_file f;

	if (mb_store_ready(s, &s->conf, e) < 0)
		return -1;
	if (mb_store_marked(s, name))
		return 0;
	if (mb_fsio_file(&s->conf, name, O_RDWR | O_CREAT, MB_ANY_OWNER, &f,
			 e) < 0)
		return -1;
	(void)close(f.fd);
	if (mb_dir_sync(&s->conf) == 0)
		return 1;
	return mb_fail_errno(e, errno, mb_fsio_path(&s->conf, name, path,
						    sizeof(path)),
			     "fsync directory of");
}

int mb_store_take_mark(struct mb_store *s, const char *name, struct mb_err *e)
{
	char path[PATH_MAX];
	int err;

	if (mb_store_ready(s, &s->conf, e) < 0)
		return -1;
	err = unlinkat(s->conf.fd, name, 0) < 0 ? errno : 0;
	if (err == ENOENT)
		return 0;
	if (!err && mb_dir_sync(&s->conf) < 0)
		err = errno;
	if (!err)
		return 1;
	return mb_fail_errno(e, err, mb_fsio_path(&s->conf, name, path,
						  sizeof(path)), "remove");
}

bool mb_store_retired(const struct mb_store *s)
{
	return mb_store_marked(s, STORE_RETIRED);
}

int mb_store_retire(struct mb_store *s, bool retire, struct mb_err *e)
{
	return retire ? mb_store_put_mark(s, STORE_RETIRED, e) :
			mb_store_take_mark(s, STORE_RETIRED, e);
}
