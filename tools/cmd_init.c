/* SPDX-License-Identifier: BSD-2-Clause */
#include "config.h"

#include <errno.h>
#include <grp.h>
#include <limits.h>
#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "lib/escape.h"
#include "lib/store.h"
#include "lib/store_admin.h"
#include "tools/caught.h"
#include "tools/change.h"
#include "tools/init.h"
#include "tools/input.h"
#include "tools/out.h"
#include "tools/recovery.h"
#include "tools/store_pick.h"
#include "tools/verbs.h"

static bool checking(const struct mb_tool *t)
{
	return mb_opts_has(&t->opts, "check");
}

/* A store that is there keeps its user: a second init without the option only
 * mends. */
static bool keeps_user(const struct mb_tool *t, struct mb_store_plan *plan)
{
	struct stat st;

	if (geteuid() != 0 || lstat(t->home.records_dir, &st) < 0 ||
	    !S_ISDIR(st.st_mode) || st.st_uid == 0)
		return false;
	plan->service_uid = st.st_uid;
	plan->service_gid = st.st_gid;
	return true;
}

/* The user whose mail programs use the system's store. */
static int service_user(struct mb_tool *t, struct mb_store_plan *plan,
			struct mb_err *e)
{
	const char *name = mb_opts_get(&t->opts, "service-user");
	const struct passwd *pw;

	plan->service_uid = (uid_t)-1;
	plan->service_gid = (gid_t)-1;
	if (!name && (keeps_user(t, plan) || t->home.kind != MB_HOME_SYSTEM))
		return 0;
	if (t->home.kind == MB_HOME_SYSTEM && geteuid() != 0)
		return 0;	/* whoever runs this; creating says more */
	errno = 0;
	pw = getpwnam(name ? name : MB_SERVICE_USER);
	if (pw) {
		plan->service_uid = pw->pw_uid;
		plan->service_gid = pw->pw_gid;
		return 0;
	}
	if (name)
		(void)mb_fail(e, MB_E_USAGE, name, "there is no such user");
	else
		(void)mb_fail(e, MB_E_USAGE, "mailbearer init",
			      "there is no user " MB_SERVICE_USER ", so it is not "
			      "clear whose mail programs this store is for");
	return mb_remedy(e, "run: mailbearer init --service-user USER");
}

static void say(void *arg, const char *verb, const char *path,
		const char *what)
{
	const struct mb_tool *t = arg;
	char shown[PATH_MAX];

	/* --store DIR comes from outside. */
	(void)mb_escape(shown, sizeof(shown), path, strlen(path));
	mb_out_line(t, "%s%s %s (%s)", checking(t) ? "would be " : "", verb,
		    shown, what);
}

static int key_option(struct mb_tool *t, struct mb_store_plan *plan,
		      struct mb_err *e)
{
	const char *key = mb_opts_get(&t->opts, "key");

	if (key && *key != '/')
		return mb_opts_usage(&t->opts, e, "--key: the path begins "
				     "with /");
	plan->key_target = key;
	return 0;
}

/* Certificates go into the credentials file, which is sealed for them too
 * from then on. */
static int recovery_option(struct mb_tool *t, struct mb_err *e)
{
	const char *file = mb_opts_get(&t->opts, "recovery-cert");
	struct mb_change c = { .lock = -1 };
	struct mb_secret pem = { 0 };
	int ret = -1;

	if (!file)
		return 0;
	if (mb_input_file(file, MB_INPUT_PEM_MAX, &pem, e) < 0 ||
	    mb_recovery_check(&pem, file, e) < 0)
		goto out;
	if (checking(t) && access(t->home.key_path, F_OK) < 0) {
		t->changed = true;
		ret = 0;
		goto out;
	}
	if (mb_pick_store(t, MB_PICK_CREDENTIALS, e) < 0 ||
	    mb_change_begin(t, &c, false, e) < 0)
		goto out;
	if (mb_secret_equal(&c.file.recovery_pem, &pem)) {
		ret = 0;
		goto out;
	}
	if (mb_credfile_set_recovery(&c.text, &pem, e) < 0 ||
	    mb_change_commit(t, &c, e) < 0)
		goto out;
	mb_out_line(t, "%s %s (recovery certificate)",
		    checking(t) ? "would be sealed for" : "sealed for", file);
	ret = 0;
out:
	mb_change_end(t, &c);
	mb_secret_clear(&pem);
	return ret;
}

static void advise(struct mb_tool *t)
{
	char shown[PATH_MAX];

	(void)mb_escape(shown, sizeof(shown), t->home.key_path,
			strlen(t->home.key_path));
	mb_out_note("Leave the key %s out of backups; to recover without it: "
		    "%s init --recovery-cert FILE", shown,
		    mb_pick_command(t));
	mb_out_note("next: %s add NAME --provider PROVIDER",
		    mb_pick_command(t));
}

/* A store whose key is not the one it is sealed for is not all right, and
 * mending owners and modes of it would say that it is. */
static int look(const struct mb_tool *t, struct mb_err *e)
{
	struct mb_secret text = { 0 };
	struct mb_store *s = NULL;
	struct mb_err why = { 0 };

	if (mb_store_open(&s, &t->home, &why) == 0)
		(void)mb_store_credentials(s, &text, &why);
	mb_secret_clear(&text);
	mb_store_free(&s);
	if (why.id != MB_E_KEY_CHANGED && why.id != MB_E_SEALED_BAD &&
	    why.id != MB_E_KEY_BAD && why.id != MB_E_NOT_SEALED)
		return 0;	/* all right, not there yet, or to be mended */
	*e = why;
	return -1;
}

int mb_init_store(struct mb_tool *t, struct mb_err *e)
{
	struct mb_store_plan plan = {
		.home = &t->home, .say = say, .say_arg = t,
		.check = checking(t),
	};
	int made;

	if (mb_pick_place(t, e) < 0 || mb_pick_rights(t, e) < 0 ||
	    service_user(t, &plan, e) < 0 || key_option(t, &plan, e) < 0 ||
	    look(t, e) < 0)
		return -1;
	mb_pick_say(t);
	made = mb_store_create(&plan, e);
	if (made > 0)
		t->changed = true;
	return made < 0 ? -1 : 0;
}

static int run(struct mb_tool *t, struct mb_err *e)
{
	char shown[PATH_MAX];
	bool made;

	if (mb_opts_operands(&t->opts, 0, 0, "", e) < 0)
		return -1;
	if (t->opts.noperands)
		return mb_opts_usage(&t->opts, e, "it takes no words, only "
				     "options");
	if (mb_init_store(t, e) < 0)
		return -1;
	made = t->changed;
	if (recovery_option(t, e) < 0)
		return -1;
	mb_out_set_str(t, "store", t->home.conf_dir);
	mb_out_set_str(t, "key", t->home.key_path);
	(void)mb_escape(shown, sizeof(shown), t->home.conf_dir,
			strlen(t->home.conf_dir));
	mb_out_outcome(t, "%s %s", checking(t) ? "would set up" : "set up",
		       shown);
	if (made && !checking(t))
		advise(t);
	if (!checking(t) && mb_pick_store(t, MB_PICK_LOOK, NULL) == 0)
		mb_caught_tell(t, mb_caught_find(t));
	return 0;
}

static const struct mb_opt options[] = {
	{ "service-user", "USER", "user of the mail programs (" MB_SERVICE_USER
	  ")", 0 },
	{ "key", "PATH", "where the host key lies, if elsewhere", 0 },
	{ "recovery-cert", "FILE", "certificate that can open it too", 0 },
	{ "check", NULL, "write nothing, say what would change", 0 },
	{ NULL, NULL, NULL, 0 },
};

const struct mb_verb mb_verb_init = {
	.name = "init",
	.operands = "",
	.summary = "make a store, or mend owners and modes of one",
	.opts = options,
	.more = "As root: the system's store. Others: their own. A key that "
		"exists is never replaced.\n",
	.run = run,
};
