/* SPDX-License-Identifier: BSD-2-Clause */
#include "config.h"

#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
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

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(lines_come_one_by_one),
		cmocka_unit_test(endless_line_is_cut),
		cmocka_unit_test(only_terminals_pipes_and_sockets_are_read),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
