/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What the fuzz harnesses share.  A harness checks properties and not only for
 * crashes: fuzz_check() ends the process where one does not hold.  Every
 * fuzz_TARGET.c defines LLVMFuzzerTestOneInput(); libFuzzer calls it with
 * --enable-fuzz, replay_main.c calls it for the committed corpus without.
 */
#ifndef MB_TESTS_FUZZ_FUZZ_H
#define MB_TESTS_FUZZ_FUZZ_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "lib/err.h"
#include "lib/secret.h"

/* Visible: libFuzzer looks for it among the program's symbols. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
	__attribute__((visibility("default")));

/* libconfig keeps the string it has begun when the text has a syntax error. */
const char *__lsan_default_suppressions(void)
	__attribute__((visibility("default")));

#define fuzz_check(holds) \
	((holds) ? (void)0 : fuzz_fail(__FILE__, __LINE__, #holds))
void fuzz_fail(const char *file, int line, const char *what)
	__attribute__((noreturn));

/* What has not been taken of an input yet. */
struct fuzz_in {
	const char *p;
	size_t n;
};

struct fuzz_in fuzz_of(const uint8_t *data, size_t size);

/* One byte; 0 at the end. */
unsigned int fuzz_byte(struct fuzz_in *in);

/* Up to the next newline (which is taken as well) as a string in memory of its
 * own, so that every read beyond its end is noticed; it ends at a NUL.  The
 * caller frees it. */
char *fuzz_line(struct fuzz_in *in);

/* All that is left. */
void fuzz_rest(struct fuzz_in *in, struct mb_secret *s);

/* A copy on the heap of n bytes, not NUL-terminated; the caller frees it. */
char *fuzz_copy(const void *data, size_t n);

/* Is it UTF-8 that may go to a terminal or into a log as it is? */
bool fuzz_printable(const char *s);

/* A failure: it has an id, and texts fit for people; its line ends in the id. */
void fuzz_check_err(const struct mb_err *e);

/* No error text may contain it. */
void fuzz_check_kept(const struct mb_err *e, const char *secret);

#endif
