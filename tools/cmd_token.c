/* SPDX-License-Identifier: BSD-2-Clause */
#include "config.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "lib/form.h"
#include "lib/wire.h"
#include "tools/out.h"
#include "tools/records.h"
#include "tools/store_pick.h"
#include "tools/verbs.h"

/* A mail program waits for the answer. */
enum { TOKEN_WAIT_MS = 30000 };

enum format { TOKEN, XOAUTH2, OAUTHBEARER };

static int format_of(const struct mb_opts *o, enum format *f, struct mb_err *e)
{
	static const char *const names[] = {
		[TOKEN] = "token", [XOAUTH2] = "xoauth2",
		[OAUTHBEARER] = "oauthbearer",
	};
	const char *value = mb_opts_get(o, "format");
	size_t i;

	*f = TOKEN;
	for (i = 0; value && i < sizeof(names) / sizeof(names[0]); i++)
		if (!strcmp(value, names[i])) {
			*f = (enum format)i;
			return 0;
		}
	return !value ? 0 : mb_opts_usage(o, e, "--format is token, xoauth2 or "
					  "oauthbearer, not %s", value);
}

/* The token as it is, or a SASL exchange's initial response with it. */
static int shape(const struct mb_record *r, enum format f,
		 struct mb_secret *out, struct mb_err *e)
{
	struct mb_wire w = {
		.mech = f == XOAUTH2 ? MB_WIRE_XOAUTH2 : MB_WIRE_OAUTHBEARER,
		.user = r->account,
		.token = r->access_token.data,
		.token_len = r->access_token.len,
	};
	struct mb_secret raw = { 0 };
	size_t len = 0;
	int ret = -1;

	if (f == TOKEN)
		ret = mb_secret_set(out, w.token, w.token_len);
	else if (mb_secret_reserve(&raw, MB_WIRE_MAX) < 0)
		ret = -1;
	else if (mb_wire_response(&w, raw.data, MB_WIRE_MAX, &len, e) < 0)
		goto out;
	else
		ret = mb_form_base64(out, raw.data, len);
	if (ret < 0)
		(void)mb_fail(e, MB_E_NOMEM, "stdout", "out of memory");
out:
	/* So that all that was written is wiped. */
	raw.len = len;
	mb_secret_clear(&raw);
	return ret;
}

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
	struct mb_secret text = { 0 };
	enum format f;
	int ret = -1;

	memset(&r, 0, sizeof(r));
	if (mb_opts_operands(&t->opts, 1, 1, "ADDRESS", e) < 0 ||
	    format_of(&t->opts, &f, e) < 0 ||
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
	if (shape(&r, f, &text, e) < 0)
		goto out;
	mb_out_set_str(t, "account", r.account);
	if (t->json)
		mb_out_secret(t, f == TOKEN ? "access_token" :
			      "initial_response", &text);
	mb_out_set_int(t, "expires_at", r.expires_at);
	ret = t->json ? 0 : print_token(&text, e);
out:
	mb_secret_clear(&text);
	mb_record_clear(&r);
	return ret;
}

static const struct mb_opt options[] = {
	{ "format", "FORMAT", "token (the default); xoauth2, oauthbearer: the "
	  "whole SASL response", 0 },
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
