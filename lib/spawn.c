/* SPDX-License-Identifier: BSD-2-Clause */
#include "config.h"

#include "lib/spawn.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

/* Copies go above all numbers that the program is to have. */
enum { ABOVE = 32 };

/* All that is needed behind the clone, prepared before it. */
struct plan {
	const char *path;
	char *argv[2];
	char *environment[1];
	const int *fds;
	int nfds;
};

/* A copy of this process with this thread alone, and without exit signal:
 * its end is no SIGCHLD, and only a wait with __WCLONE finds it.  Arguments
 * are all zero, so their order, which depends on the processor, is all one. */
static pid_t copy(void)
{
	return (pid_t)syscall(SYS_clone, 0L, 0L, 0L, 0L, 0L);
}

/* In the copy of the copy: only system calls.  Returns errno on failure. */
static int become(const struct plan *p)
{
	int above[MB_SPAWN_FDS_MAX], i;

	for (i = 0; i < p->nfds; i++) {
		above[i] = -1;
		if (p->fds[i] < 0)
			continue;
		above[i] = fcntl(p->fds[i], F_DUPFD_CLOEXEC, ABOVE);
		if (above[i] < 0)
			return errno;
	}
	/* dup2() clears close-on-exec. */
	for (i = 0; i < p->nfds; i++) {
		if (above[i] < 0)
			(void)close(MB_SPAWN_FD + i);
		else if (dup2(above[i], MB_SPAWN_FD + i) < 0)
			return errno;
	}
	(void)execve(p->path, p->argv, p->environment);
	return errno;
}

/* In the copy, which waits for the exec: the pipe closes, or brings an errno. */
__attribute__((noreturn))
static void between(const struct plan *p)
{
	int fd[2], err = 0;
	ssize_t n;
	pid_t pid;

	(void)setsid();
	if (pipe2(fd, O_CLOEXEC) < 0)
		_exit(errno);
	pid = copy();
	if (pid < 0)
		_exit(errno);
	if (pid == 0) {
		/* The numbers below belong to the program. */
		fd[1] = fcntl(fd[1], F_DUPFD_CLOEXEC, ABOVE);
		err = fd[1] < 0 ? errno : become(p);
		(void)!write(fd[1], &err, sizeof(err));
		_exit(err);
	}
	(void)close(fd[1]);
	do
		n = read(fd[0], &err, sizeof(err));
	while (n < 0 && errno == EINTR);
	_exit(n == sizeof(err) ? err : 0);
}

int mb_spawn(const char *path, const int *fds, int nfds)
{
	const char *slash = strrchr(path, '/');
	char name[64];
	struct plan p = { path, { name, NULL }, { NULL }, fds, nfds };
	int status = 0, err = 0;
	sigset_t all, old;
	pid_t pid;

	if (!slash || strlen(slash + 1) >= sizeof(name) ||
	    nfds > MB_SPAWN_FDS_MAX)
		return EINVAL;
	memcpy(name, slash + 1, strlen(slash + 1) + 1);
	/* The copies must not run the host's handlers. */
	(void)sigfillset(&all);
	(void)pthread_sigmask(SIG_SETMASK, &all, &old);
	pid = copy();
	if (pid == 0)
		between(&p);
	if (pid < 0)
		err = errno;
	while (pid > 0 && waitpid(pid, &status, __WCLONE) < 0)
		if (errno != EINTR)
			break;
	(void)pthread_sigmask(SIG_SETMASK, &old, NULL);
	if (pid > 0 && WIFEXITED(status))
		err = WEXITSTATUS(status);
	else if (pid > 0 && WIFSIGNALED(status))
		err = ECHILD;
	return err;
}
