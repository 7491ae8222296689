/* SPDX-License-Identifier: BSD-2-Clause */
#include "config.h"

#include "lib/engine.h"

#include <pthread.h>
#include <stdatomic.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "lib/codes.h"
#include "lib/engine_cache.h"
#include "lib/engine_http.h"
#include "lib/engine_trouble.h"
#include "lib/helper.h"
#include "lib/lock.h"
#include "lib/paths.h"
#include "lib/token.h"

enum { WAIT_MS = 30000 };

/* The process's store and its tokens.  The mutex is only tried: whoever finds
 * it taken (or inherited it taken from a fork) opens a store of its own. */
static struct {
	pthread_mutex_t mutex;
	struct mb_store *store;
	struct mb_cache *cache;
	uid_t euid;			/* that opened it */
	struct mb_err preload_error;
	atomic_bool jailed;		/* nothing can be opened any more */
	struct stat root;		/* when it was preloaded */
} state = { .mutex = PTHREAD_MUTEX_INITIALIZER };

struct session {
	struct mb_store *store;
	struct mb_cache *cache;		/* NULL: not the shared one */
	bool shared;
};

/* 1, 0 no store for this process, -1. */
static int open_store(struct mb_store **s, struct mb_err *e)
{
	struct mb_home home;
	int r = mb_home_find(MB_CALLER_HOST, &home, e);

	if (r == 0) {
		mb_fail(e, MB_E_NO_STORE, "no store",
			"neither this user's nor the system's exists");
		mb_remedy(e, "run: mailbearer init, or sudo mailbearer init "
			  "for Postfix");
	}
	if (r <= 0)
		return r;
	return mb_store_open(s, &home, e) < 0 ? -1 : 1;
}

static int open_shared(struct mb_err *e)
{
	int r;

	if (atomic_load(&state.jailed)) {
		if (state.store)
			return 1;
		if (e)
			*e = state.preload_error;
		return -1;
	}
	/* A process that changed its user is another one to the store. */
	if (state.store && state.euid != geteuid()) {
		mb_cache_clear(state.cache);
		mb_store_free(&state.store);
	}
	if (state.store)
		return 1;
	r = open_store(&state.store, e);
	if (r <= 0)
		return r;
	state.euid = geteuid();
	if (!state.cache)
		state.cache = mb_cache_new();
	return 1;
}

static int wait_in_jail(const struct mb_deadline *given, struct mb_err *e)
{
	struct mb_deadline mine = mb_deadline_in(WAIT_MS);
	const struct mb_deadline *d = given ? given : &mine;
	struct mb_backoff pause = {0};

	while (pthread_mutex_trylock(&state.mutex) != 0) {
		if (mb_deadline_left(d) <= 0) {
			mb_fail(e, MB_E_BUSY, "mailbearer", "another thread "
				"is getting a token");
			return mb_remedy(e, "try again");
		}
		mb_backoff_sleep(&pause, d);
	}
	return 0;
}

/* d: NULL, or how long to wait for another thread, where that must be.
 * 1, 0 no store for this process, -1; leave() only after 1. */
static int enter(struct session *x, const struct mb_deadline *d,
		 struct mb_err *e)
{
	int r;

	*x = (struct session){0};
	if (pthread_mutex_trylock(&state.mutex) != 0) {
		if (!atomic_load(&state.jailed))
			return open_store(&x->store, e);
		if (wait_in_jail(d, e) < 0)
			return -1;
	}
	r = open_shared(e);
	if (r <= 0) {
		(void)pthread_mutex_unlock(&state.mutex);
		return r;
	}
	x->store = state.store;
	x->cache = state.cache;
	x->shared = true;
	return 1;
}

/* After a failure of the store's the next call looks for it anew. */
static void leave(struct session *x, const struct mb_err *failure)
{
	if (!x->shared) {
		mb_store_free(&x->store);
		return;
	}
	if (failure && !atomic_load(&state.jailed) &&
	    (failure->id == MB_E_KEY_CHANGED || failure->id == MB_E_IO ||
	     failure->id == MB_E_NOT_PERMITTED)) {
		mb_cache_clear(state.cache);
		mb_store_free(&state.store);
	}
	(void)pthread_mutex_unlock(&state.mutex);
}

static int redeem(void *ctx, const struct mb_redeem **r, struct mb_err *e)
{
	(void)ctx;
	if (atomic_load(&state.jailed) && !mb_engine_http_loaded()) {
		/* In a jail the path may be another's. */
		if (e)
			*e = state.preload_error;
		return -1;
	}
	return mb_engine_http(r, e);
}

static void note(void *ctx, const struct mb_err *e)
{
	(void)ctx;
	mb_trouble_add(e);
}

/* Was it preloaded for a jail, and then not jailed?  Many a Postfix is not. */
static bool can_see_helper(void)
{
	struct stat now;

	return !atomic_load(&state.jailed) ||
	       (stat("/", &now) == 0 && state.root.st_ino != 0 &&
		now.st_dev == state.root.st_dev &&
		now.st_ino == state.root.st_ino);
}

static struct mb_token_world world(const struct session *x)
{
	return (struct mb_token_world){
		.records = &mb_store_records,
		.records_ctx = x->store,
		.redeem = redeem,
		/* In a jail its path may be another's. */
		.helper = can_see_helper() ? mb_helper_ask : NULL,
		.jailed = atomic_load(&state.jailed),
		.note = note,
	};
}

static int preload_rest(struct mb_err *e)
{
	const struct mb_redeem *http;

	if (mb_seal_prepare(e) < 0 || mb_engine_http(&http, e) < 0)
		return -1;
	return http->prepare(e);
}

static int engine_preload(struct mb_err *e)
{
	struct mb_err why = {0};
	int r;

	if (pthread_mutex_trylock(&state.mutex) != 0)
		return mb_fail(e, MB_E_BUSY, "mailbearer", "is in use");
	mb_store_free(&state.store);
	mb_cache_clear(state.cache);
	atomic_store(&state.jailed, false);
	r = open_shared(&why);
	if (r > 0) {
		mb_store_jail(state.store);
		r = preload_rest(&why);
	} else {
		r = -1;
	}
	state.preload_error = why;
	if (stat("/", &state.root) < 0)
		state.root = (struct stat){0};
	atomic_store(&state.jailed, true);
	(void)pthread_mutex_unlock(&state.mutex);
	if (r < 0 && e)
		*e = why;
	return r;
}

static int engine_open(struct mb_err *e)
{
	struct session x;
	int r = enter(&x, NULL, e);

	if (r > 0)
		leave(&x, NULL);
	return r;
}

/* Not from the cache; leaves x. */
__attribute__((noinline))
static int look(struct session *x, const char *account, struct mb_err *e)
{
	struct mb_token_world w = world(x);
	struct mb_err why = {0};
	int r = mb_token_known(&w, account, &why);

	leave(x, r < 0 ? &why : NULL);
	if (r <= 0 && e)
		*e = why;
	return r;
}

static int engine_knows(const char *account, struct mb_err *e)
{
	struct mb_slot *slot;
	struct session x;
	int r;

	r = enter(&x, NULL, e);
	if (r <= 0)
		return r;
	slot = mb_cache_find(x.cache, account);
	if (!slot || !mb_cache_known(slot, x.store))
		return look(&x, account, e);
	leave(&x, NULL);
	return 1;
}

/* One authentication. */
struct call {
	const struct mb_engine_want *want;
	mb_engine_emit *emit;
	void *arg;
	int64_t *generation;
};

/* The long way: from disk, or with a refresh.  A function of its own, because
 * clearing its record costs more than the short way in all. */
__attribute__((noinline))
static int fetch(struct session *x, const struct call *c,
		 const struct mb_slot *slot, struct mb_err *e)
{
	struct mb_token_world w = world(x);
	struct mb_token_basis basis = {0};
	struct mb_record r = {0};
	struct mb_token_want q = {
		.account = c->want->account,
		.host = c->want->host ? c->want->host : "",
		.not_generation = c->want->not_generation,
		.deadline = c->want->deadline,
		.by_settings = true,
		.has_password = true,
	};
	int ret;

	if (slot && slot->refused)
		q.not_generation = slot->generation;
	ret = mb_token_get(&w, &q, &r, &basis, e);
	if (ret == 0) {
		mb_cache_compare(slot, &r);
		mb_cache_put(x->cache, x->store, q.account, &r, &basis);
		*c->generation = r.generation;
		ret = c->emit(c->arg, r.account, r.access_token.data,
			      r.access_token.len, e);
	}
	mb_record_clear(&r);
	return ret;
}

static bool good(const struct session *x, const struct mb_engine_want *want,
		 struct mb_slot *slot)
{
	if (!slot || (want->not_generation &&
		      want->not_generation == slot->generation))
		return false;
	return mb_cache_good(slot, x->store, want->host ? want->host : "",
			     mb_now());
}

static int engine_token(const struct mb_engine_want *want,
			mb_engine_emit *emit, void *arg, int64_t *generation,
			struct mb_err *e)
{
	const struct call c = { want, emit, arg, generation };
	struct mb_slot *slot;
	struct mb_err local;
	struct session x;
	int ret;

	if (!e)
		e = &local;
	e->id = MB_E_NONE;
	if (enter(&x, want->deadline, e) <= 0)
		return -1;
	slot = mb_cache_find(x.cache, want->account);
	if (good(&x, want, slot)) {
		*generation = slot->generation;
		ret = emit(arg, slot->user, slot->token, slot->token_len, e);
	} else {
		ret = fetch(&x, &c, slot, e);
	}
	leave(&x, ret < 0 ? e : NULL);
	return ret;
}

static void engine_refused(const char *account, int64_t generation)
{
	struct mb_token_world w;
	struct mb_slot *slot;
	struct session x;

	if (enter(&x, NULL, NULL) <= 0)
		return;
	/* Here too: the store may not be writable. */
	slot = mb_cache_find(x.cache, account);
	if (slot && slot->generation == generation)
		slot->refused = true;
	w = world(&x);
	mb_token_refused(&w, account, generation);
	leave(&x, NULL);
}

static int engine_trouble(struct mb_err *e)
{
	return mb_trouble_next(e);
}

static void engine_close(void)
{
	if (pthread_mutex_trylock(&state.mutex) != 0)
		return;
	if (atomic_load(&state.jailed)) {
		mb_cache_clear(state.cache);
	} else {
		mb_cache_free(&state.cache);
		mb_store_free(&state.store);
	}
	(void)pthread_mutex_unlock(&state.mutex);
}

const struct mb_engine mailbearer_engine
	__attribute__((visibility("default"))) = {
	.abi = MB_ENGINE_ABI,
	.build_id = mb_build_id,
	.preload = engine_preload,
	.open = engine_open,
	.knows = engine_knows,
	.token = engine_token,
	.refused = engine_refused,
	.explain = mb_codes_dress,
	.trouble = engine_trouble,
	.close = engine_close,
};
