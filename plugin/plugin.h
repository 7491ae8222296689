/* SPDX-License-Identifier: BSD-2-Clause */
/* The one exported symbol of libmailbearer.so. */
#ifndef MB_PLUGIN_PLUGIN_H
#define MB_PLUGIN_PLUGIN_H

#include <sasl/sasl.h>
#include <sasl/saslplug.h>

/* XOAUTH2 and OAUTHBEARER if this process has a store, else nothing; silent
 * either way. */
__attribute__((visibility("default")))
int sasl_client_plug_init(const sasl_utils_t *utils, int max_version,
			  int *out_version, sasl_client_plug_t **pluglist,
			  int *plugcount);

#endif
