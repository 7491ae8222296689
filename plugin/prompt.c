/* SPDX-License-Identifier: BSD-2-Clause */
#include "config.h"

#include <string.h>

#include "plugin/prompt.h"

struct answer {
	unsigned long id;
	const char *text;
	unsigned len;
	bool ask;	/* no function: the program wants a prompt */
};

/* Cyrus' own plugins pass no length either and take a string. */
static int call(const struct mb_host *h, unsigned long id, const char **text,
		bool *ask)
{
	sasl_getsimple_t *simple;
	sasl_callback_ft proc = NULL;
	void *context = NULL;
	int r = mb_abi_getcallback(h, id, &proc, &context);

	*text = NULL;
	*ask = r == SASL_INTERACT;
	if (r != SASL_OK || !proc)
		return r == SASL_OK ? SASL_FAIL : r;
	memcpy(&simple, &proc, sizeof(simple));
	return simple(context, (int)id, text, NULL);
}

const char *mb_prompt_authid(const struct mb_host *h)
{
	const char *text;
	bool ask;

	return call(h, SASL_CB_AUTHNAME, &text, &ask) == SASL_OK ? text : NULL;
}

static void take(const sasl_interact_t *prompts, struct answer *a)
{
	for (; prompts->id != SASL_CB_LIST_END; prompts++) {
		if (prompts->id != a->id)
			continue;
		/* Some programs count the NUL. */
		if (prompts->result) {
			a->text = prompts->result;
			a->len = (unsigned)strnlen(a->text, prompts->len);
		}
		a->ask = false;
		return;
	}
}

static void find(const struct mb_host *h, const sasl_interact_t *prompts,
		 struct answer *a)
{
	if (prompts)
		take(prompts, a);
	if (a->text)
		return;
	if (call(h, a->id, &a->text, &a->ask) != SASL_OK)
		a->text = NULL;
	if (prompts)
		a->ask = false;
	a->len = a->text ? (unsigned)strlen(a->text) : 0;
}

static sasl_interact_t prompt_for(unsigned long id)
{
	bool user = id == SASL_CB_USER;

	return (sasl_interact_t){
		.id = id,
		.challenge = user ? "Authorization Name" :
				    "Authentication Name",
		.prompt = user ?
			"Please enter your authorization name" :
			"Please enter your authentication name",
		.defresult = "",
	};
}

static int ask(const struct mb_host *h, sasl_interact_t **prompt_need,
	       const struct answer *answers, size_t n, struct mb_err *e)
{
	sasl_interact_t *list, *p;

	if (!prompt_need) {
		mb_fail(e, MB_E_USAGE, "user name",
			"the mail program gives none and cannot ask for one");
		mb_remedy(e, "give the mail program a user name");
		return SASL_FAIL;
	}
	list = h->utils->malloc((n + 1) * sizeof(*list));
	if (!list) {
		mb_fail(e, MB_E_NOMEM, "user name", "no memory to ask for it");
		return SASL_FAIL;
	}
	memset(list, 0, (n + 1) * sizeof(*list));
	for (p = list; n > 0; n--, answers++) {
		if (answers->ask)
			*p++ = prompt_for(answers->id);
	}
	p->id = SASL_CB_LIST_END;
	*prompt_need = list;
	return SASL_INTERACT;
}

int mb_prompt_names(const struct mb_host *h, sasl_interact_t **prompt_need,
		    bool asked, struct mb_names *names, struct mb_err *e)
{
	const sasl_interact_t *prompts =
		asked && prompt_need ? *prompt_need : NULL;
	struct answer a[] = {
		{.id = SASL_CB_USER}, {.id = SASL_CB_AUTHNAME},
	};

	find(h, prompts, &a[0]);
	find(h, prompts, &a[1]);
	if (!a[1].text && !a[1].ask) {
		mb_fail(e, MB_E_USAGE, "user name", "the mail program gives none");
		mb_remedy(e, "give the mail program a user name");
		return SASL_FAIL;
	}
	if (a[0].ask || a[1].ask)
		return ask(h, prompt_need, a, 2, e);
	*names = (struct mb_names){
		.authid = a[1].text, .authid_len = a[1].len,
		.authzid = a[0].text ? a[0].text : "", .authzid_len = a[0].len,
	};
	return SASL_OK;
}

void mb_prompt_free(const struct mb_host *h, sasl_interact_t **prompt_need)
{
	if (!prompt_need || !*prompt_need)
		return;
	h->utils->free(*prompt_need);
	*prompt_need = NULL;
}
