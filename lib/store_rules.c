/* SPDX-License-Identifier: BSD-2-Clause */
/* The sealed table of account rules, beside the records.  It can be made anew
 * at any time, so whatever is wrong with it means that there is none. */
#include "config.h"

#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "lib/store_internal.h"

#define STORE_RULES "rules"

static bool same(const struct mb_stamp *a, const struct mb_stamp *b)
{
	return a->mtime_ns == b->mtime_ns && a->ino == b->ino &&
	       a->size == b->size && a->dev == b->dev;
}

static int load(struct mb_store *s, struct mb_err *e)
{
	struct mb_secret sealed = {0}, plain = {0};
	char path[PATH_MAX];
	struct mb_file f;
	int ret = mb_fsio_file(&s->records, STORE_RULES, O_RDONLY,
			       s->records.uid, &f, e);

	if (ret <= 0)
		return ret;
	(void)mb_fsio_path(&s->records, STORE_RULES, path, sizeof(path));
	ret = -1;
	if (mb_fsio_read(f.fd, STORE_CREDENTIALS_BYTES, path, &sealed,
			 e) == 0 &&
	    mb_store_unseal(s, &sealed, false, path, &plain, e) ==
	    MB_UNSEAL_OK) {
		mb_store_to_stamp(&f.st, &s->rules_stamp);
		mb_secret_move(&s->rules, &plain);
		ret = 1;
	}
	(void)close(f.fd);
	mb_secret_clear(&sealed);
	mb_secret_clear(&plain);
	return ret;
}

const struct mb_secret *mb_store_rules(struct mb_store *s)
{
	struct mb_store_guard g;
	struct mb_stamp now;
	struct stat st;

	if (mb_store_ready(s, &s->records, NULL) < 0)
		return NULL;
	if (fstatat(s->records.fd, STORE_RULES, &st,
		    AT_SYMLINK_NOFOLLOW) == 0) {
		mb_store_to_stamp(&st, &now);
		if (s->rules.len && same(&now, &s->rules_stamp))
			return &s->rules;
		if (mb_store_enter(s, &g, NULL) == 0) {
			(void)load(s, NULL);
			mb_store_leave(&g);
		}
	}
	/* What was made here, but could not be written, serves too. */
	return s->rules.len ? &s->rules : NULL;
}

int mb_store_save_rules(struct mb_store *s, const struct mb_secret *table,
			struct mb_err *e)
{
	struct mb_fsio_owner owner = { s->records.uid, s->records.gid, 0600 };
	struct mb_secret sealed = {0};
	struct mb_store_guard g;
	struct stat st;
	int ret = -1;

	if (mb_secret_set(&s->rules, table->data, table->len) < 0)
		return mb_fail(e, MB_E_NOMEM, "account rules",
			       "out of memory");
	memset(&s->rules_stamp, 0, sizeof(s->rules_stamp));
	if (mb_seal(s->keys.key, mb_store_sealing(s), table, &sealed, e) < 0 ||
	    mb_store_ready(s, &s->records, e) < 0 ||
	    mb_store_enter(s, &g, e) < 0)
		goto out;
	ret = mb_fsio_replace(&s->records, STORE_RULES, &sealed, &owner, e);
	if (ret == 0 && fstatat(s->records.fd, STORE_RULES, &st,
				AT_SYMLINK_NOFOLLOW) == 0)
		mb_store_to_stamp(&st, &s->rules_stamp);
	mb_store_leave(&g);
out:
	mb_secret_clear(&sealed);
	return ret;
}
