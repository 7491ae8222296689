/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Lines pasted while something else is waited for.  Input: one byte (lowest
 * bit: at a terminal, where editing keys count), then the bytes typed.
 */
#include "config.h"

#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "tests/fuzz/fuzz.h"
#include "tools/paste.h"

enum { PIPE_HOLDS = 60000 };

static void check_line(const struct mb_secret *line, bool terminal)
{
	fuzz_check(line->len <= MB_PASTE_MAX);
	fuzz_check(!line->len || !memchr(line->data, '\n', line->len));
	fuzz_check(!line->len || !memchr(line->data, '\r', line->len));
	if (terminal)
		for (size_t i = 0; i < line->len; i++)
			fuzz_check(!strchr("\004\010\025\177",
					   line->data[i]) || !line->data[i]);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct fuzz_in in = fuzz_of(data, size);
	struct mb_paste p = { .terminal = fuzz_byte(&in) & 1 };
	struct mb_secret line = { 0 };
	bool terminal = p.terminal;
	int fds[2];

	if (in.n > PIPE_HOLDS || pipe2(fds, O_CLOEXEC) < 0)
		return 0;
	fuzz_check(write(fds[1], in.p, in.n) == (ssize_t)in.n);
	(void)close(fds[1]);
	p.fd = fds[0];
	while (mb_paste_read(&p)) {
		while (mb_paste_line(&p, &line))
			check_line(&line, terminal);
		fuzz_check(p.got.len <= MB_PASTE_MAX);
	}
	fuzz_check(p.fd == -1 && !p.terminal);
	/* The end makes a line of whatever is left. */
	while (mb_paste_line(&p, &line))
		check_line(&line, terminal);
	fuzz_check(p.got.len == 0);
	mb_paste_close(&p);
	fuzz_check(p.got.data == NULL);
	mb_secret_clear(&line);
	(void)close(fds[0]);
	return 0;
}
