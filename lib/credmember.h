/* SPDX-License-Identifier: BSD-2-Clause */
/* The members of a client credential in the credentials file: one table for
 * reading, writing and comparing them. */
#ifndef MB_LIB_CREDMEMBER_H
#define MB_LIB_CREDMEMBER_H

#include <limits.h>
#include <stdbool.h>

#include "lib/credconf.h"
#include "lib/credfile.h"
#include "lib/credential.h"

/* What one group holds; the offsets of the table point into it. */
struct mb_credmember_entry {
	struct mb_credential c;
	char secret_file[PATH_MAX];	/* apply only */
};

/* In the order in which they are written. */
extern const struct mb_member mb_credmembers[];
extern const size_t mb_credmembers_n;		/* of the sealed file */
extern const size_t mb_credmembers_apply_n;	/* client_secret_file, too */

/* The member of that name, or NULL. */
const struct mb_member *mb_credmember_find(const char *name);

/* Does member m have the same value in both? */
bool mb_credmember_equal(const struct mb_member *m,
			 const struct mb_credential *a,
			 const struct mb_credential *b);

/* Has member m the value it has when it is left out?  Then it is not written. */
bool mb_credmember_is_default(const struct mb_member *m,
			      const struct mb_credential *c);

/* Append the value as libconfig text; indent is put in front of further lines.
 * 0, or -1 when out of memory. */
int mb_credmember_write(const struct mb_member *m,
			const struct mb_credential *c, const char *indent,
			struct mb_secret *out);

/* Open a whole credentials file: header, size, and members of the top level are
 * checked.  0, or -1 (conf needs no close then). */
int mb_credfile_open(struct mb_credconf *conf, const struct mb_secret *text,
		     bool apply, const char *object, struct mb_err *e);

/* Read and check the account rules; cf has the client credentials. */
int mb_credfile_read_rules(const struct mb_credconf *conf,
			   struct mb_credfile *cf, struct mb_err *e);

/* Read a group of the list into *x (cleared first), and check it.
 * apply: see mb_credfile_parse_apply(). */
int mb_credmember_read(const struct mb_credconf *conf,
		       const config_setting_t *group, bool apply,
		       struct mb_credmember_entry *x, struct mb_err *e);

#endif
