/* SPDX-License-Identifier: BSD-2-Clause */
/* Taking over what `export` wrote. */
#ifndef MB_TOOLS_IMPORT_STORE_H
#define MB_TOOLS_IMPORT_STORE_H

#include <stddef.h>

#include "lib/credfile.h"
#include "tools/tool.h"

/*
 * Put what `from` has into the credentials text: what is not there is added,
 * what differs is refused (MB_E_EXISTS) unless replace.  A text without
 * credentials, rules and recovery certificates becomes `original`.
 */
int mb_import_credentials(struct mb_secret *text, const struct mb_credfile *now,
			  const struct mb_secret *original,
			  const struct mb_credfile *from, bool replace,
			  struct mb_err *e);

struct mb_import_tally {
	size_t added, replaced, same, newer;
};

/* The text of one record, under its lock; the newer one stays unless --replace,
 * and with --check nothing is written.  To be called as the records' owner. */
int mb_import_record(struct mb_tool *t, const char *text, size_t n,
		     struct mb_import_tally *tally, struct mb_err *e);

#endif
