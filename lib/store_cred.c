/* SPDX-License-Identifier: BSD-2-Clause */
/* The sealed credentials file: reading, changing. */
#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "lib/lock.h"
#include "lib/store_admin.h"
#include "lib/store_internal.h"

static const char *conf_path(const struct mb_store *s, char *buf)
{
	return mb_fsio_path(&s->conf, STORE_CREDENTIALS, buf, PATH_MAX);
}

static int check(const struct mb_store *s, const struct stat *st,
		 const char *path, struct mb_err *e)
{
	if (st->st_uid != 0 && st->st_uid != geteuid() &&
	    st->st_uid != s->conf.uid) {
		mb_fail(e, MB_E_UNSAFE_FILE, path,
			"belongs to uid %lu", (unsigned long)st->st_uid);
		return mb_remedy(e, "run: mailbearer init");
	}
	if (st->st_mode & (S_IWGRP | S_IWOTH)) {
		mb_fail(e, MB_E_UNSAFE_FILE, path,
			"can be written to by others (mode %04o)",
			(unsigned int)(st->st_mode & 07777));
		return mb_remedy(e, "run: mailbearer init");
	}
	return 0;
}

int mb_store_credentials(struct mb_store *s, struct mb_secret *text,
			 struct mb_err *e)
{
	struct mb_secret sealed = {0}, plain = {0};
	char path[PATH_MAX];
	struct mb_file f = { .fd = -1 };
	int r, ret = -1;

	if (s->kept) {
		if (mb_secret_set(text, s->kept_text.data,
				  s->kept_text.len) < 0)
			return mb_fail(e, MB_E_NOMEM, s->home.conf_dir,
				       "out of memory");
		return 0;
	}
	if (mb_store_ready(s, &s->conf, e) < 0)
		return -1;
	r = mb_fsio_file(&s->conf, STORE_CREDENTIALS, O_RDONLY, MB_ANY_OWNER,
			 &f, e);
	if (r < 0)
		return -1;
	if (r > 0) {
		(void)conf_path(s, path);
		if (check(s, &f.st, path, e) < 0 ||
		    mb_fsio_read(f.fd, STORE_CREDENTIALS_BYTES, path, &sealed,
				 e) < 0 ||
		    mb_store_unseal(s, &sealed, false, path, &plain, e) !=
		    MB_UNSEAL_OK)
			goto out;
	}
	mb_secret_move(text, &plain);
	ret = 0;
out:
	if (f.fd >= 0)
		(void)close(f.fd);
	mb_secret_clear(&sealed);
	mb_secret_clear(&plain);
	return ret;
}

int mb_store_credentials_stamp(const struct mb_store *s,
			       struct mb_stamp *stamp, struct mb_err *e)
{
	char path[PATH_MAX];
	struct stat st;

	if (fstatat(s->conf.fd, STORE_CREDENTIALS, &st,
		    AT_SYMLINK_NOFOLLOW) < 0) {
		if (errno == ENOENT)
			return 0;
		return mb_fail_errno(e, errno, conf_path(s, path), "stat");
	}
	mb_store_to_stamp(&st, stamp);
	return 1;
}

int mb_store_seen(const struct mb_store *s, char *seen, struct mb_err *e)
{
	struct mb_stamp st;
	int r;

	if (s->kept) {
		memcpy(seen, s->kept_seen, sizeof(s->kept_seen));
		return 0;
	}
	r = mb_store_credentials_stamp(s, &st, e);
	if (r < 0)
		return -1;
	if (r == 0)
		(void)snprintf(seen, sizeof(s->kept_seen), "none");
	else
		(void)snprintf(seen, sizeof(s->kept_seen),
			       "%" PRId64 ".%jd.%ju", st.mtime_ns,
			       (intmax_t)st.size, (uintmax_t)st.ino);
	return 0;
}

int mb_store_credentials_lock(struct mb_store *s,
			      const struct mb_deadline *d, int *lock,
			      struct mb_err *e)
{
	char path[PATH_MAX];
	struct mb_file f;

	if (mb_store_ready(s, &s->conf, e) < 0 ||
	    mb_fsio_file(&s->conf, STORE_CREDENTIALS_LOCK, O_RDWR | O_CREAT,
			 geteuid(), &f, e) < 0)
		return -1;
	(void)mb_fsio_path(&s->conf, STORE_CREDENTIALS_LOCK, path,
			   sizeof(path));
	if (mb_lock_wait(f.fd, d, path, e) < 0) {
		(void)close(f.fd);
		return -1;
	}
	*lock = f.fd;
	return 0;
}

void mb_store_credentials_unlock(struct mb_store *s, int *lock)
{
	(void)s;
	if (*lock < 0)
		return;
	mb_lock_release(*lock);
	(void)close(*lock);
	*lock = -1;
}

/* What is sealed must open again and say the same, before it replaces
 * anything. */
static int prove(const struct mb_key *key, const struct mb_secret *sealed,
		 const struct mb_secret *text, const char *path,
		 struct mb_err *e)
{
	struct mb_secret back = {0};
	int ret = -1;

	if (mb_unseal(key, sealed->data, sealed->len, false, path, &back,
		      e) == MB_UNSEAL_OK) {
		ret = 0;
		if (!mb_secret_equal(&back, text))
			ret = mb_fail(e, MB_E_CRYPTO, path, "what was sealed "
				      "does not open to the same text");
	}
	mb_secret_clear(&back);
	return ret;
}

int mb_store_credentials_write(struct mb_store *s,
			       const struct mb_secret *text,
			       mb_store_sealer *sealer, void *arg,
			       struct mb_err *e)
{
	struct mb_fsio_owner owner = { s->conf.uid, s->conf.gid, 0640 };
	struct mb_secret sealed = {0};
	char path[PATH_MAX];
	struct stat st;
	size_t i, n;
	int ret = -1;

	(void)conf_path(s, path);
	/* Only a directory of root's own is shared with a service. */
	if (s->conf.uid != 0 || s->conf.gid == 0)
		owner.mode = 0600;
	if (fstatat(s->conf.fd, STORE_CREDENTIALS, &st,
		    AT_SYMLINK_NOFOLLOW) == 0 && S_ISREG(st.st_mode)) {
		owner.uid = st.st_uid;
		owner.gid = st.st_gid;
		owner.mode = st.st_mode & 0640;
	}
	n = mb_store_sealing(s);
	if ((sealer ? sealer(arg, s->keys.key, n, text, &sealed, e) :
	     mb_seal(s->keys.key, n, text, &sealed, e)) < 0)
		goto out;
	if (sealed.len > STORE_CREDENTIALS_BYTES) {
		mb_fail(e, MB_E_TOO_LARGE, path, "sealed it would be %zu "
			"bytes, the limit is %d", sealed.len,
			STORE_CREDENTIALS_BYTES);
		mb_remedy(e, "remove client credentials or rules that nobody "
			  "uses: mailbearer list");
		goto out;
	}
	for (i = 0; i < n; i++)
		if (prove(&s->keys.key[i], &sealed, text, path, e) < 0)
			goto out;
	if (mb_fsio_replace(&s->conf, STORE_CREDENTIALS, &sealed, &owner,
			    e) < 0)
		goto out;
	if (s->kept) {
		/* Later readers of this process get what is there now. */
		s->kept = false;
		mb_secret_clear(&s->kept_text);
	}
	ret = 0;
out:
	mb_secret_clear(&sealed);
	return ret;
}
