/* SPDX-License-Identifier: BSD-2-Clause */
#include "config.h"

#include "tests/sweep/faults.h"

#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/types.h>
#include <unistd.h>

enum { BLOCKS = 4096 };

struct state {
	unsigned int kinds;	/* 0: not armed */
	unsigned int paused;
	long n;
	atomic_long calls;
	int err;
	pid_t only;		/* 0: whoever shares this */
	bool struck;
	bool lasting;
	const char *name;
	const int *watch;
	int watched;
	void *block[BLOCKS];
	size_t used;
};
static struct state own, *faults = &own;

void faults_arm(unsigned int kinds, long n, int err)
{
	memset(faults, 0, sizeof(*faults));
	faults->n = n;
	faults->err = err;
	faults->kinds = kinds;
}

void faults_arm_here(unsigned int kinds, long n, int err)
{
	faults_arm(0, n, err);
	faults->only = getpid();
	faults->kinds = kinds;
}

static bool mine(void)
{
	return !faults->only || faults->only == getpid();
}

void faults_last(void)
{
	faults->lasting = true;
}

long faults_disarm(void)
{
	faults->kinds = 0;
	return faults->calls;
}

void faults_watch(const int *number)
{
	faults->watch = number;
}

int faults_watched(void)
{
	return faults->watched;
}

bool faults_struck(void)
{
	return faults->struck;
}

const char *faults_name(void)
{
	return faults->name ? faults->name : "nothing";
}

void faults_pause(void)
{
	faults->paused = faults->kinds;
	faults->kinds = 0;
}

void faults_resume(void)
{
	faults->kinds = faults->paused;
	faults->paused = 0;
}

long faults_blocks(void)
{
	long n = 0;

	for (size_t i = 0; i < faults->used; i++)
		n += faults->block[i] != NULL;
	return n;
}

bool faults_strikes(unsigned int kind, const char *name)
{
	long call;

	if (!(faults->kinds & kind) || !mine())
		return false;
	call = atomic_fetch_add(&faults->calls, 1) + 1;
	if (faults->n != -1 && call != faults->n &&
	    !(faults->lasting && call > faults->n))
		return false;
	if (!faults->struck && faults->watch)
		faults->watched = *faults->watch;
	if (!faults->struck)
		faults->name = name;
	faults->struck = true;
	errno = faults->err;
	return true;
}

/* ---- memory ---- */

static void *noted(void *p)
{
	if (p && (faults->kinds || faults->paused) && mine() &&
	    faults->used < BLOCKS)
		faults->block[faults->used++] = p;
	return p;
}

static void forgotten(const void *p)
{
	if (!mine())
		return;
	for (size_t i = faults->used; p && i-- > 0;)
		if (faults->block[i] == p) {
			faults->block[i] = NULL;
			return;
		}
}

/* The linker's names; no header has them. */
#define WRAP(type, name, args) \
	type __real_##name args; \
	type __wrap_##name args; \
	type __wrap_##name args

#pragma GCC diagnostic push
#ifdef __clang__
#pragma GCC diagnostic ignored "-Wreserved-identifier"
#endif

WRAP(void *, malloc, (size_t n))
{
	return faults_strikes(FAULT_MEMORY, "malloc") ? NULL :
	       noted(__real_malloc(n));
}

WRAP(void *, calloc, (size_t n, size_t size))
{
	return faults_strikes(FAULT_MEMORY, "calloc") ? NULL :
	       noted(__real_calloc(n, size));
}

WRAP(void *, realloc, (void *p, size_t n))
{
	if (faults_strikes(FAULT_MEMORY, "realloc"))
		return NULL;
	forgotten(p);
	return noted(__real_realloc(p, n));
}

WRAP(void *, reallocarray, (void *p, size_t n, size_t size))
{
	if (faults_strikes(FAULT_MEMORY, "reallocarray"))
		return NULL;
	forgotten(p);
	return noted(__real_reallocarray(p, n, size));
}

WRAP(char *, strdup, (const char *s))
{
	return faults_strikes(FAULT_MEMORY, "strdup") ? NULL :
	       noted(__real_strdup(s));
}

WRAP(char *, strndup, (const char *s, size_t n))
{
	return faults_strikes(FAULT_MEMORY, "strndup") ? NULL :
	       noted(__real_strndup(s, n));
}

WRAP(void, free, (void *p))
{
	forgotten(p);
	__real_free(p);
}

WRAP(void *, mmap, (void *at, size_t n, int prot, int flags, int fd, off_t o))
{
	return faults_strikes(FAULT_MEMORY, "mmap") ? MAP_FAILED :
	       noted(__real_mmap(at, n, prot, flags, fd, o));
}

int faults_share(void)
{
	void *p = __real_mmap(NULL, sizeof(*faults), PROT_READ | PROT_WRITE,
			      MAP_SHARED | MAP_ANONYMOUS, -1, 0);

	if (p == MAP_FAILED)
		return -1;
	faults = p;
	return 0;
}

WRAP(int, munmap, (void *p, size_t n))
{
	forgotten(p);
	return __real_munmap(p, n);
}

/* ---- files ---- */

/* Half of it gets there. */
WRAP(ssize_t, pwrite, (int fd, const void *p, size_t n, off_t at))
{
	if (faults_strikes(FAULT_FILE, "pwrite")) {
		(void)!__real_pwrite(fd, p, n / 2, at);
		errno = faults->err;
		return -1;
	}
	return __real_pwrite(fd, p, n, at);
}

WRAP(ssize_t, write, (int fd, const void *p, size_t n))
{
	if (faults_strikes(FAULT_FILE, "write")) {
		(void)!__real_write(fd, p, n / 2);
		errno = faults->err;
		return -1;
	}
	return __real_write(fd, p, n);
}

WRAP(int, fsync, (int fd))
{
	return faults_strikes(FAULT_FILE, "fsync") ? -1 : __real_fsync(fd);
}

WRAP(int, ftruncate, (int fd, off_t n))
{
	return faults_strikes(FAULT_FILE, "ftruncate") ? -1 :
	       __real_ftruncate(fd, n);
}

WRAP(int, posix_fallocate, (int fd, off_t at, off_t n))
{
	return faults_strikes(FAULT_FILE | FAULT_ALLOCATE, "posix_fallocate") ?
	       faults->err : __real_posix_fallocate(fd, at, n);
}

WRAP(int, renameat, (int d, const char *a, int to, const char *b))
{
	return faults_strikes(FAULT_FILE | FAULT_RENAME, "renameat") ? -1 :
	       __real_renameat(d, a, to, b);
}

WRAP(int, linkat, (int d, const char *a, int to, const char *b, int flags))
{
	return faults_strikes(FAULT_FILE, "linkat") ? -1 :
	       __real_linkat(d, a, to, b, flags);
}

WRAP(int, unlinkat, (int d, const char *name, int flags))
{
	return faults_strikes(FAULT_FILE, "unlinkat") ? -1 :
	       __real_unlinkat(d, name, flags);
}

WRAP(int, fchmod, (int fd, mode_t mode))
{
	return faults_strikes(FAULT_FILE, "fchmod") ? -1 : __real_fchmod(fd, mode);
}

WRAP(int, fchown, (int fd, uid_t uid, gid_t gid))
{
	return faults_strikes(FAULT_FILE, "fchown") ? -1 :
	       __real_fchown(fd, uid, gid);
}

/* It is closed nevertheless, as on Linux. */
WRAP(int, close, (int fd))
{
	bool struck = faults_strikes(FAULT_FILE, "close");
	int r = __real_close(fd);

	if (!struck)
		return r;
	errno = faults->err;
	return -1;
}

static mode_t mode_of(int flags, va_list *list)
{
	return flags & O_CREAT ? va_arg(*list, mode_t) : 0;
}

WRAP(int, openat, (int d, const char *name, int flags, ...))
{
	va_list list;
	mode_t mode;

	va_start(list, flags);
	mode = mode_of(flags, &list);
	va_end(list);
	return faults_strikes(FAULT_FILE, "openat") ? -1 :
	       __real_openat(d, name, flags, mode);
}

WRAP(int, open, (const char *name, int flags, ...))
{
	va_list list;
	mode_t mode;

	va_start(list, flags);
	mode = mode_of(flags, &list);
	va_end(list);
	return faults_strikes(FAULT_FILE, "open") ? -1 :
	       __real_open(name, flags, mode);
}

/* Ours have one argument or none behind the command, a pointer or an int. */
WRAP(int, fcntl, (int fd, int command, ...))
{
	uintptr_t argument;
	va_list list;

	va_start(list, command);
	argument = va_arg(list, uintptr_t);
	va_end(list);
	if (command == F_OFD_SETLK && faults_strikes(FAULT_LOCK, "fcntl"))
		return -1;
	if (command == F_DUPFD_CLOEXEC &&
	    faults_strikes(FAULT_PROCESS, "fcntl"))
		return -1;
	return __real_fcntl(fd, command, argument);
}
#pragma GCC diagnostic pop
