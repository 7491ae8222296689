/* SPDX-License-Identifier: BSD-2-Clause */
#include "config.h"

#include <errno.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "tools/paste.h"

enum { CONTROL_D = 4, CONTROL_U = 21, BACKSPACE = 8, DELETE = 127,
       CHUNK = 4096 };

static bool quiet(struct mb_paste *p)
{
	struct termios t;

	/* In the background, touching the terminal would stop us. */
	if (tcgetpgrp(p->fd) != getpgrp() || tcgetattr(p->fd, &p->saved) < 0)
		return false;
	t = p->saved;
	t.c_lflag &= (tcflag_t)~(ECHO | ECHONL | ICANON);
	t.c_cc[VMIN] = 1;
	t.c_cc[VTIME] = 0;
	/* A stopped process would leave the terminal without echo. */
	t.c_cc[VSUSP] = _POSIX_VDISABLE;
	return tcsetattr(p->fd, TCSADRAIN, &t) == 0;
}

void mb_paste_open(struct mb_paste *p, int fd)
{
	struct stat st;

	*p = (struct mb_paste){ .fd = fd };
	if (isatty(fd)) {
		p->terminal = quiet(p);
		if (!p->terminal)
			p->fd = -1;
	} else if (fstat(fd, &st) < 0 ||
		   (!S_ISFIFO(st.st_mode) && !S_ISSOCK(st.st_mode))) {
		p->fd = -1;
	}
}

static void end(struct mb_paste *p)
{
	if (p->terminal)
		(void)tcsetattr(p->fd, TCSADRAIN, &p->saved);
	p->terminal = false;
	p->fd = -1;
}

/* Without the kernel's line mode its editing keys are ours to serve. */
static bool edit(struct mb_paste *p, char c)
{
	size_t n = p->got.len;
	const char *text = mb_secret_str(&p->got);

	switch (c) {
	case CONTROL_D:
		return n > 0;
	case CONTROL_U:
		while (n > 0 && text[n - 1] != '\n')
			n--;
		mb_secret_truncate(&p->got, n);
		return true;
	case BACKSPACE:
	case DELETE:
		if (n > 0 && text[n - 1] != '\n')
			mb_secret_truncate(&p->got, n - 1);
		return true;
	default:
		if (n < MB_PASTE_MAX || c == '\n')
			(void)mb_secret_append(&p->got, &c, 1);
		return true;
	}
}

bool mb_paste_read(struct mb_paste *p)
{
	char chunk[CHUNK];
	ssize_t n = read(p->fd, chunk, sizeof(chunk));
	bool more = n > 0 || (n < 0 && (errno == EINTR || errno == EAGAIN));

	for (ssize_t i = 0; i < n && more; i++) {
		char c = chunk[i] == '\r' ? '\n' : chunk[i];

		if (p->terminal)
			more = edit(p, c);
		else if (p->got.len < MB_PASTE_MAX || c == '\n')
			(void)mb_secret_append(&p->got, &c, 1);
	}
	mb_wipe(chunk, sizeof(chunk));
	if (more)
		return true;
	/* The last line may lack its end. */
	if (p->got.len > 0)
		(void)mb_secret_append(&p->got, "\n", 1);
	end(p);
	return false;
}

bool mb_paste_line(struct mb_paste *p, struct mb_secret *line)
{
	const char *text = mb_secret_str(&p->got);
	const char *stop = memchr(text, '\n', p->got.len);
	struct mb_secret rest = { 0 };
	size_t n;

	if (!stop)
		return false;
	n = (size_t)(stop - text);
	if (mb_secret_set(line, text, n) < 0 ||
	    mb_secret_append(&rest, stop + 1, p->got.len - n - 1) < 0)
		return false;
	mb_secret_move(&p->got, &rest);
	return true;
}

void mb_paste_close(struct mb_paste *p)
{
	end(p);
	mb_secret_clear(&p->got);
}
