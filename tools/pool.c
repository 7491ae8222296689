/* SPDX-License-Identifier: BSD-2-Clause */
#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tools/pool.h"

/* What parent and children see. */
struct shared {
	atomic_size_t next;		/* first item that nobody has taken */
	atomic_int stop;		/* the signal that ends it, or 0 */
	atomic_size_t at[MB_POOL_JOBS_MAX];	/* item at hand + 1, or 0 */
};

/* One result.  A pipe takes it whole or not at all. */
struct answer {
	size_t item;
	int result;
	struct mb_err e;
};
_Static_assert(sizeof(struct answer) <= PIPE_BUF, "written in one piece");

struct running {
	const struct mb_pool *p;
	struct shared *s;
	int in, out;		/* the pipe, or -1 */
	pid_t pid[MB_POOL_JOBS_MAX];
	size_t started;
};

/* For the handler, which is given nothing. */
static struct shared *signalled;

static void stop(int number)
{
	atomic_store(&signalled->stop, number);
}

static const int signals[] = { SIGHUP, SIGINT, SIGTERM };
enum { SIGNALS = sizeof(signals) / sizeof(signals[0]) };

static void catch_signals(struct shared *s, struct sigaction old[SIGNALS])
{
	struct sigaction sa = { .sa_handler = stop, .sa_flags = SA_RESTART };
	size_t i;

	signalled = s;
	(void)sigemptyset(&sa.sa_mask);
	for (i = 0; i < SIGNALS; i++) {
		(void)sigaction(signals[i], NULL, &old[i]);
		/* nohup */
		if (old[i].sa_handler != SIG_IGN)
			(void)sigaction(signals[i], &sa, NULL);
	}
}

static void release_signals(const struct sigaction old[SIGNALS])
{
	size_t i;

	for (i = 0; i < SIGNALS; i++)
		(void)sigaction(signals[i], &old[i], NULL);
	signalled = NULL;
}

void *mb_pool_shared(size_t size)
{
	void *p = mmap(NULL, size, PROT_READ | PROT_WRITE,
		       MAP_SHARED | MAP_ANONYMOUS, -1, 0);

	return p == MAP_FAILED ? NULL : p;
}

void mb_pool_unshare(void *memory, size_t size)
{
	if (memory)
		(void)munmap(memory, size);
}

/* The next item; false when there is none, or nothing more is to be done. */
static bool take(const struct running *r, size_t *item)
{
	if (atomic_load(&r->s->stop))
		return false;
	*item = atomic_fetch_add(&r->s->next, 1);
	return *item < r->p->n;
}

static void here(const struct running *r)
{
	size_t item;

	while (take(r, &item)) {
		struct mb_err e = { 0 };
		int result = r->p->work(r->p->arg, item, &e);

		r->p->done(r->p->arg, item, result, &e);
	}
}

__attribute__((noreturn))
static void child(const struct running *r, size_t slot)
{
	size_t item;
	ssize_t n;

	(void)close(r->in);
	while (take(r, &item)) {
		struct answer a = { .item = item };

		atomic_store(&r->s->at[slot], item + 1);
		a.result = r->p->work(r->p->arg, item, &a.e);
		do
			n = write(r->out, &a, sizeof(a));
		while (n < 0 && errno == EINTR);
		atomic_store(&r->s->at[slot], 0);
		/* Nobody is there to read it. */
		if (n < 0)
			_exit(1);
	}
	_exit(0);
}

static bool fork_children(struct running *r, size_t jobs)
{
	int fd[2];
	size_t i;

	/* Not what is in the buffers now, once more from each child. */
	(void)fflush(NULL);
	if (pipe2(fd, O_CLOEXEC) < 0)
		return false;
	r->in = fd[0];
	r->out = fd[1];
	for (i = 0; i < jobs; i++) {
		pid_t pid = fork();

		if (pid == 0)
			child(r, i);
		if (pid < 0)
			break;
		r->pid[r->started++] = pid;
	}
	(void)close(r->out);
	return r->started > 0;
}

/* One answer; false at the end. */
static bool receive(int fd, struct answer *a)
{
	char *at = (char *)a;
	size_t have = 0;
	ssize_t n;

	while (have < sizeof(*a)) {
		n = read(fd, at + have, sizeof(*a) - have);
		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return false;
		have += (size_t)n;
	}
	return true;
}

/* Reap a child; what it died of is the result of its item. */
static void reap(const struct running *r, size_t slot)
{
	struct mb_err e = { 0 };
	size_t item;
	int status;

	while (waitpid(r->pid[slot], &status, 0) < 0)
		if (errno != EINTR)
			return;
	item = atomic_load(&r->s->at[slot]);
	if (status == 0 || item == 0)
		return;
	(void)mb_fail(&e, MB_E_INTERNAL, "mailbearer",
		      WIFSIGNALED(status) ?
		      "the process at work on it ended with signal %d" :
		      "the process at work on it ended with status %d",
		      WIFSIGNALED(status) ? WTERMSIG(status) :
					    WEXITSTATUS(status));
	r->p->done(r->p->arg, item - 1, -1, &e);
}

int mb_pool_run(const struct mb_pool *p)
{
	size_t jobs = p->jobs < p->n ? p->jobs : p->n, i;
	struct running r = { .p = p, .in = -1, .out = -1 };
	struct sigaction old[SIGNALS];
	struct shared alone = { 0 };
	struct answer a;
	int stopped;

	if (jobs > MB_POOL_JOBS_MAX)
		jobs = MB_POOL_JOBS_MAX;
	r.s = jobs > 1 ? mb_pool_shared(sizeof(*r.s)) : NULL;
	if (!r.s) {
		r.s = &alone;
		jobs = 1;
	}
	catch_signals(r.s, old);
	if (jobs > 1 && fork_children(&r, jobs)) {
		while (receive(r.in, &a))
			p->done(p->arg, a.item, a.result, &a.e);
		for (i = 0; i < r.started; i++)
			reap(&r, i);
	}
	/* All of it where there are no children; and what children that died
	 * have left over. */
	here(&r);
	if (r.in >= 0)
		(void)close(r.in);
	stopped = atomic_load(&r.s->stop);
	release_signals(old);
	if (r.s != &alone)
		mb_pool_unshare(r.s, sizeof(*r.s));
	return stopped;
}
