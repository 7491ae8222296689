/* SPDX-License-Identifier: BSD-2-Clause */
#include "config.h"

#include "lib/fsio.h"

#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "tests/unit/run.h"
#include "tests/unit/unit.h"

static struct mb_dir dir = { .fd = -1 };
static struct mb_err err;

static int setup(void **state)
{
	(void)state;
	err = (struct mb_err){0};
	return mb_dir_open(&dir, run_dir(), &err);
}

static int teardown(void **state)
{
	(void)state;
	mb_dir_close(&dir);
	run_clean();
	return 0;
}

static void assert_unsafe(const char *name)
{
	struct mb_file f;

	err = (struct mb_err){0};
	assert_int_equal(mb_fsio_file(&dir, name, O_RDONLY, MB_ANY_OWNER, &f,
				      &err), -1);
	assert_int_equal(err.id, MB_E_UNSAFE_FILE);
	assert_non_null(strstr(err.object, name));
	assert_int_equal(mb_fsio_file(&dir, name, O_RDWR | O_CREAT,
				      MB_ANY_OWNER, &f, &err), -1);
	assert_int_equal(err.id, MB_E_UNSAFE_FILE);
}

static void links_fifos_and_directories_are_refused(void **state)
{
	(void)state;
	run_write("target", "x", 1);
	assert_int_equal(symlink("target", run_path("link")), 0);
	assert_int_equal(symlink("nowhere", run_path("dangling")), 0);
	assert_int_equal(mkfifo(run_path("fifo"), 0600), 0);
	assert_int_equal(mkdir(run_path("directory"), 0700), 0);
	assert_unsafe("link");
	assert_unsafe("dangling");
	assert_unsafe("fifo");
	assert_unsafe("directory");
	assert_int_equal(link(run_path("target"), run_path("second")), 0);
	assert_unsafe("second");
	assert_unsafe("target");
	assert_int_equal(access(run_path("nowhere"), F_OK), -1);
}

static void foreign_owner_is_refused(void **state)
{
	struct mb_file f;

	(void)state;
	run_write("mine", "x", 1);
	assert_int_equal(mb_fsio_file(&dir, "mine", O_RDONLY, geteuid() + 1,
				      &f, &err), -1);
	assert_int_equal(err.id, MB_E_UNSAFE_FILE);
	assert_int_equal(mb_fsio_file(&dir, "mine", O_RDONLY, geteuid(), &f,
				      &err), 1);
	close(f.fd);
}

static void missing_file_is_no_error(void **state)
{
	struct mb_file f;

	(void)state;
	assert_int_equal(mb_fsio_file(&dir, "none", O_RDONLY, MB_ANY_OWNER,
				      &f, &err), 0);
	assert_int_equal(err.id, MB_E_NONE);
}

static void reading_stops_at_the_limit(void **state)
{
	struct mb_secret out = {0};
	struct mb_file f;
	char big[20000];

	(void)state;
	memset(big, 'x', sizeof(big));
	run_write("big", big, sizeof(big));
	mb_secret_set(&out, "kept", 4);
	assert_int_equal(mb_fsio_file(&dir, "big", O_RDONLY, MB_ANY_OWNER, &f,
				      &err), 1);
	assert_int_equal(mb_fsio_read(f.fd, sizeof(big) - 1, "big", &out,
				      &err), -1);
	assert_int_equal(err.id, MB_E_TOO_LARGE);
	assert_string_equal(mb_secret_str(&out), "kept");
	assert_int_equal(lseek(f.fd, 0, SEEK_SET), 0);
	assert_int_equal(mb_fsio_read(f.fd, sizeof(big), "big", &out, &err),
			 0);
	assert_int_equal(out.len, sizeof(big));
	assert_memory_equal(out.data, big, sizeof(big));
	close(f.fd);
	run_write("empty", "", 0);
	assert_int_equal(mb_fsio_file(&dir, "empty", O_RDONLY, MB_ANY_OWNER,
				      &f, &err), 1);
	assert_int_equal(mb_fsio_read(f.fd, 0, "empty", &out, &err), 0);
	assert_int_equal(out.len, 0);
	close(f.fd);
	mb_secret_clear(&out);
}

static void reserving_gives_zeros_of_real_space(void **state)
{
	struct mb_file f;
	struct stat st;
	char byte = 1;

	(void)state;
	run_write("r", "old contents", 12);
	assert_int_equal(mb_fsio_file(&dir, "r", O_RDWR, MB_ANY_OWNER, &f,
				      &err), 1);
	assert_int_equal(mb_fsio_reserve(f.fd, 65536), 0);
	assert_int_equal(fstat(f.fd, &st), 0);
	assert_int_equal(st.st_size, 65536);
	assert_true(st.st_blocks * 512 >= 65536);
	assert_int_equal(pread(f.fd, &byte, 1, 0), 1);
	assert_int_equal(byte, 0);
	close(f.fd);
	assert_int_equal(mb_fsio_reserve(f.fd, 65536), 9 /* EBADF */);
}

static void replacing_keeps_what_it_is_told(void **state)
{
	const struct mb_fsio_owner owner = { geteuid(), getegid(), 0640 };
	struct mb_secret data = {0};
	struct stat st;
	char *text;
	size_t n;

	(void)state;
	run_write("conf", "old", 3);
	/* left by a writer that died, and longer */
	run_write("conf.new", "half written, and long", 22);
	mb_secret_set(&data, "new", 3);
	assert_int_equal(mb_fsio_replace(&dir, "conf", &data, &owner, &err),
			 0);
	text = run_read("conf", &n);
	assert_string_equal(text, "new");
	free(text);
	assert_int_equal(stat(run_path("conf"), &st), 0);
	assert_int_equal(st.st_mode & 07777, 0640);
	assert_int_equal(access(run_path("conf.new"), F_OK), -1);
	mb_secret_clear(&data);
}

static void failed_replace_leaves_the_old_file(void **state)
{
	const struct mb_fsio_owner owner = { geteuid(), getegid(), 0600 };
	struct mb_secret data = {0};

	(void)state;
	/* A directory in its place cannot be renamed over. */
	assert_int_equal(mkdir(run_path("conf"), 0700), 0);
	mb_secret_set(&data, "new", 3);
	assert_int_equal(mb_fsio_replace(&dir, "conf", &data, &owner, &err),
			 -1);
	assert_int_equal(access(run_path("conf.new"), F_OK), -1);
	assert_int_equal(rmdir(run_path("conf")), 0);
	mb_secret_clear(&data);
}

static void closed_or_replaced_directory_is_noticed(void **state)
{
	struct mb_dir d = { .fd = -1 };

	(void)state;
	assert_int_equal(mkdir(run_path("a"), 0700), 0);
	assert_int_equal(mb_dir_open(&d, run_path("a"), &err), 0);
	assert_true(mb_dir_same(&d, true));
	assert_int_equal(rename(run_path("a"), run_path("b")), 0);
	assert_true(mb_dir_same(&d, false));
	assert_false(mb_dir_same(&d, true));
	assert_int_equal(rmdir(run_path("b")), 0);
	assert_false(mb_dir_same(&d, false));
	/* a host that closes what is not its own, and opens something else */
	close(d.fd);
	assert_int_equal(open("/dev/null", O_RDONLY | O_CLOEXEC), d.fd);
	assert_false(mb_dir_same(&d, false));
	close(d.fd);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(links_fifos_and_directories_are_refused),
		TEST(foreign_owner_is_refused),
		TEST(missing_file_is_no_error),
		TEST(reading_stops_at_the_limit),
		TEST(reserving_gives_zeros_of_real_space),
		TEST(replacing_keeps_what_it_is_told),
		TEST(failed_replace_leaves_the_old_file),
		TEST(closed_or_replaced_directory_is_noticed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
