/* SPDX-License-Identifier: BSD-2-Clause */
/* The paths of lib/paths.c, but of the build tree: what tests load is what was
 * just built, not what happens to be installed. */
#include "config.h"

#include "lib/build-id.h"
#include "lib/paths.h"

const char mb_path_engine[] = MB_TEST_BUILDDIR "/tests/stage/.libs/engine.so";
const char mb_path_http[] = MB_TEST_BUILDDIR "/tests/stage/.libs/http.so";
const char mb_path_helper[] = MB_TEST_BUILDDIR "/tests/stage/mailbearer-refresh";
const char mb_path_full[] = MB_TEST_BUILDDIR "/tests/stage/mailbearer-full";
const char mb_path_tool[] = MB_TEST_BUILDDIR "/tests/stage/mailbearer";
const char mb_path_plugins[] = MB_TEST_BUILDDIR "/tests/stage/sasl2/.libs";
const char mb_path_providers[] = MB_TEST_SRCDIR "/conf/providers.conf";
/* No test may meet the store of the machine it runs on. */
const char mb_path_confdir[] = "/nonexistent/mailbearer/etc";
const char mb_path_statedir[] = "/nonexistent/mailbearer/var";
const char mb_path_rundir[] = "/nonexistent/mailbearer/run";
const char mb_build_id[] = PACKAGE_VERSION "-" MB_BUILD_HASH;
