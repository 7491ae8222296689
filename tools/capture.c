/* SPDX-License-Identifier: BSD-2-Clause */
#include "config.h"

#include "tools/capture.h"

#include <errno.h>
#include <fcntl.h>
#include <spawn.h>
#include <stdbool.h>
#include <sys/wait.h>
#include <unistd.h>

/* All of fd, cut to size; the rest is read and thrown away. */
static void read_all(int fd, char *buf, size_t size)
{
	size_t used = 0;
	char rest[512];
	ssize_t n;

	do {
		bool room = used + 1 < size;

		n = room ? read(fd, buf + used, size - used - 1) :
			   read(fd, rest, sizeof(rest));
		if (n > 0 && room)
			used += (size_t)n;
	} while (n > 0 || (n < 0 && errno == EINTR));
	buf[used] = '\0';
}

int mb_capture(char *const argv[], char *out, size_t size, struct mb_err *e)
{
	static char path[] = "PATH=/usr/sbin:/usr/bin:/sbin:/bin";
	char *env[] = { path, NULL };
	posix_spawn_file_actions_t a;
	int fds[2], status = -1, failed;
	pid_t pid;

	if (pipe2(fds, O_CLOEXEC) < 0)
		return mb_fail_errno(e, errno, argv[0], "start");
	(void)posix_spawn_file_actions_init(&a);
	(void)posix_spawn_file_actions_addopen(&a, 0, "/dev/null", O_RDONLY,
					       0);
	(void)posix_spawn_file_actions_adddup2(&a, fds[1], 1);
	(void)posix_spawn_file_actions_adddup2(&a, fds[1], 2);
	failed = posix_spawn(&pid, argv[0], &a, NULL, argv, env);
	(void)posix_spawn_file_actions_destroy(&a);
	(void)close(fds[1]);
	if (failed) {
		(void)mb_fail_errno(e, failed, argv[0], "start");
		goto out;
	}
	read_all(fds[0], out, size);
	while (waitpid(pid, &status, 0) < 0 && errno == EINTR)
		;
	status = WIFEXITED(status) ? WEXITSTATUS(status) : 1;
out:
	(void)close(fds[0]);
	return status;
}
