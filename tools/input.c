/* SPDX-License-Identifier: BSD-2-Clause */
#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <openssl/evp.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "lib/escape.h"
#include "tools/input.h"

static int too_large(const char *name, size_t max, struct mb_err *e)
{
	(void)mb_fail(e, MB_E_TOO_LARGE, name, "more than %zu bytes", max);
	return mb_remedy(e, "name the right file");
}

static int read_all(int fd, const char *name, size_t max, struct mb_secret *out,
		    struct mb_err *e)
{
	char block[4096];
	ssize_t n;
	int ret = -1;

	for (;;) {
		n = read(fd, block, sizeof(block));
		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			break;
		if ((size_t)n > max - out->len) {
			(void)too_large(name, max, e);
			goto out;
		}
		if (mb_secret_append(out, block, (size_t)n) < 0) {
			(void)mb_fail(e, MB_E_NOMEM, name, "out of memory");
			goto out;
		}
	}
	ret = n < 0 ? mb_fail_errno(e, errno, name, "read") : 0;
out:
	mb_wipe(block, sizeof(block));
	return ret;
}

int mb_input_file(const char *file, size_t max, struct mb_secret *out,
		  struct mb_err *e)
{
	bool is_stdin = !strcmp(file, "-");
	const char *name = is_stdin ? "stdin" : file;
	struct mb_secret got = { 0 };
	int fd = STDIN_FILENO;
	int ret;

	if (!is_stdin)
		fd = open(file, O_RDONLY | O_CLOEXEC | O_NOCTTY);
	if (fd < 0)
		return mb_fail_errno(e, errno, name, "open");
	ret = read_all(fd, name, max, &got, e);
	if (!is_stdin)
		(void)close(fd);
	if (ret == 0)
		mb_secret_move(out, &got);
	mb_secret_clear(&got);
	return ret;
}

int mb_input_secret(const char *file, size_t max, struct mb_secret *out,
		    struct mb_err *e)
{
	const char *name = strcmp(file, "-") ? file : "stdin";
	struct mb_secret got = { 0 };
	int ret = -1;
	size_t i;

	if (mb_input_file(file, max + 2, &got, e) < 0)
		return -1;
	if (got.len && got.data[got.len - 1] == '\n')
		mb_secret_truncate(&got, got.len - 1);
	if (got.len && got.data[got.len - 1] == '\r')
		mb_secret_truncate(&got, got.len - 1);
	for (i = 0; i < got.len; i++)
		if ((unsigned char)got.data[i] < 0x20 || got.data[i] == 0x7f)
			break;
	if (!got.len || i < got.len) {
		(void)mb_fail(e, MB_E_CONFIG_VALUE, name, got.len ?
			      "holds more than one line or control characters" :
			      "is empty");
		(void)mb_remedy(e, "put the secret alone into it");
	} else if (got.len > max) {
		(void)too_large(name, max, e);
	} else {
		mb_secret_move(out, &got);
		ret = 0;
	}
	mb_secret_clear(&got);
	return ret;
}

const char *mb_input_redact(const struct mb_secret *s, char buf[80])
{
	unsigned char md[EVP_MAX_MD_SIZE] = { 0 };
	char first[20] = "";

	if (!s->len) {
		(void)snprintf(buf, 80, "none");
		return buf;
	}
	/* Of a short one even four characters would be too much. */
	if (s->len >= 16)
		(void)mb_escape(first, sizeof(first), s->data, 4);
	(void)EVP_Digest(s->data, s->len, md, NULL, EVP_sha256(), NULL);
	(void)snprintf(buf, 80, "%s… (%zu characters, sha256 %02x%02x%02x%02x)",
		       first, s->len, md[0], md[1], md[2], md[3]);
	return buf;
}
