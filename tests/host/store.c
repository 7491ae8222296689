/* SPDX-License-Identifier: BSD-2-Clause */
#include "config.h"

#include <fcntl.h>
#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "lib/store_admin.h"
#include "lib/token.h"
#include "tests/host/store.h"

static int report(const struct mb_err *e)
{
	char line[MB_ERR_LINE];

	fprintf(stderr, "# %s\n", mb_err_line(e, line, sizeof(line)));
	return -1;
}

static int home_of(const char *dir, struct mb_home *home)
{
	struct mb_err e = {0};

	if (mb_home_locate(MB_HOME_DIR, dir, MB_CALLER_HOST, home, &e) < 0)
		return report(&e);
	return 0;
}

static struct mb_store *open_store(const char *dir)
{
	struct mb_store *s = NULL;
	struct mb_err e = {0};
	struct mb_home home;

	if (home_of(dir, &home) == 0 && mb_store_open(&s, &home, &e) < 0)
		report(&e);
	return s;
}

int store_make(char *dir, size_t size)
{
	struct mb_err e = {0};
	struct mb_home home;
	struct mb_store_plan plan = {
		.home = &home, .service_uid = (uid_t)-1,
		.service_gid = (gid_t)-1,
	};

	snprintf(dir, size, "/tmp/mailbearer-store.XXXXXX");
	if (!mkdtemp(dir) || home_of(dir, &home) < 0)
		return -1;
	if (mb_store_create(&plan, &e) < 0)
		return report(&e);
	return setenv("MAILBEARER_HOME", dir, 1);
}

static int unlink_one(const char *path, const struct stat *st, int what,
		      struct FTW *ftw)
{
	(void)st;
	(void)what;
	(void)ftw;
	return remove(path);
}

void store_remove(const char *dir)
{
	if (strncmp(dir, "/tmp/mailbearer-store.", 22) == 0)
		(void)nftw(dir, unlink_one, 8, FTW_DEPTH | FTW_PHYS);
}

int store_enrol(const char *dir, const char *account, const char *token,
		const char *hosts, int64_t lifetime)
{
	struct mb_deadline d = mb_deadline_in(5000);
	struct mb_store *s = open_store(dir);
	struct mb_token_world w = {
		.records = &mb_store_records, .records_ctx = s,
	};
	struct mb_record r = {
		.credential = "work", .token_type = "Bearer",
		.obtained_at = mb_now(), .enrolled_at = mb_now(),
		.expires_at = mb_now() + lifetime,
	};
	struct mb_err e = {0};
	int ret = -1;

	if (!s)
		return -1;
	snprintf(r.account, sizeof(r.account), "%s", account);
	snprintf(r.hosts, sizeof(r.hosts), "%s", hosts);
	if (mb_secret_append_str(&r.access_token, token) < 0 ||
	    mb_secret_append_str(&r.refresh_token, "refresh-marker") < 0)
		goto out;
	ret = mb_store_seen(s, r.credentials_seen, &e);
	if (ret == 0)
		ret = mb_token_enrol(&w, &r, &d, &e);
	if (ret < 0)
		report(&e);
out:
	mb_record_clear(&r);
	mb_store_free(&s);
	return ret;
}

static int record_id(const char *account, char *id)
{
	char canonical[MB_ADDRESS_MAX + 1];
	struct mb_err e = {0};

	if (mb_address_canon(account, canonical, &e) < 0 ||
	    mb_address_record_id(canonical, id, &e) < 0)
		return report(&e);
	return 0;
}

int store_read(const char *dir, const char *account, struct mb_record *r)
{
	char id[MB_RECORD_ID_LEN + 1];
	struct mb_store *s = open_store(dir);
	struct mb_err e = {0};
	int ret = -1;

	if (s && record_id(account, id) == 0)
		ret = mb_store_read(s, id, r, NULL, &e);
	mb_store_free(&s);
	return ret == 1 ? 0 : -1;
}

static uid_t new_owner;

static int give_one(const char *path, const struct stat *st, int what,
		    struct FTW *ftw)
{
	(void)st;
	(void)what;
	(void)ftw;
	return lchown(path, new_owner, (gid_t)new_owner);
}

int store_give(const char *dir, uid_t uid)
{
	char path[300];

	snprintf(path, sizeof(path), "%s/accounts", dir);
	if (chown(dir, (uid_t)-1, (gid_t)uid) < 0 || chmod(dir, 0750) < 0)
		return -1;
	new_owner = uid;
	return nftw(path, give_one, 8, FTW_PHYS);
}

int store_spoil(const char *dir, const char *file, const char *text)
{
	char id[MB_RECORD_ID_LEN + 1], path[300];
	ssize_t n;
	int fd;

	if (!strchr(file, '@'))
		snprintf(path, sizeof(path), "%s/%s", dir, file);
	else if (record_id(file, id) == 0)
		snprintf(path, sizeof(path), "%s/accounts/%s.rec", dir, id);
	else
		return -1;
	/* Keys are read-only for their owner too. */
	(void)chmod(path, 0600);
	fd = open(path, O_WRONLY | O_TRUNC | O_CLOEXEC);
	if (fd < 0)
		return -1;
	n = write(fd, text, strlen(text));
	close(fd);
	return n == (ssize_t)strlen(text) ? 0 : -1;
}
