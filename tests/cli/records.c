/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * records DIR COUNT ADDRESS MEMBER=VALUE ...
 *
 * In the store in DIR, change numbers and texts of the account's record, or
 * make it; with a COUNT above 1, of that many accounts, 1-ADDRESS and so on.
 * A number that begins with "now" is counted from now: now-86400.
 */
#include "config.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "lib/clock.h"
#include "lib/store.h"

/* A thousand accounts are made in no time; nobody cuts the power. */
int fsync(int fd)
{
	(void)fd;
	return 0;
}

static int complain(const struct mb_err *e)
{
	char line[MB_ERR_LINE];

	fprintf(stderr, "records: %s\n", mb_err_line(e, line, sizeof(line)));
	return -1;
}

static int64_t number(const char *value)
{
	int64_t from = 0;

	if (strncmp(value, "now", 3) == 0) {
		from = mb_now();
		value += 3;
	}
	return from + strtoll(value, NULL, 10);
}

static int set_number(struct mb_record *r, const char *name, size_t n,
		      const char *value)
{
	const struct {
		const char *name;
		int64_t *at;
	} numbers[] = {
		{ "obtained_at", &r->obtained_at },
		{ "expires_at", &r->expires_at },
		{ "enrolled_at", &r->enrolled_at },
		{ "refreshed_at", &r->refreshed_at },
		{ "next_attempt", &r->next_attempt },
		{ "attempts", &r->attempts },
	};
	size_t i;

	for (i = 0; i < sizeof(numbers) / sizeof(numbers[0]); i++)
		if (strlen(numbers[i].name) == n &&
		    strncmp(numbers[i].name, name, n) == 0) {
			*numbers[i].at = number(value);
			return 0;
		}
	return -1;
}

static int set(struct mb_record *r, const char *name, size_t n,
	       const char *value)
{
#define IS(word) (strlen(word) == n && strncmp(word, name, n) == 0)
	if (IS("credential"))
		snprintf(r->credential, sizeof(r->credential), "%s", value);
	else if (IS("error_class"))
		snprintf(r->error_class, sizeof(r->error_class), "%s", value);
	else if (IS("error_id"))
		snprintf(r->error_id, sizeof(r->error_id), "%s", value);
	else if (IS("error_text"))
		snprintf(r->error_text, sizeof(r->error_text), "%s", value);
	else if (IS("refused"))
		r->refused_generation = r->generation + 1;
	else if (IS("access_token"))
		return mb_secret_set(&r->access_token, value, strlen(value));
	else if (IS("refresh_token"))
		return mb_secret_set(&r->refresh_token, value, strlen(value));
	else
		return set_number(r, name, n, value);
	return 0;
#undef IS
}

static int change(struct mb_store *s, struct mb_record *r,
		  const char *address, char **words, struct mb_err *e)
{
	struct mb_record_lock l = { .lock_fd = -1, .new_fd = -1 };
	char canonical[MB_ADDRESS_MAX + 1], id[MB_RECORD_ID_LEN + 1];
	bool adopted;
	int ret = -1;

	if (mb_address_canon(address, canonical, e) < 0 ||
	    mb_address_record_id(canonical, id, e) < 0 ||
	    mb_store_trylock(s, id, &l, e) <= 0 ||
	    mb_store_reserve(s, &l, &adopted, e) < 0 ||
	    mb_store_read(s, id, r, NULL, e) < 0)
		goto out;
	snprintf(r->account, sizeof(r->account), "%s", address);
	for (; *words; words++) {
		size_t n = strcspn(*words, "=");

		if (!(*words)[n] || set(r, *words, n, *words + n + 1) < 0) {
			mb_fail(e, MB_E_USAGE, *words, "what is that?");
			goto out;
		}
	}
	r->generation++;
	ret = mb_store_commit(s, &l, r, e);
out:
	mb_store_unlock(s, &l);
	return ret;
}

static int one(struct mb_store *s, const char *address, char **words)
{
	struct mb_record r = {0};
	struct mb_err e = {0};
	int ret = change(s, &r, address, words, &e);

	mb_record_clear(&r);
	return ret < 0 ? complain(&e) : 0;
}

int main(int argc, char **argv)
{
	long count = argc > 4 ? strtol(argv[2], NULL, 10) : 0, i;
	char address[MB_ADDRESS_MAX + 1];
	struct mb_store *s = NULL;
	struct mb_err e = {0};
	struct mb_home home;
	int ret = 0;

	if (count < 1) {
		fputs("usage: records DIR COUNT ADDRESS MEMBER=VALUE ...\n",
		      stderr);
		return 2;
	}
	if (mb_home_locate(MB_HOME_DIR, argv[1], MB_CALLER_TOOL, &home,
			   &e) < 0 ||
	    mb_store_open(&s, &home, &e) < 0 ||
	    mb_store_drop_privileges(s, false, &e) < 0)
		return complain(&e) < 0;
	for (i = 1; ret == 0 && i <= count; i++) {
		if (count == 1)
			snprintf(address, sizeof(address), "%s", argv[3]);
		else
			snprintf(address, sizeof(address), "%ld-%s", i,
				 argv[3]);
		ret = one(s, address, argv + 4);
	}
	mb_store_free(&s);
	return ret < 0;
}
