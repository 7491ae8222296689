/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The text of an exported store (doc/FORMAT.md): a head, then parts, each a
 * line "NAME LENGTH", that many bytes and a newline, then "end COUNT".  Pure.
 */
#ifndef MB_TOOLS_BUNDLE_H
#define MB_TOOLS_BUNDLE_H

#include <stdbool.h>
#include <stddef.h>

#include "lib/err.h"

#define MB_BUNDLE_HEADER "mailbearer-export 1\n"
#define MB_BUNDLE_CREDENTIALS "credentials"
#define MB_BUNDLE_ACCOUNT "account"

struct mb_bundle_part {
	bool credentials;	/* else the text of a token record */
	const char *text;
	size_t len;
};

/* Does it begin like one? */
bool mb_bundle_is(const char *text, size_t n);

struct mb_bundle {
	const char *text;
	size_t len;
	const char *object;	/* names it in errors */
	size_t naccounts;	/* set by mb_bundle_each() */
};

/*
 * Call fn for each part, after the whole was looked through: nothing is done
 * with half a file.  0, fn's non-zero result, or -1 with MB_E_RECORD_BAD.
 */
int mb_bundle_each(struct mb_bundle *b,
		   int (*fn)(void *arg, const struct mb_bundle_part *part,
			     struct mb_err *e),
		   void *arg, struct mb_err *e);

#endif
