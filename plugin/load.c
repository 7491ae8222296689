/* SPDX-License-Identifier: BSD-2-Clause */
#include "config.h"

#include <dlfcn.h>
#include <errno.h>
#include <stdatomic.h>
#include <string.h>

#include "lib/paths.h"
#include "plugin/load.h"

/* Mutable on purpose: the module stays loaded for the life of the process.
 * Two threads that meet here get the same module from dlopen. */
static _Atomic(const struct mb_engine *) loaded;

static int check(const struct mb_engine *engine, struct mb_err *e)
{
	if (engine->abi == MB_ENGINE_ABI &&
	    strcmp(engine->build_id, mb_build_id) == 0)
		return 0;
	mb_fail(e, MB_E_UPGRADED, "mailbearer",
		" was upgraded while %s ran", program_invocation_short_name);
	return mb_remedy(e, "restart %s", program_invocation_short_name);
}

static int fail(struct mb_err *e, const char *reason)
{
	mb_fail(e, MB_E_INTERNAL, mb_path_engine, "cannot be loaded: %s",
		reason ? reason : "no reason given");
	return mb_remedy(e, "install mailbearer again, then restart %s",
			 program_invocation_short_name);
}

void mb_load_close(void)
{
	const struct mb_engine *engine = atomic_load(&loaded);

	if (engine)
		engine->close();
}

const struct mb_engine *mb_load_engine(struct mb_err *e)
{
	const struct mb_engine *engine = atomic_load(&loaded);
	void *module;

	if (engine)
		return engine;
	module = dlopen(mb_path_engine, RTLD_NOW | RTLD_LOCAL);
	if (!module) {
		fail(e, dlerror());
		return NULL;
	}
	engine = dlsym(module, "mailbearer_engine");
	if (!engine) {
		fail(e, dlerror());
		goto out;
	}
	if (check(engine, e) < 0)
		goto out;
	atomic_store(&loaded, engine);
	return engine;
out:
	(void)dlclose(module);
	return NULL;
}
