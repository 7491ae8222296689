/* SPDX-License-Identifier: BSD-2-Clause */
#include "config.h"

#include "lib/token.h"

#include <stdio.h>
#include <string.h>

#include "lib/token_job.h"

enum { SETTLE_TRIES = 3 };

void mb_job_clear(struct mb_token_job *j)
{
	mb_record_clear(&j->r);
	mb_secret_clear(&j->unwanted);
	mb_token_found_free(&j->found);
}

/* A damaged record: its file's name does not say whose it is. */
static int unreadable(const char *account, struct mb_err *e)
{
	if (e && (e->id == MB_E_SEALED_BAD || e->id == MB_E_NOT_SEALED))
		mb_remedy(e, "restore it from a backup, or run: mailbearer "
			  "enroll %s", account);
	return -1;
}

int mb_job_read(struct mb_token_job *j, const char *account,
		struct mb_record *r, struct mb_err *e)
{
	const struct mb_records *s = j->w->records;
	struct mb_stamp *stamp = &j->basis.on[j->basis.n].stamp;
	int got;

	if (mb_token_id(account, j->id, e) < 0)
		return -1;
	got = s->read(j->w->records_ctx, j->id, r, stamp, e);
	if (got < 0)
		return unreadable(account, e);
	if (got == 0)
		return mb_token_not_enrolled(j->w, account, e);
	memcpy(j->basis.on[j->basis.n].id, j->id, sizeof(j->id));
	j->basis.on[j->basis.n++].absent = false;
	return 0;
}

/* The rule's record, or the beginning of one. */
static int read_ruled(struct mb_token_job *j, struct mb_err *e)
{
	const struct mb_records *s = j->w->records;
	int i = j->basis.n, got;

	got = s->read(j->w->records_ctx, j->id, &j->r, &j->basis.on[i].stamp,
		      e);
	if (got < 0)
		return -1;
	memcpy(j->basis.on[i].id, j->id, sizeof(j->id));
	j->basis.on[i].absent = got == 0;
	j->basis.n++;
	if (got == 0)
		mb_record_clear(&j->r);
	/* The pattern it was first made for may be gone from the rules. */
	mb_token_rule_record(&j->rule, j->q->account, &j->r);
	memcpy(j->r.hosts, j->rule.hosts, sizeof(j->rule.hosts));
	memcpy(j->r.credentials_seen, j->seen, sizeof(j->seen));
	if (strcmp(j->r.credential_digest, j->rule.digest) != 0 &&
	    j->r.error_class[0])
		mb_token_clear_error(&j->r);
	return 0;
}

/* Not enrolled: 1 there is a rule, 0 there is none. */
static int look_by_rule(struct mb_token_job *j, const char *account,
			struct mb_err *e)
{
	bool pattern = mb_rules_is_pattern(account);
	int r = mb_token_rule(j->w, account, j->q->deadline, &j->rule, j->seen,
			      e);

	if (r <= 0)
		return r;
	/* Enrolling it changes the answer. */
	j->basis.n = 0;
	if (!pattern) {
		memcpy(j->basis.on[0].id, j->id, sizeof(j->id));
		j->basis.on[0].absent = true;
		j->basis.n = 1;
	}
	memcpy(j->id, j->rule.id, sizeof(j->id));
	j->ruled = true;
	if (!j->rule.per_address)
		(void)snprintf(j->account, sizeof(j->account), "%s", account);
	return read_ruled(j, e) < 0 ? -1 : 1;
}

int mb_job_look(struct mb_token_job *j, const char *account,
		struct mb_err *e)
{
	struct mb_err why = {0};
	int r;

	if (!mb_rules_is_pattern(account)) {
		if (mb_job_read(j, account, &j->r, &why) == 0)
			return 0;
	} else {
		(void)mb_token_not_enrolled(j->w, account, &why);
	}
	r = why.id == MB_E_NOT_ENROLLED ? look_by_rule(j, account, e) : 0;
	if (r == 0 && e)
		*e = why;
	return r > 0 ? 0 : -1;
}

/* The account's record, or for a shared mailbox its owner's: one step only. */
static int look(struct mb_token_job *j, struct mb_err *e)
{
	char owner[MB_ADDRESS_MAX + 1];

	if (mb_job_look(j, j->q->account, e) < 0)
		return -1;
	if (!j->r.token_of[0])
		return 0;
	(void)snprintf(j->account, sizeof(j->account), "%s", j->r.account);
	(void)snprintf(owner, sizeof(owner), "%s", j->r.token_of);
	if (mb_job_read(j, owner, &j->r, e) < 0)
		return -1;
	if (j->r.token_of[0]) {
		mb_fail(e, MB_E_RECORD_BAD, j->account, "uses the token of "
			"%s, which has none of its own", owner);
		return mb_remedy(e, "run: mailbearer enroll %s --as OWNER",
				 j->account);
	}
	return 0;
}

int mb_job_find(struct mb_token_job *j, struct mb_err *e)
{
	if (j->found && strcmp(j->found->c.name, j->r.credential) == 0)
		return 0;
	mb_token_found_free(&j->found);
	return mb_token_find(j->w, j->r.credential, &j->found, e);
}

int mb_job_reread(struct mb_token_job *j, struct mb_err *e)
{
	j->basis.n--;
	return j->ruled ? read_ruled(j, e) :
	       mb_job_read(j, j->r.account, &j->r, e);
}

void mb_job_save_settled(struct mb_token_job *j)
{
	const struct mb_records *s = j->w->records;
	void *ctx = j->w->records_ctx;
	struct mb_record_lock l = { .lock_fd = -1, .new_fd = -1 };
	bool adopted;

	if (s->trylock(ctx, j->id, &l, NULL) <= 0)
		return;
	if (s->reserve(ctx, &l, &adopted, NULL) < 0)
		goto out;
	if (mb_job_reread(j, NULL) < 0 ||
	    strcmp(j->r.credential, j->found->c.name) != 0 ||
	    strcmp(j->r.credentials_seen, j->found->seen) == 0) {
		s->abandon(ctx, &l);
		goto out;
	}
	mb_token_apply(&j->r, j->found);
	mb_token_next_generation(&j->r);
	if (s->commit(ctx, &l, &j->r, NULL) < 0)
		s->abandon(ctx, &l);
	else
		(void)mb_job_reread(j, NULL);
out:
	s->unlock(ctx, &l);
}

static int check_host(const struct mb_token_job *j, struct mb_err *e)
{
	const char *host = j->q->host;

	if (!host || mb_hosts_match(j->r.hosts, host))
		return 0;
	mb_fail(e, MB_E_HOST_NOT_LISTED, host[0] ? host : "(unnamed server)",
		" is not among the hosts of client credential %s; no token "
		"is sent there", j->r.credential);
	return mb_remedy(e, "if it is the provider's: mailbearer set %s "
			 "--host %s", j->r.credential,
			 host[0] ? host : "HOST");
}

static int unsettled(const struct mb_token_job *j, struct mb_err *e)
{
	mb_fail(e, MB_E_BUSY, j->r.account, "the credentials file changes "
		"all the time");
	return mb_remedy(e, "try again");
}

/* Which hosts may have the token: from the record while the credentials file
 * is the one they were taken from, else from that file. */
static int settle(struct mb_token_job *j, struct mb_err *e)
{
	const struct mb_token_world *w = j->w;
	char seen[sizeof(j->r.credentials_seen)];
	int r, tries = 0;

	/* The table of rules has them. */
	if (j->ruled)
		return check_host(j, e);
	if (w->records->seen(w->records_ctx, seen, e) < 0)
		return -1;
	while (strcmp(seen, j->r.credentials_seen) != 0 || !j->r.hosts[0]) {
		r = mb_job_delegate_settle(j, e);
		if (r < 0 || (r == 0 && tries++ > SETTLE_TRIES))
			return r < 0 ? -1 : unsettled(j, e);
		/* Enrolled anew meanwhile, or changed once more? */
		if (r == 0 && w->records->seen(w->records_ctx, seen, e) < 0)
			return -1;
		if (r == 0)
			continue;
		if (mb_job_find(j, e) < 0)
			return -1;
		mb_job_save_settled(j);
		/* Not if it was enrolled with another credential meanwhile. */
		if (strcmp(j->r.credential, j->found->c.name) == 0) {
			mb_token_apply(&j->r, j->found);
			break;
		}
	}
	return check_host(j, e);
}

static int nothing_kept(const struct mb_token_job *j, struct mb_err *e)
{
	mb_fail(e, MB_E_NO_REFRESH_TOKEN, j->q->account, "client credential "
		"%s takes the token from the mail program's password, and "
		"none is kept here", j->r.credential);
	return mb_remedy(e, "let the mail program's password command print "
			 "the token");
}

int mb_token_get(const struct mb_token_world *w, const struct mb_token_want *q,
		 struct mb_record *r, struct mb_token_basis *basis,
		 struct mb_err *e)
{
	struct mb_token_job j = { .w = w, .q = q };
	int ret = -1;

	if (look(&j, e) < 0 || settle(&j, e) < 0)
		goto out;
	if (j.ruled && strcmp(j.r.grant, "sasl_password") == 0) {
		if (q->has_password)
			goto done;
		(void)nothing_kept(&j, e);
		goto out;
	}
	if (mb_job_note_unwanted(&j, e) < 0 || mb_job_renew(&j, e) < 0)
		goto out;
	/* It may be another record by now. */
	if (check_host(&j, e) < 0)
		goto out;
done:
	if (j.account[0])
		memcpy(j.r.account, j.account, sizeof(j.account));
	mb_record_clear(r);
	*r = j.r;
	j.r = (struct mb_record){0};
	if (basis)
		*basis = j.basis;
	ret = 0;
out:
	mb_job_clear(&j);
	return ret;
}
