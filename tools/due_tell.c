/* SPDX-License-Identifier: BSD-2-Clause */
/* What refresh --due says of an account. */
#include "config.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tools/due.h"
#include "tools/out.h"
#include "tools/records.h"
#include "tools/store_pick.h"

/* The last file is read only if it matters. */
bool mb_due_is_news(struct mb_due_tell *r, const struct mb_account *a)
{
	struct mb_err e = { 0 };

	if (!r->known_read && r->dir.fd >= 0 &&
	    mb_status_known(&r->dir, &r->known, &e) < 0)
		mb_out_error(r->t, &e);
	r->known_read = true;
	return !mb_status_is_known(&r->known, a);
}

static void report_json(struct mb_due_tell *r, const struct mb_account *a,
			const char *outcome, const struct mb_err *e)
{
	json_t *one;

	if (!r->t->json)
		return;
	one = json_pack("{s:s, s:s, s:s, s:I}", "account", a->address,
			"outcome", outcome, "state",
			mb_accounts_word(a->state), "expires_at",
			(json_int_t)a->expires_at);
	if (one && e)
		(void)json_object_set_new(one, "error", mb_out_error_json(r->t, e));
	(void)json_array_append_new(r->accounts, one);
}

void mb_due_good(struct mb_due_tell *r, const struct mb_account *a,
		     const char *outcome)
{
	char until[40], span[40];

	mb_out_line(r->t, "%s: %s, valid until %s (%s)", a->address, outcome,
		    mb_out_time(a->expires_at, until),
		    mb_out_span(a->expires_at, mb_now(), span));
	report_json(r, a, outcome, NULL);
}

void mb_due_bad(struct mb_due_tell *r, const struct mb_account *a, bool fails,
		    const struct mb_err *e)
{
	char line[MB_ERR_LINE], who[MB_ADDRESS_MAX + 8] = "";

	/* Of a client credential, a file, or a host: whose account? */
	if (strcmp(e->object, a->address) != 0)
		(void)snprintf(who, sizeof(who), "%s: ", a->address);
	if (fails) {
		r->failed = true;
		mb_out_error(r->t, e);
	} else {
		mb_out_line(r->t, "%s%s", who,
			    mb_out_error_line(r->t, e, line));
	}
	report_json(r, a, fails ? "failed" : "later", e);
}

void mb_due_put_state(struct mb_account *a, const struct mb_err *e)
{
	if (mb_accounts_put(&a->cause, e->cause) < 0)
		return;
	a->state = MB_STATE_CONFIG;
	(void)snprintf(a->error_class, sizeof(a->error_class), "config");
	(void)snprintf(a->error_id, sizeof(a->error_id), "%s",
		       mb_message(e->id)->name);
}

void mb_due_recorded(struct mb_due_tell *r, const struct mb_account *a,
		     struct mb_err *e)
{
	char id[MB_RECORD_ID_LEN + 1];
	struct mb_record record;

	memset(&record, 0, sizeof(record));
	if (a->state == MB_STATE_BROKEN) {
		(void)mb_fail(e, MB_E_RECORD_BAD, a->address, "%s", a->cause);
		(void)mb_remedy(e, "%s", a->remedy);
	} else if (a->error_class[0] &&
		   mb_records_id(a->address, id, NULL) == 0 &&
		   mb_store_read(r->t->store, id, &record, NULL, NULL) > 0) {
		(void)mb_token_recorded_error(&record, e);
	} else {
		(void)mb_fail(e, MB_E_NO_REFRESH_TOKEN, a->address,
			      "no refresh token is stored");
		(void)mb_remedy(e, "run: %s enroll %s", mb_pick_command(r->t),
				a->address);
	}
	mb_record_clear(&record);
}
