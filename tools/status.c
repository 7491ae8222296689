/* SPDX-License-Identifier: BSD-2-Clause */
#include "config.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "lib/clock.h"
#include "lib/escape.h"
#include "lib/lock.h"
#include "lib/paths.h"
#include "tools/ends.h"
#include "tools/expiry.h"
#include "tools/presets.h"
#include "tools/status.h"
#include "tools/status_file.h"
#include "tools/store_pick.h"

enum { PLACES = 2 };

/* ---- where ---- */

void mb_status_prepare(const struct mb_tool *t)
{
	struct stat st;
	int fd;

	if (geteuid() != 0 || t->home.kind != MB_HOME_SYSTEM ||
	    stat(t->home.records_dir, &st) < 0 || st.st_uid == 0)
		return;
	/* Nobody else may write to /run: what mkdir made is what is opened. */
	if (mkdir(mb_path_rundir, 0700) < 0)
		return;
	fd = open(mb_path_rundir, O_RDONLY | O_DIRECTORY | O_NOFOLLOW |
		  O_CLOEXEC);
	if (fd < 0)
		return;
	if (fchown(fd, st.st_uid, st.st_gid) == 0)
		(void)fchmod(fd, 0755);
	(void)close(fd);
}

static void parent_of(const char *path, char out[PATH_MAX])
{
	char *slash;

	(void)snprintf(out, PATH_MAX, "%s", path);
	slash = strrchr(out, '/');
	if (slash && slash != out)
		*slash = '\0';
}

int mb_status_open(const struct mb_tool *t, struct mb_dir *dir,
		   struct mb_err *e)
{
	char parent[PATH_MAX];
	const char *place[PLACES] = { parent, t->home.records_dir };
	size_t i;

	if (t->home.kind == MB_HOME_SYSTEM)
		(void)snprintf(parent, sizeof(parent), "%s", mb_path_rundir);
	else
		parent_of(t->home.records_dir, parent);
	for (i = 0; i < PLACES; i++) {
		if (mb_dir_open(dir, place[i], e) < 0)
			continue;
		if (faccessat(dir->fd, ".", W_OK, AT_EACCESS) == 0)
			return 0;
		(void)mb_fail_errno(e, errno, place[i],
				    "write the status file to");
		mb_dir_close(dir);
	}
	return -1;
}

/* ---- what ---- */

static void put_text(FILE *f, const char *name, const char *text)
{
	size_t left = strlen(text), n;
	uint32_t c;

	(void)fprintf(f, "\"%s\": \"", name);
	for (; left; text += n, left -= n) {
		n = mb_utf8_next(text, left, &c);
		if (n == 0) {
			n = 1;
			(void)fputs("\357" "\277" "\275", f);
		} else if (c < 0x20 || c == '"' || c == '\\') {
			(void)fprintf(f, "\\u%04x", (unsigned int)c);
		} else {
			(void)fwrite(text, 1, n, f);
		}
	}
	(void)putc('"', f);
}

static void put_member(FILE *f, const char *name, const char *text)
{
	put_text(f, name, text);
	(void)fputs(", ", f);
}

static void put_number(FILE *f, const char *name, int64_t n)
{
	(void)fprintf(f, "\"%s\": %" PRId64 ", ", name, n);
}

static void put_flag(FILE *f, const char *name, bool yes)
{
	(void)fprintf(f, "\"%s\": %s, ", name, yes ? "true" : "false");
}

static void put_error(FILE *f, const struct mb_account *a)
{
	if (!a->error_id[0] && !a->error_class[0]) {
		(void)fputs("\"last_error\": null", f);
		return;
	}
	(void)fputs("\"last_error\": {", f);
	put_member(f, "class", a->error_class);
	put_member(f, "id", a->error_id);
	put_text(f, "text", a->cause);
	(void)putc('}', f);
}

/* What refresh --due remembers of an account (tools/watch.h). */
static void put_watch(FILE *f, const struct mb_account *a)
{
	put_member(f, "watch", a->watch ? a->watch : "");
	put_number(f, "watch_told", a->watch_told);
}

static void put_account(FILE *f, const struct mb_account *a,
			const struct mb_credential *c,
			const struct mb_provider *p, int64_t ends, int64_t now)
{
	struct mb_end end = mb_ends_first(a, c, p, ends);
	int64_t used = mb_accounts_used_at(a);

	(void)putc('{', f);
	put_member(f, "account", a->address);
	put_member(f, "token_of", a->token_of);
	put_member(f, "credential", a->credential);
	put_member(f, "provider", c ? c->provider : "");
	put_member(f, "state", mb_accounts_word(a->state));
	put_flag(f, "needs_person", mb_accounts_needs_person(a->state));
	put_flag(f, "refused", a->refused);
	put_number(f, "expires_at", a->expires_at);
	put_number(f, "refreshed_at", a->refreshed_at);
	put_number(f, "enrolled_at", a->enrolled_at);
	if (used > 0)
		put_number(f, "refresh_token_age", used < now ? now - used : 0);
	else
		(void)fputs("\"refresh_token_age\": null, ", f);
	put_number(f, "secret_expires_at", ends);
	put_flag(f, "secret_expires_soon", mb_expiry_soon(ends, now));
	put_number(f, "ends_at", end.at);
	put_member(f, "ends_what", end.what);
	put_watch(f, a);
	put_number(f, "next_attempt", a->next_attempt);
	put_number(f, "attempts", a->attempts);
	put_error(f, a);
	(void)putc('}', f);
}

void mb_status_put(FILE *f, const struct mb_tool *t,
		   const struct mb_accounts *a, const struct mb_credfile *file)
{
	const struct mb_credential *c, *last = NULL;
	const struct mb_provider *preset = NULL;
	struct mb_providers p = { 0 };
	struct mb_err ignored = { 0 };
	int64_t now = mb_now(), ends = 0;
	size_t i;

	/* Without them it is not known how long a sign-in lasts. */
	(void)mb_presets_load(t, &p, &ignored);
	(void)fputs("{\"schema\": 1, ", f);
	put_number(f, "generated_at", now);
	put_member(f, "store", t->home.conf_dir);
	put_member(f, "kind", mb_pick_kind(t));
	(void)fputs("\"accounts\": [", f);
	for (i = 0; i < a->n; i++) {
		c = mb_credfile_find(file, a->list[i].credential);
		/* A certificate is not parsed for each of 10 000 accounts. */
		if (c != last) {
			ends = c ? mb_expiry_at(c) : 0;
			preset = c ? mb_presets_named(&p, c->provider) : NULL;
		}
		last = c;
		(void)fputs(i ? ",\n" : "\n", f);
		put_account(f, &a->list[i], c, preset, ends, now);
	}
	(void)fputs("\n]}\n", f);
	mb_providers_clear(&p);
}

/* ---- writing ---- */

/* The new file, locked; 1, 0 another process writes it, -1. */
static int open_new(const struct mb_dir *dir, struct mb_file *f,
		    struct mb_err *e)
{
	struct stat st;
	int r;

	for (;;) {
		if (mb_fsio_file(dir, MB_STATUS_NEW, O_RDWR | O_CREAT,
				 geteuid(), f, e) < 0)
			return -1;
		r = mb_lock_try(f->fd);
		if (r < 0)
			(void)mb_fail_errno(e, errno, dir->path,
					    "lock the status file in");
		else if (r > 0 && fstatat(dir->fd, MB_STATUS_NEW, &st,
					  AT_SYMLINK_NOFOLLOW) == 0 &&
			 st.st_ino == f->st.st_ino)
			return 1;
		(void)close(f->fd);
		/* Locked, but renamed by its writer meanwhile: once more. */
		if (r <= 0)
			return r;
	}
}

int mb_status_write(const struct mb_tool *t, const struct mb_dir *dir,
		    const struct mb_accounts *a,
		    const struct mb_credfile *file, struct mb_err *e)
{
	char path[PATH_MAX];
	struct mb_file new;
	FILE *f;
	int r;

	r = open_new(dir, &new, e);
	if (r <= 0)
		return r;
	(void)mb_fsio_path(dir, MB_STATUS_NAME, path, sizeof(path));
	f = fdopen(new.fd, "w");
	if (!f) {
		(void)close(new.fd);
		return mb_fail(e, MB_E_NOMEM, path, "out of memory");
	}
	/* Not synced: the next run writes it anew. */
	(void)setvbuf(f, NULL, _IOFBF, 65536);
	errno = 0;
	r = ftruncate(new.fd, 0);
	if (r == 0)
		mb_status_put(f, t, a, file);
	if (r < 0 || fflush(f) != 0 || ferror(f) ||
	    fchmod(new.fd, 0644) < 0 ||
	    renameat(dir->fd, MB_STATUS_NEW, dir->fd, MB_STATUS_NAME) < 0)
		r = mb_fail_errno(e, errno ? errno : EIO, path, "write");
	mb_lock_release(new.fd);
	(void)fclose(f);
	return r;
}
