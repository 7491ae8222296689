/* SPDX-License-Identifier: BSD-2-Clause */
/* What a mail program has to be told so that it uses an account. */
#ifndef MB_TOOLS_SETUP_H
#define MB_TOOLS_SETUP_H

#include <stdbool.h>
#include <stddef.h>

#include "lib/address.h"
#include "lib/err.h"
#include "lib/provider.h"
#include "lib/secret.h"
#include "tools/postconf.h"
#include "tools/tool.h"

enum { MB_SETUP_ACCOUNTS = 64 };

/* One mailbox and where it lies; host "" where the provider has none. */
struct mb_setup_account {
	char address[MB_ADDRESS_MAX + 1];
	char provider[MB_PROVIDER_MAX + 1];
	bool enrolled;
	bool own_authority;	/* its credential has certificates of its own */
	struct mb_server imap, smtp, pop;
	struct mb_server relay;	/* smtp with STARTTLS if there is one */
};

struct mb_setup {
	struct mb_tool *tool;
	/* Whom it is for; servers[i]: "[host]:port" where something knows it,
	 * else NULL. */
	const char *addresses[MB_SETUP_ACCOUNTS];
	const char *servers[MB_SETUP_ACCOUNTS];
	struct mb_setup_account *accounts;
	size_t n;
	char credentials[400];	/* "work, gmail": what the store has */
	bool taken_over;	/* by --migrate, or would be with --check */
	const char *command;	/* the tool, as a mail program calls it */
};

/* ---- tools/setup_find.c ---- */

/*
 * Fill s->accounts for the s->n addresses: servers as
 * --imap, --smtp and --pop say, else as the preset of the account's client
 * credential says, else as that of its domain.
 * 0, or -1: MB_E_BAD_ADDRESS, MB_E_USAGE, ...
 */
int mb_setup_find(struct mb_setup *s, struct mb_err *e);
/* On stderr, if it is not enrolled: the command that does it. */
void mb_setup_hint(const struct mb_setup *s, const struct mb_setup_account *a);
void mb_setup_clear(struct mb_setup *s);

/* ---- tools/setup_clients.c ---- */

/* What a program speaks; LATER: TLS by STARTTLS only. */
enum {
	MB_SETUP_IMAP = 1,
	MB_SETUP_SMTP = 2,
	MB_SETUP_POP = 4,
	MB_SETUP_LATER = 8,
};

struct mb_setup_client {
	const char *name;
	unsigned speaks;
	unsigned needs;		/* of it, at least */
	const char *program;	/* whose SASL library matters, or NULL */
	bool one;		/* its lines are for one account only */
	/* Lines with @WORD@ in them; a line "?imap", "?smtp" or "?pop" begins a
	 * part that is left out where there is no such server, "?" ends it. */
	const char *text;
};

extern const struct mb_setup_client mb_setup_clients[];	/* ends with NULL */
const struct mb_setup_client *mb_setup_client(const char *name);

/* ---- tools/setup_text.c ---- */

/* Print a client's lines for one account. */
int mb_setup_print(const struct mb_setup *s, const struct mb_setup_client *c,
		   const struct mb_setup_account *a, struct mb_err *e);

/* One line of configuration on stdout, or of "lines" in the --json answer. */
void mb_setup_line(struct mb_tool *t, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

/* "libsasl2", "libgsasl", or NULL: what the program of that name (in PATH) is
 * linked to. */
const char *mb_setup_sasl_library(const char *program);

/* ---- tools/setup_postfix.c ---- */

enum { MB_SETUP_VALUE = 4096, MB_SETUP_PARAMS = 8 };

/* What Postfix's configuration has to say for these accounts. */
struct mb_setup_postfix {
	struct mb_postconf conf;
	bool by_sender;			/* else: all mail */
	struct mb_secret passwd;	/* lines of DIR/mailbearer/passwd */
	struct mb_secret senders;	/* of DIR/mailbearer/senders */
	struct {
		const char *name;	/* "mailbearer/unix" */
		char line[MB_SETUP_VALUE];
		bool used;
	} service[2];			/* STARTTLS; TLS from the first byte */
	struct {
		char name[64];
		char value[MB_SETUP_VALUE];
	} param[MB_SETUP_PARAMS];
	size_t nparams;
};

/* Print, or with --apply and --undo change, Postfix's configuration. */
int mb_setup_postfix(struct mb_setup *s, struct mb_err *e);

/* ---- tools/setup_apply.c ---- */

int mb_setup_apply(struct mb_tool *t, const struct mb_setup_postfix *p,
		   struct mb_err *e);
int mb_setup_undo(struct mb_tool *t, const struct mb_postconf *conf,
		  struct mb_err *e);

#endif
