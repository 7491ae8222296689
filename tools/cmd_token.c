/* SPDX-License-Identifier: BSD-2-Clause */
#include "config.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "tools/out.h"
#include "tools/records.h"
#include "tools/store_pick.h"
#include "tools/verbs.h"

/* A mail program waits for the answer. */
enum { TOKEN_WAIT_MS = 30000 };

/* Not through stdio, whose buffer nobody wipes. */
static int print_token(const struct mb_secret *token, struct mb_err *e)
{
	struct mb_secret line = { 0 };
	size_t done = 0;
	int ret = -1;

	if (mb_secret_append(&line, token->data, token->len) < 0 ||
	    mb_secret_append(&line, "\n", 1) < 0) {
		(void)mb_fail(e, MB_E_NOMEM, "stdout", "out of memory");
		goto out;
	}
	while (done < line.len) {
		ssize_t n = write(STDOUT_FILENO, line.data + done,
				  line.len - done);

		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0) {
			(void)mb_fail_errno(e, errno, "stdout", "write");
			goto out;
		}
		done += (size_t)n;
	}
	ret = 0;
out:
	mb_secret_clear(&line);
	return ret;
}

static int run(struct mb_tool *t, struct mb_err *e)
{
	struct mb_deadline d = mb_deadline_in(TOKEN_WAIT_MS);
	struct mb_token_want want = { .deadline = &d };
	struct mb_token_world world;
	struct mb_record r;
	int ret = -1;

	memset(&r, 0, sizeof(r));
	if (mb_opts_operands(&t->opts, 1, 1, "ADDRESS", e) < 0 ||
	    mb_opts_number(&t->opts, "min-validity", 0, 1000000,
			   &want.min_validity, e) < 0 ||
	    mb_pick_store(t, MB_PICK_LOOK, e) < 0 || mb_pick_drop(t, e) < 0)
		return -1;
	mb_pick_world(t, &world);
	want.account = t->opts.operands[0];
	if (mb_token_get(&world, &want, &r, NULL, e) < 0) {
		mb_records_which(t, want.account, e);
		goto out;
	}
	mb_out_set_str(t, "account", r.account);
	if (t->json)
		mb_out_secret(t, "access_token", &r.access_token);
	mb_out_set_int(t, "expires_at", r.expires_at);
	ret = t->json ? 0 : print_token(&r.access_token, e);
out:
	mb_record_clear(&r);
	return ret;
}

static const struct mb_opt options[] = {
	{ "min-validity", "SECONDS", "refresh if it lives less than that", 0 },
	{ NULL, NULL, NULL, 0 },
};

const struct mb_verb mb_verb_token = {
	.name = "token",
	.operands = "ADDRESS",
	.summary = "print a valid access token, one line",
	.opts = options,
	.run = run,
};
