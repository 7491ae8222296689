/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * pace ROUNDS COMMAND... [-- COMMAND...]...
 *
 * Run each command in turn, ROUNDS times round: what disturbs one disturbs the
 * others too.  Prints a line per command: median, 10th and 90th percentile of
 * the wall clock in ms, median of the processor's time in ms, median of the
 * largest resident set in KiB.  Processes that a command leaves behind count
 * until they end.  What the commands print goes nowhere.
 */
#include "config.h"

#include <fcntl.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { COMMANDS_MAX = 8, ROUNDS_MAX = 10000 };

struct sample {
	double wall, cpu, rss;
};

static struct sample *samples[COMMANDS_MAX];
static char **commands[COMMANDS_MAX];

static double now_ms(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec * 1000 + (double)t.tv_nsec / 1e6;
}

static double ms(struct timeval t)
{
	return (double)t.tv_sec * 1000 + (double)t.tv_usec / 1000;
}

static void exec_quietly(char **words)
{
	int null = open("/dev/null", O_RDWR | O_CLOEXEC);

	dup2(null, STDIN_FILENO);
	dup2(null, STDOUT_FILENO);
	dup2(null, STDERR_FILENO);
	execvp(words[0], words);
	_exit(127);
}

/* The wall clock is the command's own, the rest that of all it left, too. */
static int run(char **words, struct sample *s)
{
	struct rusage u;
	int status, result = -1;
	double begin = now_ms();
	pid_t pid = fork(), ended;

	if (pid == 0)
		exec_quietly(words);
	while ((ended = wait4(-1, &status, 0, &u)) > 0) {
		if (ended == pid) {
			s->wall = now_ms() - begin;
			result = status;
		}
		s->cpu += ms(u.ru_utime) + ms(u.ru_stime);
		if ((double)u.ru_maxrss > s->rss)
			s->rss = (double)u.ru_maxrss;
	}
	if (result != 0)
		fprintf(stderr, "pace: %s: status %d\n", words[0], result);
	return result;
}

static int by_value(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

/* All members of a sample are doubles. */
static double at(const struct sample *s, int rounds, size_t member,
		 int percent)
{
	static double sorted[ROUNDS_MAX];

	for (int i = 0; i < rounds; i++)
		memcpy(&sorted[i], (const char *)(s + i) + member,
		       sizeof(sorted[i]));
	qsort(sorted, (size_t)rounds, sizeof(sorted[0]), by_value);
	return sorted[(rounds - 1) * percent / 100];
}

static void tell(const struct sample *s, int rounds)
{
	size_t wall = offsetof(struct sample, wall);

	printf("%.3f %.3f %.3f %.3f %.0f\n", at(s, rounds, wall, 50),
	       at(s, rounds, wall, 10), at(s, rounds, wall, 90),
	       at(s, rounds, offsetof(struct sample, cpu), 50),
	       at(s, rounds, offsetof(struct sample, rss), 50));
}

int main(int argc, char **argv)
{
	long rounds = argc > 2 ? strtol(argv[1], NULL, 10) : 0;
	int n = 0;

	if (rounds < 1 || rounds > ROUNDS_MAX) {
		fputs("usage: pace ROUNDS COMMAND... [-- COMMAND...]...\n",
		      stderr);
		return 2;
	}
	(void)prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0);
	commands[n++] = argv + 2;
	for (int i = 2; i < argc; i++)
		if (strcmp(argv[i], "--") == 0 && n < COMMANDS_MAX) {
			argv[i] = NULL;
			commands[n++] = argv + i + 1;
		}
	for (int i = 0; i < n; i++)
		samples[i] = calloc((size_t)rounds, sizeof(*samples[i]));
	for (long r = 0; r < rounds; r++)
		for (int i = 0; i < n; i++)
			if (!samples[i] || run(commands[i], &samples[i][r]))
				return 1;
	for (int i = 0; i < n; i++)
		tell(samples[i], (int)rounds);
	return 0;
}
