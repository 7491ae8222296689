/* SPDX-License-Identifier: BSD-2-Clause */
/* One connection's exchange, the same for both mechanisms: the functions of
 * sasl_client_plug_t. */
#ifndef MB_PLUGIN_MECH_H
#define MB_PLUGIN_MECH_H

#include "plugin/abi.h"
#include "lib/wire.h"

/* What sasl_client_plug_t's glob_context points to. */
struct mb_mech {
	enum mb_wire_mech wire;
	enum mb_abi abi;
};

/* NOMECH when a callback function names an account that is not enrolled: some
 * programs then fall back to a password. */
int mb_mech_new(void *glob_context, sasl_client_params_t *params,
		void **conn_context);

/* The response, then whatever the server or the program makes of it. */
int mb_mech_step(void *conn_context, sasl_client_params_t *params,
		 const char *serverin, unsigned serverinlen,
		 sasl_interact_t **prompt_need, const char **clientout,
		 unsigned *clientoutlen, sasl_out_params_t *oparams);

void mb_mech_dispose(void *conn_context, const sasl_utils_t *utils);

/* The program is done with libsasl2: no key and no token stays in memory. */
void mb_mech_free(void *glob_context, const sasl_utils_t *utils);

#endif
