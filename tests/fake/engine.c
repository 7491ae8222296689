/* SPDX-License-Identifier: BSD-2-Clause */
#include "config.h"

#include <stdio.h>
#include <string.h>

#include "lib/paths.h"
#include "tests/fake/engine.h"

#define EXPORT __attribute__((visibility("default")))

EXPORT struct fake_engine fake_engine;

static int broken(struct mb_err *e)
{
	mb_fail(e, MB_E_KEY_BAD, "/store/key", "is not 32 bytes long");
	return mb_remedy(e, "run: mailbearer doctor");
}

static int not_enrolled(struct mb_err *e, const char *account)
{
	mb_fail(e, MB_E_NOT_ENROLLED, account, " is not enrolled in /store");
	return mb_remedy(e, "run: mailbearer enroll %s", account);
}

static int preload(struct mb_err *e)
{
	(void)e;
	fake_engine.preloads++;
	return 0;
}

static int open_store(struct mb_err *e)
{
	return fake_engine.broken ? broken(e) : 1;
}

static bool is_account(const char *account)
{
	return fake_engine.account && strcmp(account, fake_engine.account) == 0;
}

static int knows(const char *account, struct mb_err *e)
{
	fake_engine.knows++;
	if (fake_engine.broken)
		return broken(e);
	if (is_account(account))
		return 1;
	not_enrolled(e, account);
	return 0;
}

static int token(const struct mb_engine_want *w, mb_engine_emit *emit,
		 void *arg, int64_t *generation, struct mb_err *e)
{
	char copy[20000];

	fake_engine.tokens++;
	snprintf(fake_engine.last_account, sizeof(fake_engine.last_account),
		 "%s", w->account);
	snprintf(fake_engine.last_host, sizeof(fake_engine.last_host), "%s",
		 w->host ? w->host : "(null)");
	fake_engine.last_deadline = mb_deadline_left(w->deadline);
	if (fake_engine.broken)
		return broken(e);
	if (fake_engine.fail != MB_E_NONE) {
		mb_fail(e, fake_engine.fail, w->account, "fails as asked");
		return mb_remedy(e, "run: true");
	}
	if (!is_account(w->account))
		return not_enrolled(e, w->account);
	/* Not NUL-terminated, and gone after the call. */
	memset(copy, '!', sizeof(copy));
	memcpy(copy, fake_engine.token, fake_engine.token_len);
	if (emit(arg, fake_engine.user, copy, fake_engine.token_len, e) < 0)
		return -1;
	memset(copy, '?', sizeof(copy));
	*generation = fake_engine.generation;
	return 0;
}

static void refused(const char *account, int64_t generation)
{
	fake_engine.refusals++;
	fake_engine.last_refused = generation;
	snprintf(fake_engine.last_account, sizeof(fake_engine.last_account),
		 "%s", account);
}

static void explain(struct mb_err *e, const char *said, size_t n,
		    const char *account, const char *credential)
{
	(void)credential;
	(void)e;
	(void)said;
	(void)n;
	(void)account;
	fake_engine.explained++;
}

static int trouble(struct mb_err *e)
{
	if (fake_engine.trouble == 0)
		return 0;
	fake_engine.trouble--;
	mb_fail(e, MB_E_DISK_FULL, "/store/accounts", "no space left");
	return 1;
}

static void close_store(void)
{
	fake_engine.closes++;
}

/* Not const: fake_engine_pose makes it a module of another build. */
static struct mb_engine engine = {
	.abi = MB_ENGINE_ABI, .build_id = mb_build_id, .preload = preload,
	.open = open_store, .knows = knows, .token = token,
	.refused = refused, .explain = explain, .trouble = trouble, .close = close_store,
};

EXPORT extern const struct mb_engine mailbearer_engine
	__attribute__((alias("engine")));

EXPORT void fake_engine_pose(uint32_t abi, const char *build_id)
{
	engine.abi = abi;
	engine.build_id = build_id ? build_id : mb_build_id;
}
