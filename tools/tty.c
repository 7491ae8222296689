/* SPDX-License-Identifier: BSD-2-Clause */
#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
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

struct handlers {
	struct sigaction actions[NCAUGHT];
	sigset_t mask;		/* as it was */
	sigset_t waiting;	/* let the signals in */
};

/* While a question stands, signals are let in only where it waits, are noted
 * there and end it; what one does by default it does once the terminal is put
 * right. */
static void catch_signals(struct handlers *h)
{
	struct sigaction sa = { .sa_handler = note_signal };
	sigset_t set;
	int i;

	got_signal = 0;
	(void)sigemptyset(&sa.sa_mask);
	(void)sigemptyset(&set);
	for (i = 0; i < NCAUGHT; i++)
		(void)sigaddset(&set, caught[i]);
	(void)sigprocmask(SIG_BLOCK, &set, &h->mask);
	h->waiting = h->mask;
	for (i = 0; i < NCAUGHT; i++) {
		(void)sigdelset(&h->waiting, caught[i]);
		(void)sigaction(caught[i], &sa, &h->actions[i]);
	}
}

static void release_signals(const struct handlers *h)
{
	int i;

	for (i = 0; i < NCAUGHT; i++)
		(void)sigaction(caught[i], &h->actions[i], NULL);
	(void)sigprocmask(SIG_SETMASK, &h->mask, NULL);
}

/* One line without its newline.  0; -1 end of input, error or a signal. */
static int read_line(int fd, const struct handlers *h, struct mb_secret *line)
{
	struct pollfd p = { .fd = fd, .events = POLLIN };
	int ret = -1;
	char c = 0;

	mb_secret_clear(line);
	while (line->len < ANSWER_MAX) {
		if (ppoll(&p, 1, NULL, &h->waiting) < 0) {
			if (errno == EINTR && !got_signal)
				continue;
			break;
		}
		if (read(fd, &c, 1) <= 0)
			break;
		if (c == '\n' || c == '\r') {
			ret = 0;
			break;
		}
		if (mb_secret_append(line, &c, 1) < 0)
			break;
	}
	mb_wipe(&c, sizeof(c));
	return ret;
}

static int ask_once(int fd, const char *text, const char *initial, bool silent,
		    struct mb_secret *line)
{
	struct termios before, quiet;
	struct handlers old;
	int ret = -1;

	catch_signals(&old);
	if (tcgetattr(fd, &before) < 0)
		goto out;
	quiet = before;
	quiet.c_lflag &= ~(tcflag_t)(ECHO | ECHONL);
	if (silent)
		(void)tcsetattr(fd, TCSAFLUSH, &quiet);
	question(fd, text, initial);
	ret = read_line(fd, &old, line);
	if (silent)
		(void)tcsetattr(fd, TCSAFLUSH, &before);
	if (silent || ret < 0)
		put(fd, "\n");
out:
	release_signals(&old);
	return ret;
}

/* Ask until there is an answer; a stopped program asks again. */
static int ask(const char *text, const char *initial, bool silent,
	       struct mb_secret *line, struct mb_err *e)
{
	int fd = open_tty();
	int ret;

	if (fd < 0)
		return no_terminal(e);
	do {
		ret = ask_once(fd, text, initial, silent, line);
		if (ret < 0 && got_signal) {
			mb_secret_clear(line);
			(void)raise(got_signal);
		}
	} while (ret < 0 && (got_signal == SIGTSTP || got_signal == SIGTTIN ||
			     got_signal == SIGTTOU));
	(void)close(fd);
	if (ret == 0)
		return 0;
	mb_secret_clear(line);
	return interrupted(e);
}

/* Blanks around an answer are never meant. */
static void trim(struct mb_secret *line)
{
	size_t skip = 0;

	while (skip < line->len && strchr(" \t", line->data[skip]))
		skip++;
	if (skip) {
		memmove(line->data, line->data + skip, line->len - skip);
		mb_secret_truncate(line, line->len - skip);
	}
	while (line->len && strchr(" \t", line->data[line->len - 1]))
		mb_secret_truncate(line, line->len - 1);
}

int mb_tty_ask(const char *text, const char *initial, char *answer,
	       size_t size, struct mb_err *e)
{
	struct mb_secret line = { 0 };
	int ret;

	for (;;) {
		ret = ask(text, initial, false, &line, e);
		if (ret < 0)
			break;
		trim(&line);
		if (!line.len && initial &&
		    mb_secret_append_str(&line, initial) < 0)
			continue;
		if (line.len >= size)
			mb_tty_line("That is too long.");
		else if (line.len || initial)
			break;
	}
	if (ret == 0)
		memcpy(answer, mb_secret_str(&line), line.len + 1);
	mb_secret_clear(&line);
	return ret;
}

int mb_tty_ask_secret(const char *text, struct mb_secret *answer,
		      struct mb_err *e)
{
	struct mb_secret line = { 0 };

	if (ask(text, NULL, true, &line, e) < 0)
		return -1;
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
