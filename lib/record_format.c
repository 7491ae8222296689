/* SPDX-License-Identifier: BSD-2-Clause */
#include "config.h"

#include <stdio.h>
#include <string.h>

#include "lib/record.h"
#include "lib/record_members.h"

static int no_memory(struct mb_err *e)
{
	return mb_fail(e, MB_E_NOMEM, "token record", "out of memory");
}

static int bad_value(struct mb_err *e, enum mb_id id,
		     const struct mb_record_member *m)
{
	return mb_fail(e, id, "token record", "%s cannot be written",
		       m->name);
}

static int put_line(struct mb_secret *out, const struct mb_record_member *m,
		    const char *value, size_t n, struct mb_err *e)
{
	if (mb_secret_append_str(out, m->name) < 0 ||
	    mb_secret_append(out, " ", 1) < 0 ||
	    mb_secret_append(out, value, n) < 0 ||
	    mb_secret_append(out, "\n", 1) < 0)
		return no_memory(e);
	return 0;
}

/* What is empty or zero is left out, but for the generation. */
static int put_member(struct mb_secret *out, const struct mb_record *r,
		      const struct mb_record_member *m, struct mb_err *e)
{
	const void *value = (const char *)r + m->offset;
	const struct mb_secret *token = value;
	char digits[32];
	int64_t number;
	size_t n;

	switch (m->type) {
	case MB_MEMBER_TEXT:
		n = strnlen(value, m->size);
		if (n == 0)
			return 0;
		if (n == m->size || !mb_record_text_valid(value, n))
			return bad_value(e, MB_E_INTERNAL, m);
		return put_line(out, m, value, n, e);
	case MB_MEMBER_NUMBER:
		memcpy(&number, value, sizeof(number));
		if (number == 0 && value != &r->generation)
			return 0;
		n = (size_t)snprintf(digits, sizeof(digits), "%lld",
				     (long long)number);
		return put_line(out, m, digits, n, e);
	case MB_MEMBER_TOKEN:
		if (token->len == 0)
			return 0;
		if (!mb_token_valid(token->data, token->len))
			return bad_value(e, MB_E_BAD_TOKEN, m);
		return put_line(out, m, token->data, token->len, e);
	}
	return 0;
}

int mb_record_format(const struct mb_record *r, struct mb_secret *out,
		     struct mb_err *e)
{
	struct mb_secret text = {0};
	unsigned int i;
	int ret = -1;

	if (!r->account[0] || r->generation < 0)
		return mb_fail(e, MB_E_INTERNAL, "token record",
			       "has no account or no generation");
	if (mb_record_check_extra(&r->extra, e) < 0)
		return -1;
	if (mb_secret_append_str(&text, MB_RECORD_HEADER) < 0) {
		no_memory(e);
		goto out;
	}
	for (i = 0; i < MB_RECORD_MEMBERS; i++) {
		if (put_member(&text, r, &mb_record_members[i], e) < 0)
			goto out;
	}
	if (mb_secret_append(&text, r->extra.data, r->extra.len) < 0) {
		no_memory(e);
		goto out;
	}
	if (text.len > MB_RECORD_MAX) {
		mb_fail(e, MB_E_TOO_LARGE, r->account,
			"its token record would be longer than %d bytes",
			(int)MB_RECORD_MAX);
		mb_remedy(e, "ask for fewer scopes: mailbearer set NAME "
			  "--scope SCOPE");
		goto out;
	}
	mb_secret_move(out, &text);
	ret = 0;
out:
	mb_secret_clear(&text);
	return ret;
}
