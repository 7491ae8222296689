/* SPDX-License-Identifier: BSD-2-Clause */
/* What every unit test includes; cmocka.h does not include what it needs. */
#ifndef MB_TESTS_UNIT_UNIT_H
#define MB_TESTS_UNIT_UNIT_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#endif
