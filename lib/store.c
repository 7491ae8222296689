/* SPDX-License-Identifier: BSD-2-Clause */
#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <pthread.h>
#include <string.h>
#include <sys/fsuid.h>
#include <unistd.h>

#include "lib/store_internal.h"
#include "lib/vault.h"

/* Whoever could write to a directory could swap the files in it. */
static int check_directory(const struct mb_dir *d, struct mb_err *e)
{
	if (d->mode & (S_IWGRP | S_IWOTH)) {
		mb_fail(e, MB_E_UNSAFE_FILE, d->path,
			"can be written to by others (mode %04o)",
			(unsigned int)d->mode);
		return mb_remedy(e, "run: mailbearer init");
	}
	if (d->uid != 0 && geteuid() != 0 && d->uid != geteuid()) {
		mb_fail(e, MB_E_UNSAFE_FILE, d->path,
			"belongs to uid %lu, neither to root nor to uid %lu",
			(unsigned long)d->uid, (unsigned long)geteuid());
		return mb_remedy(e, "run: mailbearer init");
	}
	return 0;
}

static int open_directory(struct mb_dir *d, const char *path,
			  struct mb_err *e)
{
	struct mb_dir fresh = { .fd = -1 };

	if (mb_dir_open(&fresh, path, e) < 0) {
		if (errno == ENOENT || errno == ENOTDIR)
			(void)mb_remedy(e, "run: mailbearer init");
		return -1;
	}
	if (check_directory(&fresh, e) < 0) {
		mb_dir_close(&fresh);
		return -1;
	}
	*d = fresh;
	return 0;
}

int mb_store_open(struct mb_store **out, const struct mb_home *home,
		  struct mb_err *e)
{
	struct mb_store *s = mb_vault_new(sizeof(*s));

	if (!s)
		return mb_fail(e, MB_E_NOMEM, home->conf_dir, "out of memory");
	s->home = *home;
	s->conf.fd = -1;
	s->records.fd = -1;
	if (mb_store_load_key(home, &s->keys, e) < 0 ||
	    open_directory(&s->conf, home->conf_dir, e) < 0 ||
	    open_directory(&s->records, home->records_dir, e) < 0) {
		mb_store_free(&s);
		return -1;
	}
	*out = s;
	return 0;
}

int mb_store_adopt(struct mb_store **out, const struct mb_home *home,
		   const struct mb_keys *keys, int conf_fd, int records_fd,
		   struct mb_err *e)
{
	struct mb_store *s = mb_vault_new(sizeof(*s));

	if (!s)
		return mb_fail(e, MB_E_NOMEM, home->conf_dir, "out of memory");
	s->home = *home;
	s->keys = *keys;
	s->jailed = true;
	s->conf.fd = -1;
	s->records.fd = -1;
	if (mb_dir_adopt(&s->conf, conf_fd, home->conf_dir, e) < 0 ||
	    check_directory(&s->conf, e) < 0 ||
	    mb_dir_adopt(&s->records, records_fd, home->records_dir, e) < 0 ||
	    check_directory(&s->records, e) < 0) {
		mb_store_free(&s);
		return -1;
	}
	*out = s;
	return 0;
}

void mb_store_descriptors(const struct mb_store *s, int *records_fd,
			  int *conf_fd)
{
	*records_fd = s->records.fd;
	*conf_fd = s->conf.fd;
}

bool mb_store_helpful(const struct mb_store *s)
{
	return faccessat(s->conf.fd, STORE_CREDENTIALS, R_OK, AT_EACCESS) == 0;
}

void mb_store_free(struct mb_store **store)
{
	struct mb_store *s = *store;

	if (!s)
		return;
	mb_dir_close(&s->conf);
	mb_dir_close(&s->records);
	mb_secret_clear(&s->kept_text);
	mb_wipe(&s->keys, sizeof(s->keys));
	mb_secret_clear(&s->rules);
	mb_vault_free(s, sizeof(*s));
	*store = NULL;
}

void mb_store_jail(struct mb_store *s)
{
	s->jailed = true;
}

const struct mb_home *mb_store_home(const struct mb_store *s)
{
	return &s->home;
}

const char *mb_store_label(const struct mb_store *s)
{
	return s->home.conf_dir;
}

int mb_store_ready(struct mb_store *s, struct mb_dir *d, struct mb_err *e)
{
	struct mb_dir fresh = { .fd = -1 };

	if (mb_dir_same(d, !s->jailed))
		return 0;
	if (s->jailed) {
		mb_fail(e, MB_E_IO, d->path,
			"was replaced, or the program closed it");
		return mb_remedy(e, "restart the program (postfix reload)");
	}
	if (open_directory(&fresh, d->path, e) < 0)
		return -1;
	mb_dir_close(d);
	*d = fresh;
	return 0;
}

/* The key file once more, if it is another by now.  It is root's: not as the
 * records' owner (mb_store_enter).  In a jail the path would lead elsewhere. */
static bool reload_keys(struct mb_store *s)
{
	struct mb_keys keys = {0};
	bool changed = false;
	uid_t uid;
	gid_t gid;

	if (s->jailed)
		return false;
	uid = (uid_t)setfsuid(geteuid());
	gid = (gid_t)setfsgid(getegid());
	if (mb_store_load_key(&s->home, &keys, NULL) == 0)
		changed = keys.n != s->keys.n ||
			  strcmp(keys.key[0].id, s->keys.key[0].id) != 0;
	(void)setfsgid(gid);
	(void)setfsuid(uid);
	if (changed)
		s->keys = keys;
	mb_wipe(&keys, sizeof(keys));
	return changed;
}

const struct mb_keys *mb_store_keys(struct mb_store *s)
{
	if (s->keys.n == 1 && mb_store_marked(s, STORE_REKEYING))
		(void)reload_keys(s);
	return &s->keys;
}

size_t mb_store_sealing(struct mb_store *s)
{
	size_t n = mb_store_keys(s)->n;

	return n == 1 || mb_store_marked(s, STORE_REKEYING) ? n : 1;
}

static enum mb_unseal try_keys(const struct mb_store *s,
			       const struct mb_secret *sealed, bool tail_ok,
			       const char *object, struct mb_secret *plain,
			       struct mb_err *e)
{
	enum mb_unseal r = MB_UNSEAL_OTHER_KEY;
	size_t i;

	for (i = 0; i < s->keys.n && r == MB_UNSEAL_OTHER_KEY; i++)
		r = mb_unseal(&s->keys.key[i], sealed->data, sealed->len,
			      tail_ok, object, plain, e);
	if (r == MB_UNSEAL_OK && i > 1)
		mb_err_clear(e);
	return r;
}

enum mb_unseal mb_store_unseal(struct mb_store *s,
			       const struct mb_secret *sealed, bool tail_ok,
			       const char *object, struct mb_secret *plain,
			       struct mb_err *e)
{
	enum mb_unseal r = try_keys(s, sealed, tail_ok, object, plain, e);

	if (r != MB_UNSEAL_OTHER_KEY)
		return r;
	/* A key replaced since it was read. */
	if (reload_keys(s))
		r = try_keys(s, sealed, tail_ok, object, plain, e);
	if (r == MB_UNSEAL_OTHER_KEY && s->jailed)
		(void)mb_remedy(e, "restart the program (postfix reload); "
				"if it stays: restore the key");
	return r;
}

int mb_store_seal_text(struct mb_store *s, const struct mb_secret *plain,
		       struct mb_secret *out, struct mb_err *e)
{
	return mb_seal(s->keys.key, mb_store_sealing(s), plain, out, e);
}

int mb_store_unseal_text(struct mb_store *s, const struct mb_secret *sealed,
			 const char *object, struct mb_secret *plain,
			 struct mb_err *e)
{
	return mb_store_unseal(s, sealed, false, object, plain, e) ==
	       MB_UNSEAL_OK ? 0 : -1;
}

int mb_store_enter(const struct mb_store *s, struct mb_store_guard *g,
		   struct mb_err *e)
{
	sigset_t all;

	g->on = false;
	if (s->records.uid == 0 || geteuid() != 0)
		return 0;
	(void)sigfillset(&all);
	(void)pthread_sigmask(SIG_BLOCK, &all, &g->signals);
	g->on = true;
	/* Of this thread alone, in contrast to seteuid(). */
	(void)setfsgid(s->records.gid);
	(void)setfsuid(s->records.uid);
	if ((uid_t)setfsuid((uid_t)-1) == s->records.uid)
		return 0;
	mb_store_leave(g);
	mb_fail(e, MB_E_NOT_PERMITTED, s->records.path,
		"root may not act as its owner, uid %lu",
		(unsigned long)s->records.uid);
	return mb_remedy(e, "run the program as that user");
}

void mb_store_leave(struct mb_store_guard *g)
{
	int saved = errno;

	if (!g->on)
		return;
	(void)setfsuid(geteuid());
	(void)setfsgid(getegid());
	(void)pthread_sigmask(SIG_SETMASK, &g->signals, NULL);
	g->on = false;
	errno = saved;
}

bool mb_store_is_owner(const struct mb_store *s)
{
	return geteuid() == s->records.uid;
}

int mb_store_drop_privileges(struct mb_store *s, bool with_credentials,
			     struct mb_err *e)
{
	uid_t uid = s->records.uid;
	gid_t gid = s->records.gid;

	if (geteuid() != 0 || uid == 0)
		return 0;
	if (with_credentials) {
		if (mb_store_seen(s, s->kept_seen, e) < 0 ||
		    mb_store_credentials(s, &s->kept_text, e) < 0)
			return -1;
		s->kept = true;
	}
	/* Paths may be closed to that user; the descriptors are open. */
	s->jailed = true;
	if (setgroups(1, &gid) < 0 || setresgid(gid, gid, gid) < 0 ||
	    setresuid(uid, uid, uid) < 0)
		return mb_fail_errno(e, errno, s->records.path,
				     "become the owner of");
	if (setresuid((uid_t)-1, 0, (uid_t)-1) == 0)
		return mb_fail(e, MB_E_INTERNAL, s->records.path,
			       "root came back after it was given up");
	return 0;
}
