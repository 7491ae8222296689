/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The authorization code grant up to the code: listener, browser, terminal,
 * one wait for all of them (RFC 6749 section 4.1, RFC 7636, RFC 8252).
 *
 *	mb_flow_code_start()	listener and URL
 *	mb_flow_code_wait()	until the code is there
 *	...			redeem f->code, check, store
 *	mb_flow_code_finish()	what the browser ends on
 *	mb_flow_code_clear()
 */
#ifndef MB_TOOLS_FLOW_CODE_H
#define MB_TOOLS_FLOW_CODE_H

#include <stdbool.h>
#include <stdint.h>

#include "lib/credential.h"
#include "lib/err.h"
#include "lib/secret.h"
#include "tools/browser.h"
#include "tools/callback.h"
#include "tools/loopback.h"
#include "tools/tool.h"

struct mb_flow_code_want {
	const struct mb_tool *tool;	/* where to print the URL */
	const struct mb_credential *credential;
	const char *account;	/* to be enrolled */
	const char *owner;	/* who signs in: the same, or --as */
	int port;		/* of the listener; 0: the callback URL's, or any */
	bool browser;		/* start one if there is one */
	bool unattended;	/* nobody at a terminal is fine: whoever reads
				 * the URL from stdout brings the answer */
	int64_t timeout_s;
};

/* {0} is empty. */
struct mb_flow_code {
	const struct mb_flow_code_want *want;
	struct mb_callback callback;
	struct mb_secret state;
	struct mb_secret verifier;
	struct mb_secret nonce;		/* empty: none was sent */
	struct mb_secret url;
	struct mb_secret code;		/* the answer */
	char redirect_uri[MB_URL_MAX + 1];
	struct mb_loopback *listener;	/* NULL: answers are pasted only */
	struct mb_browser browser;
	bool refused;			/* *said tells by what */
	struct mb_err said;
	int notes;			/* remarks about wrong answers so far */
};

/* want must outlive f.  0, or -1: MB_E_NO_TERMINAL when no answer could ever
 * come, MB_E_BUSY, MB_E_BAD_ENDPOINT, MB_E_USAGE ... */
int mb_flow_code_start(struct mb_flow_code *f,
		       const struct mb_flow_code_want *want, struct mb_err *e);

/* 0 and f->code, or -1: MB_E_DENIED, MB_E_TIMEOUT, MB_E_INTERRUPTED ... */
int mb_flow_code_wait(struct mb_flow_code *f, struct mb_err *e);

/* Judge a line somebody pasted; true: it ends the wait (f->code, or f->refused
 * and f->said).  A wrong one is said on stderr. */
bool mb_flow_code_pasted(struct mb_flow_code *f, const struct mb_secret *line);

/* Tell the browser, if it brought the answer; failed NULL: all is well. */
void mb_flow_code_finish(struct mb_flow_code *f, const struct mb_err *failed);

void mb_flow_code_clear(struct mb_flow_code *f);

#endif
