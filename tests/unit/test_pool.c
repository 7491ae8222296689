/* SPDX-License-Identifier: BSD-2-Clause */
#include "config.h"

#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <sys/resource.h>
#include <unistd.h>

#include "lib/clock.h"
#include "tests/unit/unit.h"
#include "tools/pool.h"

enum { ITEMS = 40 };

struct shared {
	atomic_int running, most, begun;
};

struct bed {
	struct shared *s;
	int times[ITEMS];	/* done() was called for the item */
	int result[ITEMS];
	enum mb_id id[ITEMS];
	pid_t parent;
	int signal;		/* raised in ... */
	size_t at;		/* ... the work on this item */
};

static int setup(void **state)
{
	static struct bed bed;

	bed = (struct bed){ .parent = getpid(), .at = ITEMS };
	bed.s = mb_pool_shared(sizeof(*bed.s));
	*state = &bed;
	return bed.s ? 0 : -1;
}

static int teardown(void **state)
{
	struct bed *b = *state;

	mb_pool_unshare(b->s, sizeof(*b->s));
	return 0;
}

static int work(void *arg, size_t item, struct mb_err *e)
{
	struct bed *b = arg;
	int now = atomic_fetch_add(&b->s->running, 1) + 1;
	int most = atomic_load(&b->s->most);

	while (now > most &&
	       !atomic_compare_exchange_weak(&b->s->most, &most, now))
		;
	(void)atomic_fetch_add(&b->s->begun, 1);
	if (item == b->at)
		(void)kill(b->signal == SIGKILL ? getpid() : b->parent,
			   b->signal);
	mb_sleep_ms(5, NULL);
	(void)atomic_fetch_sub(&b->s->running, 1);
	if (item % 7 == 3)
		(void)mb_fail(e, MB_E_NETWORK, "item", "%zu", item);
	return (int)item + 100;
}

static void done(void *arg, size_t item, int result, const struct mb_err *e)
{
	struct bed *b = arg;

	assert_true(item < ITEMS);
	assert_int_equal(getpid(), b->parent);
	b->times[item]++;
	b->result[item] = result;
	b->id[item] = e->id;
}

static int run(struct bed *b, size_t n, size_t jobs)
{
	struct mb_pool p = { .n = n, .jobs = jobs, .arg = b, .work = work,
			     .done = done };

	return mb_pool_run(&p);
}

static void check_all(const struct bed *b, size_t n)
{
	size_t i;

	for (i = 0; i < ITEMS; i++)
		assert_int_equal(b->times[i], i < n);
	for (i = 0; i < n; i++) {
		assert_int_equal(b->result[i], i + 100);
		assert_int_equal(b->id[i],
				 i % 7 == 3 ? MB_E_NETWORK : MB_E_NONE);
	}
}

static void every_item_is_done_once(void **state)
{
	struct bed *b = *state;

	assert_int_equal(run(b, ITEMS, 4), 0);
	check_all(b, ITEMS);
}

static void no_more_than_jobs_run_at_a_time(void **state)
{
	struct bed *b = *state;

	assert_int_equal(run(b, ITEMS, 3), 0);
	assert_true(atomic_load(&b->s->most) <= 3);
	assert_true(atomic_load(&b->s->most) > 1);
}

static void nothing_to_do_is_done(void **state)
{
	struct bed *b = *state;

	assert_int_equal(run(b, 0, 4), 0);
	check_all(b, 0);
}

static void one_item_needs_no_child(void **state)
{
	struct bed *b = *state;

	assert_int_equal(run(b, 1, 4), 0);
	check_all(b, 1);
}

static void one_job_needs_no_child(void **state)
{
	struct bed *b = *state;

	assert_int_equal(run(b, ITEMS, 1), 0);
	check_all(b, ITEMS);
	assert_int_equal(atomic_load(&b->s->most), 1);
}

static void a_child_that_dies_takes_one_item_with_it(void **state)
{
	struct bed *b = *state;
	size_t i;

	b->signal = SIGKILL;
	b->at = 10;
	assert_int_equal(run(b, ITEMS, 4), 0);
	assert_int_equal(b->result[10], -1);
	assert_int_equal(b->id[10], MB_E_INTERNAL);
	for (i = 0; i < ITEMS; i++)
		assert_int_equal(b->times[i], 1);
}

static void a_signal_ends_it_after_the_items_at_hand(void **state)
{
	struct bed *b = *state;
	int i, n = 0;

	b->signal = SIGTERM;
	b->at = 8;
	assert_int_equal(run(b, ITEMS, 2), SIGTERM);
	for (i = 0; i < ITEMS; i++)
		n += b->times[i];
	assert_int_equal(n, atomic_load(&b->s->begun));
	assert_true(n >= 9);
	assert_true(n < ITEMS);
}

static void a_signal_that_is_ignored_stays_ignored(void **state)
{
	struct bed *b = *state;

	(void)signal(SIGHUP, SIG_IGN);
	b->signal = SIGHUP;
	b->at = 8;
	assert_int_equal(run(b, ITEMS, 2), 0);
	(void)signal(SIGHUP, SIG_DFL);
	check_all(b, ITEMS);
}

static void without_processes_it_works_here(void **state)
{
	struct rlimit old, none = { 0, 0 };
	struct bed *b = *state;

	if (getuid() == 0) {
		/* root forks whatever the limit is; a limit of descriptors
		 * stops the pipe. */
		assert_int_equal(getrlimit(RLIMIT_NOFILE, &old), 0);
		none.rlim_max = old.rlim_max;
		assert_int_equal(setrlimit(RLIMIT_NOFILE, &none), 0);
		assert_int_equal(run(b, ITEMS, 4), 0);
		assert_int_equal(setrlimit(RLIMIT_NOFILE, &old), 0);
	} else {
		assert_int_equal(getrlimit(RLIMIT_NPROC, &old), 0);
		none.rlim_max = old.rlim_max;
		assert_int_equal(setrlimit(RLIMIT_NPROC, &none), 0);
		assert_int_equal(run(b, ITEMS, 4), 0);
		assert_int_equal(setrlimit(RLIMIT_NPROC, &old), 0);
	}
	check_all(b, ITEMS);
	assert_int_equal(atomic_load(&b->s->most), 1);
}

int main(void)
{
#define T(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
	const struct CMUnitTest tests[] = {
		T(every_item_is_done_once),
		T(no_more_than_jobs_run_at_a_time),
		T(nothing_to_do_is_done),
		T(one_item_needs_no_child),
		T(one_job_needs_no_child),
		T(a_child_that_dies_takes_one_item_with_it),
		T(a_signal_ends_it_after_the_items_at_hand),
		T(a_signal_that_is_ignored_stays_ignored),
		T(without_processes_it_works_here),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
