/* SPDX-License-Identifier: BSD-2-Clause */
#include "config.h"

#include <dlfcn.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "tests/host/fixture.h"

#define ENGINE MB_TEST_BUILDDIR "/tests/fake/.libs/engine.so"

struct fake_engine *fake;
char fixture_store[128];
void (*fixture_pose)(uint32_t abi, const char *build_id);

void fixture_reset(void)
{
	*fake = (struct fake_engine){
		.account = ACCOUNT, .user = ACCOUNT, .token = TOKEN,
		.token_len = strlen(TOKEN), .generation = 7,
	};
	client_log[0] = '\0';
}

int fixture_each(void **state)
{
	(void)state;
	fixture_reset();
	return 0;
}

/* As much of a store as the plugin looks at: the key can be opened. */
static int make_store(void)
{
	char key[160];
	int fd;

	snprintf(fixture_store, sizeof(fixture_store),
		 "/tmp/mailbearer-host.XXXXXX");
	if (!mkdtemp(fixture_store))
		return -1;
	snprintf(key, sizeof(key), "%s/key", fixture_store);
	fd = open(key, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	if (fd < 0)
		return -1;
	(void)!write(fd, "0123456789abcdef0123456789abcdef", 32);
	close(fd);
	return setenv("MAILBEARER_HOME", fixture_store, 1);
}

int fixture_start(void **state)
{
	void *module = dlopen(ENGINE, RTLD_NOW | RTLD_LOCAL);

	void *pose = module ? dlsym(module, "fake_engine_pose") : NULL;

	(void)state;
	fake = module ? dlsym(module, "fake_engine") : NULL;
	memcpy(&fixture_pose, &pose, sizeof(pose));
	if (!fake || !pose || make_store() < 0)
		return -1;
	return client_init(FAKE_PLUGIN_DIR) == SASL_OK ? 0 : -1;
}

int fixture_end(void **state)
{
	char key[160];

	(void)state;
	client_done();
	snprintf(key, sizeof(key), "%s/key", fixture_store);
	unlink(key);
	return rmdir(fixture_store);
}

void assert_out(const struct client *c, const char *bytes)
{
	assert_non_null(c->out);
	assert_int_equal(c->outlen, strlen(bytes));
	assert_memory_equal(c->out, bytes, c->outlen);
}

void assert_in(const char *text, const char *part)
{
	if (!strstr(text, part))
		fail_msg("\"%s\" is not in \"%s\"", part, text);
}

void assert_not_in(const char *text, const char *part)
{
	if (strstr(text, part))
		fail_msg("\"%s\" is in \"%s\"", part, text);
}
