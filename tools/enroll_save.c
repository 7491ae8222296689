/* SPDX-License-Identifier: BSD-2-Clause */
#include "config.h"

#include <stdio.h>
#include <string.h>

#include "lib/token.h"
#include "tools/enroll.h"
#include "tools/idtoken.h"
#include "tools/out.h"
#include "tools/store_pick.h"

enum { LOCK_MS = 30000, CLOCK_S = 300 };

static bool has_word(const char *words, const char *word)
{
	size_t n, len = strlen(word);

	for (; *words; words += n + (words[n] == ' ')) {
		n = strcspn(words, " ");
		if (n == len && !memcmp(words, word, n))
			return true;
	}
	return false;
}

/* Why none came is not said by anybody: by what was asked for and given. */
static int no_refresh_token(const struct mb_enroll *n, struct mb_err *e)
{
	const struct mb_credential *c = n->credential;
	int64_t left = (n->grant.expires_at - mb_now() + 30) / 60;

	mb_fail(e, MB_E_NO_REFRESH_TOKEN, n->account,
		"no refresh token came, the login would end in %lld min; nothing saved",
		(long long)(left > 0 ? left : 0));
	if (!strcmp(c->provider, "google"))
		return mb_remedy(e, "remove the app at https://myaccount.google.com/connections, then: %s enroll %s",
				 mb_pick_command(n->tool), n->account);
	if (has_word(c->scope, "offline_access"))
		return mb_remedy(e, "offline_access was asked for%s: allow the app refresh tokens in the provider's console, then: %s enroll %s",
				 n->grant.scope[0] &&
				 !has_word(n->grant.scope, "offline_access") ?
				 " and not granted" : "",
				 mb_pick_command(n->tool), n->account);
	return mb_remedy(e, "add offline_access: %s set %s --scope \"%.200s offline_access\"",
			 mb_pick_command(n->tool), c->name, c->scope);
}

/* A clock that is off makes tokens look expired, or never. */
void mb_enroll_clock(const struct mb_enroll *n, int64_t off_s)
{
	int64_t off = off_s / 60;

	if (off_s > -CLOCK_S && off_s < CLOCK_S)
		return;
	if (!mb_opts_has(&n->tool->opts, "import"))
		mb_out_note("note: this host's clock is %lld min %s the provider's; set it right",
			    (long long)(off < 0 ? -off : off),
			    off < 0 ? "behind" : "ahead of");
}

static int check_id_token(const struct mb_enroll *n, const char *nonce,
			  struct mb_err *e)
{
	struct mb_idtoken t = { 0 };

	if (n->grant.id_token.len == 0) {
		mb_enroll_clock(n, n->grant.clock_off);
		return 0;
	}
	if (mb_idtoken_read(&t, &n->grant.id_token, n->credential->client_id,
			    n->account, e) < 0)
		return -1;
	mb_enroll_clock(n, 60 * mb_idtoken_clock_min(&t, mb_now()));
	if (mb_idtoken_check(&t, n->credential, nonce, n->account, e) < 0)
		return -1;
	return mb_idtoken_is(&t, n->owner, e);
}

int mb_enroll_check(const struct mb_enroll *n, const char *nonce,
		    struct mb_err *e)
{
	if (check_id_token(n, nonce, e) < 0)
		return -1;
	if (n->grant.refresh_token.len == 0 &&
	    mb_grant_kind(n->credential->grant)->needs_person)
		return no_refresh_token(n, e);
	return 0;
}

static void put(char *dst, size_t size, const char *text)
{
	snprintf(dst, size, "%s", text);
}

/* What a record of this account has in any case. */
static int begin(const struct mb_enroll *n, const struct mb_credential *c,
		 struct mb_record *r, struct mb_err *e)
{
	if (mb_credential_digest(c, r->credential_digest, e) < 0)
		return -1;
	put(r->account, sizeof(r->account), n->account);
	put(r->credential, sizeof(r->credential), c->name);
	put(r->credentials_seen, sizeof(r->credentials_seen), n->seen);
	/* No hosts: any ("custom" only). */
	put(r->hosts, sizeof(r->hosts), c->hosts[0] ? c->hosts : "*");
	if (!mb_grant_kind(c->grant)->needs_person)
		put(r->grant, sizeof(r->grant), mb_grant_kind(c->grant)->name);
	r->enrolled_at = mb_now();
	return 0;
}

static int write_record(struct mb_enroll *n, struct mb_record *r,
			struct mb_err *e)
{
	struct mb_deadline d = mb_deadline_in(LOCK_MS);
	struct mb_token_world w = { 0 };

	mb_pick_world(n->tool, &w);
	if (mb_token_enrol(&w, r, &d, e) < 0)
		return -1;
	n->tool->changed = true;
	return 0;
}

int mb_enroll_save(struct mb_enroll *n, struct mb_err *e)
{
	const struct mb_credential *c = n->credential;
	struct mb_record r = { 0 };
	int ret = -1;

	if (begin(n, c, &r, e) < 0)
		goto out;
	r.obtained_at = r.enrolled_at;
	r.refreshed_at = r.enrolled_at;
	r.expires_at = n->grant.expires_at;
	/* RFC 6749 section 5.1: without scope it is what was asked for. */
	put(r.scope, sizeof(r.scope), n->grant.scope[0] ? n->grant.scope :
	    c->scope);
	put(r.token_type, sizeof(r.token_type), n->grant.token_type[0] ?
	    n->grant.token_type : "Bearer");
	mb_secret_move(&r.access_token, &n->grant.access_token);
	mb_secret_move(&r.refresh_token, &n->grant.refresh_token);
	ret = write_record(n, &r, e);
out:
	mb_record_clear(&r);
	return ret;
}

int mb_enroll_save_shared(struct mb_enroll *n, const struct mb_record *owner,
			  struct mb_err *e)
{
	const struct mb_credential *c = mb_credfile_find(&n->credentials,
							 owner->credential);
	struct mb_record r = { 0 };
	int ret = -1;

	if (!c) {
		mb_fail(e, MB_E_NO_CREDENTIAL, owner->credential,
			"there is no such client credential, and %s is enrolled with it",
			owner->account);
		mb_remedy(e, "run: %s enroll %s", mb_pick_command(n->tool),
			  owner->account);
		goto out;
	}
	if (begin(n, c, &r, e) < 0)
		goto out;
	put(r.token_of, sizeof(r.token_of), owner->account);
	ret = write_record(n, &r, e);
out:
	mb_record_clear(&r);
	return ret;
}
