/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * libconfig, kept on a leash: the text is scanned before it is parsed, wiped
 * where it can be reached, and read through a table of members that refuses
 * what it does not know.  Shared by credentials file and providers.conf.
 */
#ifndef MB_LIB_CREDCONF_H
#define MB_LIB_CREDCONF_H

#include <libconfig.h>
#include <stddef.h>

#include "lib/err.h"
#include "lib/secret.h"

struct mb_credconf {
	config_t config;
	char object[256];	/* names the file in errors */
	const char *remedy;	/* "run: mailbearer edit" */
};

/* Scan and parse text.  0, or -1 (c needs no close then). */
int mb_credconf_open(struct mb_credconf *c, const struct mb_secret *text,
		     const char *object, const char *remedy, struct mb_err *e);

/* Wipe what libconfig keeps and give it back. */
void mb_credconf_close(struct mb_credconf *c);

enum mb_member_kind {
	MB_MEMBER_TEXT,		/* char[size] */
	MB_MEMBER_SECRET,	/* struct mb_secret */
	MB_MEMBER_LINES,	/* list of strings -> struct mb_secret, '\n' between */
	MB_MEMBER_WORDS,	/* list of strings -> char[size], blanks between */
	MB_MEMBER_BOOL,		/* bool */
	MB_MEMBER_INT,		/* int64_t, 0 to 2^53 */
	MB_MEMBER_CHOICE,	/* int: index into choices */
	MB_MEMBER_OTHER,	/* the caller reads it */
};

struct mb_member {
	const char *name;
	enum mb_member_kind kind;
	size_t offset;			/* into the struct that is filled */
	size_t size;			/* TEXT, WORDS; SECRET, LINES: most bytes */
	const char *const *choices;	/* CHOICE: ends with NULL */
	int first;			/* CHOICE: value of the first */
};

/* Fill *out from group g; members that are not in the table are refused. */
int mb_credconf_read(const struct mb_credconf *c, const config_setting_t *g,
		     const struct mb_member *table, size_t n, void *out,
		     struct mb_err *e);

/* The top-level list `name`, NULL if missing; 0, or -1 if it is no list. */
int mb_credconf_list(const struct mb_credconf *c, const char *name,
		     const config_setting_t **list, struct mb_err *e);

/* MB_E_CONFIG_VALUE at setting s; printf style.  Always -1. */
int mb_credconf_refuse(const struct mb_credconf *c, const config_setting_t *s,
		       struct mb_err *e, const char *cause, ...)
	__attribute__((format(printf, 4, 5)));

#endif
