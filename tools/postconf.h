/* SPDX-License-Identifier: BSD-2-Clause */
/* Postfix's configuration, read and changed by its own postconf(1). */
#ifndef MB_TOOLS_POSTCONF_H
#define MB_TOOLS_POSTCONF_H

#include <limits.h>
#include <stdbool.h>

#include "lib/err.h"

enum { MB_POSTCONF_VALUE = 4096 };

struct mb_postconf {
	char dir[PATH_MAX];	/* config_directory */
};

/* dir NULL: Postfix's own.  0, or -1: MB_E_UNSUPPORTED (no postconf here). */
int mb_postconf_open(struct mb_postconf *p, const char *dir,
		     struct mb_err *e);

/* A parameter of main.cf: 1 and its value as written there, 0 and "" if it is
 * not set there, -1.  value: MB_POSTCONF_VALUE bytes. */
int mb_postconf_get(const struct mb_postconf *p, const char *name,
		    char *value, struct mb_err *e);
/* NULL takes it out. */
int mb_postconf_set(const struct mb_postconf *p, const char *name,
		    const char *value, struct mb_err *e);

/* A service of master.cf, "smtp/unix": 1 and its whole line, 0, -1. */
int mb_postconf_service(const struct mb_postconf *p, const char *name,
			char *line, struct mb_err *e);
/* line NULL takes the service out. */
int mb_postconf_set_service(const struct mb_postconf *p, const char *name,
			    const char *line, struct mb_err *e);

/* A parameter as a transport has it: -o in master.cf counts more than main.cf.
 * The same results. */
int mb_postconf_value(const struct mb_postconf *p, const char *service,
		      const char *name, char *value, struct mb_err *e);

/* What a smtp_sasl_mechanism_filter does to XOAUTH2 and OAUTHBEARER. */
enum mb_postconf_filter {
	MB_FILTER_NONE,		/* neither gets through */
	MB_FILTER_ANY,		/* they do, like others */
	MB_FILTER_NAMED,	/* one of them is named */
};

enum mb_postconf_filter mb_postconf_filter(const char *filter);

#endif
