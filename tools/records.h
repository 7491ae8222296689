/* SPDX-License-Identifier: BSD-2-Clause */
/* Changing or removing one token record, under its lock. */
#ifndef MB_TOOLS_RECORDS_H
#define MB_TOOLS_RECORDS_H

#include "lib/record.h"
#include "lib/rules.h"
#include "tools/tool.h"

/*
 * Lock the record, adopt what a dead writer left, read, let fn change it (1
 * write, 0 leave alone, -1), write it with the next generation.
 * 1 written, 0 not (or no such record), -1.
 */
int mb_records_change(struct mb_tool *t, const char *id,
		      int (*fn)(void *arg, struct mb_record *r,
				struct mb_err *e),
		      void *arg, struct mb_err *e);

/*
 * Lock the record, adopt what a dead writer left, read (have is NULL if there
 * is none), and ask fn: 1 fresh becomes the record, with a generation above
 * both; 0 leave it, -1.  1 written, 0 not, -1.
 */
int mb_records_put(struct mb_tool *t, const char *id, struct mb_record *fresh,
		   int (*fn)(void *arg, const struct mb_record *have,
			     struct mb_err *e),
		   void *arg, struct mb_err *e);

/* Seal it for the keys that count now (mb_store_reseal()): 1, 0 it was so, -1.
 */
int mb_records_reseal(struct mb_tool *t, const char *id, struct mb_err *e);

/*
 * Lock the record, adopt what a dead writer left, read, and ask fn: 1 remove
 * it, 0 leave it, -1.  1 removed, 0 not (or no such record), -1.
 */
int mb_records_end(struct mb_tool *t, const char *id,
		   int (*fn)(void *arg, struct mb_record *r,
			     struct mb_err *e),
		   void *arg, struct mb_err *e);

/* 1 removed, 0 there was none, -1. */
int mb_records_remove(struct mb_tool *t, const char *id, struct mb_err *e);

/* Record id of an address as typed.  id: MB_RECORD_ID_LEN + 1 bytes. */
int mb_records_id(const char *address, char *id, struct mb_err *e);

/* Is it served by a rule, should it have no record of its own?  1, 0, -1. */
int mb_records_rule(struct mb_tool *t, const char *address,
		    struct mb_rule_match *m, struct mb_err *e);

/* MB_E_NOT_ENROLLED, word for word; a rule that serves it is named. */
int mb_records_unknown(struct mb_tool *t, const char *address,
		       struct mb_err *e);

/* If *e is the library's word for that: with this store in the command. */
void mb_records_which(struct mb_tool *t, const char *address,
		      struct mb_err *e);

/* The id of the record that has an account's tokens, its own or a rule's; what
 * has neither gets its own.  0 or -1. */
int mb_records_where(struct mb_tool *t, const char *address, char *id,
		     struct mb_err *e);

#endif
