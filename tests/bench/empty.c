/* SPDX-License-Identifier: BSD-2-Clause */
/* A plugin that does nothing, of the size of ours and linked like it: the floor
 * below what a plugin costs a program that does not use it. */
#include "config.h"

#include <sasl/sasl.h>
#include <sasl/saslplug.h>

enum { SIZE = 36 * 1024 };

/* As much as ours has; never read, so never mapped from the file. */
extern const char empty_padding[SIZE];
const char empty_padding[SIZE] = { 1 };

int sasl_client_plug_init(const sasl_utils_t *utils, int max_version,
			  int *out_version, sasl_client_plug_t **pluglist,
			  int *plugcount);

__attribute__((visibility("default")))
int sasl_client_plug_init(const sasl_utils_t *utils, int max_version,
			  int *out_version, sasl_client_plug_t **pluglist,
			  int *plugcount)
{
	(void)utils;
	(void)max_version;
	*out_version = SASL_CLIENT_PLUG_VERSION;
	*pluglist = NULL;
	*plugcount = 0;
	return SASL_OK;
}
