/* SPDX-License-Identifier: BSD-2-Clause */
/* What a record says at a given time.  Pure. */
#include "config.h"

#include <stdio.h>
#include <string.h>

#include "lib/escape.h"
#include "lib/token_internal.h"

enum { MARGIN_MIN = 600, CLOCK_SLACK = 300 };

bool mb_token_valid_at(const struct mb_record *r, int64_t now)
{
	return r->access_token.len > 0 && r->expires_at > now;
}

bool mb_token_fresh(const struct mb_record *r, int64_t now)
{
	return r->access_token.len > 0 &&
	       mb_token_fresh_times(r->obtained_at, r->expires_at, now);
}

bool mb_token_fresh_times(int64_t obtained_at, int64_t expires_at,
			  int64_t now)
{
	int64_t lifetime, margin;

	if (obtained_at < 0 || expires_at <= obtained_at)
		return false;
	/* The clock was set back: expires_at means nothing certain. */
	if (now < obtained_at - CLOCK_SLACK)
		return false;
	lifetime = expires_at - obtained_at;
	margin = lifetime / 10 > MARGIN_MIN ? lifetime / 10 : MARGIN_MIN;
	if (margin > lifetime / 2)
		margin = lifetime / 2;
	return expires_at - margin > now;
}

/* A time to wait for that is further off than any we write was written under
 * another clock. */
static bool still_to_wait(int64_t until, int64_t now)
{
	return until > now && until <= now + TOKEN_HOLD_MAX;
}

bool mb_token_refused_now(const struct mb_record *r, int64_t generation,
			  int64_t now)
{
	bool marked = r->refused_generation != 0 &&
		      r->refused_generation == r->generation;
	bool seen = generation != 0 && generation == r->generation;

	if (!marked && !seen)
		return false;
	/* Its predecessor was refused, too, a short time ago: no loop. */
	return r->error_class[0] || !still_to_wait(r->next_attempt, now);
}

bool mb_token_may_ask(const struct mb_record *r, int64_t now)
{
	if (!r->error_class[0])
		return true;
	if (strcmp(r->error_class, "token") == 0)
		return false;
	return !still_to_wait(r->next_attempt, now);
}

static int64_t pause_after(int64_t attempts)
{
	int64_t s = TOKEN_PAUSE_MIN;

	while (attempts-- > 1 && s < TOKEN_PAUSE_MAX)
		s *= 2;
	return s < TOKEN_PAUSE_MAX ? s : TOKEN_PAUSE_MAX;
}

void mb_token_put_error(struct mb_record *r, const char *class,
			const struct mb_err *e, int64_t now,
			int64_t retry_after)
{
	char text[MB_ERR_CAUSE + MB_ERR_REMEDY + 4];
	int64_t pause = TOKEN_HOLD_MAX;

	if (r->attempts < 1000)
		r->attempts++;
	if (strcmp(class, "transient") == 0) {
		pause = pause_after(r->attempts);
		if (retry_after > pause)
			pause = retry_after < TOKEN_HOLD_MAX ? retry_after :
							       TOKEN_HOLD_MAX;
	}
	r->next_attempt = now + pause;
	(void)snprintf(r->error_class, sizeof(r->error_class), "%s", class);
	(void)snprintf(r->error_id, sizeof(r->error_id), "%s",
		       mb_message(e->id)->name);
	(void)snprintf(text, sizeof(text), "%s%s%s", e->cause,
		       e->remedy[0] ? "; " : "", e->remedy);
	/* Shortened without tearing a character. */
	(void)mb_escape(r->error_text, sizeof(r->error_text), text,
			strlen(text));
}

void mb_token_clear_error(struct mb_record *r)
{
	r->error_class[0] = '\0';
	r->error_id[0] = '\0';
	r->error_text[0] = '\0';
	r->next_attempt = 0;
	r->attempts = 0;
}

static enum mb_id id_of(const char *name)
{
	int i;

	for (i = 1; i < MB_E_COUNT; i++)
		if (strcmp(mb_message((enum mb_id)i)->name, name) == 0)
			return (enum mb_id)i;
	return MB_E_REFRESH_REFUSED;
}

int mb_token_recorded_error(const struct mb_record *r, struct mb_err *e)
{
	char credential[MB_NAME_MAX + 32];
	bool config = strcmp(r->error_class, "config") == 0;
	const char *remedy = strstr(r->error_text, "; ");
	int n = remedy ? (int)(remedy - r->error_text) :
			 (int)strlen(r->error_text);

	(void)snprintf(credential, sizeof(credential), "client credential %s",
		       r->credential);
	mb_fail(e, id_of(r->error_id), config ? credential : r->account,
		"%.*s", n, r->error_text);
	if (remedy)
		mb_remedy(e, "%s", remedy + 2);
	return -1;
}

void mb_token_next_generation(struct mb_record *r)
{
	bool refused = r->refused_generation != 0 &&
		       r->refused_generation == r->generation;

	r->generation++;
	if (refused)
		r->refused_generation = r->generation;
}
