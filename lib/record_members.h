/* SPDX-License-Identifier: BSD-2-Clause */
/* The members of a token record, for its reader and its writer. */
#ifndef MB_LIB_RECORD_MEMBERS_H
#define MB_LIB_RECORD_MEMBERS_H

#include <stdbool.h>
#include <stddef.h>

#include "lib/err.h"
#include "lib/record.h"

#define MB_RECORD_HEADER "mailbearer-record 1\n"

enum { MB_RECORD_MEMBERS = 24,
       MB_MEMBER_NAME_MAX = 64,		/* bytes of an unknown one's name */
       MB_RECORD_EXTRA_MAX = 64 };	/* unknown members */

enum mb_member_type {
	MB_MEMBER_TEXT,		/* char[]: 1 byte or more, no control bytes */
	MB_MEMBER_NUMBER,	/* int64_t */
	MB_MEMBER_TOKEN,	/* struct mb_secret: mb_token_valid() */
};

struct mb_record_member {
	const char *name;
	enum mb_member_type type;
	size_t offset;		/* in struct mb_record */
	size_t size;		/* of a text, with its NUL */
};

/* In the order they are written. */
extern const struct mb_record_member mb_record_members[MB_RECORD_MEMBERS];

/* 1 byte or more and no control byte: ends where its line ends. */
bool mb_record_text_valid(const char *value, size_t n);

/* Lines of unknown members, as struct mb_record keeps them?  0 or -1. */
int mb_record_check_extra(const struct mb_secret *extra, struct mb_err *e);

#endif
