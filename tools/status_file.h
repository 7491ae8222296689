/* SPDX-License-Identifier: BSD-2-Clause */
/* The status file's own words, for tools/status*.c. */
#ifndef MB_TOOLS_STATUS_FILE_H
#define MB_TOOLS_STATUS_FILE_H

#include <fcntl.h>

#define MB_STATUS_NAME "status.json"
#define MB_STATUS_NEW "status.json.new"

/* In the line of an account that needs somebody. */
#define MB_STATUS_MARK "\"needs_person\": true"

#endif
