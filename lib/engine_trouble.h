/* SPDX-License-Identifier: BSD-2-Clause */
/* Background trouble worth one log line, once per process, account and kind:
 * a refresh that failed while the old token still serves, a full disk. */
#ifndef MB_LIB_ENGINE_TROUBLE_H
#define MB_LIB_ENGINE_TROUBLE_H

#include "lib/err.h"

void mb_trouble_add(const struct mb_err *e);
/* 1 and *e: the next one not handed out; 0 none. */
int mb_trouble_next(struct mb_err *e);

#endif
