/* SPDX-License-Identifier: BSD-2-Clause */
/* Shared by lib/token*.c alone. */
#ifndef MB_LIB_TOKEN_INTERNAL_H
#define MB_LIB_TOKEN_INTERNAL_H

#include "lib/credential.h"
#include "lib/token.h"

/* ---- token_judge.c: pure ---- */

enum {
	/* A refresh that a refusal asked for is not repeated before: the
	 * server dislikes something that no new token will cure. */
	TOKEN_REFUSAL_PAUSE = 300,
	/* Back-off after a transient failure, seconds. */
	TOKEN_PAUSE_MIN = 2, TOKEN_PAUSE_MAX = 300,
	/* Longest Retry-After that is honoured; also how soon errors of the
	 * configuration are tried again, in case it was the provider's. */
	TOKEN_HOLD_MAX = 3600,
};

void mb_token_put_error(struct mb_record *r, const char *class,
			const struct mb_err *e, int64_t now,
			int64_t retry_after);
void mb_token_clear_error(struct mb_record *r);

/* ---- token_credential.c ---- */

/* A credential as it is now, and which file said so. */
struct mb_found {
	const struct mb_redeem *redeem;
	struct mb_credential c;
	char digest[65];
	char seen[80];
};

/* *f is allocated; 0 or -1. */
int mb_token_find(const struct mb_token_world *w, const char *name,
		  struct mb_found **f, struct mb_err *e);
void mb_token_found_free(struct mb_found **f);
/* Is the credentials file one that no helper could read either?  A damaged one
 * makes each login look into it; that shall not cost a process each time. */
bool mb_token_damaged(const struct mb_token_world *w, struct mb_err *e);
/* Hosts, digest and where they are from.  A changed digest voids errors that
 * the old definition caused. */
void mb_token_apply(struct mb_record *r, const struct mb_found *f);

/* A write that leaves the token as it is: the next generation, still refused
 * if it was. */
void mb_token_next_generation(struct mb_record *r);

/* canonical address and id of an account. */
int mb_token_id(const char *account, char *id, struct mb_err *e);

/* MB_E_NOT_ENROLLED with its remedy.  Always -1. */
int mb_token_not_enrolled(const struct mb_token_world *w, const char *account,
			  struct mb_err *e);

/* ---- token_rules.c ---- */

/* Make the table, unless it is there by now. */
int mb_token_make_rules(const struct mb_token_world *w, struct mb_err *e);
/* What a rule's record has before its first token. */
void mb_token_rule_record(const struct mb_rule_match *m, const char *account,
			  struct mb_record *r);

int64_t mb_token_now(const struct mb_token_world *w);

#endif
