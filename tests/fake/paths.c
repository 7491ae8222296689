/* SPDX-License-Identifier: BSD-2-Clause */
/* The paths of lib/paths.c for a plugin that is to meet the fake engine. */
#include "config.h"

#include "lib/build-id.h"
#include "lib/paths.h"

const char mb_path_engine[] = MB_TEST_BUILDDIR "/tests/fake/.libs/engine.so";
const char mb_path_http[] = "/nonexistent/http.so";
const char mb_path_helper[] = "/nonexistent/mailbearer-refresh";
const char mb_path_providers[] = "/nonexistent/providers.conf";
const char mb_path_confdir[] = "/nonexistent/mailbearer/etc";
const char mb_path_statedir[] = "/nonexistent/mailbearer/var";
const char mb_build_id[] = PACKAGE_VERSION "-" MB_BUILD_HASH;
