/* SPDX-License-Identifier: BSD-2-Clause */
/* Files of tests/data, found through $srcdir. */
#ifndef MB_TESTS_UNIT_DATA_H
#define MB_TESTS_UNIT_DATA_H

#include <stddef.h>

/* The file tests/data/NAME, NUL-terminated; the caller frees it.  A missing
 * file fails the test. */
char *test_data(const char *name, size_t *len);

/* The same for a file of hexadecimal bytes ("#" begins a comment). */
unsigned char *test_data_hex(const char *name, size_t *len);

#endif
