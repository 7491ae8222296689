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

static int no_password(struct mb_err *e)
{
	mb_fail(e, MB_E_USAGE, "password", "the mail program gives none, and "
		"by an account rule its password is the token");
	mb_remedy(e, "let the mail program's password command print the "
		  "token");
	return SASL_FAIL;
}

static int ask_password(const struct mb_host *h, sasl_interact_t **prompt_need)
{
	sasl_interact_t *list;

	if (!prompt_need)
		return SASL_FAIL;
	list = h->utils->malloc(2 * sizeof(*list));
	if (!list)
		return SASL_FAIL;
	memset(list, 0, 2 * sizeof(*list));
	list[0].id = SASL_CB_PASS;
	list[0].challenge = "Password";
	list[0].prompt = "Password (the access token)";
	list[1].id = SASL_CB_LIST_END;
	*prompt_need = list;
	return SASL_INTERACT;
}

/* By a function: SASL_OK, SASL_INTERACT (ask), or none. */
static int call_password(const struct mb_host *h, sasl_secret_t **secret)
{
	sasl_getsecret_t *get;
	sasl_callback_ft proc = NULL;
	void *context = NULL;
	int r = mb_abi_getcallback(h, SASL_CB_PASS, &proc, &context);

	if (r != SASL_OK || !proc)
		return r == SASL_OK ? SASL_FAIL : r;
	memcpy(&get, &proc, sizeof(get));
	r = get(h->utils->conn, context, SASL_CB_PASS, secret);
	return r == SASL_OK && !*secret ? SASL_FAIL : r;
}

int mb_prompt_password(const struct mb_host *h, sasl_interact_t **prompt_need,
		       bool asked, const char **text, size_t *len,
		       struct mb_err *e)
{
	struct answer a = { .id = SASL_CB_PASS };
	sasl_secret_t *secret = NULL;
	int r;

	if (asked && prompt_need && *prompt_need) {
		take(*prompt_need, &a);
		*text = a.text;
		*len = a.len;
		return a.text && a.len ? SASL_OK : no_password(e);
	}
	r = call_password(h, &secret);
	if (r == SASL_INTERACT)
		r = ask_password(h, prompt_need);
	if (r == SASL_INTERACT)
		return r;
	if (r != SASL_OK || secret->len == 0)
		return no_password(e);
	*text = (const char *)secret->data;
	*len = secret->len;
	return SASL_OK;
}

void mb_prompt_free(const struct mb_host *h, sasl_interact_t **prompt_need)
{
	if (!prompt_need || !*prompt_need)
		return;
	h->utils->free(*prompt_need);
	*prompt_need = NULL;
}
