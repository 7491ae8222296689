/* SPDX-License-Identifier: BSD-2-Clause */
/* The user's names, from callback functions or from prompts.  The password is
 * never asked for. */
#ifndef MB_PLUGIN_PROMPT_H
#define MB_PLUGIN_PROMPT_H

#include <stdbool.h>

#include "lib/err.h"
#include "plugin/abi.h"

struct mb_names {
	const char *authid;	/* who signs in: the account */
	const char *authzid;	/* whose mailbox; "" if the program names none */
	unsigned authid_len;	/* neither need be NUL-terminated */
	unsigned authzid_len;
};

/*
 * SASL_OK and *names (valid as long as the program's answers are);
 * SASL_INTERACT and *prompt_need when the program has to ask first: call again
 * with asked true; SASL_FAIL and *e.
 */
int mb_prompt_names(const struct mb_host *h, sasl_interact_t **prompt_need,
		    bool asked, struct mb_names *names, struct mb_err *e);

/*
 * The password, where a rule says that it is the token: as above.  *text is
 * the mail program's and valid as long as its answers are.
 */
int mb_prompt_password(const struct mb_host *h, sasl_interact_t **prompt_need,
		       bool asked, const char **text, size_t *len,
		       struct mb_err *e);

/* Give back the prompts of an earlier SASL_INTERACT. */
void mb_prompt_free(const struct mb_host *h, sasl_interact_t **prompt_need);

/* The authentication name, if a callback function tells it, else NULL. */
const char *mb_prompt_authid(const struct mb_host *h);

#endif
