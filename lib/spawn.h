/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Start a program from inside somebody else's process, so that the process
 * does not notice: no SIGCHLD, no child that its own wait() could find, no
 * signal handler or lock of its run on the way.  Never a bare fork: between
 * the copy and the exec there are system calls and nothing else.
 */
#ifndef MB_LIB_SPAWN_H
#define MB_LIB_SPAWN_H

enum { MB_SPAWN_FD = 3, MB_SPAWN_FDS_MAX = 8 };

/*
 * Run path (absolute) with its last part as only argument, an empty
 * environment, all signals blocked, in a session of its own; it is nobody's
 * child soon.  fds[i] becomes its descriptor MB_SPAWN_FD + i (-1: closed);
 * what else is open in the host without O_CLOEXEC is open in it, too.
 * Returns when the program has begun: 0, or an errno value, and nothing runs.
 */
int mb_spawn(const char *path, const int *fds, int nfds);

#endif
