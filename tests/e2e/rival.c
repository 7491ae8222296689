/* SPDX-License-Identifier: BSD-2-Clause */
/* Another plugin for XOAUTH2, with the same claim as sasl-xoauth2's (an SSF of
 * 60, no layer): it is chosen, and its logins fail. */
#include <sasl/sasl.h>
#include <sasl/saslplug.h>
#include <stddef.h>

static int new(void *glob, sasl_client_params_t *params, void **context)
{
	(void)glob;
	(void)params;
	*context = NULL;
	return SASL_OK;
}

static int step(void *context, sasl_client_params_t *params, const char *in,
		unsigned int n, sasl_interact_t **prompts, const char **out,
		unsigned int *outn, sasl_out_params_t *result)
{
	(void)context, (void)in, (void)n, (void)prompts, (void)result;
	*out = NULL;
	*outn = 0;
	params->utils->seterror(params->utils->conn, 0, "the rival was asked");
	return SASL_FAIL;
}

static sasl_client_plug_t plug = {
	.mech_name = "XOAUTH2",
	.max_ssf = 60,
	.security_flags = SASL_SEC_NOANONYMOUS | SASL_SEC_NOPLAINTEXT |
			  SASL_SEC_PASS_CREDENTIALS,
	.features = SASL_FEAT_WANT_CLIENT_FIRST | SASL_FEAT_ALLOWS_PROXY,
	.mech_new = new,
	.mech_step = step,
};

int sasl_client_plug_init(const sasl_utils_t *utils, int max, int *version,
			  sasl_client_plug_t **list, int *count);

int sasl_client_plug_init(const sasl_utils_t *utils, int max, int *version,
			  sasl_client_plug_t **list, int *count)
{
	(void)utils;
	(void)max;
	*version = SASL_CLIENT_PLUG_VERSION;
	*list = &plug;
	*count = 1;
	return SASL_OK;
}
