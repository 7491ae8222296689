/* SPDX-License-Identifier: BSD-2-Clause */
/* What the parts of `enroll` hand each other. */
#ifndef MB_TOOLS_ENROLL_H
#define MB_TOOLS_ENROLL_H

#include <stdbool.h>

#include "lib/credfile.h"
#include "lib/grant.h"
#include "lib/record.h"
#include "tools/tool.h"

struct mb_enroll {
	struct mb_tool *tool;
	const char *account;	/* as typed */
	const char *owner;	/* who signs in: --as, else the account */
	bool was_root;		/* before privileges were dropped */
	char id[MB_RECORD_ID_LEN + 1];
	struct mb_credfile credentials;
	char seen[80];		/* of the credentials file that was read */
	struct mb_record old;	/* generation 0: there is none */
	const struct mb_credential *credential;
	struct mb_grant grant;
	char client_id[MB_CLIENT_ID_MAX + 1];	/* --import: as the file says */
	struct mb_caught *caught;	/* seen before privileges were dropped */
};

/* It is over: after something was enrolled (ret 0), who is caught. */
void mb_enroll_end(struct mb_enroll *n, int ret);

/* ---- tools/enroll_pick.c: store and client credential ---- */

/*
 * Open the store, read the credentials, become the records' owner, read the
 * account's record.  At a terminal a missing store (not root's) and a missing
 * client credential are made on the way.  0 or -1.
 */
int mb_enroll_open(struct mb_enroll *n, struct mb_err *e);

/* Which client credential?  --credential; else the record's; else the only
 * one; else the only one whose provider serves the address's domain. */
int mb_enroll_credential(struct mb_enroll *n, struct mb_err *e);

/* Does the account's sign-in work, as far as its record knows? */
bool mb_enroll_healthy(const struct mb_enroll *n, const struct mb_record *r);

/* The record of an address: 1, 0 there is none, -1. */
int mb_enroll_read(struct mb_enroll *n, const char *address,
		   struct mb_record *r, struct mb_err *e);

/* ---- tools/enroll_way.c: how somebody signs in ---- */

enum mb_enroll_way {
	MB_WAY_CODE,		/* a browser, here or elsewhere (flow_code.h) */
	MB_WAY_DEVICE,		/* a code (flow_device.h) */
};

/* Does the provider take the client credential's callback URL at all?  0, or
 * -1 with MB_E_BAD_ENDPOINT. */
int mb_enroll_callback(const struct mb_enroll *n, struct mb_err *e);

/*
 * Choose by what was asked for, what the provider gives and what this machine
 * can do, and say why.  0, or -1 for what cannot work: nothing was sent.
 */
int mb_enroll_choose(const struct mb_enroll *n, enum mb_enroll_way *way,
		     struct mb_err *e);

/* ---- tools/enroll_redeem.c: from a code to a grant that works ---- */

struct mb_enroll_code {
	const struct mb_secret *code;
	const struct mb_secret *verifier;
	const char *redirect_uri;
	const char *nonce;	/* as sent, or "" */
};

/* n->grant has come: check who signed in, log in to the mail server as the
 * account, write the record, say so. */
int mb_enroll_keep(struct mb_enroll *n, const char *nonce, struct mb_err *e);

/* Redeem the code, and keep what comes of it. */
int mb_enroll_redeem(struct mb_enroll *n, const struct mb_enroll_code *code,
		     struct mb_err *e);

/* A real login as the account with n->grant, at the servers of the provider's
 * file.  0 also where none is known or reached, or with --no-test. */
int mb_enroll_test(struct mb_enroll *n, struct mb_err *e);

/* ---- tools/enroll_begin.c: sign-in and answer at different times ---- */

/* Print the URL to send to the owner. */
int mb_enroll_begin(struct mb_enroll *n, struct mb_err *e);
/* What the owner's browser ended on. */
int mb_enroll_finish(struct mb_tool *t, const char *url, struct mb_err *e);

/* ---- tools/enroll_many.c ---- */

/* One account, as the options say. */
typedef int mb_enroll_one(struct mb_enroll *n, struct mb_err *e);
/* Each line of FILE; an exit status, or -1. */
int mb_enroll_many(struct mb_tool *t, const char *file, mb_enroll_one *one,
		   struct mb_err *e);

/* ---- tools/cmd_enroll.c ---- */

/* The last words; expires_at 0: there is no access token yet. */
void mb_enroll_say(const struct mb_enroll *n, int64_t expires_at);

/* ---- tools/enroll_save.c: from a grant to a record ---- */

/* Did the right person sign in, and will the sign-in last?  nonce: as sent, or
 * "". */
int mb_enroll_check(const struct mb_enroll *n, const char *nonce,
		    struct mb_err *e);

/* Say so, if our clock is off by so many seconds that it matters. */
void mb_enroll_clock(const struct mb_enroll *n, int64_t off_s);

/* Write the record; n->grant is moved into it. */
int mb_enroll_save(struct mb_enroll *n, struct mb_err *e);

/* Note "token of OWNER" instead of tokens of its own. */
int mb_enroll_save_shared(struct mb_enroll *n, const struct mb_record *owner,
			  struct mb_err *e);

/* ---- tools/enroll_app.c: grants that need nobody ---- */

bool mb_enroll_is_app(const struct mb_enroll *n);
/* Fetch a first token as proof, and write the record. */
int mb_enroll_app(struct mb_enroll *n, struct mb_err *e);

#endif
