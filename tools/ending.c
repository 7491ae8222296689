/* SPDX-License-Identifier: BSD-2-Clause */
#include "config.h"

#include <stdio.h>
#include <string.h>

#include "lib/address.h"
#include "tools/accounts.h"
#include "tools/ending.h"
#include "tools/tty.h"

int mb_ending_confirm(struct mb_tool *t, const char *address,
		      const char *doing, struct mb_err *e)
{
	char question[MB_ADDRESS_MAX + 128];

	if (mb_opts_has(&t->opts, "yes") || mb_opts_has(&t->opts, "check"))
		return 1;
	if (!mb_tty_present()) {
		(void)mb_fail(e, MB_E_NO_TERMINAL, address,
			      "there is no terminal to ask at");
		return mb_remedy(e, "pass --yes");
	}
	(void)snprintf(question, sizeof(question), "%s %s and its tokens?",
		       doing, address);
	return mb_tty_confirm(question, e);
}

int mb_ending_shared(struct mb_tool *t, const char *address,
		     struct mb_err *e)
{
	char canon[MB_ADDRESS_MAX + 1], other[MB_ADDRESS_MAX + 1];
	struct mb_accounts a = { 0 };
	size_t i, n = 0;

	if (mb_opts_has(&t->opts, "force"))
		return 0;
	if (mb_address_canon(address, canon, e) < 0 ||
	    mb_accounts_read(t, &a, e) < 0)
		return -1;
	for (i = 0; i < a.n; i++) {
		if (!a.list[i].token_of[0] ||
		    mb_address_canon(a.list[i].token_of, other, e) < 0 ||
		    strcmp(other, canon) != 0)
			continue;
		if (n++ == 0)
			(void)mb_fail(e, MB_E_IN_USE, address, "%s uses its "
				      "token", a.list[i].address);
	}
	mb_accounts_clear(&a);
	if (n == 0) {
		mb_err_clear(e);
		return 0;
	}
	return mb_remedy(e, "remove that one first, or pass --force");
}
