/* SPDX-License-Identifier: BSD-2-Clause */
/* What the changes of the credentials text share.  Behind lib/credfile.h. */
#ifndef MB_LIB_CREDFILE_EDIT_H
#define MB_LIB_CREDFILE_EDIT_H

#include <stddef.h>

#include "lib/credfile.h"
#include "lib/credmember.h"
#include "lib/credtext.h"

enum { MB_EDIT_NOWHERE = -1 };

/* What the credentials should be afterwards. */
struct mb_edit_wanted {
	int replaced;		/* index, or MB_EDIT_NOWHERE */
	int removed;		/* index, or MB_EDIT_NOWHERE */
	const struct mb_credential *with;	/* in place of replaced */
	const struct mb_credential *const *added;	/* behind all others */
	size_t nadded;
};

/* MB_E_USE_EDIT; always -1. */
int mb_credfile_edit_refuse(struct mb_err *e);
/* MB_E_NOMEM; always -1. */
int mb_credfile_edit_nomem(struct mb_err *e);

/* Member `name` of the top level; 1 there, 0 not, -1 not understood. */
int mb_credfile_edit_top(const struct mb_secret *text, const char *name,
			 struct mb_credtext_member *found);

/* Position of credential `name`, or MB_EDIT_NOWHERE. */
int mb_credfile_edit_index(const struct mb_credconf *conf, const char *name);

/* Splice, parse, compare; text is replaced if all is as it should be. */
int mb_credfile_edit_finish(struct mb_secret *text,
			    const struct mb_credconf *before,
			    struct mb_splice *changes, size_t n,
			    const struct mb_edit_wanted *w, struct mb_err *e);

#endif
