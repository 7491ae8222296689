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

/* Does somebody have to do something about it? */
bool mb_accounts_needs_person(enum mb_state s);

/* "ok", "soon", "retrying", "needs configuration", "needs sign-in", "broken" */
const char *mb_accounts_word(enum mb_state s);
enum mb_state mb_accounts_state(const struct mb_record *r, int64_t now);

struct mb_account {
	char *address;		/* as enrolled, or the record's id if broken */
	char *credential;
	char *token_of;		/* "" or whose token it uses */
	char *rule_id;		/* "", or the id of an account rule's record */
	char *cause;		/* of the last failure, or "" */
	char *remedy;
	enum mb_state state;
	enum mb_id id;		/* why it is MB_STATE_BROKEN */
	int64_t expires_at, obtained_at, enrolled_at, refreshed_at;
	int64_t generation, next_attempt, attempts;
	char error_class[33], error_id[33];	/* as in the record, or "" */
	bool fresh;		/* before soft expiry */
	bool refused;		/* a server refused this token */
	bool may_ask;		/* there is a refresh token, and no error on
				 * record forbids to use it now */
	bool told, gone;	/* for the caller's own use */
	const char *watch;	/* tools/watch.h: what is told of it, or NULL */
	int64_t watch_told;	/* and when it was, Unix seconds */
};

struct mb_accounts {
	struct mb_account *list;	/* in the order of their addresses */
	size_t n;
};

/* Read every record.  Privileges are dropped before (mb_pick_drop). */
int mb_accounts_read(struct mb_tool *t, struct mb_accounts *a,
		     struct mb_err *e);
void mb_accounts_clear(struct mb_accounts *a);

void mb_accounts_free(struct mb_account *a);

/* Replace one of an account's strings by a copy of text.  0, or -1: no memory.
 * Empty ones are shared: nobody writes into them, or frees them alone. */
int mb_accounts_put(char **field, const char *text);

/* One account, by address; *a, {0} or filled, is replaced on success only. */
int mb_accounts_look(struct mb_tool *t, const char *address,
		     struct mb_account *a, struct mb_err *e);

/* Since when, in Unix seconds, nobody has used the refresh token: from then
 * the provider counts idle days.  0: not known. */
int64_t mb_accounts_used_at(const struct mb_account *a);

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
