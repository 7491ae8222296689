/* SPDX-License-Identifier: BSD-2-Clause */
/* What programs and timers run, and people most: nothing here may need libcurl
 * or libmicrohttpd (the link fails if it does). */
#include "config.h"

#include "lib/paths.h"
#include "tools/verbs.h"

const struct mb_verb *const mb_verbs[] = {
	&mb_verb_list,
	&mb_verb_show,
	&mb_verb_token,
	&mb_verb_refresh,
	&mb_verb_version,
	NULL,
};

const char *const mb_verbs_rest = mb_path_full;
