/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A new host key (doc/DESIGN.md, "Rekey").  The key file is replaced in one
 * step each time: old; new and old; new.  STORE_REKEYING says to whoever has
 * both that there are programs with the old one alone.
 */
#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <openssl/rand.h>

#include "lib/store_admin.h"
#include "lib/store_internal.h"

static int open_key_directory(const struct mb_store *s, struct mb_dir *d,
			      char *name, struct mb_fsio_owner *owner,
			      struct mb_err *e)
{
	char target[PATH_MAX];
	struct stat st;
	char *slash;
	bool linked;

	if (s->home.key_passed) {
		mb_fail(e, MB_E_UNSUPPORTED, s->home.key_path,
			"is a copy that was made for this service");
		return mb_remedy(e, "run it from a shell, not from a service");
	}
	if (mb_store_key_place(s->home.key_path, target, &linked, e) < 0)
		return -1;
	if (lstat(target, &st) < 0)
		return mb_fail_errno(e, errno, target, "stat");
	*owner = (struct mb_fsio_owner){ st.st_uid, st.st_gid,
					 st.st_mode & 07777 };
	slash = strrchr(target, '/');
	if (!slash || strlen(slash + 1) > NAME_MAX)
		return mb_fail(e, MB_E_IO, target, "is no path of a key");
	(void)snprintf(name, NAME_MAX + 1, "%s", slash + 1);
	slash[slash == target] = '\0';
	return mb_dir_open(d, target, e);
}

static int write_keys(struct mb_store *s, const struct mb_keys *keys,
		      struct mb_err *e)
{
	struct mb_dir d = { .fd = -1 };
	struct mb_secret bytes = {0};
	struct mb_fsio_owner owner;
	char name[NAME_MAX + 1];
	int ret = -1;
	size_t i;

	if (open_key_directory(s, &d, name, &owner, e) < 0)
		return -1;
	for (i = 0; i < keys->n; i++) {
		if (mb_secret_append(&bytes, keys->key[i].bytes,
				     MB_KEY_LEN) < 0) {
			mb_fail(e, MB_E_NOMEM, s->home.key_path,
				"out of memory");
			goto out;
		}
	}
	if (mb_fsio_replace(&d, name, &bytes, &owner, e) < 0)
		goto out;
	s->keys = *keys;
	ret = 0;
out:
	mb_secret_clear(&bytes);
	mb_dir_close(&d);
	return ret;
}

bool mb_store_rekeying(struct mb_store *s)
{
	return mb_store_keys(s)->n > 1;
}

int mb_store_rekey_begin(struct mb_store *s, struct mb_err *e)
{
	struct mb_keys keys = {0};
	int ret = -1;

	/* Before the key: whoever loads both shall seal for both. */
	if (mb_store_put_mark(s, STORE_REKEYING, e) < 0)
		return -1;
	if (mb_store_rekeying(s))
		return 0;
	keys.key[1] = s->keys.key[0];
	keys.n = 2;
	if (RAND_priv_bytes(keys.key[0].bytes, MB_KEY_LEN) != 1)
		mb_fail(e, MB_E_CRYPTO, s->home.key_path,
			"no random bytes to be had");
	else if (mb_key_identify(&keys.key[0], e) == 0)
		ret = write_keys(s, &keys, e);
	mb_wipe(&keys, sizeof(keys));
	return ret < 0 ? -1 : 1;
}

int mb_store_rekey_narrow(struct mb_store *s, struct mb_err *e)
{
	return mb_store_take_mark(s, STORE_REKEYING, e) < 0 ? -1 : 0;
}

int mb_store_rekey_end(struct mb_store *s, struct mb_err *e)
{
	struct mb_keys keys = { .n = 1 };
	int ret;

	keys.key[0] = s->keys.key[0];
	ret = s->keys.n < 2 ? 0 : write_keys(s, &keys, e);
	mb_wipe(&keys, sizeof(keys));
	return ret;
}

/* ---- what is sealed for whom ---- */

static enum mb_sealed sealed(const bool for_key[MB_SEAL_KEYS_MAX])
{
	return for_key[0] ? for_key[1] ? MB_SEALED_BOTH : MB_SEALED_NEW :
	       for_key[1] ? MB_SEALED_OLD : MB_SEALED_OTHER;
}

int mb_store_credentials_sealed(struct mb_store *s, enum mb_sealed *how,
				struct mb_err *e)
{
	bool for_key[MB_SEAL_KEYS_MAX] = { false };
	struct mb_secret bytes = {0};
	char path[PATH_MAX];
	struct mb_file f;
	int r;
	size_t i;

	if (mb_store_ready(s, &s->conf, e) < 0)
		return -1;
	r = mb_fsio_file(&s->conf, STORE_CREDENTIALS, O_RDONLY, MB_ANY_OWNER,
			 &f, e);
	if (r <= 0)
		return r;
	if (mb_fsio_read(f.fd, STORE_CREDENTIALS_BYTES,
			 mb_fsio_path(&s->conf, STORE_CREDENTIALS, path,
				      sizeof(path)), &bytes, e) < 0) {
		r = -1;
	} else {
		for (i = 0; i < s->keys.n; i++)
			for_key[i] = mb_sealed_for(&s->keys.key[i], bytes.data,
						   bytes.len);
		*how = sealed(for_key);
	}
	(void)close(f.fd);
	mb_secret_clear(&bytes);
	return r;
}

int mb_store_key_current(struct mb_store *s, struct mb_err *e)
{
	struct mb_secret text = {0};
	enum mb_sealed how;
	int r = mb_store_credentials_sealed(s, &how, NULL);

	if (r > 0 && how == MB_SEALED_OTHER) {
		/* Loads the new key where that is possible. */
		(void)mb_store_credentials(s, &text, NULL);
		mb_secret_clear(&text);
		r = mb_store_credentials_sealed(s, &how, NULL);
	}
	/* One that cannot be read says nothing of the key. */
	if (r <= 0 || how != MB_SEALED_OTHER)
		return 0;
	mb_fail(e, MB_E_KEY_CHANGED, s->home.key_path,
		"was replaced meanwhile; nothing saved");
	return mb_remedy(e, "run the same command again");
}

int mb_store_record_sealed(struct mb_store *s, const char *id,
			   enum mb_sealed *how, char *account,
			   struct mb_err *e)
{
	struct mb_store_loaded l;
	struct mb_store_guard g;
	int r;

	if (mb_store_ready(s, &s->records, e) < 0 ||
	    mb_store_enter(s, &g, e) < 0)
		return -1;
	r = mb_store_load(s, id, "rec", &l, e);
	mb_store_leave(&g);
	if (r > 0) {
		*how = sealed(l.for_key);
		memcpy(account, l.r.account, sizeof(l.r.account));
	}
	mb_record_clear(&l.r);
	return r;
}

int mb_store_reseal(struct mb_store *s, struct mb_record_lock *l,
		    struct mb_err *e)
{
	struct mb_store_loaded have;
	struct mb_store_guard g;
	bool adopted;
	int ret;

	if (mb_store_reserve(s, l, &adopted, e) < 0)
		return -1;
	ret = mb_store_enter(s, &g, e);
	if (ret == 0) {
		ret = mb_store_load(s, l->id, "rec", &have, e);
		mb_store_leave(&g);
	}
	/* The same generation: the contents stay. */
	if (ret > 0) {
		if (sealed(have.for_key) ==
		    (mb_store_sealing(s) > 1 ? MB_SEALED_BOTH : MB_SEALED_NEW))
			ret = 0;
		else
			ret = mb_store_commit(s, l, &have.r, e) < 0 ? -1 : 1;
		mb_record_clear(&have.r);
	}
	mb_store_abandon(s, l);
	return ret;
}
