/* SPDX-License-Identifier: BSD-2-Clause */
/* Run tests/fake/tokend from a unit test. */
#ifndef MB_TESTS_FAKE_FAKE_H
#define MB_TESTS_FAKE_FAKE_H

#include <sys/types.h>

struct fake_tokend {
	pid_t pid;
	int port;
	int stdin_fd;	/* closed: it ends */
};

/* Start it with these arguments (ends with NULL, at most 16); its own first
 * argument is added.  0, or -1. */
int fake_tokend_start(struct fake_tokend *t, const char *const *args);
void fake_tokend_stop(struct fake_tokend *t);

/* POSTs it has seen (plain HTTP only), -1 on trouble. */
long fake_tokend_count(const struct fake_tokend *t);

/* New answers, one per line (plain HTTP only).  0 or -1. */
int fake_tokend_answers(const struct fake_tokend *t, const char *lines);

#endif
