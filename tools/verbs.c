/* SPDX-License-Identifier: BSD-2-Clause */
/* All verbs there are, for mailbearer-full. */
#include "config.h"

#include "tools/verbs.h"

const struct mb_verb *const mb_verbs[] = {
	&mb_verb_init,
	&mb_verb_provider,
	&mb_verb_add,
	&mb_verb_set,
	&mb_verb_rename,
	&mb_verb_apply,
	&mb_verb_edit,
	&mb_verb_enroll,
	&mb_verb_setup,
	&mb_verb_list,
	&mb_verb_show,
	&mb_verb_status,
	&mb_verb_token,
	&mb_verb_tunnel,
	&mb_verb_refresh,
	&mb_verb_doctor,
	&mb_verb_test,
	&mb_verb_explain,
	&mb_verb_remove,
	&mb_verb_completion,
	&mb_verb_revoke,
	&mb_verb_rekey,
	&mb_verb_retire,
	&mb_verb_export,
	&mb_verb_import,
	&mb_verb_help,
	&mb_verb_version,
	NULL,
};

const char *const mb_verbs_rest = "";
