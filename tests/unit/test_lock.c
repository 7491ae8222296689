/* SPDX-License-Identifier: BSD-2-Clause */
#include "config.h"

#include "lib/lock.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tests/unit/run.h"
#include "tests/unit/unit.h"

static int open_lock(void)
{
	int fd = open(run_path("lock"), O_RDWR | O_CREAT | O_CLOEXEC, 0600);

	assert_true(fd >= 0);
	return fd;
}

static int setup(void **state)
{
	(void)state;
	return run_dir() ? 0 : -1;
}

static int teardown(void **state)
{
	(void)state;
	run_clean();
	return 0;
}

static void second_opening_does_not_get_it(void **state)
{
	int a = open_lock(), b = open_lock();

	(void)state;
	assert_int_equal(mb_lock_try(a), 1);
	assert_int_equal(mb_lock_try(b), 0);
	mb_lock_release(a);
	assert_int_equal(mb_lock_try(b), 1);
	close(a);
	close(b);
}

static void closing_another_descriptor_keeps_it(void **state)
{
	int a = open_lock(), b = open_lock(), c;

	(void)state;
	assert_int_equal(mb_lock_try(a), 1);
	close(b);
	c = open_lock();
	assert_int_equal(mb_lock_try(c), 0);
	close(a);
	assert_int_equal(mb_lock_try(c), 1);
	close(c);
}

static void release_ends_it_in_spite_of_a_forked_child(void **state)
{
	int a = open_lock(), b = open_lock(), hold[2], status;
	char byte;
	pid_t pid;

	(void)state;
	assert_int_equal(pipe(hold), 0);
	assert_int_equal(mb_lock_try(a), 1);
	pid = fork();
	if (pid == 0) {
		close(hold[1]);
		_exit(read(hold[0], &byte, 1) < 0);
	}
	mb_lock_release(a);
	close(a);
	assert_int_equal(mb_lock_try(b), 1);
	close(hold[0]);
	close(hold[1]);
	assert_int_equal(waitpid(pid, &status, 0), pid);
	close(b);
}

static void waiting_ends_at_the_deadline(void **state)
{
	struct mb_deadline d = mb_deadline_in(60);
	int a = open_lock(), b = open_lock();
	int64_t start = mb_mono_ms();
	struct mb_err e = {0};

	(void)state;
	assert_int_equal(mb_lock_try(a), 1);
	assert_int_equal(mb_lock_wait(b, &d, "x", &e), -1);
	assert_int_equal(e.id, MB_E_BUSY);
	assert_in_range(mb_mono_ms() - start, 55, 2000);
	mb_lock_release(a);
	assert_int_equal(mb_lock_wait(b, &d, "x", &e), 0);
	close(a);
	close(b);
}

static void what_cannot_be_locked_is_an_error(void **state)
{
	struct mb_err e = {0};

	(void)state;
	assert_int_equal(mb_lock_try(-1), -1);
	assert_int_equal(errno, EBADF);
	assert_int_equal(mb_lock_wait(-1, NULL, "x", &e), -1);
	assert_int_equal(e.id, MB_E_NO_LOCK);
}

static void pauses_double_up_to_32_ms(void **state)
{
	static const int64_t want[] = { 2, 4, 8, 16, 32, 32 };
	struct mb_deadline now = mb_deadline_in(0);
	struct mb_backoff b = {0};

	(void)state;
	for (size_t i = 0; i < sizeof(want) / sizeof(want[0]); i++) {
		mb_backoff_sleep(&b, &now);
		assert_int_equal(b.ms, want[i]);
	}
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(second_opening_does_not_get_it),
		TEST(closing_another_descriptor_keeps_it),
		TEST(release_ends_it_in_spite_of_a_forked_child),
		TEST(waiting_ends_at_the_deadline),
		TEST(what_cannot_be_locked_is_an_error),
		TEST(pauses_double_up_to_32_ms),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
