/* SPDX-License-Identifier: BSD-2-Clause */
#include "config.h"

#include "tests/fake/fake.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

static void become_tokend(const char *const *args, int in, int out)
{
	const char *top = getenv("top_builddir");
	char path[4096];
	char *argv[20] = { path, NULL };
	int n = 1;

	snprintf(path, sizeof(path), "%s/tests/fake/tokend", top ? top : ".");
	argv[n++] = strdup("--until-eof");
	while (*args && n < 19)
		argv[n++] = strdup(*args++);
	if (dup2(in, STDIN_FILENO) < 0 || dup2(out, STDOUT_FILENO) < 0)
		_exit(126);
	execv(path, argv);
	perror(path);
	_exit(127);
}

int fake_tokend_start(struct fake_tokend *t, const char *const *args)
{
	int in[2], out[2];
	char text[16] = "";
	size_t have = 0;
	ssize_t n;

	if (pipe2(in, O_CLOEXEC) < 0 || pipe2(out, O_CLOEXEC) < 0)
		return -1;
	t->pid = fork();
	if (t->pid == 0)
		become_tokend(args, in[0], out[1]);
	close(in[0]);
	close(out[1]);
	while (have < sizeof(text) - 1 && !strchr(text, '\n') &&
	       (n = read(out[0], text + have, sizeof(text) - 1 - have)) > 0)
		have += (size_t)n;
	close(out[0]);
	t->stdin_fd = in[1];
	t->port = (int)strtol(text, NULL, 10);
	if (t->pid > 0 && t->port > 0)
		return 0;
	fake_tokend_stop(t);
	return -1;
}

void fake_tokend_stop(struct fake_tokend *t)
{
	close(t->stdin_fd);
	if (t->pid > 0)
		waitpid(t->pid, NULL, 0);
	t->pid = 0;
}

/* One request; the number its reply's body begins with, or -1. */
static long ask(const struct fake_tokend *t, const char *head,
		const char *body)
{
	struct sockaddr_in a = { .sin_family = AF_INET };
	char text[1024];
	size_t have = 0;
	const char *end;
	ssize_t n;
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

	a.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	a.sin_port = htons((uint16_t)t->port);
	if (fd < 0 || connect(fd, (struct sockaddr *)&a, sizeof(a)) < 0)
		return -1;
	dprintf(fd, "%s HTTP/1.1\r\nContent-Length: %zu\r\n\r\n%s", head,
		strlen(body), body);
	while (have < sizeof(text) - 1 &&
	       (n = read(fd, text + have, sizeof(text) - 1 - have)) > 0)
		have += (size_t)n;
	text[have] = '\0';
	close(fd);
	end = strstr(text, "\r\n\r\n");
	return end ? strtol(end + 4, NULL, 10) : -1;
}

long fake_tokend_count(const struct fake_tokend *t)
{
	return ask(t, "GET /count", "");
}

int fake_tokend_answers(const struct fake_tokend *t, const char *lines)
{
	return ask(t, "PUT /answers", lines) < 0 ? -1 : 0;
}
