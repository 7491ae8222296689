/* SPDX-License-Identifier: BSD-2-Clause */
#include "config.h"

#include <stdio.h>

#include "lib/store_admin.h"
#include "tools/change.h"
#include "tools/recovery.h"
#include "tools/store_pick.h"

enum { LOCK_WAIT_MS = 30000 };

const char *mb_change_path(const struct mb_tool *t)
{
	static char path[PATH_MAX + 32];

	(void)snprintf(path, sizeof(path), "%s/credentials.conf",
		       t->home.conf_dir);
	return path;
}

int mb_change_unknown(const struct mb_tool *t, const char *name,
		      struct mb_err *e)
{
	char object[MB_NAME_MAX + 32];

	(void)snprintf(object, sizeof(object), "client credential %.64s", name);
	(void)mb_fail(e, MB_E_NO_CREDENTIAL, object, " does not exist in %s",
		      t->home.conf_dir);
	return mb_remedy(e, "run: %s list credentials", mb_pick_command(t));
}

/* unsealed: NULL, or where to say that the file is plain text and counts as
 * none. */
static int read_text(struct mb_tool *t, struct mb_secret *text, bool *unsealed,
		     struct mb_err *e)
{
	int ret = mb_store_credentials(t->store, text, e);

	if (ret < 0 && unsealed && e->id == MB_E_NOT_SEALED) {
		mb_err_clear(e);
		mb_secret_clear(text);
		*unsealed = true;
		ret = 0;
	}
	if (ret == 0 && !text->len)
		ret = mb_credfile_new_text(text, e);
	return ret;
}

int mb_change_look(struct mb_tool *t, struct mb_credfile *file,
		   struct mb_err *e)
{
	struct mb_secret text = { 0 };
	int ret = -1;

	if (read_text(t, &text, NULL, e) == 0)
		ret = mb_credfile_parse(file, &text, mb_change_path(t), e);
	mb_secret_clear(&text);
	return ret;
}

int mb_change_begin(struct mb_tool *t, struct mb_change *c, bool plain_ok,
		    struct mb_err *e)
{
	struct mb_deadline d = mb_deadline_in(LOCK_WAIT_MS);

	c->lock = -1;
	if (mb_store_credentials_lock(t->store, &d, &c->lock, e) < 0)
		return -1;
	if (read_text(t, &c->before, plain_ok ? &c->unsealed : NULL, e) < 0 ||
	    mb_credfile_parse(&c->file, &c->before, mb_change_path(t), e) < 0)
		return -1;
	if (mb_secret_set(&c->text, c->before.data, c->before.len) < 0)
		return mb_fail(e, MB_E_NOMEM, mb_change_path(t),
			       "out of memory");
	return 0;
}

static int write_text(struct mb_tool *t, const struct mb_secret *text,
		      struct mb_secret *recovery, struct mb_err *e)
{
	if (recovery->len)
		return mb_store_credentials_write(t->store, text,
						  mb_recovery_seal, recovery,
						  e);
	return mb_store_credentials_write(t->store, text, NULL, NULL, e);
}

int mb_change_reseal(struct mb_tool *t, struct mb_change *c, struct mb_err *e)
{
	if (write_text(t, &c->text, &c->file.recovery_pem, e) < 0)
		return -1;
	t->changed = true;
	return 0;
}

int mb_change_commit(struct mb_tool *t, struct mb_change *c, struct mb_err *e)
{
	struct mb_credfile after = { 0 };
	int ret = -1;

	if (!c->unsealed && mb_secret_equal(&c->before, &c->text))
		return 0;
	if (mb_credfile_parse(&after, &c->text, mb_change_path(t), e) < 0)
		return -1;
	if (mb_opts_has(&t->opts, "check"))
		ret = 0;
	else
		ret = write_text(t, &c->text, &after.recovery_pem, e);
	if (ret == 0)
		t->changed = true;
	mb_credfile_clear(&after);
	return ret;
}

void mb_change_end(struct mb_tool *t, struct mb_change *c)
{
	if (t->store)
		mb_store_credentials_unlock(t->store, &c->lock);
	c->lock = -1;
	mb_secret_clear(&c->before);
	mb_secret_clear(&c->text);
	mb_credfile_clear(&c->file);
}
