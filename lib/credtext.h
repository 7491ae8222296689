/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The credentials file as text: where things lie in it, so that changes can be
 * spliced in and everything else stays verbatim.  Pure; one pass, no libconfig.
 */
#ifndef MB_LIB_CREDTEXT_H
#define MB_LIB_CREDTEXT_H

#include <stdbool.h>
#include <stddef.h>

#include "lib/err.h"
#include "lib/secret.h"

/* Part of the text: from begin up to, not including, end. */
struct mb_span {
	size_t begin;
	size_t end;
};

enum { MB_CREDTEXT_MEMBERS = 64 };

/*
 * Refuse what libconfig must never see: NUL bytes, '@' outside strings and
 * comments (@include), strings with \x00, unbalanced or deep nesting, an open
 * string or comment, more than MB_CREDTEXT_MEMBERS members in one group.
 * Errors name object and line; the caller adds the remedy.
 */
int mb_credtext_scan(const struct mb_secret *text, const char *object,
		     struct mb_err *e);

struct mb_credtext_member {
	char name[64];
	struct mb_span all;	/* name to terminator, if there is one */
	struct mb_span value;
};

/* Members of the group at `within` (its braces included), or of the whole text
 * if within is NULL.  0, or -1: too many, or not understood. */
int mb_credtext_members(const struct mb_secret *text,
			const struct mb_span *within,
			struct mb_credtext_member *m, size_t max, size_t *n);

/* Element number index of the list at `list` (parentheses included). */
struct mb_credtext_element {
	struct mb_span span;
	size_t comma_before;	/* offset, or SIZE_MAX: the first one */
	size_t comma_after;	/* offset, or SIZE_MAX: the last one */
};

/* 0, or -1 when there is no such element.  SIZE_MAX: the last one. */
int mb_credtext_element(const struct mb_secret *text,
			const struct mb_span *list, size_t index,
			struct mb_credtext_element *el);

/* Append a quoted libconfig string (several adjacent ones, a line each, if it
 * has line ends). */
int mb_credtext_quote(struct mb_secret *out, const char *data, size_t n,
		      const char *indent);

/* One change: `with` comes in place of `span`.  with may be NULL. */
struct mb_splice {
	struct mb_span span;
	const struct mb_secret *with;
};

/* Make out from text and n changes that do not overlap; they are sorted by
 * offset here.  out is replaced.  0 or -1. */
int mb_credtext_splice(const struct mb_secret *text, struct mb_splice *changes,
		       size_t n, struct mb_secret *out);

#endif
