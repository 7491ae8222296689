/* SPDX-License-Identifier: BSD-2-Clause */
#include "config.h"

#include "lib/build-id.h"
#include "lib/paths.h"

const char mb_path_engine[] = MB_PKGLIBDIR "/engine.so";
const char mb_path_http[] = MB_PKGLIBDIR "/http.so";
const char mb_path_helper[] = MB_PKGLIBEXECDIR "/mailbearer-refresh";
const char mb_path_full[] = MB_PKGLIBEXECDIR "/mailbearer-full";
const char mb_path_tool[] = MB_BINDIR "/mailbearer";
const char mb_path_plugins[] = MB_PLUGINDIR;
const char mb_path_providers[] = MB_PKGDATADIR "/providers.conf";
const char mb_path_confdir[] = MB_CONFDIR;
const char mb_path_statedir[] = MB_STATEDIR;
const char mb_path_rundir[] = MB_RUNDIR;
const char mb_build_id[] = PACKAGE_VERSION "-" MB_BUILD_HASH;
