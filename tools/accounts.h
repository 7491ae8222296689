/* SPDX-License-Identifier: BSD-2-Clause */
/* The accounts of a store, without their tokens, and the word for the state
 * each is in. */
#ifndef MB_TOOLS_ACCOUNTS_H
#define MB_TOOLS_ACCOUNTS_H

#include <stdint.h>

#include "lib/record.h"
#include "tools/tool.h"

enum mb_state {
	MB_STATE_OK,
	MB_STATE_SOON,		/* works now, cannot be refreshed */
	MB_STATE_RETRYING,	/* the last refresh failed for the moment */
	MB_STATE_CONFIG,	/* wrong until the client credential changes */
	MB_STATE_SIGN_IN,	/* its owner has to sign in */
	MB_STATE_BROKEN,	/* the record cannot be read */
	MB_STATE_COUNT
};

/* "ok", "soon", "retrying", "needs configuration", "needs sign-in", "broken" */
const char *mb_accounts_word(enum mb_state s);
enum mb_state mb_accounts_state(const struct mb_record *r, int64_t now);

struct mb_account {
	char *address;		/* as enrolled, or the record's id if broken */
	char *credential;
	char *token_of;		/* "" or whose token it uses */
	char *cause;		/* of the last failure, or "" */
	char *remedy;
	enum mb_state state;
	enum mb_id id;		/* why it is MB_STATE_BROKEN */
	int64_t expires_at, obtained_at, enrolled_at, generation, next_attempt;
};

struct mb_accounts {
	struct mb_account *list;	/* in the order of their addresses */
	size_t n;
};

/* Read every record.  Privileges are dropped before (mb_pick_drop). */
int mb_accounts_read(struct mb_tool *t, struct mb_accounts *a,
		     struct mb_err *e);
void mb_accounts_clear(struct mb_accounts *a);

/* By address; NULL if there is none. */
const struct mb_account *mb_accounts_find(const struct mb_accounts *a,
					  const char *address);

/* "12 accounts: 10 ok, 2 needs sign-in"; buf: 200 bytes. */
const char *mb_accounts_summary(const struct mb_accounts *a, char buf[200]);

/* How many use the credential, and the first of them by name. */
struct mb_users {
	size_t n;
	char first[MB_ADDRESS_MAX + 1];
	char names[300];	/* "a@x.org, b@x.org and 7 more" */
};

/* Ask a child that works as the records' owner (tools/owner.h). */
int mb_accounts_users(struct mb_tool *t, const char *credential,
		      struct mb_users *users, struct mb_err *e);

#endif
