/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * libmailbearer.so: what libsasl2 finds.  It is loaded into every program that
 * uses libsasl2, clients and servers, so it does next to nothing here: programs
 * of users without a store must not notice that it is installed.
 */
#include "config.h"

#include <errno.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <syslog.h>
#include <unistd.h>

#include "lib/home.h"
#include "plugin/load.h"
#include "plugin/mech.h"
#include "plugin/plugin.h"

/* Not NULL, which would mean "user name and password" to libsasl2. */
static const unsigned long prompts[] = {SASL_CB_AUTHNAME, SASL_CB_LIST_END};

static const struct mb_mech mechs[] = {
	{MB_WIRE_XOAUTH2, MB_ABI_LONG}, {MB_WIRE_OAUTHBEARER, MB_ABI_LONG},
	{MB_WIRE_XOAUTH2, MB_ABI_SHORT}, {MB_WIRE_OAUTHBEARER, MB_ABI_SHORT},
};

enum { MECHS = 2 };

/*
 * NOPLAINTEXT because Postfix passes over every mechanism without it, even
 * under TLS, and because it ranks these above PLAIN; there is no security
 * layer, so max_ssf is 0 (doc/DESIGN.md).
 */
#define MECH(mech_name_, global) { \
	.mech_name = (mech_name_), \
	.max_ssf = 0, \
	.security_flags = SASL_SEC_NOANONYMOUS | SASL_SEC_NOPLAINTEXT | \
			  SASL_SEC_PASS_CREDENTIALS, \
	.features = SASL_FEAT_WANT_CLIENT_FIRST | SASL_FEAT_ALLOWS_PROXY, \
	.required_prompts = prompts, \
	.glob_context = (void *)(uintptr_t)(global), \
	.mech_new = mb_mech_new, \
	.mech_step = mb_mech_step, \
	.mech_dispose = mb_mech_dispose, \
	.mech_free = mb_mech_free, \
}

/* libsasl2 keeps pointers into it and its type is not const; a table for each
 * layout, so that two libraries in one process do not meet. */
static sasl_client_plug_t long_table[MECHS] = {
	MECH("XOAUTH2", &mechs[0]), MECH("OAUTHBEARER", &mechs[1]),
};

static sasl_client_plug_t short_table[MECHS] = {
	MECH("XOAUTH2", &mechs[2]), MECH("OAUTHBEARER", &mechs[3]),
};

static bool listed(const char *list, const char *name)
{
	size_t len = strlen(name);

	while (list && *list) {
		size_t n = strcspn(list, ", ");

		if (n == len && n > 0 && memcmp(list, name, n) == 0)
			return true;
		list += n;
		list += strspn(list, ", ");
	}
	return false;
}

/* Programs that give up root and enter a jail after this. */
static bool will_jail(void)
{
	const char *name = program_invocation_short_name;

	return geteuid() == 0 &&
	       (listed(MB_PRELOAD_PROGRAMS, name) ||
		listed(secure_getenv("MAILBEARER_PRELOAD"), name));
}

/* Errors come up again, and are reported, at the first authentication. */
static void preload(void)
{
	const struct mb_engine *engine = mb_load_engine(NULL);

	if (engine)
		(void)engine->preload(NULL);
}

static bool store_exists(void)
{
	struct mb_home home;

	return mb_home_find(MB_CALLER_HOST, &home, NULL) != 0;
}

int sasl_client_plug_init(const sasl_utils_t *utils, int max_version,
			  int *out_version, sasl_client_plug_t **pluglist,
			  int *plugcount)
{
	enum mb_abi abi;

	if (max_version < SASL_CLIENT_PLUG_VERSION)
		return SASL_BADVERS;
	*out_version = SASL_CLIENT_PLUG_VERSION;
	*pluglist = NULL;
	*plugcount = 0;
	if (!store_exists())
		return SASL_OK;
	abi = mb_abi_detect(utils);
	if (abi == MB_ABI_UNKNOWN) {
		/* utils->log cannot be found either. */
		syslog(LOG_AUTH | LOG_ERR, "mailbearer: this libsasl2 has an "
		       "unknown layout, OAuth2 is off in %s",
		       program_invocation_short_name);
		return SASL_OK;
	}
	*pluglist = abi == MB_ABI_LONG ? long_table : short_table;
	*plugcount = MECHS;
	if (will_jail())
		preload();
	return SASL_OK;
}
