/* SPDX-License-Identifier: BSD-2-Clause */
#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/auxv.h>
#include <sys/stat.h>
#include <unistd.h>

#include "lib/home.h"
#include "lib/paths.h"

enum { GROUPS_MAX = 256, PASSWD_MAX = 16384 };

/* No variable counts in a program that runs with more rights than its caller
 * has (sudo, su and others load the plugin through libldap). */
static const char *variable(const char *name)
{
	const char *value;

	if (getauxval(AT_SECURE))
		return NULL;
	value = getenv(name);
	/* XDG Base Directory Specification: relative paths are invalid. */
	return value && value[0] == '/' ? value : NULL;
}

static int join(char *out, const char *a, const char *b, struct mb_err *e)
{
	int n = snprintf(out, PATH_MAX, "%s%s", a, b);

	if (n < 0 || n >= PATH_MAX)
		return mb_fail(e, MB_E_IO, "store", "path is too long");
	return 0;
}

/* A function of its own: its buffer would cost every host a few page faults
 * where it is not even called. */
__attribute__((noinline))
static int password_home(char *out, struct mb_err *e)
{
	struct passwd pw, *found = NULL;
	char buf[PASSWD_MAX];

	if (getpwuid_r(geteuid(), &pw, buf, sizeof(buf), &found) == 0 &&
	    found && found->pw_dir && found->pw_dir[0] == '/')
		return join(out, found->pw_dir, "", e) < 0 ? -1 : 1;
	return 0;
}

static int home_directory(enum mb_home_caller caller, char *out,
			  struct mb_err *e)
{
	const char *home = variable("HOME");
	int r;

	if (home)
		return join(out, home, "", e);
	/* Not in a host: name services may be slow, or ask the network. */
	r = caller == MB_CALLER_TOOL ? password_home(out, e) : 0;
	if (r != 0)
		return r < 0 ? -1 : 0;
	mb_fail(e, MB_E_NO_STORE, "no store",
		"no home directory is known for uid %lu",
		(unsigned long)geteuid());
	return mb_remedy(e, "set HOME, or name the store: --store DIR");
}

static int xdg(const char *name, const char *home, const char *fallback,
	       const char *end, char *out, struct mb_err *e)
{
	char base[PATH_MAX];
	const char *value = variable(name);

	if (value)
		return join(out, value, end, e);
	if (join(base, home, fallback, e) < 0)
		return -1;
	return join(out, base, end, e);
}

static int locate_user(enum mb_home_caller caller, struct mb_home *h,
		       struct mb_err *e)
{
	char home[PATH_MAX] = "";
	bool all = variable("XDG_DATA_HOME") && variable("XDG_CONFIG_HOME") &&
		   variable("XDG_STATE_HOME");

	if (!all && home_directory(caller, home, e) < 0)
		return -1;
	if (xdg("XDG_DATA_HOME", home, "/.local/share", "/mailbearer/key",
		h->key_path, e) < 0 ||
	    xdg("XDG_CONFIG_HOME", home, "/.config", "/mailbearer",
		h->conf_dir, e) < 0)
		return -1;
	return xdg("XDG_STATE_HOME", home, "/.local/state",
		   "/mailbearer/accounts", h->records_dir, e);
}

static int locate_dir(const char *dir, struct mb_home *h, struct mb_err *e)
{
	if (!dir || !dir[0])
		return mb_fail(e, MB_E_USAGE, "store",
			       "no directory is named");
	if (join(h->key_path, dir, "/key", e) < 0 ||
	    join(h->conf_dir, dir, "", e) < 0)
		return -1;
	return join(h->records_dir, dir, "/accounts", e);
}

static int locate_system(struct mb_home *h, struct mb_err *e)
{
	if (join(h->key_path, mb_path_statedir, "/key", e) < 0 ||
	    join(h->conf_dir, mb_path_confdir, "", e) < 0)
		return -1;
	return join(h->records_dir, mb_path_statedir, "/accounts", e);
}

/* systemd's LoadCredential=key. */
static int look_for_passed_key(struct mb_home *h, struct mb_err *e)
{
	const char *dir = variable("CREDENTIALS_DIRECTORY");
	char path[PATH_MAX];

	if (!dir)
		return 0;
	if (join(path, dir, "/key", e) < 0)
		return -1;
	if (access(path, F_OK) == 0) {
		memcpy(h->key_path, path, sizeof(path));
		h->key_passed = true;
	}
	return 0;
}

/* Every program that uses libsasl2 pays for this: no 12 KiB are copied. */
static int locate(enum mb_home_kind kind, const char *dir,
		  enum mb_home_caller caller, struct mb_home *h,
		  struct mb_err *e)
{
	int r = -1;

	h->kind = kind;
	h->key_passed = false;
	switch (kind) {
	case MB_HOME_SYSTEM:
		r = locate_system(h, e);
		break;
	case MB_HOME_USER:
		r = locate_user(caller, h, e);
		break;
	case MB_HOME_DIR:
		r = locate_dir(dir, h, e);
		break;
	case MB_HOME_AUTO:
		r = mb_fail(e, MB_E_INTERNAL, "store", "kind is not known");
		break;
	}
	/* Not for a user's own store: the service user of a timer would seem
	 * to have one. */
	if (r == 0 && caller == MB_CALLER_TOOL && kind != MB_HOME_USER)
		r = look_for_passed_key(h, e);
	return r;
}

int mb_home_locate(enum mb_home_kind kind, const char *dir,
		   enum mb_home_caller caller, struct mb_home *home,
		   struct mb_err *e)
{
	struct mb_home h;

	if (locate(kind, dir, caller, &h, e) < 0)
		return -1;
	*home = h;
	return 0;
}

enum found { FOUND, ABSENT, UNREADABLE };

/* A store exists for this process if its effective uid can open the key.
 * What is wrong with a key that is there is said when the store is opened. */
static enum found look(const struct mb_home *h)
{
	struct stat st;
	int fd = open(h->key_path,
		      O_RDONLY | O_NONBLOCK | O_CLOEXEC | O_NOCTTY);

	if (fd >= 0) {
		(void)close(fd);
		return FOUND;
	}
	if (errno == ENOENT || errno == ENOTDIR)
		return ABSENT;
	if (errno != EACCES && errno != EPERM)
		return FOUND;
	return stat(h->key_path, &st) == 0 && st.st_uid == geteuid() ?
	       FOUND : UNREADABLE;
}

static int unreadable(const struct mb_home *h, struct mb_err *e)
{
	mb_fail(e, MB_E_KEY_UNREADABLE, h->key_path,
		"the host key cannot be read by uid %lu",
		(unsigned long)geteuid());
	return mb_remedy(e, "run: sudo mailbearer ...");
}

static bool in_group(gid_t gid)
{
	gid_t list[GROUPS_MAX];
	int i, n = getgroups(GROUPS_MAX, list);

	if (getegid() == gid)
		return true;
	for (i = 0; i < n; i++)
		if (list[i] == gid)
			return true;
	return false;
}

/* The service user and the key's group are told; to everybody else a key
 * that may not be read is no store at all. */
static bool concerned(const struct mb_home *h)
{
	struct stat st;

	if (stat(h->records_dir, &st) == 0 && st.st_uid == geteuid())
		return true;
	return stat(h->key_path, &st) == 0 && st.st_gid != 0 &&
	       in_group(st.st_gid);
}

static bool root_owned(int dirfd, const char *name, bool may_miss)
{
	struct stat st;

	if (fstatat(dirfd, name, &st, name[0] ? 0 : AT_EMPTY_PATH) < 0)
		return may_miss && errno == ENOENT;
	return st.st_uid == 0 && !(st.st_mode & (S_IWGRP | S_IWOTH));
}

/* With euid 0 the variable counts only if nobody else could have made or
 * changed what it leads to. */
static bool trusted_for_root(const char *dir)
{
	int fd = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	bool ok;

	if (fd < 0)
		return errno == ENOENT;
	ok = root_owned(fd, "", false) && root_owned(fd, "key", true) &&
	     root_owned(fd, "credentials.conf", true);
	(void)close(fd);
	return ok;
}

/* 1 and -1 as mb_home_find(), 0 none, 2: the variable does not count. */
static int find_by_variable(enum mb_home_caller caller, struct mb_home *h,
			    struct mb_err *e)
{
	const char *dir = variable("MAILBEARER_HOME");

	if (!dir)
		return 2;
	if (geteuid() == 0 && !trusted_for_root(dir)) {
		if (caller == MB_CALLER_HOST)
			return 2;
		mb_fail(e, MB_E_UNSAFE_FILE, dir,
			"MAILBEARER_HOME names it, but others than root own "
			"it or can write to it");
		return mb_remedy(e, "make directory, key and credentials file "
				 "root's, or unset MAILBEARER_HOME");
	}
	if (locate(MB_HOME_DIR, dir, caller, h, e) < 0)
		return -1;
	switch (look(h)) {
	case FOUND:
		return 1;
	case UNREADABLE:
		if (caller == MB_CALLER_TOOL)
			return unreadable(h, e);
		break;
	case ABSENT:
		break;
	}
	return 0;
}

int mb_home_find(enum mb_home_caller caller, struct mb_home *home,
		 struct mb_err *e)
{
	enum found found;
	int r;

	r = find_by_variable(caller, home, e);
	if (r < 0 || r == 0)
		return r;
	/* Without a home directory there is simply no store of one's own. */
	if (r == 2 && geteuid() != 0 && !getauxval(AT_SECURE) &&
	    locate(MB_HOME_USER, NULL, caller, home, NULL) == 0 &&
	    look(home) == FOUND)
		r = 1;
	if (r == 1)
		return 1;
	if (locate(MB_HOME_SYSTEM, NULL, caller, home, e) < 0)
		return -1;
	found = look(home);
	if (found == UNREADABLE && caller == MB_CALLER_TOOL && concerned(home))
		return unreadable(home, e);
	return found == FOUND;
}
