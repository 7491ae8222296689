/* SPDX-License-Identifier: BSD-2-Clause */
/* The verbs there are; each lives in tools/cmd_NAME.c. */
#ifndef MB_TOOLS_VERBS_H
#define MB_TOOLS_VERBS_H

#include "tools/tool.h"

extern const struct mb_verb mb_verb_add, mb_verb_apply, mb_verb_completion,
	mb_verb_doctor, mb_verb_edit,
	mb_verb_enroll, mb_verb_explain, mb_verb_help, mb_verb_init,
	mb_verb_list, mb_verb_provider,
	mb_verb_refresh, mb_verb_remove, mb_verb_rename, mb_verb_set,
	mb_verb_setup, mb_verb_show, mb_verb_status,
	mb_verb_test, mb_verb_token, mb_verb_tunnel,
	mb_verb_version;

/* In front of the verb. */
extern const struct mb_opt mb_global_options[];
extern const struct mb_verb mb_verb_export, mb_verb_import, mb_verb_rekey,
	mb_verb_retire, mb_verb_revoke;

/*
 * Ends with NULL.  There are two programs, of the same objects: `mailbearer`
 * has the verbs that are asked for at every poll (verbs_quick.c) and hands
 * everything else to mailbearer-full (verbs.c), because libcurl and
 * libmicrohttpd bring thirty libraries with them (doc/DESIGN.md).
 */
extern const struct mb_verb *const mb_verbs[];

/* The program that has all verbs; "" if this is it. */
extern const char *const mb_verbs_rest;

/* `list providers` and `provider list` are the same. */
int mb_list_providers(struct mb_tool *t, struct mb_err *e);

/* By name, aliases included; NULL if there is none. */
const struct mb_verb *mb_verb_find(const char *name);

/* What was meant by a near miss: "enroll" for "login"; or NULL. */
const char *mb_verb_meant(const char *name);

#endif
