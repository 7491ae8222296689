/* SPDX-License-Identifier: BSD-2-Clause */
/* A scratch directory and programs run in it, for tests that compare with
 * what other people's tools make of our files. */
#ifndef MB_TESTS_UNIT_RUN_H
#define MB_TESTS_UNIT_RUN_H

#include <stddef.h>

enum { RUN_NOT_FOUND = 127 };

/* Make a scratch directory; its path is valid until run_clean(). */
const char *run_dir(void);
void run_clean(void);

/* Path of a file in it; four may be held at a time. */
const char *run_path(const char *name);

void run_write(const char *name, const void *data, size_t n);

/* The contents, NUL-terminated, which the caller frees; NULL if there is no
 * such file. */
char *run_read(const char *name, size_t *n);

/* Run a program (argv ends in NULL) without input, its output dropped.
 * Returns its exit status, RUN_NOT_FOUND if there is no such program. */
int run_program(const char *const argv[]);

#endif
