/* SPDX-License-Identifier: BSD-2-Clause */
#include "config.h"

#include "tests/unit/run.h"

#include <fcntl.h>
#include <ftw.h>
#include <spawn.h>
#include <stdio.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tests/unit/unit.h"

static char dir[64];

const char *run_dir(void)
{
	if (!dir[0]) {
		(void)snprintf(dir, sizeof(dir), "/tmp/mb-test.XXXXXX");
		assert_non_null(mkdtemp(dir));
	}
	return dir;
}

static int remove_one(const char *path, const struct stat *st, int type,
		      struct FTW *where)
{
	(void)st;
	(void)type;
	(void)where;
	return remove(path);
}

void run_clean(void)
{
	if (dir[0])
		(void)nftw(dir, remove_one, 8, FTW_DEPTH | FTW_PHYS);
	dir[0] = '\0';
}

const char *run_path(const char *name)
{
	static char paths[4][128];
	static unsigned int next;
	char *path = paths[next++ % 4];

	(void)snprintf(path, sizeof(paths[0]), "%s/%s", run_dir(), name);
	return path;
}

void run_write(const char *name, const void *data, size_t n)
{
	FILE *f = fopen(run_path(name), "wb");

	assert_non_null(f);
	assert_int_equal(fwrite(data, 1, n, f), n);
	assert_int_equal(fclose(f), 0);
}

char *run_read(const char *name, size_t *n)
{
	FILE *f = fopen(run_path(name), "rb");
	enum { ROOM = 1 << 20 };
	char *text;

	if (!f)
		return NULL;
	text = malloc(ROOM);
	assert_non_null(text);
	*n = fread(text, 1, ROOM - 1, f);
	text[*n] = '\0';
	(void)fclose(f);
	return text;
}

int run_program(const char *const argv[])
{
	extern char **environ;
	posix_spawn_file_actions_t files;
	char *args[32] = { NULL };
	int i, rc, status;
	pid_t pid;

	for (i = 0; argv[i]; i++) {
		assert_true(i < 31);
		args[i] = strdup(argv[i]);
	}
	(void)posix_spawn_file_actions_init(&files);
	(void)posix_spawn_file_actions_addopen(&files, 0, "/dev/null",
					       O_RDONLY, 0);
	(void)posix_spawn_file_actions_addopen(&files, 1, "/dev/null",
					       O_WRONLY, 0);
	(void)posix_spawn_file_actions_addopen(&files, 2, "/dev/null",
					       O_WRONLY, 0);
	rc = posix_spawnp(&pid, args[0], &files, NULL, args, environ);
	(void)posix_spawn_file_actions_destroy(&files);
	for (i = 0; args[i]; i++)
		free(args[i]);
	if (rc != 0)
		return RUN_NOT_FOUND;
	assert_int_equal(waitpid(pid, &status, 0), pid);
	return WIFEXITED(status) ? WEXITSTATUS(status) : 128;
}
