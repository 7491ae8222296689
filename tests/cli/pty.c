/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A person at a terminal:
 *
 *	pty [EXPECT ANSWER]... -- COMMAND...
 *
 * Runs COMMAND with a terminal of its own; when EXPECT has come by, types
 * ANSWER and Return.  ANSWER "^C" types an interrupt, "^D" an end of file.
 * What the terminal shows goes to stdout.  Ends with the command's exit status,
 * 128 + signal if a signal ended it; 99 if EXPECT did not come within 10 s, 98
 * if the terminal does not echo at the end.
 */
#include "config.h"

#include <errno.h>
#include <poll.h>
#include <pty.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <termios.h>
#include <unistd.h>
#include <utmp.h>

enum { WAIT_MS = 10000, SEEN_MAX = 256 * 1024, NO_ECHO = 98, NOT_SEEN = 99 };

static char seen[SEEN_MAX];
static size_t nseen, looked;

/* More of what the terminal shows; false at its end or after WAIT_MS. */
static int more(int fd)
{
	struct pollfd p = { .fd = fd, .events = POLLIN };
	ssize_t n;

	if (nseen == SEEN_MAX - 1 || poll(&p, 1, WAIT_MS) <= 0)
		return 0;
	n = read(fd, seen + nseen, SEEN_MAX - 1 - nseen);
	if (n <= 0)
		return 0;
	(void)fwrite(seen + nseen, 1, (size_t)n, stdout);
	(void)fflush(stdout);
	nseen += (size_t)n;
	return 1;
}

static int await(int fd, const char *text)
{
	char *found;

	while (!(found = strstr(seen + looked, text)))
		if (!more(fd))
			return 0;
	looked = (size_t)(found - seen) + strlen(text);
	return 1;
}

static void type(int fd, const char *answer)
{
	const char *keys = !strcmp(answer, "^C") ? "\003" :
			   !strcmp(answer, "^D") ? "\004" : answer;

	if (write(fd, keys, strlen(keys)) < 0 ||
	    (keys == answer && write(fd, "\n", 1) < 0))
		exit(NOT_SEEN);
}

static int finish(int fd, int slave, pid_t pid)
{
	struct termios t;
	int status;

	while (waitpid(pid, &status, 0) < 0 && errno == EINTR)
		;
	if (tcgetattr(slave, &t) == 0 && !(t.c_lflag & ECHO))
		return NO_ECHO;
	(void)close(slave);
	while (more(fd))
		;
	return WIFEXITED(status) ? WEXITSTATUS(status) :
				   128 + WTERMSIG(status);
}

int main(int argc, char **argv)
{
	int master, slave, i = 1;
	pid_t pid;

	if (openpty(&master, &slave, NULL, NULL, NULL) < 0)
		return NOT_SEEN;
	while (i < argc && strcmp(argv[i], "--") != 0)
		i++;
	pid = fork();
	if (pid == 0) {
		(void)close(master);
		/* As in any session; a background job ignores it. */
		(void)signal(SIGINT, SIG_DFL);
		if (login_tty(slave) == 0)
			(void)execvp(argv[i + 1], argv + i + 1);
		_exit(127);
	}
	for (i = 1; i + 1 < argc && strcmp(argv[i], "--") != 0; i += 2) {
		if (!await(master, argv[i])) {
			(void)fprintf(stderr, "pty: did not see: %s\n",
				      argv[i]);
			(void)kill(pid, SIGKILL);
			return NOT_SEEN;
		}
		type(master, argv[i + 1]);
	}
	return finish(master, slave, pid);
}
