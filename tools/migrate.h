/* SPDX-License-Identifier: BSD-2-Clause */
/* Taking over what sasl-xoauth2 has in Postfix's configuration. */
#ifndef MB_TOOLS_MIGRATE_H
#define MB_TOOLS_MIGRATE_H

#include <limits.h>
#include <stdint.h>

#include "lib/address.h"
#include "lib/grant.h"
#include "tools/clientfile.h"
#include "tools/postconf.h"
#include "tools/setup.h"

#define MB_MIGRATE_CONF "/etc/sasl-xoauth2.conf"

/* One line of a password map whose password is a token file. */
struct mb_migrant {
	char address[MB_ADDRESS_MAX + 1];
	char server[300];		/* "[host]:port", or "" */
	char path[PATH_MAX];		/* of the token file */
	int64_t written;		/* its mtime */
	struct mb_clientfile client;	/* the configuration, with what the
					 * token file overrides */
	struct mb_grant grant;
};

struct mb_migrate {
	size_t n;
	struct mb_migrant list[MB_SETUP_ACCOUNTS];
};

/* ---- tools/migrate_read.c ---- */

/* Lines of a map ("KEY USER:PATH"); others are passed over. */
int mb_migrate_lines(struct mb_migrate *m, const char *text, size_t n,
		     struct mb_err *e);

/* What conf says, with what token (both JSON objects) overrides. */
int mb_migrate_client(struct mb_clientfile *f, const struct mb_secret *conf,
		      const struct mb_secret *token, const char *name,
		      struct mb_err *e);

/* Everything that Postfix's password maps name.  conf: the plugin's file. */
int mb_migrate_read(struct mb_migrate *m, const struct mb_postconf *p,
		    const char *conf, struct mb_err *e);
void mb_migrate_clear(struct mb_migrate *m);

/* ---- tools/migrate.c ---- */

/* setup postfix --migrate: the accounts go into the store, their addresses
 * into s->addresses.  1: only the plan was shown.  0, -1. */
int mb_migrate(struct mb_setup *s, struct mb_migrate *m, struct mb_err *e);

/* The directory with no plugin but ours, for SASL_PATH.  dir: PATH_MAX. */
void mb_migrate_only(char *dir);

#endif
