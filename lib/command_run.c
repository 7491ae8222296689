/* SPDX-License-Identifier: BSD-2-Clause */
/* Start a program, read what it prints, and see to its end. */
#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "lib/clock.h"
#include "lib/command.h"

enum { ABOVE = 16, POLL_MS = 1000, SOON_MS = 50, WAIT_MS = 10, CANNOT = 127 };

/* In the child: only system calls.  Descriptors: 0 and 2 are nowhere, 1 the
 * pipe, `report` tells an errno and closes with the exec. */
__attribute__((noreturn))
static void become(char *const argv[], char *const envp[], int out, int report)
{
	int null = open("/dev/null", O_RDWR | O_CLOEXEC), err;
	sigset_t none;

	for (int sig = 1; sig < NSIG; sig++)
		(void)signal(sig, SIG_DFL);
	(void)sigemptyset(&none);
	(void)setsid();
	out = fcntl(out, F_DUPFD_CLOEXEC, ABOVE);
	report = fcntl(report, F_DUPFD_CLOEXEC, ABOVE);
	if (null < 0 || out < 0 || report < 0 || chdir("/") < 0 ||
	    dup2(null, STDIN_FILENO) < 0 || dup2(out, STDOUT_FILENO) < 0 ||
	    dup2(null, STDERR_FILENO) < 0)
		_exit(CANNOT);
	(void)dup2(report, 3);
	(void)fcntl(3, F_SETFD, FD_CLOEXEC);
#ifdef SYS_close_range
	if (syscall(SYS_close_range, 4U, ~0U, 0U) < 0)
#endif
		for (int fd = (int)sysconf(_SC_OPEN_MAX); fd > 3; fd--)
			(void)close(fd);
	(void)sigprocmask(SIG_SETMASK, &none, NULL);
	(void)execve(argv[0], argv, envp);
	err = errno;
	(void)!write(3, &err, sizeof(err));
	_exit(CANNOT);
}

/* It is still to be waited for. */
static bool has_ended(pid_t pid)
{
	siginfo_t info = { .si_pid = 0 };

	if (waitid(P_PID, (id_t)pid, &info, WEXITED | WNOHANG | WNOWAIT) < 0)
		return errno == ECHILD;
	return info.si_pid == pid;
}

/* Nothing more comes, although somebody may still hold the pipe: an agent that
 * the program has left behind. */
static bool is_all(struct pollfd *p, pid_t pid)
{
	return has_ended(pid) && poll(p, 1, 0) == 0;
}

/* 0 the end, or -1: *e. */
static int read_output(int fd, pid_t pid, const struct mb_deadline *d,
		       const char *program, struct mb_secret *output,
		       struct mb_err *e)
{
	struct pollfd p = { .fd = fd, .events = POLLIN };
	char block[4096];
	ssize_t n;
	int ret = -1;

	for (;;) {
		int64_t left = mb_deadline_left(d);
		int pause = output->len ? SOON_MS : POLL_MS;

		if (left <= 0) {
			mb_fail(e, MB_E_TIMEOUT, program,
				"printed no token in time");
			mb_remedy(e, "run it by hand: does it ask for "
				  "something?");
			break;
		}
		if (poll(&p, 1, left < pause ? (int)left : pause) <= 0) {
			if (!is_all(&p, pid))
				continue;
			ret = 0;
			break;
		}
		n = read(fd, block, sizeof(block));
		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0) {
			ret = n < 0 ? mb_fail_errno(e, errno, program, "read")
				    : 0;
			break;
		}
		if ((size_t)n > MB_COMMAND_OUTPUT_MAX - output->len) {
			mb_fail(e, MB_E_BAD_TOKEN, program, "printed more than "
				"%d KiB", MB_COMMAND_OUTPUT_MAX / 1024);
			mb_remedy(e, "it has to print the token alone");
			break;
		}
		if (mb_secret_append(output, block, (size_t)n) < 0) {
			mb_fail(e, MB_E_NOMEM, program, "out of memory");
			break;
		}
	}
	mb_wipe(block, sizeof(block));
	return ret;
}

/* Its end by itself until the deadline, else ours, with all it started. */
static void reap(pid_t pid, bool good, const struct mb_deadline *d, int *status)
{
	pid_t r = 0;

	while (good && mb_deadline_left(d) > 0) {
		r = waitpid(pid, status, WNOHANG);
		if (r == pid || (r < 0 && errno != EINTR))
			return;
		mb_sleep_ms(WAIT_MS, d);
	}
	(void)kill(-pid, SIGKILL);
	(void)kill(pid, SIGKILL);
	while (waitpid(pid, status, 0) < 0 && errno == EINTR)
		;
}

static int start(char *const argv[], char *const envp[], int *out, pid_t *pid,
		 struct mb_err *e)
{
	int output[2], report[2], err = 0;
	ssize_t n;

	if (pipe2(output, O_CLOEXEC) < 0)
		return mb_fail_errno(e, errno, argv[0], "start");
	if (pipe2(report, O_CLOEXEC) < 0) {
		(void)mb_fail_errno(e, errno, argv[0], "start");
		(void)close(output[0]);
		(void)close(output[1]);
		return -1;
	}
	*pid = fork();
	if (*pid == 0)
		become(argv, envp, output[1], report[1]);
	err = *pid < 0 ? errno : 0;
	(void)close(output[1]);
	(void)close(report[1]);
	do
		n = err ? 0 : read(report[0], &err, sizeof(err));
	while (n < 0 && errno == EINTR);
	(void)close(report[0]);
	if (!err) {
		*out = output[0];
		return 0;
	}
	(void)close(output[0]);
	while (*pid > 0 && waitpid(*pid, NULL, 0) < 0 && errno == EINTR)
		;
	return mb_fail_errno(e, err, argv[0], "start");
}

int mb_command_run(char *const argv[], char *const envp[], int64_t timeout_ms,
		   struct mb_secret *output, int *status, struct mb_err *e)
{
	struct mb_deadline d = mb_deadline_in(timeout_ms);
	int fd = -1, ret;
	pid_t pid = -1;

	if (start(argv, envp, &fd, &pid, e) < 0)
		return -1;
	ret = mb_secret_reserve(output, MB_COMMAND_OUTPUT_MAX) < 0 ?
	      mb_fail(e, MB_E_NOMEM, argv[0], "out of memory") :
	      read_output(fd, pid, &d, argv[0], output, e);
	(void)close(fd);
	reap(pid, ret == 0, &d, status);
	return ret;
}
