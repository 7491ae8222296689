/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * mailbearer-refresh: started by lib/helper.c and by nobody else.  It prints
 * nothing; what it has to say goes into the record, and to the host if that
 * is still there.
 */
#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <jansson.h>
#include <malloc.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include "lib/command.h"
#include "lib/helper.h"

/* More than the longest connect, request and reply together. */
enum { HARD_END_S = 120, WRITE_TRIES = 30, WRITE_PAUSE_MS = 1000,
       WIPED = 0x5a };

static int is_socket(int fd)
{
	struct stat st;

	return fstat(fd, &st) == 0 && S_ISSOCK(st.st_mode);
}

/* Nothing of the host's but the numbered descriptors. */
static int clean_descriptors(void)
{
	int fd, null = open("/dev/null", O_RDWR | O_CLOEXEC);

	if (null < 0)
		return -1;
	for (fd = 0; fd < MB_SPAWN_FD; fd++)
		if (dup2(null, fd) < 0)
			return -1;
	if (null >= MB_SPAWN_FD)
		(void)close(null);
	for (fd = MB_SPAWN_FD; fd < MB_HELPER_END; fd++)
		(void)fcntl(fd, F_SETFD, FD_CLOEXEC);
#ifdef SYS_close_range
	if (syscall(SYS_close_range, MB_HELPER_END, ~0U, 0) == 0)
		return 0;
#endif
	for (fd = (int)sysconf(_SC_OPEN_MAX); fd >= MB_HELPER_END; fd--)
		(void)close(fd);
	return 0;
}

/* The host's handlers are gone, what it ignored is not.  Everything stays
 * blocked (lib/spawn.c): a stop of the mail service ends us after the answer
 * is stored, not before. */
static void clean_signals(void)
{
	const struct sigaction plain = { .sa_handler = SIG_DFL };
	static const int faults[] = { SIGSEGV, SIGBUS, SIGFPE, SIGILL,
				      SIGABRT, SIGTRAP, SIGSYS };
	sigset_t set;
	size_t i;
	int sig;

	for (sig = 1; sig < NSIG; sig++)
		(void)sigaction(sig, &plain, NULL);
	(void)sigfillset(&set);
	for (i = 0; i < sizeof(faults) / sizeof(faults[0]); i++)
		(void)sigdelset(&set, faults[i]);
	(void)sigprocmask(SIG_SETMASK, &set, NULL);
}

/* An end of our own, blocked signals or not, stopped or not. */
static int set_hard_end(void)
{
	struct sigevent how = { .sigev_notify = SIGEV_SIGNAL,
				.sigev_signo = SIGKILL };
	const struct itimerspec when = { .it_value.tv_sec = HARD_END_S };
	timer_t timer;

	if (timer_create(CLOCK_MONOTONIC, &how, &timer) < 0)
		return -1;
	return timer_settime(timer, 0, &when, NULL);
}

/* jansson frees what it has read, tokens too, without wiping it. */
static void wiping_free(void *p)
{
	if (p)
		mb_wipe(p, malloc_usable_size(p));
	free(p);
}

static int settle_down(void)
{
	const struct rlimit none = { 0, 0 };

	if (setrlimit(RLIMIT_CORE, &none) < 0 ||
	    prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) < 0 || chdir("/") < 0)
		return -1;
	json_set_alloc_funcs(malloc, wiping_free);
#ifdef M_PERTURB
	/* Buffers of libcurl and libconfig, too large for the thread's cache:
	 * overwritten when they are given back. */
	(void)mallopt(M_PERTURB, WIPED);
#endif
	(void)umask(077);
	clean_signals();
	return clean_descriptors() < 0 ? -1 : set_hard_end();
}

static int put(const void *data, size_t n)
{
	const char *p = data;
	ssize_t done;

	while (n > 0) {
		done = send(MB_HELPER_SOCKET, p, n, MSG_NOSIGNAL);
		if (done < 0 && errno == EINTR)
			continue;
		if (done <= 0)
			return -1;	/* the host is gone */
		p += done;
		n -= (size_t)done;
	}
	return 0;
}

/* The request was complete before we began. */
static int get_request(struct mb_helper_request *q)
{
	struct mb_helper_head mine;
	ssize_t n;

	do
		n = recv(MB_HELPER_SOCKET, q, sizeof(*q),
			 MSG_WAITALL | MSG_DONTWAIT);
	while (n < 0 && errno == EINTR);
	if (n < (ssize_t)sizeof(q->head))
		return -1;
	mb_helper_head(&mine);
	(void)put(&mine, sizeof(mine));
	return n == (ssize_t)sizeof(*q) && mb_helper_same_build(&q->head) ?
	       0 : -1;
}

/* Host programs that run as another user than who started them: that one
 * must not be able to signal or trace us.  Not asked for in vain: the sandbox
 * of a service may forbid these calls altogether. */
static int become_one(void)
{
	uid_t uid = geteuid(), ruid, euid, suid;
	gid_t gid = getegid(), rgid, egid, sgid;

	if (getresgid(&rgid, &egid, &sgid) < 0 ||
	    getresuid(&ruid, &euid, &suid) < 0)
		return -1;
	if ((rgid != gid || sgid != gid) && setresgid(gid, gid, gid) < 0)
		return -1;
	if ((ruid != uid || suid != uid) && setresuid(uid, uid, uid) < 0)
		return -1;
	return 0;
}

static int linked_http(void *ctx, const struct mb_redeem **r, struct mb_err *e)
{
	(void)ctx;
	(void)e;
	*r = &mailbearer_http;
	return 0;
}

static void reply(struct mb_token_answer *a)
{
	struct mb_helper_reply *head = calloc(1, sizeof(*head));
	struct mb_secret text = {0};

	if (!head)
		return;
	if (a->ret == 0 && mb_record_format(&a->r, &text, &a->e) < 0)
		a->ret = -1;
	head->ret = a->ret;
	head->saved = a->saved;
	head->e = a->e;
	head->text_len = a->ret == 0 ? (uint32_t)text.len : 0;
	if (put(head, sizeof(*head)) == 0 && a->ret == 0)
		(void)put(text.data, text.len);
	mb_secret_clear(&text);
	free(head);
}

/* The old refresh token may be dead, so this is the only copy of the new one:
 * while there is time, whatever is wrong with the disk may pass. */
static void write_again(struct mb_store *s, struct mb_record_lock *l,
			const struct mb_record *r)
{
	bool adopted;
	int i;

	for (i = 0; i < WRITE_TRIES; i++) {
		mb_sleep_ms(WRITE_PAUSE_MS, NULL);
		if (mb_store_reserve(s, l, &adopted, NULL) < 0)
			continue;
		if (adopted) {		/* it was whole, and is in place now */
			mb_store_abandon(s, l);
			return;
		}
		if (mb_store_commit(s, l, r, NULL) == 0)
			return;
		mb_store_keep(s, l);
	}
}

static int open_store(struct mb_store **s, const struct mb_helper_request *q,
		      struct mb_err *e)
{
	if (mb_store_adopt(s, &q->home, &q->keys, MB_HELPER_CONF,
			   MB_HELPER_RECORDS, e) < 0)
		return -1;
	if (become_one() < 0)
		return mb_fail_errno(e, errno, "mailbearer-refresh",
				     "become the user it runs as");
	return mb_store_drop_privileges(*s, true, e);
}

static void serve(const struct mb_helper_request *q)
{
	struct mb_record_lock l = { .lock_fd = -1, .new_fd = -1 };
	struct mb_token_answer *a = calloc(1, sizeof(*a));
	struct mb_token_world w = { .records = &mb_store_records,
				    .redeem = linked_http };
	struct mb_store *s = NULL;
	bool reserved;

	if (!a)
		return;
	if (fcntl(MB_HELPER_LOCK, F_GETFD) >= 0)
		l.lock_fd = MB_HELPER_LOCK;
	if (fcntl(MB_HELPER_NEW, F_GETFD) >= 0)
		l.new_fd = MB_HELPER_NEW;
	reserved = l.new_fd >= 0;
	memcpy(l.id, q->id, sizeof(l.id));
	a->ret = open_store(&s, q, &a->e);
	w.records_ctx = s;
	w.command = s && mb_store_is_owner(s) ? mb_command_grant : NULL;
	if (a->ret == 0)
		mb_token_do(&w, &q->task, l.lock_fd >= 0 ? &l : NULL, a);
	if (a->ret == 0 && !a->saved && reserved) {
		reply(a);
		write_again(s, &l, &a->r);
		mb_store_unlock(s, &l);
	} else {
		/* First the lock: others wait for that. */
		mb_store_unlock(s, &l);
		reply(a);
	}
	mb_record_clear(&a->r);
	free(a);
	mb_store_free(&s);
}

int main(void)
{
	struct mb_helper_request *q;
	int ret = 1;

	if (!is_socket(MB_HELPER_SOCKET) || settle_down() < 0)
		return ret;
	q = calloc(1, sizeof(*q));
	if (!q)
		return ret;
	if (get_request(q) == 0) {
		serve(q);
		ret = 0;
	}
	mb_wipe(q, sizeof(*q));
	free(q);
	return ret;
}
