/* SPDX-License-Identifier: BSD-2-Clause */
/* What apply and edit share: a whole new credentials file against the one that
 * is there. */
#ifndef MB_TOOLS_CONVERGE_H
#define MB_TOOLS_CONVERGE_H

#include "tools/change.h"

/* A credential that `after` no longer has while accounts use it: MB_E_IN_USE,
 * naming them. */
int mb_converge_dropped(struct mb_tool *t, const struct mb_credfile *before,
			const struct mb_credfile *after, struct mb_err *e);

/* One line for each credential added, changed, removed, and for the rules;
 * with --json the members "added", "changed_credentials", "removed". */
void mb_converge_report(struct mb_tool *t, const struct mb_credfile *before,
			const struct mb_credfile *after);

/* Do two credentials of that name differ in anything? */
bool mb_converge_differ(const struct mb_credential *a,
			const struct mb_credential *b);
bool mb_converge_rules_differ(const struct mb_credfile *a,
			      const struct mb_credfile *b);

#endif
