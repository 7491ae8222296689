/* SPDX-License-Identifier: BSD-2-Clause */
#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tools/owner.h"
#include "tools/store_pick.h"

static int write_all(int fd, const void *data, size_t n)
{
	const char *p = data;

	while (n > 0) {
		ssize_t done = write(fd, p, n);

		if (done < 0 && errno == EINTR)
			continue;
		if (done <= 0)
			return -1;
		p += done;
		n -= (size_t)done;
	}
	return 0;
}

static int read_all(int fd, void *data, size_t n)
{
	char *p = data;

	while (n > 0) {
		ssize_t got = read(fd, p, n);

		if (got < 0 && errno == EINTR)
			continue;
		if (got <= 0)
			return -1;
		p += got;
		n -= (size_t)got;
	}
	return 0;
}

/* Both sides are the same program, so plain structs can pass. */
struct answer {
	int ret;
	struct mb_err e;
};

static int collect(int fd, struct answer *a, void *out, size_t size)
{
	if (read_all(fd, a, sizeof(*a)) < 0)
		return -1;
	return a->ret == 0 ? read_all(fd, out, size) : 0;
}

int mb_owner_run(struct mb_tool *t,
		 int (*fn)(struct mb_tool *t, void *arg, void *out,
			   struct mb_err *e),
		 void *arg, void *out, size_t size, struct mb_err *e)
{
	struct answer a;
	int fd[2], status;
	pid_t pid;

	memset(&a, 0, sizeof(a));
	(void)fflush(NULL);
	if (pipe2(fd, O_CLOEXEC) < 0)
		return mb_fail_errno(e, errno, "mailbearer", "pipe");
	pid = fork();
	if (pid < 0) {
		(void)close(fd[0]);
		(void)close(fd[1]);
		return mb_fail_errno(e, errno, "mailbearer", "fork");
	}
	if (pid == 0) {
		(void)close(fd[0]);
		a.ret = mb_pick_drop(t, &a.e);
		if (a.ret == 0)
			a.ret = fn(t, arg, out, &a.e);
		(void)fflush(NULL);
		_exit(write_all(fd[1], &a, sizeof(a)) < 0 ||
		      (a.ret == 0 && write_all(fd[1], out, size) < 0));
	}
	(void)close(fd[1]);
	if (collect(fd[0], &a, out, size) < 0)
		(void)mb_fail(&a.e, MB_E_INTERNAL, "mailbearer",
			      "the process that works on the token records "
			      "died"), a.ret = -1;
	(void)close(fd[0]);
	while (waitpid(pid, &status, 0) < 0 && errno == EINTR)
		;
	if (a.ret < 0 && e)
		*e = a.e;
	return a.ret;
}
