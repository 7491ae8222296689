/* SPDX-License-Identifier: BSD-2-Clause */
#include "config.h"

#include <fcntl.h>
#include <sys/ioctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tests/unit/unit.h"
#include "tools/paste.h"

static void put(int fd, const char *text)
{
	assert_int_equal(write(fd, text, strlen(text)), strlen(text));
}

static void lines_come_one_by_one(void **state)
{
	struct mb_secret line = { 0 };
	struct mb_paste p;
	int ends[2];

	(void)state;
	assert_int_equal(pipe(ends), 0);
	mb_paste_open(&p, ends[0]);
	assert_int_equal(p.fd, ends[0]);
	put(ends[1], "one\r\ntw");
	assert_true(mb_paste_read(&p));
	assert_true(mb_paste_line(&p, &line));
	assert_string_equal(mb_secret_str(&line), "one");
	assert_true(mb_paste_line(&p, &line));
	assert_int_equal(line.len, 0);
	assert_false(mb_paste_line(&p, &line));
	put(ends[1], "o");
	assert_true(mb_paste_read(&p));
	assert_false(mb_paste_line(&p, &line));
	close(ends[1]);
	/* The last line needs no end. */
	assert_false(mb_paste_read(&p));
	assert_int_equal(p.fd, -1);
	assert_true(mb_paste_line(&p, &line));
	assert_string_equal(mb_secret_str(&line), "two");
	mb_secret_clear(&line);
	mb_paste_close(&p);
	close(ends[0]);
}

static void endless_line_is_cut(void **state)
{
	static char text[4096];
	struct mb_secret line = { 0 };
	struct mb_paste p;
	int ends[2];

	(void)state;
	memset(text, 'a', sizeof(text));
	assert_int_equal(pipe(ends), 0);
	mb_paste_open(&p, ends[0]);
	for (int i = 0; i < 6; i++) {
		assert_int_equal(write(ends[1], text, sizeof(text)),
				 sizeof(text));
		assert_true(mb_paste_read(&p));
	}
	put(ends[1], "\n");
	assert_true(mb_paste_read(&p));
	assert_true(mb_paste_line(&p, &line));
	assert_int_equal(line.len, MB_PASTE_MAX);
	mb_secret_clear(&line);
	mb_paste_close(&p);
	close(ends[0]);
	close(ends[1]);
}

static void only_terminals_pipes_and_sockets_are_read(void **state)
{
	struct mb_paste p;
	int fd = open("/dev/null", O_RDONLY | O_CLOEXEC);

	(void)state;
	mb_paste_open(&p, fd);
	assert_int_equal(p.fd, -1);
	mb_paste_close(&p);
	close(fd);
	mb_paste_open(&p, -1);
	assert_int_equal(p.fd, -1);
	mb_paste_close(&p);
}

/* In a session of its own, so that the slave is its terminal.  The exit status
 * is the number of the first thing that was wrong. */
static int at_terminal(int master, const char *name)
{
	struct mb_secret line = { 0 };
	struct termios before, now;
	struct mb_paste p;
	int slave;

	if (setsid() < 0)
		return 1;
	slave = open(name, O_RDWR | O_CLOEXEC);
	if (slave < 0 || ioctl(slave, TIOCSCTTY, 0) < 0 ||
	    tcgetattr(slave, &before) < 0 || !(before.c_lflag & ECHO))
		return 2;
	mb_paste_open(&p, slave);
	if (p.fd != slave || !p.terminal || tcgetattr(slave, &now) < 0)
		return 3;
	if (now.c_lflag & (ECHO | ICANON))
		return 4;
	if (!(now.c_lflag & ISIG))
		return 5;
	put(master, "abX\177c\r");
	while (!mb_paste_line(&p, &line))
		if (!mb_paste_read(&p))
			return 6;
	if (strcmp(mb_secret_str(&line), "abc") != 0)
		return 7;
	put(master, "junk\025d\n");
	while (!mb_paste_line(&p, &line))
		if (!mb_paste_read(&p))
			return 8;
	if (strcmp(mb_secret_str(&line), "d") != 0)
		return 9;
	put(master, "\004");
	if (mb_paste_read(&p) || p.fd != -1)
		return 10;
	mb_secret_clear(&line);
	mb_paste_close(&p);
	if (tcgetattr(slave, &now) < 0 || now.c_lflag != before.c_lflag ||
	    now.c_cc[VSUSP] != before.c_cc[VSUSP])
		return 11;
	return 0;
}

static void terminal_is_read_without_echo_and_given_back(void **state)
{
	int master = posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC), status = -1;
	char name[64];
	pid_t pid;

	(void)state;
	if (master < 0 || grantpt(master) < 0 || unlockpt(master) < 0)
		skip();
	assert_int_equal(ptsname_r(master, name, sizeof(name)), 0);
	pid = fork();
	assert_true(pid >= 0);
	if (pid == 0)
		_exit(at_terminal(master, name));
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_true(WIFEXITED(status));
	assert_int_equal(WEXITSTATUS(status), 0);
	close(master);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(lines_come_one_by_one),
		cmocka_unit_test(endless_line_is_cut),
		cmocka_unit_test(only_terminals_pipes_and_sockets_are_read),
		cmocka_unit_test(terminal_is_read_without_echo_and_given_back),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
