/* SPDX-License-Identifier: BSD-2-Clause */
#include "config.h"

#include "lib/engine_http.h"

#include <dlfcn.h>
#include <errno.h>
#include <stdatomic.h>
#include <string.h>

#include "lib/paths.h"

static _Atomic(const struct mb_redeem *) loaded;

static int upgraded(struct mb_err *e)
{
	mb_fail(e, MB_E_UPGRADED, mb_path_http, "mailbearer was upgraded "
		"while %s was running", program_invocation_short_name);
	return mb_remedy(e, "restart %s", program_invocation_short_name);
}

const struct mb_redeem *mb_engine_http_loaded(void)
{
	return atomic_load(&loaded);
}

int mb_engine_http(const struct mb_redeem **r, struct mb_err *e)
{
	const struct mb_redeem *have = atomic_load(&loaded);
	const char *why;
	void *module;

	if (!have) {
		module = dlopen(mb_path_http, RTLD_NOW | RTLD_LOCAL);
		have = module ? dlsym(module, "mailbearer_http") : NULL;
		if (!have) {
			why = dlerror();
			mb_fail(e, MB_E_INTERNAL, mb_path_http,
				"cannot be loaded: %s", why ? why : "unknown");
			return mb_remedy(e, "install mailbearer again");
		}
		if (have->abi != MB_REDEEM_ABI ||
		    strcmp(have->build_id, mb_build_id) != 0)
			return upgraded(e);
		/* Two threads find the same module; it stays loaded. */
		atomic_store(&loaded, have);
	}
	*r = have;
	return 0;
}
