/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Which directories, key and owner this process uses (doc/DESIGN.md, "Where
 * things live").  libc only: libhome.la (with libbase.la and the paths) serves
 * the plugin, libengine.la contains it too.
 */
#ifndef MB_LIB_HOME_H
#define MB_LIB_HOME_H

#include <limits.h>
#include <stdbool.h>

#include "lib/err.h"

enum mb_home_kind { MB_HOME_AUTO, MB_HOME_SYSTEM, MB_HOME_USER, MB_HOME_DIR };

enum mb_home_caller {
	MB_CALLER_HOST,		/* plugin: no password entry, no credentials directory */
	MB_CALLER_TOOL,		/* tool and refresh helper: both looked at */
};

struct mb_home {
	enum mb_home_kind kind;		/* never AUTO once found */
	/* $CREDENTIALS_DIRECTORY/key if that exists (tool, not for a user's) */
	char key_path[PATH_MAX];
	bool key_passed;		/* it is that one: systemd made it */
	char conf_dir[PATH_MAX];	/* holds credentials.conf */
	char records_dir[PATH_MAX];	/* holds the token records */
};

/*
 * Where a store of that kind would be, whether it exists or not.  dir: for
 * MB_HOME_DIR.  USER needs XDG variables, HOME, or (tool) a password entry.
 */
int mb_home_locate(enum mb_home_kind kind, const char *dir,
		   enum mb_home_caller caller, struct mb_home *home,
		   struct mb_err *e);

/*
 * The store of this process: MAILBEARER_HOME if set and trusted; root: the
 * system's; others: their own if its key can be opened, else the system's if
 * its key can.  Under AT_SECURE no variable is read, and the system's counts.
 * A key that this process may not read counts as no store, except for the
 * tool, which says so (MB_E_KEY_UNREADABLE) to the service user, the key's
 * group, and where MAILBEARER_HOME names the store.
 * 1 found, 0 none exists for this process, -1 error; home is good for
 * nothing then (every host pays for this call, so nothing is copied).
 */
int mb_home_find(enum mb_home_caller caller, struct mb_home *home,
		 struct mb_err *e);

#endif
