/* SPDX-License-Identifier: BSD-2-Clause */
#include "config.h"

#include <errno.h>
#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/auxv.h>
#include <sys/stat.h>
#include <unistd.h>

#include "lib/engine_http.h"
#include "lib/helper.h"
#include "lib/escape.h"
#include "lib/command.h"
#include "lib/paths.h"
#include "tools/out.h"
#include "tools/store_pick.h"

static int no_store(const struct mb_tool *t, struct mb_err *e)
{
	if (t->home_kind == MB_HOME_AUTO) {
		(void)mb_fail(e, MB_E_NO_STORE, "no store",
			      "neither this user's nor the system's exists");
		return mb_remedy(e, "run: mailbearer init, or sudo mailbearer "
				 "init for Postfix");
	}
	(void)mb_fail(e, MB_E_NO_STORE, "no store", "there is none in %s",
		      t->home.conf_dir);
	return mb_remedy(e, "run: %s init", mb_pick_command(t));
}

static int not_permitted(const char *dir, uid_t owner, struct mb_err *e)
{
	const struct passwd *pw = owner ? getpwuid(owner) : NULL;

	(void)mb_fail(e, MB_E_NOT_PERMITTED, dir, " belongs to %s",
		      owner == 0 ? "root" : pw ? pw->pw_name : "another user");
	return mb_remedy(e, "run: sudo mailbearer …, or mailbearer --user "
			 "init");
}

/* Somebody else's directory that this user may not write to? */
static int check_rights(const struct mb_home *home, struct mb_err *e)
{
	const char *dir = home->conf_dir;
	struct stat st;

	if (geteuid() == 0)
		return 0;
	if (stat(dir, &st) < 0)
		return home->kind == MB_HOME_SYSTEM ? not_permitted(dir, 0, e) :
						      0;
	if (st.st_uid == geteuid() || eaccess(dir, W_OK) == 0)
		return 0;
	return not_permitted(dir, st.st_uid, e);
}

int mb_pick_rights(const struct mb_tool *t, struct mb_err *e)
{
	return check_rights(&t->home, e);
}

const char *mb_pick_kind(const struct mb_tool *t)
{
	return t->home.kind == MB_HOME_SYSTEM ? "system" :
	       t->home.kind == MB_HOME_USER ? "user" : "directory";
}

const char *mb_pick_command(const struct mb_tool *t)
{
	return t->command[0] ? t->command : "mailbearer";
}

static void note_command(struct mb_tool *t)
{
	char dir[PATH_MAX];

	(void)mb_escape(dir, sizeof(dir), t->home.conf_dir,
			strlen(t->home.conf_dir));
	if (t->home.kind == MB_HOME_SYSTEM)
		(void)snprintf(t->command, sizeof(t->command),
			       "sudo mailbearer");
	else if (t->home_kind == MB_HOME_DIR)
		(void)snprintf(t->command, sizeof(t->command),
			       "mailbearer --store %s", dir);
	else if (t->home_kind == MB_HOME_USER && geteuid() == 0)
		(void)snprintf(t->command, sizeof(t->command),
			       "mailbearer --user");
}

void mb_pick_say(struct mb_tool *t)
{
	char dir[PATH_MAX];

	/* --store DIR comes from outside. */
	(void)mb_escape(dir, sizeof(dir), t->home.conf_dir,
			strlen(t->home.conf_dir));
	if (!t->said)
		mb_out_note("store: %s (%s)", dir, mb_pick_kind(t));
	t->said = true;
}

int mb_pick_place(struct mb_tool *t, struct mb_err *e)
{
	const char *dir = getauxval(AT_SECURE) ? NULL :
			  getenv("MAILBEARER_HOME");
	enum mb_home_kind kind = t->home_kind;

	if (kind == MB_HOME_AUTO && dir && *dir)
		kind = MB_HOME_DIR;
	else if (kind == MB_HOME_DIR)
		dir = t->home_dir;
	else if (kind == MB_HOME_AUTO)
		kind = geteuid() == 0 ? MB_HOME_SYSTEM : MB_HOME_USER;
	if (mb_home_locate(kind, dir, MB_CALLER_TOOL, &t->home, e) < 0)
		return -1;
	note_command(t);
	return 0;
}

static int find_home(struct mb_tool *t, struct mb_err *e)
{
	struct stat st;
	int found;

	if (t->home_kind != MB_HOME_AUTO) {
		if (mb_pick_place(t, e) < 0)
			return -1;
		if (lstat(t->home.key_path, &st) < 0 &&
		    (errno == ENOENT || errno == ENOTDIR))
			return no_store(t, e);
		return 0;
	}
	found = mb_home_find(MB_CALLER_TOOL, &t->home, e);
	if (found < 0)
		return -1;
	if (found > 0) {
		note_command(t);
		return 0;
	}
	if (geteuid() != 0 && stat(mb_path_confdir, &st) == 0)
		return not_permitted(mb_path_confdir, st.st_uid, e);
	return no_store(t, e);
}

int mb_pick_store(struct mb_tool *t, enum mb_pick what, struct mb_err *e)
{
	if (t->store)
		return 0;
	if (t->home_kind != MB_HOME_AUTO && what == MB_PICK_CREDENTIALS &&
	    (mb_pick_place(t, e) < 0 || check_rights(&t->home, e) < 0))
		return -1;
	if (find_home(t, e) < 0)
		return -1;
	if (what == MB_PICK_CREDENTIALS &&
	    check_rights(&t->home, e) < 0)
		return -1;
	if (mb_store_open(&t->store, &t->home, e) < 0)
		return -1;
	if (what != MB_PICK_LOOK)
		mb_pick_say(t);
	return 0;
}

int mb_pick_drop(struct mb_tool *t, struct mb_err *e)
{
	return mb_store_drop_privileges(t->store, true, e);
}

/* Only when it is needed, as in a mail program: `token` with a token at hand
 * never loads libcurl. */
static int load_http(void *ctx, const struct mb_redeem **r, struct mb_err *e)
{
	(void)ctx;
	return mb_engine_http(r, e);
}

/* Trouble that does not stop the command: one remark. */
static void remark(void *ctx, const struct mb_err *e)
{
	char line[MB_ERR_LINE];

	(void)ctx;
	mb_out_note("note: %s", mb_err_line(e, line, sizeof(line)));
}

void mb_pick_world(struct mb_tool *t, struct mb_token_world *w)
{
	*w = (struct mb_token_world){
		.records = &mb_store_records,
		.records_ctx = t->store,
		.redeem = load_http,
		/* Killed, this process loses nothing then. */
		.helper = mb_store_helpful(t->store) ? mb_helper_ask : NULL,
		.command = mb_store_is_owner(t->store) ? mb_command_grant :
							 NULL,
		.note = remark,
	};
}
