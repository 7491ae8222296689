/* SPDX-License-Identifier: BSD-2-Clause */
#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/types.h>
#include <unistd.h>

#include "tools/browser.h"
#include "tools/page.h"

enum { WORDS_MAX = 16, COMMAND_MAX = 1024 };

static bool is_set(const char *variable)
{
	const char *value = getenv(variable);

	return value && *value;
}

static bool in_path(const char *program)
{
	const char *path = getenv("PATH");

	while (path && *path) {
		size_t n = strcspn(path, ":");
		char file[PATH_MAX];
		int len = snprintf(file, sizeof(file), "%.*s/%s", (int)n, path,
				   program);

		if (n > 0 && len > 0 && (size_t)len < sizeof(file) &&
		    access(file, X_OK) == 0)
			return true;
		path += n;
		path += *path == ':';
	}
	return false;
}

/* $BROWSER is a list of commands with colons between; the first one counts. */
static bool own_command(char *command, size_t size)
{
	const char *list = getenv("BROWSER");
	size_t n = list ? strcspn(list, ":") : 0;

	if (n == 0 || n >= size)
		return false;
	memcpy(command, list, n);
	command[n] = '\0';
	return true;
}

static bool choose(char *command, size_t size)
{
	static const char *const programs[] = {
		"xdg-open", "sensible-browser", "x-www-browser",
	};

	if (own_command(command, size))
		return true;
	for (size_t i = 0; i < sizeof(programs) / sizeof(programs[0]); i++) {
		if (!in_path(programs[i]))
			continue;
		snprintf(command, size, "%s", programs[i]);
		return true;
	}
	return false;
}

bool mb_browser_available(void)
{
	char command[COMMAND_MAX];

	/* Without a display it would be a text browser, and fight with us for
	 * the terminal. */
	return (is_set("DISPLAY") || is_set("WAYLAND_DISPLAY")) &&
	       choose(command, sizeof(command));
}

/* Words with blanks between; "%s" is the file, else it comes last. */
static void split(char *command, char *file, char **words)
{
	size_t n = 0;
	bool placed = false;

	while (n < WORDS_MAX - 2) {
		command += strspn(command, " \t");
		if (!*command)
			break;
		placed = placed || !strncmp(command, "%s", 2);
		words[n++] = strncmp(command, "%s", 2) ? command : file;
		command += strcspn(command, " \t");
		if (*command)
			*command++ = '\0';
	}
	if (!placed)
		words[n++] = file;
	words[n] = NULL;
}

static int prepare(posix_spawnattr_t *attr, posix_spawn_file_actions_t *files)
{
	sigset_t none, ours;
	int bad;

	(void)sigemptyset(&none);
	(void)sigemptyset(&ours);
	(void)sigaddset(&ours, SIGPIPE);
	bad = posix_spawn_file_actions_addopen(files, STDIN_FILENO, "/dev/null",
					       O_RDONLY, 0);
	bad |= posix_spawn_file_actions_addopen(files, STDOUT_FILENO,
						"/dev/null", O_WRONLY, 0);
	bad |= posix_spawn_file_actions_addopen(files, STDERR_FILENO,
						"/dev/null", O_WRONLY, 0);
	bad |= posix_spawnattr_setsigmask(attr, &none);
	bad |= posix_spawnattr_setsigdefault(attr, &ours);
	/* Its own session: ^C at the terminal ends us, not the browser. */
	bad |= posix_spawnattr_setflags(attr, POSIX_SPAWN_SETSIGMASK |
					POSIX_SPAWN_SETSIGDEF |
					POSIX_SPAWN_SETSID);
	return bad;
}

static int spawn(char *const *words, struct mb_err *e)
{
	posix_spawn_file_actions_t files;
	posix_spawnattr_t attr;
	mode_t own;
	pid_t pid;
	int bad = ENOMEM;

	if (posix_spawn_file_actions_init(&files) != 0)
		return mb_fail_errno(e, ENOMEM, "browser", "start");
	if (posix_spawnattr_init(&attr) != 0)
		goto out;
	/* What the person saves from this browser later is no secret. */
	own = umask(022);
	bad = prepare(&attr, &files);
	if (bad == 0)
		bad = posix_spawnp(&pid, words[0], &files, &attr, words,
				   environ);
	(void)umask(own);
	(void)posix_spawnattr_destroy(&attr);
out:
	(void)posix_spawn_file_actions_destroy(&files);
	return bad ? mb_fail_errno(e, bad, "browser", "start") : 0;
}

static int write_file(const char *file, const struct mb_secret *page,
		      struct mb_err *e)
{
	int fd = open(file, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW,
		      0600);
	const char *data = mb_secret_str(page);
	size_t done = 0;

	if (fd < 0)
		return mb_fail_errno(e, errno, file, "create");
	while (done < page->len) {
		ssize_t n = write(fd, data + done, page->len - done);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0) {
			mb_fail_errno(e, errno, file, "write");
			(void)close(fd);
			return -1;
		}
		done += (size_t)n;
	}
	if (close(fd) < 0)
		return mb_fail_errno(e, errno, file, "write");
	return 0;
}

static int make_file(struct mb_browser *b, const struct mb_secret *page,
		     struct mb_err *e)
{
	const char *base = getenv("XDG_RUNTIME_DIR");
	struct mb_browser made = { 0 };
	int n;

	if (!base || base[0] != '/' || access(base, W_OK) < 0)
		base = "/tmp";
	n = snprintf(made.dir, sizeof(made.dir), "%s/mailbearer-XXXXXX", base);
	if (n < 0 || (size_t)n + 16 > sizeof(made.dir))
		return mb_fail(e, MB_E_IO, base, "the name is too long");
	if (!mkdtemp(made.dir))
		return mb_fail_errno(e, errno, base, "make a directory in");
	snprintf(made.file, sizeof(made.file), "%.*s/sign-in.html",
		 (int)sizeof(made.file) - 16, made.dir);
	*b = made;
	if (write_file(b->file, page, e) == 0)
		return 0;
	mb_browser_clear(b);
	return -1;
}

int mb_browser_start(struct mb_browser *b, const struct mb_secret *url,
		     struct mb_err *e)
{
	char command[COMMAND_MAX], file[PATH_MAX + 8];
	char *words[WORDS_MAX];
	struct mb_browser made = { 0 };
	struct mb_secret page = { 0 };
	int ret = -1;

	if (!choose(command, sizeof(command)))
		return mb_fail(e, MB_E_IO, "browser", "none was found");
	if (mb_page_forward(&page, url, e) < 0 ||
	    make_file(&made, &page, e) < 0)
		goto out;
	snprintf(file, sizeof(file), "file://%s", made.file);
	split(command, file, words);
	if (spawn(words, e) < 0)
		goto out;
	*b = made;
	made = (struct mb_browser){ 0 };
	ret = 0;
out:
	mb_browser_clear(&made);
	mb_secret_clear(&page);
	return ret;
}

void mb_browser_clear(struct mb_browser *b)
{
	if (b->file[0])
		(void)unlink(b->file);
	if (b->dir[0])
		(void)rmdir(b->dir);
	*b = (struct mb_browser){ 0 };
}
