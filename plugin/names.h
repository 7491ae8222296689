/* SPDX-License-Identifier: BSD-2-Clause */
/* The names a mail program gives, checked and made known to libsasl2. */
#ifndef MB_PLUGIN_NAMES_H
#define MB_PLUGIN_NAMES_H

#include <sasl/sasl.h>
#include <sasl/saslplug.h>

#include "plugin/prompt.h"

/* SASL_OK; or SASL_FAIL and *e. */
int mb_names_take(const struct mb_host *h, const sasl_client_params_t *params,
		  const struct mb_names *n, sasl_out_params_t *oparams,
		  struct mb_err *e);

#endif
