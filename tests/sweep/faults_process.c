/* SPDX-License-Identifier: BSD-2-Clause */
/* The calls by which a program is started and spoken to, for tests linked with
 * $(process_wraps). */
#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdarg.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/types.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tests/sweep/faults.h"

/* The linker's names; no header has them. */
#define WRAP(type, name, args) \
	type __real_##name args; \
	type __wrap_##name args; \
	type __wrap_##name args

#pragma GCC diagnostic push
#ifdef __clang__
#pragma GCC diagnostic ignored "-Wreserved-identifier"
#endif

static bool strikes(const char *name)
{
	return faults_strikes(FAULT_PROCESS, name);
}

/* Ours have five arguments at most. */
WRAP(long, syscall, (long number, ...))
{
	long a[5];
	va_list list;

	va_start(list, number);
	for (int i = 0; i < 5; i++)
		a[i] = va_arg(list, long);
	va_end(list);
	if (number == SYS_clone && strikes("clone"))
		return -1;
	return __real_syscall(number, a[0], a[1], a[2], a[3], a[4]);
}

WRAP(int, socketpair, (int domain, int type, int protocol, int fd[2]))
{
	return strikes("socketpair") ? -1 :
	       __real_socketpair(domain, type, protocol, fd);
}

WRAP(int, pipe2, (int fd[2], int flags))
{
	return strikes("pipe2") ? -1 : __real_pipe2(fd, flags);
}

WRAP(int, dup2, (int from, int to))
{
	return strikes("dup2") ? -1 : __real_dup2(from, to);
}

WRAP(int, execve, (const char *path, char *const argv[], char *const env[]))
{
	return strikes("execve") ? -1 : __real_execve(path, argv, env);
}

WRAP(ssize_t, send, (int fd, const void *p, size_t n, int flags))
{
	return strikes("send") ? -1 : __real_send(fd, p, n, flags);
}

/* Of the kinds of error it only has those that pass. */
WRAP(ssize_t, recv, (int fd, void *p, size_t n, int flags))
{
	if (!strikes("recv"))
		return __real_recv(fd, p, n, flags);
	errno = EINTR;
	return -1;
}

WRAP(int, poll, (struct pollfd *p, nfds_t n, int ms))
{
	return strikes("poll") ? -1 : __real_poll(p, n, ms);
}

WRAP(pid_t, waitpid, (pid_t pid, int *status, int options))
{
	if (!strikes("waitpid"))
		return __real_waitpid(pid, status, options);
	errno = EINTR;
	return -1;
}
#pragma GCC diagnostic pop
