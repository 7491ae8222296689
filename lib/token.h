/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The only refresh policy: fresh? soft-expired? somebody else at it? give up?
 * Exactly one request per expiry, and a rotated refresh token is never lost
 * (doc/DESIGN.md, "Refresh").  World access goes through struct mb_token_world
 * so that tests drive every branch with a fake clock, store and endpoint.
 */
#ifndef MB_LIB_TOKEN_H
#define MB_LIB_TOKEN_H

#include <stdbool.h>
#include <stdint.h>

#include "lib/clock.h"
#include "lib/err.h"
#include "lib/record.h"
#include "lib/redeem.h"
#include "lib/rules.h"
#include "lib/store.h"

/* Where records live: mb_store_records in real life. */
struct mb_records {
	int (*read)(void *ctx, const char *id, struct mb_record *r,
		    struct mb_stamp *stamp, struct mb_err *e);
	int (*stamp)(void *ctx, const char *id, struct mb_stamp *stamp,
		     struct mb_err *e);
	int (*trylock)(void *ctx, const char *id, struct mb_record_lock *l,
		       struct mb_err *e);
	void (*unlock)(void *ctx, struct mb_record_lock *l);
	int (*reserve)(void *ctx, struct mb_record_lock *l, bool *adopted,
		       struct mb_err *e);
	int (*commit)(void *ctx, struct mb_record_lock *l,
		      const struct mb_record *r, struct mb_err *e);
	void (*keep)(void *ctx, struct mb_record_lock *l);
	void (*abandon)(void *ctx, struct mb_record_lock *l);
	int (*credentials)(void *ctx, struct mb_secret *text, struct mb_err *e);
	int (*seen)(void *ctx, char *seen, struct mb_err *e);
	const char *(*label)(void *ctx);
	/* May this host ask for tokens?  0, or -1 (MB_E_RETIRED).  NULL: yes.
	 */
	int (*may_ask)(void *ctx, const char *account, struct mb_err *e);
	/* Can what is written now be read afterwards?  0, or -1
	 * (MB_E_KEY_CHANGED).  NULL: yes. */
	int (*key_current)(void *ctx, struct mb_err *e);
	/* NULL: this store has no account rules. */
	const struct mb_secret *(*rules)(void *ctx);
	int (*save_rules)(void *ctx, const struct mb_secret *table,
			  struct mb_err *e);
};
extern const struct mb_records mb_store_records;	/* ctx: struct mb_store * */

/* What a host leaves to a refresh helper. */
struct mb_token_task {
	enum mb_task {
		MB_TASK_REFRESH,	/* with the record's lock */
		MB_TASK_SETTLE,		/* only see what the credentials file
					 * says of it */
		MB_TASK_RULES,		/* make the table of account rules */
	} what;
	char account[MB_ADDRESS_MAX + 1];	/* the record's own */
	int64_t min_validity;
	bool force;		/* the token on record will not do */
	bool refusal;		/* because a server refused it */
};

struct mb_token_answer {
	int ret;
	bool saved;		/* r is what lies on disk */
	struct mb_record r;	/* if ret is 0 */
	struct mb_err e;	/* why ret is -1; or a remark, or NONE */
};

enum mb_help {
	MB_HELP_NONE,		/* no helper runs: do it yourself */
	MB_HELP_TAKEN,		/* one is at it */
	MB_HELP_ANSWERED,
	MB_HELP_LATE,		/* one is at it, and the deadline is over */
	MB_HELP_FAILED,		/* *e */
};

struct mb_token_world {
	const struct mb_records *records;
	void *records_ctx;
	/* The http module, loaded when first needed. */
	int (*redeem)(void *ctx, const struct mb_redeem **r, struct mb_err *e);
	void *redeem_ctx;
	/* Have the task done elsewhere, ctx being records_ctx; a NULL: do not
	 * wait.  The lock (NULL: none) goes along and *l is empty then, except
	 * after NONE.  NULL: everything is done in this process. */
	enum mb_help (*helper)(void *ctx, const struct mb_token_task *t,
			       struct mb_record_lock *l,
			       const struct mb_deadline *d,
			       struct mb_token_answer *a, struct mb_err *e);
	int64_t (*now)(void);	/* NULL: mb_now */
	mb_redeem_command *command;	/* in a process of ours, else NULL */
	bool jailed;		/* the host itself waits: shorter patience */
	/* Background trouble worth one log line; may be NULL. */
	void (*note)(void *ctx, const struct mb_err *e);
	void *note_ctx;
};

struct mb_token_want {
	const char *account;	/* as the program gave it */
	const char *host;	/* to be sent to; NULL: no host check (tool) */
	int64_t min_validity;	/* seconds the token must still live, usually 0 */
	bool force;		/* refresh even if fresh */
	int64_t not_generation;	/* a server refused this one: get another (0: none) */
	const struct mb_deadline *deadline;	/* the caller's own */
	/* Wait for a helper's answer until that one ends, also while there is
	 * a token to use: for those who came for the refresh. */
	bool patient;
	/* It is MB_WAIT_S from the beginning, for nobody said otherwise:
	 * settings.deadline takes its place. */
	bool by_settings;
	/* Whoever asks has a password, which by a rule of grant sasl_password
	 * is the token: success without an access token is an answer. */
	bool has_password;
};

/*
 * Soft expiry: expires_at minus the larger of 600 s and a tenth of the
 * lifetime, but never more than half the lifetime.  Now before obtained_at -
 * 300 s (clock set back) counts as soft-expired.
 */
bool mb_token_fresh(const struct mb_record *r, int64_t now);
bool mb_token_fresh_times(int64_t obtained_at, int64_t expires_at,
			  int64_t now);
/* Not yet hard-expired (and there is one). */
bool mb_token_valid_at(const struct mb_record *r, int64_t now);

/* Did a server refuse the token on record, and may a new one be asked for?
 * generation: the one this process saw refused, or 0; it need not be marked. */
bool mb_token_refused_now(const struct mb_record *r, int64_t generation,
			  int64_t now);
/* May the provider be asked, or is there an error on record to respect? */
bool mb_token_may_ask(const struct mb_record *r, int64_t now);
/* The error on record, as it was first said.  Always -1. */
int mb_token_recorded_error(const struct mb_record *r, struct mb_err *e);

/* What a cached copy of the answer rests on: while every one of these stamps
 * is what mb_store_stamp() says, and the credentials file is the one named in
 * credentials_seen, it is still the answer. */
struct mb_token_basis {
	int n;		/* 1, 2 for a shared mailbox, 0: must not be cached */
	struct {
		char id[MB_RECORD_ID_LEN + 1];
		struct mb_stamp stamp;
		bool absent;	/* there was no such record */
	} on[2];
};

/*
 * A usable record for the account: r is replaced on success (for a shared
 * mailbox: account is the shared one's, tokens are its owner's).  Refreshes
 * when due, under the lock, once.  basis may be NULL.
 * 0, or -1: MB_E_NOT_ENROLLED, MB_E_HOST_NOT_LISTED (no token is released),
 * MB_E_SIGN_IN_NEEDED, MB_E_TIMEOUT, ...
 */
int mb_token_get(const struct mb_token_world *w, const struct mb_token_want *q,
		 struct mb_record *r, struct mb_token_basis *basis,
		 struct mb_err *e);

/* The helper's side: do the task here, under the lock that came along (NULL:
 * none), which stays locked.  *a is of {0}. */
void mb_token_do(const struct mb_token_world *w, const struct mb_token_task *t,
		 struct mb_record_lock *l, struct mb_token_answer *a);

/* The id of the record that has the account's own tokens, or by a rule (a
 * pattern names the rule); such a record need not be there yet.  1; 0 neither
 * enrolled nor a rule; -1. */
int mb_token_where(const struct mb_token_world *w, const char *account,
		   char *id, struct mb_err *e);

/* The rule for an account that is not enrolled; deadline: for a helper's answer,
 * or NULL; seen (80 bytes, or NULL): the credentials file that has it.  1, 0
 * none, -1. */
int mb_token_rule(const struct mb_token_world *w, const char *account,
		  const struct mb_deadline *deadline, struct mb_rule_match *m,
		  char *seen, struct mb_err *e);

/* Is there a record, or a rule?  1; 0, and *e is MB_E_NOT_ENROLLED; -1. */
int mb_token_known(const struct mb_token_world *w, const char *account,
		   struct mb_err *e);

/* A server refused this generation of the account's token: note it in the
 * record, so that the next mb_token_get() refreshes once.  Best effort. */
void mb_token_refused(const struct mb_token_world *w, const char *account,
		      int64_t generation);

/*
 * Store a grant obtained by an enrolment or import, or a shared mailbox
 * (token_of): takes the lock (waiting until the deadline), adopts ID.new,
 * writes max(generation) + 1.  Hosts, digest and credentials_seen are filled
 * in from the credentials file, when w has a redeem.
 */
int mb_token_enrol(const struct mb_token_world *w, const struct mb_record *r,
		   const struct mb_deadline *deadline, struct mb_err *e);

#endif
