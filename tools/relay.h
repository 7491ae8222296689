/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Bytes both ways between a mail program (two descriptors) and a mail server
 * that is logged in, until either side ends; and lines, for the few that are
 * spoken before.
 */
#ifndef MB_TOOLS_RELAY_H
#define MB_TOOLS_RELAY_H

#include <stdbool.h>
#include <stddef.h>

#include "lib/clock.h"
#include "lib/err.h"
#include "lib/secret.h"
#include "tools/login.h"

enum { MB_RELAY_BUFFER = 64 * 1024 };

struct mb_relay_half {
	char buf[MB_RELAY_BUFFER];
	size_t start, len;	/* what waits to be written */
	bool eof;		/* nothing more will be read */
};

struct mb_relay {
	struct mb_login *server;
	int in, out;		/* the mail program; may be one socket */
	int flags_in, flags_out;	/* as they were */
	struct mb_relay_half up;	/* from the program to the server */
	struct mb_relay_half down;
	/* How the last line began that the server, the program, sent. */
	struct mb_relay_line {
		char begin[16];
		bool over;
	} said, asked;
	unsigned bye;		/* lines since an IMAP server's BYE and with it,
				 * 0: none */
};

void mb_relay_init(struct mb_relay *r, int in, int out);
/* The descriptors as they were. */
void mb_relay_end(struct mb_relay *r);

/*
 * One line with its end, from the program (up) or the server (down) of what is
 * read ahead; *n its length.  The bytes stay in the buffer: mb_relay_take().
 * 1; 0: the other side has ended, or sends no line that fits the buffer; -1.
 */
int mb_relay_line(struct mb_relay *r, bool from_server,
		  const struct mb_deadline *d, const char **line, size_t *n,
		  struct mb_err *e);
void mb_relay_take(struct mb_relay *r, bool from_server, size_t n);

/* Write all of it to the program (up to a minute), or to the server. */
int mb_relay_tell(struct mb_relay *r, const char *text, size_t n,
		  struct mb_err *e);
int mb_relay_ask(struct mb_relay *r, const char *text, size_t n,
		 struct mb_err *e);

/* Until either side ends: 0, or -1 when the server broke off, without the
 * goodbye of its protocol, while the program was still there. */
int mb_relay_run(struct mb_relay *r, struct mb_err *e);

#endif
