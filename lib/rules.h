/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Account rules, looked up without libconfig: what the credentials file says
 * of them is written once into a table that is sealed like a record and lies
 * beside the records.  Pure.  doc/FORMAT.md has it line by line.
 */
#ifndef MB_LIB_RULES_H
#define MB_LIB_RULES_H

#include <stdbool.h>
#include <stddef.h>

#include "lib/address.h"
#include "lib/err.h"
#include "lib/record.h"
#include "lib/secret.h"

#define MB_RULES_HEADER "mailbearer-rules 1\n"

enum { MB_RULES_LINE_MAX = 4096 };

/* What one lookup finds. */
struct mb_rule_match {
	char pattern[MB_ADDRESS_MAX + 1];	/* "a@x.org", "*@x.org", "*" */
	char credential[MB_NAME_MAX + 1];
	char grant[33];
	char origin[65];	/* hex: of credential, grant and scope */
	bool per_address;	/* the token is the account's own */
	char digest[65];	/* mb_credential_digest() */
	char hosts[MB_HOSTS_MAX + 1];
	char id[MB_RECORD_ID_LEN + 1];	/* of the record that has the token */
};

/* Is it a table made from the credentials file `seen` (mb_store_seen())? */
bool mb_rules_current(const struct mb_secret *table, const char *seen);

/*
 * The most specific rule for an account (canonical address), or for a rule's
 * own pattern ("*@x.org": that very rule).  1 and *m; 0 there is none; -1: the
 * table is damaged, or *e.
 */
int mb_rules_find(const struct mb_secret *table, const char *account,
		  struct mb_rule_match *m, struct mb_err *e);

/* Where a rule's token lies.  origin: 64 hex digits; canonical: NULL for a
 * token that is shared.  id: MB_RECORD_ID_LEN + 1 bytes.  0 or -1. */
int mb_rules_record_id(const char *origin, const char *canonical, char *id,
		       struct mb_err *e);

/* The id that a record which names a rule must have.  0 or -1. */
int mb_rules_id_of(const struct mb_record *r, char *id, struct mb_err *e);

/* Is it a rule's pattern, "*" or "*@DOMAIN"? */
bool mb_rules_is_pattern(const char *user);

/* A pattern or an address in the form that is compared.  out:
 * MB_ADDRESS_MAX + 1 bytes.  0, or -1 with MB_E_BAD_ADDRESS. */
int mb_rules_canon(const char *user, char *out, struct mb_err *e);

#endif
