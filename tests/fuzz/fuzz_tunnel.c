/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What is spoken through the tunnel before bytes are only passed on.  Input: a
 * byte for the protocol, then, each but the last ended by a NUL: the server's
 * EHLO reply, what the server says, what the mail program says.
 */
#include "config.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/mman.h>
#include <unistd.h>

#include "tests/fuzz/fuzz.h"
#include "tools/tunnel.h"

/* The server's side of the connection, in place of the real one. */
struct mb_login {
	const char *p;		/* what it is still to say */
	size_t n;
	size_t step;		/* so much at a time */
	struct mb_secret ehlo;
};

const char *mb_login_ehlo(const struct mb_login *l)
{
	return mb_secret_str(&l->ehlo);
}

int mb_login_fd(const struct mb_login *l)
{
	(void)l;
	return -1;
}

ssize_t mb_login_read(struct mb_login *l, void *buf, size_t size, bool *eof,
		      struct mb_err *e)
{
	size_t n = l->step < size ? l->step : size;

	(void)e;
	if (n > l->n)
		n = l->n;
	*eof = n == 0;
	if (n)
		memcpy(buf, l->p, n);
	l->p += n;
	l->n -= n;
	return (ssize_t)n;
}

ssize_t mb_login_write(struct mb_login *l, const void *buf, size_t n,
		       struct mb_err *e)
{
	(void)l;
	(void)buf;
	(void)e;
	return (ssize_t)n;
}

void mb_login_half_close(struct mb_login *l)
{
	(void)l;
}

/* Up to the next NUL. */
static struct fuzz_in part(struct fuzz_in *in)
{
	const char *end = in->n ? memchr(in->p, '\0', in->n) : NULL;
	struct fuzz_in got = { in->p, end ? (size_t)(end - in->p) : in->n };

	in->p += got.n + (end != NULL);
	in->n -= got.n + (end != NULL);
	return got;
}

/* The lines that the login keeps of an EHLO reply. */
static void keep_ehlo(struct mb_login *l, struct fuzz_in text)
{
	while (text.n) {
		const char *end = memchr(text.p, '\n', text.n);
		size_t n = end ? (size_t)(end - text.p) + 1 : text.n;

		if (end && n >= 4 && !memcmp(text.p, "250", 3))
			fuzz_check(!mb_secret_append(&l->ehlo, text.p, n));
		text.p += n;
		text.n -= n;
	}
}

/* A file that lasts as long as the process does, with these bytes in it. */
static int file_of(int *fd, const char *p, size_t n)
{
	if (!*fd)
		*fd = memfd_create("fuzz", MFD_CLOEXEC);
	fuzz_check(*fd > 0 && ftruncate(*fd, 0) == 0);
	fuzz_check(!n || pwrite(*fd, p, n, 0) == (ssize_t)n);
	fuzz_check(lseek(*fd, 0, SEEK_SET) == 0);
	return *fd;
}

/* A line of the EHLO reply offers no login, and says rightly whether another
 * line follows it. */
static void check_ehlo(const char *line, size_t n)
{
	static const char auth[] = "AUTH ", tls[] = "STARTTLS\r\n";

	fuzz_check(n < 9 || strncasecmp(line + 4, auth, 5) != 0);
	fuzz_check(n < 14 || strncasecmp(line + 4, tls, 10) != 0);
}

static void check_told(int fd, enum mb_login_protocol protocol)
{
	off_t size = lseek(fd, 0, SEEK_END);
	char *text = malloc((size_t)size + 1), *p, *end;

	fuzz_check(text && pread(fd, text, (size_t)size, 0) == (ssize_t)size);
	text[size] = '\0';
	if (protocol == MB_LOGIN_IMAP) {
		fuzz_check(!strncmp(text, "* PREAUTH [CAPABILITY", 21));
		p = strchr(text, '\n');
		fuzz_check(p && p[-1] == '\r');
		*p = '\0';
		fuzz_check(!strcasestr(text, " AUTH=") &&
			   !strcasestr(text, " STARTTLS"));
	}
	if (protocol == MB_LOGIN_SMTP)
		for (p = text; (end = strchr(p, '\n')) != NULL; p = end + 1)
			if (!strncmp(p, "250", 3))
				check_ehlo(p, (size_t)(end - p) + 1);
	free(text);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct mb_relay r;	/* two large buffers */
	static int in, out;
	struct fuzz_in input = fuzz_of(data, size), said;
	unsigned int first = fuzz_byte(&input);
	enum mb_login_protocol protocol = first % 3;
	struct mb_login server = { .step = 1 + first / 3 };
	struct mb_err e = {0};
	char *copy;

	keep_ehlo(&server, part(&input));
	said = part(&input);
	copy = fuzz_copy(said.p, said.n);
	server.p = copy;
	server.n = said.n;
	mb_relay_init(&r, file_of(&in, input.p, input.n),
		      file_of(&out, "", 0));
	r.server = &server;
	if (mb_tunnel_begin(&r, protocol, "mail.example", &e) < 0)
		fuzz_check_err(&e);
	else
		check_told(out, protocol);
	mb_relay_end(&r);
	mb_secret_clear(&server.ehlo);
	free(copy);
	return 0;
}
