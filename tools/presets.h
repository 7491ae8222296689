/* SPDX-License-Identifier: BSD-2-Clause */
/* The providers that the tool knows: conf/providers.conf and what the
 * administrator, or the store's owner, put over it. */
#ifndef MB_TOOLS_PRESETS_H
#define MB_TOOLS_PRESETS_H

#include <stdbool.h>

#include "lib/provider.h"
#include "tools/tool.h"

/*
 * Load them: the file installed, providers.d of the system's configuration
 * directory, and that of the store picked, if it is another (--store and --user
 * name one before it is opened).  0, or -1; p is replaced on success only.
 */
int mb_presets_load(const struct mb_tool *t, struct mb_providers *p,
		    struct mb_err *e);

/* The provider of that name (not of a domain), or NULL. */
const struct mb_provider *mb_presets_named(const struct mb_providers *p,
					   const char *name);

/* --for LIST as c->scope, if it was given; it excludes --scope.  0, or -1 with
 * MB_E_USAGE. */
int mb_presets_scope(const struct mb_tool *t, const struct mb_provider *preset,
		     struct mb_credential *c, struct mb_err *e);

/* Does the provider give refresh tokens for offline_access alone? */
bool mb_presets_needs_offline(const struct mb_provider *preset);

/* A scope without offline_access, at a provider that needs it for a refresh
 * token: add it and say so. */
void mb_presets_offline(struct mb_credential *c);

#endif
