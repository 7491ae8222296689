/* SPDX-License-Identifier: BSD-2-Clause */
/* The store, with the eyes of whose mail program it is. */
#include "config.h"

#include <errno.h>
#include <grp.h>
#include <limits.h>
#include <pwd.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <sys/wait.h>
#include <unistd.h>

#include "lib/paths.h"
#include "tools/change.h"
#include "tools/doctor.h"
#include "tools/store_pick.h"

enum { ROOM = 1024 * 1024, INODES = 64, DAY = 86400 };

/* A group of nobody else's: root's, or the one that bears its user's name. */
static bool private_group(gid_t gid, uid_t owner)
{
	const struct passwd *pw = getpwuid(owner);
	const struct group *gr;

	if (gid == 0)
		return true;
	if (!pw || pw->pw_gid != gid)
		return false;
	gr = getgrgid(gid);
	return gr && !strcmp(gr->gr_name, pw->pw_name) && !gr->gr_mem[0];
}

/* Each directory above: whoever may write there can put another store in its
 * place.  A sticky one keeps what others own. */
static bool path_is_safe(struct mb_doctor *d, const char *path, uid_t owner)
{
	char part[PATH_MAX];
	size_t n = strlen(path);
	struct stat st;
	bool others;

	while (n > 1) {
		while (n > 1 && path[n - 1] != '/')
			n--;
		if (n > 1)
			n--;
		(void)snprintf(part, sizeof(part), "%.*s", (int)(n ? n : 1),
			       path);
		if (stat(part, &st) < 0)
			continue;
		others = st.st_mode & S_IWOTH ||
			 (st.st_mode & S_IWGRP &&
			  !private_group(st.st_gid, owner));
		if (others && !(st.st_mode & S_ISVTX)) {
			mb_doctor_say(d, MB_GRADE_WARNING, "path",
				      "take that right away: chmod go-w",
				      "%s may be written to by others: they can "
				      "replace what lies below", part);
			return false;
		}
		if (st.st_uid != 0 && st.st_uid != owner) {
			mb_doctor_say(d, MB_GRADE_WARNING, "path",
				      "give it to root or to the store's owner",
				      "%s belongs to user %lu, who can replace "
				      "what lies below", part,
				      (unsigned long)st.st_uid);
			return false;
		}
	}
	return true;
}

static void paths(struct mb_doctor *d)
{
	const struct mb_home *h = &d->tool->home;
	struct stat st;
	uid_t owner = stat(h->records_dir, &st) == 0 ? st.st_uid : geteuid();

	if (h->key_passed || (path_is_safe(d, h->key_path, owner) &&
			      path_is_safe(d, h->records_dir, owner) &&
			      path_is_safe(d, h->conf_dir, owner)))
		mb_doctor_say(d, MB_GRADE_OK, "path", NULL,
			      "nobody else can replace key, credentials or "
			      "records");
}

/* A mail program of another user: can it reach the store?  Asked in a child
 * that has become that user, with no environment of ours. */
static void as_user(struct mb_doctor *d)
{
	const struct passwd *pw = getpwuid(d->uid);
	struct mb_home home;
	struct mb_err e = { 0 };
	int status = 0;
	pid_t pid;

	if (d->uid == geteuid() || !pw)
		return;
	/* Postfix reads key and configuration as root, before it becomes
	 * postfix; what counts is who owns the records. */
	(void)fflush(NULL);
	pid = fork();
	if (pid == 0) {
		if (setgroups(0, NULL) < 0 ||
		    setresgid(pw->pw_gid, pw->pw_gid, pw->pw_gid) < 0 ||
		    setresuid(d->uid, d->uid, d->uid) < 0)
			_exit(3);
		home = d->tool->home;
		_exit(access(home.records_dir, R_OK | W_OK | X_OK) < 0);
	}
	while (pid > 0 && waitpid(pid, &status, 0) < 0 && errno == EINTR)
		;
	if (pid > 0 && WIFEXITED(status) && WEXITSTATUS(status) == 0) {
		mb_doctor_say(d, MB_GRADE_OK, "user", NULL,
			      "%s may use the token records", pw->pw_name);
		return;
	}
	(void)mb_fail(&e, MB_E_NOT_PERMITTED, d->tool->home.records_dir,
		      "user %s cannot use the token records", pw->pw_name);
	(void)mb_remedy(&e, "run: %s init --service-user %s",
			mb_pick_command(d->tool), pw->pw_name);
	mb_doctor_error(d, MB_GRADE_BROKEN, "user", &e);
}

static void disk(struct mb_doctor *d)
{
	const char *dir = d->tool->home.records_dir;
	struct statvfs v;

	if (statvfs(dir, &v) < 0)
		return;
	if (v.f_flag & ST_RDONLY)
		mb_doctor_say(d, MB_GRADE_BROKEN, "disk",
			      "mount it for writing: tokens cannot be renewed",
			      "%s is on a read-only file system", dir);
	else if ((unsigned long long)v.f_bavail * v.f_frsize < ROOM)
		mb_doctor_say(d, MB_GRADE_BROKEN, "disk",
			      "make room: no token is renewed without",
			      "%s has %llu KiB left", dir,
			      (unsigned long long)v.f_bavail * v.f_frsize /
			      1024);
	else if (v.f_files && v.f_favail < INODES)
		mb_doctor_say(d, MB_GRADE_BROKEN, "disk",
			      "remove files: no token is renewed without",
			      "%s has %llu inodes left", dir,
			      (unsigned long long)v.f_favail);
	else
		mb_doctor_say(d, MB_GRADE_OK, "disk", NULL,
			      "room to write in %s", dir);
}

/* Does somebody run refresh --due?  Its status file is as old as the last
 * time. */
static void timer(struct mb_doctor *d)
{
	static const char remedy[] = "system store: systemctl enable --now "
		"mailbearer-refresh.timer; your own: systemctl --user enable "
		"--now mailbearer-refresh.timer; or the cron line in man "
		"mailbearer";
	const struct mb_home *h = &d->tool->home;
	char path[3][PATH_MAX + 32];
	int64_t newest = 0;
	struct stat st;
	size_t i;

	(void)snprintf(path[0], sizeof(path[0]), "%s/status.json",
		       mb_path_rundir);
	(void)snprintf(path[1], sizeof(path[1]), "%s/../status.json",
		       h->records_dir);
	(void)snprintf(path[2], sizeof(path[2]), "%s/status.json",
		       h->records_dir);
	for (i = h->kind == MB_HOME_SYSTEM ? 0 : 1; i < 3; i++)
		if (stat(path[i], &st) == 0 && st.st_mtime > newest)
			newest = st.st_mtime;
	if (!newest)
		mb_doctor_say(d, MB_GRADE_WARNING, "timer", remedy,
			      "refresh --due has never run here: a mailbox "
			      "that nobody uses for long loses its sign-in");
	else if (mb_now() - newest > 2 * DAY)
		mb_doctor_say(d, MB_GRADE_WARNING, "timer", remedy,
			      "refresh --due ran last %lld days ago",
			      (long long)(mb_now() - newest) / DAY);
	else
		mb_doctor_say(d, MB_GRADE_OK, "timer", NULL,
			      "refresh --due has run within two days");
}

void mb_doctor_store(struct mb_doctor *d)
{
	struct mb_err e = { 0 };

	if (mb_pick_store(d->tool, MB_PICK_LOOK, &e) < 0) {
		mb_doctor_error(d, MB_GRADE_BROKEN, "store", &e);
		return;
	}
	mb_doctor_say(d, MB_GRADE_OK, "store", NULL, "%s (%s)",
		      mb_store_label(d->tool->store), mb_pick_kind(d->tool));
	if (mb_change_look(d->tool, &d->file, &e) < 0)
		mb_doctor_error(d, MB_GRADE_BROKEN, "credentials", &e);
	else if (!d->file.ncredentials)
		mb_doctor_say(d, MB_GRADE_WARNING, "credentials",
			      "run: mailbearer add NAME --provider P",
			      "there is no client credential yet");
	else
		mb_doctor_say(d, MB_GRADE_OK, "credentials", NULL,
			      "%zu client credential%s",
			      d->file.ncredentials,
			      d->file.ncredentials == 1 ? "" : "s");
	paths(d);
	as_user(d);
	disk(d);
	timer(d);
}
