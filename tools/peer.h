/* SPDX-License-Identifier: BSD-2-Clause */
/* Who is at the other end of a socket that we serve. */
#ifndef MB_TOOLS_PEER_H
#define MB_TOOLS_PEER_H

#include "lib/err.h"
#include "tools/opts.h"

/*
 * A pipe, a terminal, or a UNIX socket whose other end is of this process's
 * own user, of root, or of a user named by --allow (name or number): 0.  Else
 * -1, MB_E_NOT_PERMITTED; a TCP socket always, because nobody can tell who
 * connected.
 */
int mb_peer_check(int fd, const struct mb_opts *o, struct mb_err *e);

#endif
