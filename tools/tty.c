/* SPDX-License-Identifier: BSD-2-Clause */
#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <termios.h>
#include <unistd.h>

#include "tools/tty.h"

enum { ANSWER_MAX = 8192 };

static const int caught[] = { SIGHUP, SIGINT, SIGQUIT, SIGTERM, SIGTSTP,
			      SIGTTIN, SIGTTOU };
enum { NCAUGHT = sizeof(caught) / sizeof(caught[0]) };

static volatile sig_atomic_t got_signal;

static void note_signal(int sig)
{
	got_signal = sig;
}

static int open_tty(void)
{
	return open("/dev/tty", O_RDWR | O_NOCTTY | O_CLOEXEC);
}

bool mb_tty_present(void)
{
	int fd;

	if (!isatty(STDIN_FILENO) || !isatty(STDERR_FILENO))
		return false;
	fd = open_tty();
	if (fd < 0)
		return false;
	(void)close(fd);
	return true;
}

static void put(int fd, const char *text)
{
	size_t n = strlen(text);

	while (n > 0) {
		ssize_t done = write(fd, text, n);

		if (done <= 0)
			return;
		text += done;
		n -= (size_t)done;
	}
}

void mb_tty_line(const char *text)
{
	int fd = open_tty();

	if (fd < 0)
		return;
	put(fd, text);
	put(fd, "\n");
	(void)close(fd);
}

static int no_terminal(struct mb_err *e)
{
	(void)mb_fail(e, MB_E_NO_TERMINAL, "/dev/tty",
		      "there is no terminal to ask at");
	return mb_remedy(e, "pass what is missing as options");
}

static int interrupted(struct mb_err *e)
{
	(void)mb_fail(e, MB_E_INTERRUPTED, "terminal",
		      "interrupted; nothing was changed");
	return mb_remedy(e, "run the command again");
}

/* One line without its newline.  0; -1 end of input, error or a signal. */
static int read_line(int fd, struct mb_secret *line)
{
	int ret = -1;
	char c;

	mb_secret_clear(line);
	while (line->len < ANSWER_MAX) {
		ssize_t n = read(fd, &c, 1);

		if (n < 0 && errno == EINTR && !got_signal)
			continue;
		if (n <= 0)
			break;
		if (c == '\n' || c == '\r') {
			ret = 0;
			break;
		}
		if (mb_secret_append(line, &c, 1) < 0)
			break;
	}
	c = 0;
	return ret;
}

static void question(int fd, const char *text, const char *initial)
{
	char shown[600];

	if (initial && *initial)
		(void)snprintf(shown, sizeof(shown), "%s [%s]: ", text,
			       initial);
	else
		(void)snprintf(shown, sizeof(shown), "%s: ", text);
	put(fd, shown);
}

static int ask_once(int fd, const char *initial, char *answer, size_t size,
		    struct mb_err *e)
{
	struct mb_secret line = { 0 };
	const char *text;
	int ret = -1;

	got_signal = 0;
	if (read_line(fd, &line) < 0) {
		put(fd, "\n");
		(void)interrupted(e);
		goto out;
	}
	text = mb_secret_str(&line);
	text += strspn(text, " \t");
	if (!*text && initial)
		text = initial;
	if (strlen(text) >= size) {
		put(fd, "That is too long.\n");
		text = "";
	}
	ret = *text != 0;
	if (ret)
		(void)snprintf(answer, size, "%s", text);
	while (ret && *answer && answer[strlen(answer) - 1] == ' ')
		answer[strlen(answer) - 1] = 0;
out:
	mb_secret_clear(&line);
	return ret;
}

int mb_tty_ask(const char *text, const char *initial, char *answer,
	       size_t size, struct mb_err *e)
{
	int fd = open_tty();
	int got = 0;

	if (fd < 0)
		return no_terminal(e);
	while (got == 0) {
		question(fd, text, initial);
		got = ask_once(fd, initial, answer, size, e);
		if (got == 0 && initial && !*initial) {
			*answer = 0;
			got = 1;
		}
	}
	(void)close(fd);
	return got < 0 ? -1 : 0;
}

static void catch_signals(struct sigaction *old)
{
	struct sigaction sa = { .sa_handler = note_signal };
	int i;

	got_signal = 0;
	(void)sigemptyset(&sa.sa_mask);
	for (i = 0; i < NCAUGHT; i++)
		(void)sigaction(caught[i], &sa, &old[i]);
}

static void release_signals(const struct sigaction *old)
{
	int i;

	for (i = 0; i < NCAUGHT; i++)
		(void)sigaction(caught[i], &old[i], NULL);
}

/* Echo is off between two points that no signal can slip past: it is noted,
 * the terminal is put right, then it is raised again. */
static int ask_silently(int fd, const char *text, struct mb_secret *answer)
{
	struct sigaction old[NCAUGHT];
	struct termios before, silent;
	int ret;

	catch_signals(old);
	if (tcgetattr(fd, &before) < 0) {
		release_signals(old);
		return -1;
	}
	silent = before;
	silent.c_lflag &= ~(tcflag_t)(ECHO | ECHONL);
	(void)tcsetattr(fd, TCSAFLUSH, &silent);
	question(fd, text, NULL);
	ret = read_line(fd, answer);
	(void)tcsetattr(fd, TCSAFLUSH, &before);
	put(fd, "\n");
	release_signals(old);
	return ret;
}

int mb_tty_ask_secret(const char *text, struct mb_secret *answer,
		      struct mb_err *e)
{
	struct mb_secret line = { 0 };
	int fd = open_tty();
	int ret;

	if (fd < 0)
		return no_terminal(e);
	do {
		ret = ask_silently(fd, text, &line);
		if (ret < 0 && got_signal) {
			mb_secret_clear(&line);
			/* Deadly by default, or a stop: then ask again. */
			(void)raise(got_signal);
		}
	} while (ret < 0 && (got_signal == SIGTSTP || got_signal == SIGTTIN ||
			     got_signal == SIGTTOU));
	(void)close(fd);
	if (ret < 0) {
		mb_secret_clear(&line);
		return interrupted(e);
	}
	mb_secret_move(answer, &line);
	return 0;
}

int mb_tty_confirm(const char *text, struct mb_err *e)
{
	char asked[600], answer[16] = "";

	(void)snprintf(asked, sizeof(asked), "%s [y/N]", text);
	if (mb_tty_ask(asked, "", answer, sizeof(answer), e) < 0)
		return -1;
	return answer[0] == 'y' || answer[0] == 'Y';
}
