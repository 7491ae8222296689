/* SPDX-License-Identifier: BSD-2-Clause */
/* The http module, loaded once per process, when first needed. */
#ifndef MB_LIB_ENGINE_HTTP_H
#define MB_LIB_ENGINE_HTTP_H

#include "lib/err.h"
#include "lib/redeem.h"

/* 0 and *r, or -1 (MB_E_UPGRADED: the module is of another build). */
int mb_engine_http(const struct mb_redeem **r, struct mb_err *e);

/* It, if it was loaded already, else NULL. */
const struct mb_redeem *mb_engine_http_loaded(void);

#endif
