/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * One failure: which kind it is (an id from one table), the object it is
 * about, its cause and its remedy.  Level 0: libc only, no other lib header.
 *
 * Rendered as one line, the way people and logs meet it:
 *
 *	OBJECT: CAUSE; REMEDY [ID]
 *
 * A cause that begins with a blank is joined without the colon:
 * "a@x.org" + " is not enrolled in /etc/mailbearer".
 *
 * Nothing secret is ever put into a struct mb_err.  Text that came from
 * outside may be passed as an argument: mb_fail() escapes what cannot be
 * printed (lib/escape.h).
 */
#ifndef MB_LIB_ERR_H
#define MB_LIB_ERR_H

#include <stdbool.h>
#include <stddef.h>

/* What the caller may do about it.  Exit statuses and SASL codes derive from
 * this and from nothing else. */
enum mb_kind {
	MB_KIND_FAILED,		/* exit 1: anything not below */
	MB_KIND_USAGE,		/* exit 2: the command line is wrong */
	MB_KIND_NOT_FOUND,	/* exit 3: no such account, credential, store */
	MB_KIND_PERSON,		/* exit 4: somebody must sign in or consent */
	MB_KIND_CONFIG,		/* exit 4: wrong until the configuration changes */
	MB_KIND_DENIED,		/* exit 1: refused on purpose (host not listed) */
	MB_KIND_TEMPORARY,	/* exit 5: try later */
	MB_KIND_NOMEM,		/* exit 1 */
};

/* Whose turn it is: "whose_turn" in JSON. */
enum mb_turn {
	MB_TURN_YOU,		/* whoever runs the command */
	MB_TURN_OWNER,		/* the mailbox's owner: sign in again */
	MB_TURN_ADMIN,		/* the administrator of the host or the tenant */
	MB_TURN_PROVIDER,	/* the provider: wait */
};

enum mb_id {
	MB_E_NONE = 0,
	/* store */
	MB_E_NO_STORE, MB_E_NOT_PERMITTED, MB_E_KEY_UNREADABLE,
	MB_E_KEY_EXPOSED, MB_E_KEY_BAD, MB_E_KEY_CHANGED, MB_E_RETIRED,
	MB_E_UNSAFE_FILE,
	MB_E_NOT_SEALED, MB_E_SEALED_BAD, MB_E_RECORD_BAD, MB_E_RECORD_OLD,
	MB_E_TOO_LARGE,
	MB_E_DISK_FULL, MB_E_READ_ONLY, MB_E_IO, MB_E_NO_LOCK, MB_E_BUSY,
	/* configuration */
	MB_E_CONFIG_SYNTAX, MB_E_CONFIG_VALUE, MB_E_NO_CREDENTIAL,
	MB_E_NO_PROVIDER, MB_E_EXISTS, MB_E_IN_USE, MB_E_USE_EDIT,
	MB_E_BAD_ADDRESS, MB_E_BAD_NAME, MB_E_BAD_ENDPOINT,
	/* accounts and tokens */
	MB_E_NOT_ENROLLED, MB_E_SIGN_IN_NEEDED, MB_E_SECRET_WRONG,
	MB_E_SECRET_EXPIRED, MB_E_CLIENT_REFUSED, MB_E_REFRESH_REFUSED,
	MB_E_WRONG_ACCOUNT, MB_E_NO_REFRESH_TOKEN, MB_E_HOST_NOT_LISTED,
	MB_E_TOKEN_REFUSED, MB_E_BAD_TOKEN,
	/* network and provider */
	MB_E_NETWORK, MB_E_TLS, MB_E_TIMEOUT, MB_E_REPLY_BAD,
	MB_E_PROVIDER_BUSY,
	/* enrolment */
	MB_E_DENIED, MB_E_BAD_REDIRECT, MB_E_NO_TERMINAL, MB_E_INTERRUPTED,
	/* everything else */
	MB_E_USAGE, MB_E_UPGRADED, MB_E_UNSUPPORTED, MB_E_CRYPTO, MB_E_NOMEM,
	MB_E_INTERNAL,
	MB_E_COUNT
};

/* One row of the table; the name is stable and what `explain` accepts. */
struct mb_message {
	const char *name;	/* "not-enrolled" */
	enum mb_kind kind;
	enum mb_turn turn;
};

/* The row of an id; never NULL (an id out of range gives "internal"). */
const struct mb_message *mb_message(enum mb_id id);

enum { MB_ERR_OBJECT = 512, MB_ERR_CAUSE = 640, MB_ERR_REMEDY = 448,
       MB_ERR_LINE = MB_ERR_OBJECT + MB_ERR_CAUSE + MB_ERR_REMEDY + 40 };

/* Owned by the caller; {0} is "no error".  Holds no pointers. */
struct mb_err {
	enum mb_id id;
	char object[MB_ERR_OBJECT];
	char cause[MB_ERR_CAUSE];
	char remedy[MB_ERR_REMEDY];
};

/*
 * Set id, object and cause (printf style), clear the remedy.  e may be NULL.
 * Always returns -1, so that `return mb_fail(...)` ends a function.
 */
int mb_fail(struct mb_err *e, enum mb_id id, const char *object,
	    const char *cause, ...) __attribute__((format(printf, 4, 5)));

/* Add what to do about it (printf style).  Always returns -1. */
int mb_remedy(struct mb_err *e, const char *remedy, ...)
	__attribute__((format(printf, 2, 3)));

/* Where the remedy says "mailbearer VERB", say command instead ("sudo
 * mailbearer", "mailbearer --store DIR"): the one place that knows how the tool
 * is called for the store at hand.  Left alone: verbs that need no store, and
 * commands that name theirs. */
void mb_err_command(struct mb_err *e, const char *command);

/* The same for any text; false: it did not fit, and text is unchanged. */
bool mb_err_put_command(char *text, size_t size, const char *command);

/* mb_fail() for a failed system call: picks the id from errnum (ENOSPC and
 * EDQUOT: disk-full; EROFS: read-only; EACCES and EPERM: not-permitted; ENOMEM; else
 * io), appends strerror and a fitting remedy.  doing: "open", "write" ...
 * Always returns -1. */
int mb_fail_errno(struct mb_err *e, int errnum, const char *object,
		  const char *doing);

/* Back to {0}. */
void mb_err_clear(struct mb_err *e);

/* The whole line, without newline, cut to size if need be; returns buf. */
const char *mb_err_line(const struct mb_err *e, char *buf, size_t size);

#endif
