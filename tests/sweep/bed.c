/* SPDX-License-Identifier: BSD-2-Clause */
#include "config.h"

#include "tests/sweep/bed.h"

#include <stdio.h>
#include <unistd.h>

#include "lib/clock.h"
#include "lib/paths.h"
#include "tests/sweep/faults.h"
#include "tests/unit/store_fixture.h"
#include "tests/unit/unit.h"

struct bed bed;

static int64_t now(void)
{
	return bed.clock ? bed.clock : mb_now();
}

static int bed_find(const struct mb_secret *text, const char *name,
		    struct mb_credential *out, char digest[65],
		    struct mb_err *e)
{
	(void)text;
	(void)e;
	mb_credential_clear(out);
	snprintf(out->name, sizeof(out->name), "%s", name);
	snprintf(out->hosts, sizeof(out->hosts), "*.example.org");
	out->rotates = !bed.keeps;
	snprintf(digest, 65, "d");
	return 0;
}

static enum mb_outcome grant(const struct mb_secret *refresh_token,
			     struct mb_grant *out, struct mb_err *e)
{
	char text[32];

	bed.requests++;
	if (bed.down) {
		mb_fail(e, MB_E_PROVIDER_BUSY, OWNER, "is busy");
		return MB_OUT_TRANSIENT;
	}
	if (strcmp(mb_secret_str(refresh_token), bed.good) != 0) {
		bed.refused++;
		mb_fail(e, MB_E_SIGN_IN_NEEDED, OWNER, "used before");
		return MB_OUT_TOKEN_DEAD;
	}
	snprintf(text, sizeof(text), "new-%d", bed.requests);
	mb_secret_append_str(&out->access_token, text);
	out->expires_at = now() + bed.expires_in;
	if (!bed.keeps) {
		snprintf(bed.good, sizeof(bed.good), "r-%d", bed.requests);
		mb_secret_append_str(&out->refresh_token, bed.good);
	}
	return MB_OUT_GRANTED;
}

static enum mb_outcome bed_refresh(const struct mb_credential *c,
				   const char *account, int64_t age_s,
				   const struct mb_secret *refresh_token,
				   const struct mb_patience *p,
				   struct mb_grant *out, struct mb_err *e)
{
	enum mb_outcome o;

	(void)c;
	(void)account;
	(void)age_s;
	(void)p;
	faults_pause();
	if (bed.during)
		bed.during();
	o = grant(refresh_token, out, e);
	faults_resume();
	return o;
}

const struct mb_redeem bed_redeem = {
	.abi = MB_REDEEM_ABI,
	.build_id = mb_build_id,
	.find = bed_find,
	.refresh = bed_refresh,
};

static int give_redeem(void *ctx, const struct mb_redeem **r,
		       struct mb_err *e)
{
	(void)ctx;
	(void)e;
	*r = &bed_redeem;
	return 0;
}

static void note(void *ctx, const struct mb_err *e)
{
	(void)ctx;
	bed.notes++;
	bed.noted = *e;
}

struct mb_token_world bed_world(struct mb_store *s)
{
	return (struct mb_token_world){
		.records = &mb_store_records, .records_ctx = s,
		.redeem = give_redeem, .now = now, .note = note,
	};
}

void bed_make(void)
{
	store_make(&bed.home, (uid_t)-1);
}

void bed_enrol(int64_t left)
{
	struct mb_store *s;
	struct mb_record r = {0};

	bed.requests = 0;
	bed.refused = 0;
	bed.notes = 0;
	bed.noted = (struct mb_err){0};
	bed.expires_in = 3600;
	bed.during = NULL;
	snprintf(bed.good, sizeof(bed.good), "r-0");
	(void)unlink(store_file(OWNER, "rec"));
	(void)unlink(store_file(OWNER, "new"));
	s = store_open(&bed.home);
	store_fill(&r, OWNER, 5);
	r.expires_at = now() + left;
	r.obtained_at = r.expires_at - 3600;
	mb_secret_set(&r.refresh_token, bed.good, strlen(bed.good));
	store_put(s, &r);
	mb_record_clear(&r);
	mb_store_free(&s);
}

int bed_token(struct mb_record *got, bool force, struct mb_err *e)
{
	struct mb_deadline d = mb_deadline_in(1000);
	struct mb_token_want q = {
		.account = OWNER, .host = "mx.example.org", .force = force,
		.deadline = &d,
	};
	struct mb_token_world w;
	struct mb_store *s = NULL;
	int ret;

	if (mb_store_open(&s, &bed.home, e) < 0)
		return -1;
	w = bed_world(s);
	ret = mb_token_get(&w, &q, got, NULL, e);
	mb_store_free(&s);
	return ret;
}

bool bed_alive(void)
{
	struct mb_record got = {0};
	struct mb_err e = {0};
	bool ok;

	ok = bed_token(&got, true, &e) == 0;
	if (!ok)
		print_message("# not alive: %s: %s\n", e.object, e.cause);
	mb_record_clear(&got);
	return ok;
}

void bed_report(const char *what)
{
	print_message("# %s: %ld trials, %ld requests, %ld accounts lost, "
		      "%ld authentications failed\n", what, bed.trials,
		      bed.total_requests, bed.lost, bed.failed);
	bed.trials = bed.total_requests = bed.lost = bed.failed = 0;
}
