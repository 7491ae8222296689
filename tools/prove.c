/* SPDX-License-Identifier: BSD-2-Clause */
#include "config.h"

#include <stdio.h>
#include <string.h>

#include "tools/accounts.h"
#include "tools/out.h"
#include "tools/owner.h"
#include "tools/prove.h"
#include "tools/store_pick.h"

enum { PROOF_MS = 100000 };

struct proof {
	bool tried;
	bool proved;
	char account[MB_ADDRESS_MAX + 1];
	struct mb_err why;	/* if not proved */
};

/* A healthy account proves most; one whose sign-in is dead proves nothing. */
static const struct mb_account *choose(const struct mb_accounts *a,
				       const char *credential)
{
	const struct mb_account *best = NULL;
	size_t i;

	for (i = 0; i < a->n; i++) {
		const struct mb_account *it = &a->list[i];

		if (strcmp(it->credential, credential) != 0 || *it->token_of ||
		    it->state == MB_STATE_SOON ||
		    it->state >= MB_STATE_SIGN_IN)
			continue;
		if (!best || it->state < best->state)
			best = it;
	}
	return best;
}

static int try_one(struct mb_tool *t, void *arg, void *out, struct mb_err *e)
{
	struct mb_deadline d = mb_deadline_in(PROOF_MS);
	const struct mb_account *account;
	struct mb_accounts a = { 0 };
	struct mb_token_want want = { .force = true, .deadline = &d,
				      .patient = true };
	struct mb_token_world world;
	struct mb_record r;
	struct proof *proof = out;

	if (mb_accounts_read(t, &a, e) < 0)
		return -1;
	memset(&r, 0, sizeof(r));
	account = choose(&a, arg);
	if (account) {
		proof->tried = true;
		(void)snprintf(proof->account, sizeof(proof->account), "%s",
			       account->address);
		mb_pick_world(t, &world);
		want.account = account->address;
		proof->proved = mb_token_get(&world, &want, &r, NULL,
					     &proof->why) == 0;
	}
	mb_record_clear(&r);
	mb_accounts_clear(&a);
	return 0;
}

static bool client_refused(const struct proof *p)
{
	return !p->proved && (p->why.id == MB_E_SECRET_WRONG ||
			      p->why.id == MB_E_SECRET_EXPIRED ||
			      p->why.id == MB_E_CLIENT_REFUSED);
}

static int put_back(struct mb_tool *t, struct mb_change *change,
		    const struct proof *p, struct mb_err *e)
{
	struct mb_secret refused = { 0 };
	int ret;

	mb_secret_move(&refused, &change->before);
	mb_secret_move(&change->before, &change->text);
	mb_secret_move(&change->text, &refused);
	ret = mb_change_commit(t, change, e);
	if (ret == 0) {
		*e = p->why;
		mb_out_note("the provider refused the new secret; the old one "
			    "is back");
		t->changed = false;
	}
	return -1;
}

int mb_prove_secret(struct mb_tool *t, struct mb_change *change,
		    const char *name, struct mb_err *e)
{
	char line[MB_ERR_LINE], credential[MB_NAME_MAX + 1];
	struct proof p;

	memset(&p, 0, sizeof(p));
	(void)snprintf(credential, sizeof(credential), "%s", name);
	if (mb_owner_run(t, try_one, credential, &p, sizeof(p), e) < 0)
		return -1;
	if (!p.tried) {
		mb_out_note("note: no account uses %s yet, so the new secret "
			    "was not tried", name);
		return 0;
	}
	if (client_refused(&p))
		return put_back(t, change, &p, e);
	if (p.proved)
		mb_out_note("the new secret works: %s was refreshed",
			    p.account);
	else
		mb_out_note("note: the new secret is saved, but could not be "
			    "tried: %s",
			    mb_out_error_line(t, &p.why, line));
	return 0;
}
