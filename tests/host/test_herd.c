/* SPDX-License-Identifier: BSD-2-Clause */
/* Many processes, or threads, meet one expired token; the endpoint follows one
 * of four policies.  Exactly one request, everybody is served, the account
 * lives. */
#include "config.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tests/host/bed.h"
#include "tests/unit/unit.h"

enum { PROCESSES = 100, THREADS = 16 };

static const struct policy {
	const char *answer;
	bool rotates;
	const char *what;
} policies[] = {
	{ "rotate", true, "single use" },
	{ "family", true, "reuse revokes the family" },
	{ "keep", true, "the old one stays valid" },
	{ "grant", false, "no rotation" },
};

static atomic_int *go;

static void await_go(void)
{
	while (!atomic_load(go))
		mb_sleep_ms(1, NULL);
}

static int authenticate(void)
{
	await_go();
	if (bed_get(30000) < 0) {
		printf("# %s: %s\n", bed.e.object, bed.e.cause);
		fflush(stdout);
		return 1;
	}
	return strcmp(bed.token, "access-1") == 0 ? 0 : 2;
}

static int hundred_processes(void)
{
	pid_t pid[PROCESSES];
	int status, bad = 0;

	atomic_store(go, 0);
	for (int i = 0; i < PROCESSES; i++) {
		pid[i] = fork();
		if (pid[i] == 0)
			_exit(authenticate());
	}
	atomic_store(go, 1);
	for (int i = 0; i < PROCESSES; i++)
		if (waitpid(pid[i], &status, 0) != pid[i] || status != 0)
			bad++;
	return bad;
}

static int keep(void *arg, const char *user, const char *token, size_t len,
		struct mb_err *e)
{
	(void)user;
	(void)e;
	*(bool *)arg = len == 8 && memcmp(token, "access-1", 8) == 0;
	return 0;
}

static void *thread(void *arg)
{
	struct mb_deadline d = mb_deadline_in(30000);
	struct mb_engine_want want = { .account = BED_ACCOUNT,
				       .host = BED_HOST, .deadline = &d };
	struct mb_err e = {0};
	int64_t generation;

	await_go();
	if (mailbearer_engine.token(&want, keep, arg, &generation, &e) < 0)
		printf("# %s: %s\n", e.object, e.cause);
	return NULL;
}

static int sixteen_threads(void)
{
	bool good[THREADS] = { false };
	pthread_t id[THREADS];
	int bad = 0;

	atomic_store(go, 0);
	for (int i = 0; i < THREADS; i++)
		assert_int_equal(pthread_create(&id[i], NULL, thread,
						&good[i]), 0);
	atomic_store(go, 1);
	for (int i = 0; i < THREADS; i++)
		pthread_join(id[i], NULL);
	for (int i = 0; i < THREADS; i++)
		bad += !good[i];
	return bad;
}

static void stampede(const char *who, int n, int (*herd)(void))
{
	for (size_t i = 0; i < sizeof(policies) / sizeof(policies[0]); i++) {
		const struct policy *p = &policies[i];
		long requests;
		int failed;
		bool alive;

		bed_make(p->answer, p->rotates);
		failed = herd();
		requests = bed_requests();
		alive = bed_alive();
		printf("# stampede of %d %s, %s: %ld requests, %d lost, "
		       "%d failed\n", n, who, p->what, requests, !alive,
		       failed);
		fflush(stdout);
		bed_clean();
		assert_int_equal(failed, 0);
		assert_int_equal(requests, 1);
		assert_true(alive);
	}
}

static void hundred_processes_send_one_request(void **state)
{
	(void)state;
	stampede("processes", PROCESSES, hundred_processes);
}

static void sixteen_threads_send_one_request(void **state)
{
	(void)state;
	stampede("threads", THREADS, sixteen_threads);
}

static int get_due(void)
{
	await_go();
	return bed_get(30000) < 0;
}

/* While the old token is valid nobody waits, and one asks. */
static void hundred_processes_with_a_due_token_send_one_request(void **state)
{
	pid_t pid[PROCESSES];
	int status, bad = 0;

	(void)state;
	bed_make("slow=500", true);
	bed_due();
	atomic_store(go, 0);
	for (int i = 0; i < PROCESSES; i++) {
		pid[i] = fork();
		if (pid[i] == 0)
			_exit(get_due());
	}
	atomic_store(go, 1);
	for (int i = 0; i < PROCESSES; i++)
		if (waitpid(pid[i], &status, 0) != pid[i] || status != 0)
			bad++;
	bed_wait_unlocked();
	assert_int_equal(bad, 0);
	assert_int_equal(bed_requests(), 1);
	assert_int_equal(bed_serial(), 1);
	bed_clean();
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(hundred_processes_send_one_request),
		cmocka_unit_test(sixteen_threads_send_one_request),
		cmocka_unit_test(
			hundred_processes_with_a_due_token_send_one_request),
	};

	go = mmap(NULL, sizeof(*go), PROT_READ | PROT_WRITE,
		  MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	(void)prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0);
	return go == MAP_FAILED ? 99 :
	       cmocka_run_group_tests(tests, NULL, NULL);
}
