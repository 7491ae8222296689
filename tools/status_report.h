/* SPDX-License-Identifier: BSD-2-Clause */
/* What the status file means, for people and for monitoring. */
#ifndef MB_TOOLS_STATUS_REPORT_H
#define MB_TOOLS_STATUS_REPORT_H

#include <stdint.h>

#include "tools/tool.h"

/* As monitoring plugins count; also the exit status. */
enum mb_level { MB_LEVEL_OK, MB_LEVEL_WARNING, MB_LEVEL_CRITICAL,
		MB_LEVEL_UNKNOWN };

struct mb_status_limits {
	int64_t now, warning_s, critical_s;	/* before an end */
};

/* "OK" and so on. */
const char *mb_status_level_word(enum mb_level level);

/* One object of "accounts". */
enum mb_level mb_status_account_level(const json_t *account,
				      const struct mb_status_limits *l);
/* The whole, the file's own age included if it is not read live. */
enum mb_level mb_status_level(const json_t *doc, bool live,
			      const struct mb_status_limits *l);

/* Text exposition format, for the node exporter's textfile collector. */
void mb_status_prometheus(const json_t *doc);

/* A member of a JSON object; "" or 0 if it is not there. */
const char *mb_status_text(const json_t *o, const char *name);
int64_t mb_status_number(const json_t *o, const char *name);

#endif
