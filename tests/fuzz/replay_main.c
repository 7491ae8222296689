/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Gives a harness the files of its committed corpus, or those named on the
 * command line, and speaks TAP.  A find that libFuzzer wrote is looked at with
 * a debugger through this.
 */
#include "config.h"

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/fuzz/fuzz.h"

enum { INPUT_MAX = 1 << 20, PATH_ROOM = 4096 };

static int count, failed;

static void result(bool ok, const char *name)
{
	count++;
	failed += !ok;
	printf("%sok %d - %s\n", ok ? "" : "not ", count, name);
}

static void replay(const char *path, const char *name)
{
	char *block = malloc(INPUT_MAX), *input;
	FILE *f = fopen(path, "rb");
	size_t n;

	if (!block || !f) {
		printf("# %s: %s\n", path, strerror(errno));
		result(false, name);
		goto out;
	}
	n = fread(block, 1, INPUT_MAX, f);
	/* Without an end to run over: the copy is exactly as long. */
	input = fuzz_copy(block, n);
	printf("# %s\n", name);
	(void)fflush(stdout);
	(void)LLVMFuzzerTestOneInput((const uint8_t *)input, n);
	free(input);
	result(true, name);
out:
	if (f)
		(void)fclose(f);
	free(block);
}

static int is_seen(const struct dirent *entry)
{
	return entry->d_name[0] != '.';
}

static void replay_all(const char *dir)
{
	struct dirent **names;
	int n = scandir(dir, &names, is_seen, alphasort);

	if (n <= 0) {
		printf("# no corpus in %s\n", dir);
		result(false, "a corpus is there");
		return;
	}
	for (int i = 0; i < n; i++) {
		char path[PATH_ROOM + sizeof(names[i]->d_name)];

		(void)snprintf(path, sizeof(path), "%s/%s", dir,
			       names[i]->d_name);
		replay(path, names[i]->d_name);
		free(names[i]);
	}
	free(names);
}

int main(int argc, char **argv)
{
	const char *srcdir = getenv("srcdir");
	const char *slash = strrchr(argv[0], '/');
	const char *target = strstr(slash ? slash : argv[0], "fuzz_");
	char dir[PATH_ROOM - 1];

	for (int i = 1; i < argc; i++)
		replay(argv[i], argv[i]);
	if (argc == 1) {
		(void)LLVMFuzzerTestOneInput((const uint8_t *)"", 0);
		result(true, "an empty input");
		(void)snprintf(dir, sizeof(dir), "%s/tests/fuzz/corpus/%s",
			       srcdir ? srcdir : ".", target ? target + 5 : "");
		replay_all(dir);
	}
	printf("1..%d\n", count);
	return failed != 0;
}
