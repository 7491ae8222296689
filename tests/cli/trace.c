/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Run a program and watch it from outside.
 *
 *	trace kill DIR N COMMAND...	kill -9 before its N-th system call,
 *					counted from the first openat() of
 *					something in DIR.  Prints the call's
 *					number; status 0.  The program ended
 *					before that: status 7.
 *	trace late USECS COMMAND...	kill -9 at some time within so many
 *					microseconds after its start.  Status
 *					0; 7 as above.
 *	trace killall DIR N COMMAND...	the same, counting the calls of what it
 *					has forked, too, and killing all.
 *	trace scan WORD COMMAND...	whenever it or a process that it started
 *					ends, print for each writable mapping
 *					that still holds WORD: name of the
 *					program ("+" behind it: not the first),
 *					how often, what mapping.  Its exit
 *					status.
 *	trace ended COMMAND...		print the names of the program and of
 *					every process that it started, as each
 *					ends.  Its exit status.
 */
#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ptrace.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { ENDED_BEFORE = 7, BAD = 99 };

static void bad(const char *what)
{
	perror(what);
	exit(BAD);
}

static pid_t start(char *const *command, long options)
{
	int status;
	pid_t pid = fork();

	if (pid < 0)
		bad("fork");
	if (pid == 0) {
		ptrace(PTRACE_TRACEME, 0, NULL, NULL);
		execv(command[0], command);
		_exit(BAD);
	}
	/* Stopped by its exec. */
	if (waitpid(pid, &status, 0) < 0 || !WIFSTOPPED(status))
		bad(command[0]);
	if (ptrace(PTRACE_SETOPTIONS, pid, NULL,
		   (void *)(uintptr_t)(options | PTRACE_O_EXITKILL)) < 0)
		bad("ptrace");
	return pid;
}

/* Go on until the next stop that is not a signal's; false: it ended. */
static bool next(pid_t pid, enum __ptrace_request how, int *status)
{
	long sig = 0;

	for (;;) {
		if (ptrace(how, pid, NULL, (void *)(uintptr_t)sig) < 0 ||
		    waitpid(pid, status, 0) < 0)
			bad("ptrace");
		if (!WIFSTOPPED(*status))
			return false;
		sig = WSTOPSIG(*status);
		if (sig == (SIGTRAP | 0x80) || *status >> 16)
			return true;
	}
}

static bool in_dir(pid_t pid, uintptr_t at, const char *dir)
{
	char path[4096] = "";
	struct iovec here = { path, strlen(dir) };
	struct iovec there = { (void *)at, here.iov_len };

	return process_vm_readv(pid, &here, 1, &there, 1, 0) ==
	       (ssize_t)here.iov_len &&
	       memcmp(path, dir, here.iov_len) == 0;
}

static int kill_at(const char *dir, long n, char *const *command)
{
	/* The tool may become another program before. */
	pid_t pid = start(command, PTRACE_O_TRACESYSGOOD |
			  PTRACE_O_TRACEEXEC);
	struct __ptrace_syscall_info info;
	bool counting = false;
	int status;

	while (next(pid, PTRACE_SYSCALL, &status)) {
		if (ptrace(PTRACE_GET_SYSCALL_INFO, pid,
			   (void *)sizeof(info), &info) < 0)
			bad("PTRACE_GET_SYSCALL_INFO");
		if (info.op != PTRACE_SYSCALL_INFO_ENTRY)
			continue;
		counting = counting ||
			   (info.entry.nr == SYS_openat &&
			    in_dir(pid, (uintptr_t)info.entry.args[1], dir));
		if (!counting || --n > 0)
			continue;
		/* At the entry of a call: it is not made any more. */
		kill(pid, SIGKILL);
		while (waitpid(pid, &status, 0) == pid &&
		       !WIFSIGNALED(status) && !WIFEXITED(status))
			;
		printf("%llu\n", (unsigned long long)info.entry.nr);
		return 0;
	}
	return ENDED_BEFORE;
}

static int kill_late(long usecs, char *const *command)
{
	struct timespec now, pause = {0};
	int status;
	pid_t pid;

	clock_gettime(CLOCK_REALTIME, &now);
	srandom((unsigned int)(now.tv_nsec ^ getpid()));
	pause.tv_nsec = random() % usecs * 1000L;
	pid = fork();
	if (pid < 0)
		bad("fork");
	if (pid == 0) {
		execv(command[0], command);
		_exit(BAD);
	}
	nanosleep(&pause, NULL);
	kill(pid, SIGKILL);
	if (waitpid(pid, &status, 0) < 0)
		bad("waitpid");
	return WIFSIGNALED(status) ? 0 : ENDED_BEFORE;
}

static pid_t known[64];

static void remember(pid_t pid)
{
	size_t i = 0;

	while (i < sizeof(known) / sizeof(known[0]) - 1 && known[i] &&
	       known[i] != pid)
		i++;
	known[i] = pid;
}

/* All of them, at once; and who has just been forked, as soon as it shows. */
static void kill_all(void)
{
	int status;
	pid_t pid;
	size_t i;

	for (i = 0; i < sizeof(known) / sizeof(known[0]); i++)
		if (known[i])
			kill(known[i], SIGKILL);
	while ((pid = waitpid(-1, &status, __WALL)) > 0)
		if (WIFSTOPPED(status))
			kill(pid, SIGKILL);
}

static int kill_tree_at(const char *dir, long n, char *const *command)
{
	pid_t pid, first = start(command, PTRACE_O_TRACESYSGOOD |
				 PTRACE_O_TRACEFORK | PTRACE_O_TRACEVFORK |
				 PTRACE_O_TRACECLONE);
	struct __ptrace_syscall_info info;
	bool counting = false;
	int status;
	long sig;

	ptrace(PTRACE_SYSCALL, first, NULL, NULL);
	while ((pid = waitpid(-1, &status, __WALL)) > 0) {
		if (!WIFSTOPPED(status))
			continue;
		remember(pid);
		sig = WSTOPSIG(status);
		info.op = PTRACE_SYSCALL_INFO_NONE;
		if (sig == (SIGTRAP | 0x80) &&
		    ptrace(PTRACE_GET_SYSCALL_INFO, pid,
			   (void *)sizeof(info), &info) < 0)
			bad("PTRACE_GET_SYSCALL_INFO");
		if (info.op == PTRACE_SYSCALL_INFO_ENTRY) {
			counting = counting ||
				   (info.entry.nr == SYS_openat &&
				    in_dir(pid, (uintptr_t)info.entry.args[1],
					   dir));
			if (counting && --n <= 0) {
				/* The call is not made any more. */
				kill_all();
				printf("%llu\n",
				       (unsigned long long)info.entry.nr);
				return 0;
			}
		}
		if (status >> 16 || sig == SIGSTOP || (sig & 0x7f) == SIGTRAP)
			sig = 0;
		ptrace(PTRACE_SYSCALL, pid, NULL, (void *)(uintptr_t)sig);
	}
	return ENDED_BEFORE;
}

static long count(const char *text, size_t n, const char *word)
{
	size_t len = strlen(word);
	const char *p = text;
	long found = 0;

	while ((p = memmem(p, n - (size_t)(p - text), word, len)) != NULL) {
		p += len;
		found++;
	}
	return found;
}

static void scan_one(const char *name, int mem, const char *line,
		     const char *word)
{
	unsigned long begin, end;
	char *rest, *text;
	long found;
	ssize_t n;

	/* BEGIN-END MODE OFFSET DEVICE INODE [NAME] */
	begin = strtoul(line, &rest, 16);
	end = strtoul(rest + 1, &rest, 16);
	if (strncmp(rest, " rw", 3) != 0)
		return;
	for (int i = 0; i < 4; i++) {
		rest += strspn(rest, " ");
		rest += strcspn(rest, " \n");
	}
	rest += strspn(rest, " ");
	text = malloc(end - begin);
	if (!text)
		bad("malloc");
	n = pread(mem, text, end - begin, (off_t)begin);
	found = n > 0 ? count(text, (size_t)n, word) : 0;
	if (found)
		printf("%s %ld %s", name, found,
		       *rest == '\n' ? "anonymous\n" : rest);
	free(text);
}

/* Without a word the name alone is printed: nothing is read, so it works for a
 * program built with a sanitizer, too, whose shadow has terabytes. */
static void scan_all(pid_t pid, bool first, const char *word)
{
	char path[64], line[4352], name[32] = "";
	FILE *maps;
	int mem;

	snprintf(path, sizeof(path), "/proc/%d/comm", (int)pid);
	maps = fopen(path, "re");
	if (!maps || !fgets(name, sizeof(name), maps))
		bad(path);
	fclose(maps);
	snprintf(name + strcspn(name, "\n"), 2, "%s", first ? "" : "+");
	if (!word) {
		puts(name);
		return;
	}
	snprintf(path, sizeof(path), "/proc/%d/mem", (int)pid);
	mem = open(path, O_RDONLY | O_CLOEXEC);
	snprintf(path, sizeof(path), "/proc/%d/maps", (int)pid);
	maps = fopen(path, "re");
	if (mem < 0 || !maps)
		bad(path);
	while (fgets(line, sizeof(line), maps))
		scan_one(name, mem, line, word);
	fclose(maps);
	close(mem);
}

static int scan(const char *word, char *const *command)
{
	pid_t pid, first = start(command, PTRACE_O_TRACEEXIT |
				 PTRACE_O_TRACEFORK | PTRACE_O_TRACEVFORK |
				 PTRACE_O_TRACECLONE);
	int status, ret = BAD;
	long sig;

	ptrace(PTRACE_CONT, first, NULL, NULL);
	while ((pid = waitpid(-1, &status, __WALL)) > 0) {
		if (!WIFSTOPPED(status)) {
			if (pid == first && WIFEXITED(status))
				ret = WEXITSTATUS(status);
			continue;
		}
		if (status >> 16 == PTRACE_EVENT_EXIT)
			scan_all(pid, pid == first, word);
		/* A new process begins with a SIGSTOP, a program with a
		 * SIGTRAP. */
		sig = WSTOPSIG(status);
		if (status >> 16 || sig == SIGSTOP || sig == SIGTRAP)
			sig = 0;
		ptrace(PTRACE_CONT, pid, NULL, (void *)(uintptr_t)sig);
	}
	return ret;
}

int main(int argc, char **argv)
{
	if (argc > 4 && strcmp(argv[1], "kill") == 0)
		return kill_at(argv[2], strtol(argv[3], NULL, 10), argv + 4);
	if (argc > 3 && strcmp(argv[1], "late") == 0)
		return kill_late(strtol(argv[2], NULL, 10), argv + 3);
	if (argc > 4 && strcmp(argv[1], "killall") == 0)
		return kill_tree_at(argv[2], strtol(argv[3], NULL, 10),
				    argv + 4);
	if (argc > 3 && strcmp(argv[1], "scan") == 0)
		return scan(argv[2], argv + 3);
	if (argc > 2 && strcmp(argv[1], "ended") == 0)
		return scan(NULL, argv + 2);
	fputs("usage: trace kill|killall DIR N COMMAND... | late USECS COMMAND... |\n"
	      "       trace scan WORD COMMAND... | ended COMMAND...\n", stderr);
	return 2;
}
