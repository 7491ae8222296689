/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Lines that somebody pastes while we wait for something else as well.  At a
 * terminal they are read without echo and not in line mode: an address with a
 * code in it is a secret, and the kernel cuts a line at 4095 bytes.
 */
#ifndef MB_TOOLS_PASTE_H
#define MB_TOOLS_PASTE_H

#include <stdbool.h>
#include <termios.h>

#include "lib/secret.h"

enum { MB_PASTE_MAX = 16 * 1024 };

struct mb_paste {
	int fd;			/* -1: nobody can paste (any more) */
	bool terminal;
	struct termios saved;
	struct mb_secret got;	/* read, not yet handed out */
};

/* Use fd (stdin) if it is our terminal, a pipe or a socket; p->fd tells. */
void mb_paste_open(struct mb_paste *p, int fd);

/* p->fd is readable: read.  False: the end has come, p->fd is -1. */
bool mb_paste_read(struct mb_paste *p);

/* Take one whole line out of what was read (without its end; what is longer
 * than MB_PASTE_MAX is cut).  False: there is none. */
bool mb_paste_line(struct mb_paste *p, struct mb_secret *line);

/* Give the terminal back as it was. */
void mb_paste_close(struct mb_paste *p);

#endif
