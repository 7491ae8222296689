/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Absolute paths, fixed when configured, never from the environment or a
 * search path.  lib/paths.c has the installed ones; tests/paths.c, linked into
 * the test variants of module and tool instead, has the build tree's.
 */
#ifndef MB_LIB_PATHS_H
#define MB_LIB_PATHS_H

extern const char mb_path_engine[];	/* engine.so */
extern const char mb_path_http[];	/* http.so */
extern const char mb_path_helper[];	/* mailbearer-refresh */
extern const char mb_path_full[];	/* mailbearer-full: all verbs */
extern const char mb_path_tool[];	/* mailbearer, for what others are to run */
extern const char mb_path_plugins[];	/* Cyrus SASL's plugin directory */
extern const char mb_path_providers[];	/* providers.conf */
extern const char mb_path_confdir[];	/* /etc/mailbearer */
extern const char mb_path_statedir[];	/* /var/lib/mailbearer */
extern const char mb_path_rundir[];	/* /run/mailbearer */

/* Differs between builds of different sources; equal in everything built
 * together. */
extern const char mb_build_id[];

#endif
