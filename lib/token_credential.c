/* SPDX-License-Identifier: BSD-2-Clause */
/* From a record to its client credential, as the credentials file has it. */
#include "config.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/paths.h"
#include "lib/token_internal.h"

int64_t mb_token_now(const struct mb_token_world *w)
{
	return w->now ? w->now() : mb_now();
}

int mb_token_id(const char *account, char *id, struct mb_err *e)
{
	char canonical[MB_ADDRESS_MAX + 1];

	if (mb_address_canon(account, canonical, e) < 0)
		return -1;
	return mb_address_record_id(canonical, id, e);
}

int mb_token_not_enrolled(const struct mb_token_world *w, const char *account,
			  struct mb_err *e)
{
	const char *label = w->records->label(w->records_ctx);
	bool sudo = strcmp(label, mb_path_confdir) == 0;

	mb_fail(e, MB_E_NOT_ENROLLED, account, " is not enrolled in %s",
		label);
	return mb_remedy(e, "run: %smailbearer enroll %s; if it uses a "
			 "password: mailbearer explain not-enrolled",
			 sudo ? "sudo " : "", account);
}

int mb_token_known(const struct mb_token_world *w, const char *account,
		   struct mb_err *e)
{
	const struct mb_records *s = w->records;
	char id[MB_RECORD_ID_LEN + 1];
	struct mb_record record = {0};
	struct mb_rule_match rule;
	struct mb_stamp stamp;
	int r = 0;

	/* What is no address is some other login's name. */
	if (mb_token_id(account, id, NULL) == 0) {
		r = s->stamp(w->records_ctx, id, &stamp, e);
		/* Or the directory was replaced: reading sees that. */
		if (r == 0)
			r = s->read(w->records_ctx, id, &record, NULL, e);
		mb_record_clear(&record);
	}
	if (r == 0)
		r = mb_token_rule(w, account, NULL, &rule, NULL, e);
	if (r == 0)
		(void)mb_token_not_enrolled(w, account, e);
	return r;
}

void mb_token_found_free(struct mb_found **f)
{
	if (!*f)
		return;
	mb_credential_clear(&(*f)->c);
	free(*f);
	*f = NULL;
}

int mb_token_find(const struct mb_token_world *w, const char *name,
		  struct mb_found **out, struct mb_err *e)
{
	struct mb_found *f = calloc(1, sizeof(*f));
	struct mb_secret text = {0};
	int ret = -1;

	if (!f)
		return mb_fail(e, MB_E_NOMEM, name, "out of memory");
	if (!w->redeem) {
		mb_fail(e, MB_E_INTERNAL, name, "no http module was given");
		goto out;
	}
	/* First the identity: a change in between is noticed next time. */
	if (w->records->seen(w->records_ctx, f->seen, e) < 0 ||
	    w->records->credentials(w->records_ctx, &text, e) < 0 ||
	    w->redeem(w->redeem_ctx, &f->redeem, e) < 0 ||
	    f->redeem->find(&text, name, &f->c, f->digest, e) < 0)
		goto out;
	*out = f;
	f = NULL;
	ret = 0;
out:
	mb_token_found_free(&f);
	mb_secret_clear(&text);
	return ret;
}

bool mb_token_damaged(const struct mb_token_world *w, struct mb_err *e)
{
	struct mb_secret text = {0};
	int r = w->records->credentials(w->records_ctx, &text, e);

	mb_secret_clear(&text);
	if (r == 0)
		return false;
	switch (e->id) {
	case MB_E_SEALED_BAD:
	case MB_E_NOT_SEALED:
	case MB_E_TOO_LARGE:
	case MB_E_UNSAFE_FILE:
		return true;
	default:
		/* A helper may be able to do what this process cannot. */
		mb_err_clear(e);
		return false;
	}
}

void mb_token_apply(struct mb_record *r, const struct mb_found *f)
{
	if (strcmp(r->credential_digest, f->digest) != 0 &&
	    (strcmp(r->error_class, "config") == 0 ||
	     strcmp(r->error_class, "transient") == 0))
		mb_token_clear_error(r);
	(void)snprintf(r->hosts, sizeof(r->hosts), "%s",
		       f->c.hosts[0] ? f->c.hosts : "*");
	(void)snprintf(r->grant, sizeof(r->grant), "%s",
		       mb_grant_kind(f->c.grant)->needs_person ? "" :
		       mb_grant_kind(f->c.grant)->name);
	r->deadline = f->c.deadline == MB_WAIT_S ? 0 : f->c.deadline;
	memcpy(r->credential_digest, f->digest, sizeof(f->digest));
	memcpy(r->credentials_seen, f->seen, sizeof(f->seen));
}
