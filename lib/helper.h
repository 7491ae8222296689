/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The refresh helper: a program that does "reserve, request, commit" for a
 * mail program, so that nothing is lost when that one is killed, and that it
 * need not load libcurl.  This is how a host starts it and what they say to
 * each other; lib/helper_main.c is the program.
 *
 * It inherits numbered descriptors: the socket, the store's directories, and
 * with the record's lock and reserved file the right to write the record.  Key
 * and request wait for it in the socket, whose other end may vanish any time.
 */
#ifndef MB_LIB_HELPER_H
#define MB_LIB_HELPER_H

#include <stdint.h>

#include "lib/home.h"
#include "lib/spawn.h"
#include "lib/token.h"

enum {
	MB_HELPER_SOCKET = MB_SPAWN_FD,
	MB_HELPER_RECORDS,
	MB_HELPER_CONF,
	MB_HELPER_LOCK,		/* closed: the task is not about one */
	MB_HELPER_NEW,		/* closed: nothing is reserved */
	MB_HELPER_END,
};

/* First from either side, and the same in all versions; what follows is only
 * read when the build ids are equal. */
struct mb_helper_head {
	char magic[16];
	char build_id[112];
};
#define MB_HELPER_MAGIC "mb-refresh 1"

struct mb_helper_request {
	struct mb_helper_head head;
	struct mb_keys keys;
	struct mb_home home;		/* for messages */
	struct mb_token_task task;
	char id[MB_RECORD_ID_LEN + 1];	/* of the locked record */
};

/* Behind the helper's head; text_len bytes of record follow. */
struct mb_helper_reply {
	int32_t ret;
	int32_t saved;
	struct mb_err e;
	uint32_t text_len;
};

void mb_helper_head(struct mb_helper_head *h);
bool mb_helper_same_build(const struct mb_helper_head *h);

/*
 * struct mb_token_world.helper, ctx being the struct mb_store: start a helper,
 * hand it the lock.  Waits until the deadline for what it says if a is not
 * NULL.  *l is empty afterwards, except after MB_HELP_NONE.
 */
enum mb_help mb_helper_ask(void *ctx, const struct mb_token_task *t,
			   struct mb_record_lock *l,
			   const struct mb_deadline *d,
			   struct mb_token_answer *a, struct mb_err *e);

#endif
