/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Accounts in mail programs' own files that the plugin will be asked for
 * although they use a password.  libsasl2 takes the best mechanism that client
 * and server have, and does not try another one when that fails: where a store
 * exists and the server offers XOAUTH2, such an account stops working until
 * its file names a mechanism.
 */
#ifndef MB_TOOLS_CAUGHT_H
#define MB_TOOLS_CAUGHT_H

#include <limits.h>

#include "lib/address.h"
#include "tools/tool.h"

enum { MB_CAUGHT_MAX = 32 };

struct mb_caught_account {
	char file[PATH_MAX];
	size_t line;
	char program[16];		/* "mbsync", "Postfix" */
	char user[MB_ADDRESS_MAX + 1];	/* as the program sends it */
};

struct mb_caught {
	size_t n;
	struct mb_caught_account list[MB_CAUGHT_MAX];
};

/* Accounts of a .mbsyncrc that name no mechanism.  Pure. */
void mb_caught_mbsync(struct mb_caught *c, const char *file, const char *text,
		      size_t n);
/* Accounts of a password map ("KEY USER:PASSWORD").  Pure. */
void mb_caught_map(struct mb_caught *c, const char *file, const char *text,
		   size_t n);

/*
 * Of the programs that use this store: mbsync with a user's own, Postfix with
 * the system's.  Before privileges are dropped, for Postfix's maps are root's.
 * Only files that can be read count.  NULL: nobody.  To be freed by tell.
 */
struct mb_caught *mb_caught_find(const struct mb_tool *t);

/* Drop those who are enrolled or have a rule; how many are left. */
size_t mb_caught_unknown(struct mb_tool *t, struct mb_caught *c);

/* What helps with one of them: the line for its program's file. */
const char *mb_caught_remedy(const struct mb_caught_account *a);

/* A remark on stderr for each who is not enrolled; frees c. */
void mb_caught_tell(struct mb_tool *t, struct mb_caught *c);

#endif
