/* SPDX-License-Identifier: BSD-2-Clause */
/* tests/paths.c for a test that needs other paths and another build id now and
 * then; lib/paths.h, where they are const, is not included on purpose. */
#include "config.h"

#include "lib/build-id.h"

extern char mb_path_helper[512], mb_build_id[];
extern const char mb_path_engine[], mb_path_http[], mb_path_providers[],
	mb_path_confdir[], mb_path_statedir[];

char mb_path_helper[512] = MB_TEST_BUILDDIR "/tests/stage/mailbearer-refresh";
char mb_build_id[] = PACKAGE_VERSION "-" MB_BUILD_HASH;
const char mb_path_engine[] = MB_TEST_BUILDDIR "/tests/stage/.libs/engine.so";
const char mb_path_http[] = MB_TEST_BUILDDIR "/tests/stage/.libs/http.so";
const char mb_path_providers[] = MB_TEST_SRCDIR "/conf/providers.conf";
const char mb_path_confdir[] = "/nonexistent/mailbearer/etc";
const char mb_path_statedir[] = "/nonexistent/mailbearer/var";
