/* SPDX-License-Identifier: BSD-2-Clause */
#include "config.h"

#include "lib/record.h"

#include <string.h>

#include "lib/escape.h"
#include "lib/record_members.h"

/* One for each line of struct mb_record that is stored. */
const struct mb_record_member mb_record_members[] = {
#define MEMBER(name, type) \
	{ #name, MB_MEMBER_##type, offsetof(struct mb_record, name), \
	  sizeof(((struct mb_record *)NULL)->name) }
	MEMBER(account, TEXT),
	MEMBER(token_of, TEXT),
	MEMBER(credential, TEXT),
	MEMBER(grant, TEXT),
	MEMBER(rule, TEXT),
	MEMBER(credential_digest, TEXT),
	MEMBER(credentials_seen, TEXT),
	MEMBER(hosts, TEXT),
	MEMBER(deadline, NUMBER),
	MEMBER(generation, NUMBER),
	MEMBER(obtained_at, NUMBER),
	MEMBER(expires_at, NUMBER),
	MEMBER(enrolled_at, NUMBER),
	MEMBER(refreshed_at, NUMBER),
	MEMBER(access_token, TOKEN),
	MEMBER(refresh_token, TOKEN),
	MEMBER(scope, TEXT),
	MEMBER(token_type, TEXT),
	MEMBER(refused_generation, NUMBER),
	MEMBER(error_class, TEXT),
	MEMBER(error_id, TEXT),
	MEMBER(error_text, TEXT),
	MEMBER(next_attempt, NUMBER),
	MEMBER(attempts, NUMBER),
#undef MEMBER
};

static void *value_of(struct mb_record *r, const struct mb_record_member *m)
{
	return (char *)r + m->offset;
}

bool mb_token_valid(const char *token, size_t n)
{
	return n >= 1 && n <= MB_TOKEN_MAX && mb_visible(token, n);
}

bool mb_record_text_valid(const char *value, size_t n)
{
	size_t i;

	for (i = 0; i < n; i++) {
		unsigned char c = (unsigned char)value[i];

		if (c < 0x20 || c == 0x7f)
			return false;
	}
	return n > 0;
}

/* One way to write a number: "0", or "-" and digits without leading zero. */
static bool parse_number(const char *s, size_t n, int64_t *out)
{
	bool minus = n > 0 && s[0] == '-';
	int64_t value = 0;
	size_t i = minus ? 1 : 0;

	if (i == n || (s[i] == '0' && n > 1))
		return false;
	for (; i < n; i++) {
		if (s[i] < '0' || s[i] > '9' ||
		    __builtin_mul_overflow(value, 10, &value))
			return false;
		if (minus ? __builtin_sub_overflow(value, s[i] - '0', &value)
			  : __builtin_add_overflow(value, s[i] - '0', &value))
			return false;
	}
	*out = value;
	return true;
}

/* A record while it is read. */
struct parser {
	struct mb_record r;
	const char *object;
	struct mb_err *e;
	unsigned int seen;	/* bit i: mb_record_members[i] */
	unsigned int next;	/* most likely the next member */
	unsigned int nextra;
	unsigned int line;
};

_Static_assert(MB_RECORD_MEMBERS <= 32, "a bit of seen for each member");

/* Never a value: it may be a token. */
static int bad_line(struct parser *p, const struct mb_record_member *m,
		    const char *why)
{
	mb_fail(p->e, MB_E_RECORD_BAD, p->object, "line %u%s%s %s", p->line,
		m ? " " : "", m ? m->name : "", why);
	return mb_remedy(p->e, "restore it from a backup, or enrol the "
			 "account again");
}

static int no_memory(struct mb_err *e)
{
	return mb_fail(e, MB_E_NOMEM, "token record", "out of memory");
}

static const struct mb_record_member *find_member(struct parser *p,
						  const char *name, size_t n)
{
	unsigned int i;

	for (i = 0; i < MB_RECORD_MEMBERS; i++) {
		unsigned int at = (p->next + i) % MB_RECORD_MEMBERS;

		const char *known = mb_record_members[at].name;

		if (strncmp(known, name, n) == 0 && known[n] == '\0') {
			p->next = at + 1;
			return &mb_record_members[at];
		}
	}
	return NULL;
}

static int parse_known(struct parser *p, const struct mb_record_member *m,
		       const char *value, size_t n)
{
	unsigned int bit = 1U << (m - mb_record_members);
	int64_t number;

	if (p->seen & bit)
		return bad_line(p, m, "comes twice");
	p->seen |= bit;
	switch (m->type) {
	case MB_MEMBER_TEXT:
		if (n >= m->size || !mb_record_text_valid(value, n))
			return bad_line(p, m, "is no text of its length");
		memcpy(value_of(&p->r, m), value, n);
		break;
	case MB_MEMBER_NUMBER:
		if (!parse_number(value, n, &number))
			return bad_line(p, m, "is no number of 64 bits");
		memcpy(value_of(&p->r, m), &number, sizeof(number));
		break;
	case MB_MEMBER_TOKEN:
		if (!mb_token_valid(value, n))
			return bad_line(p, m, "is no token");
		if (mb_secret_set(value_of(&p->r, m), value, n) < 0)
			return no_memory(p->e);
		break;
	}
	return 0;
}

/* Does one of the unknown lines begin with these n bytes (a name and its
 * blank)? */
static bool extra_has(const struct mb_secret *extra, const char *name, size_t n)
{
	const char *p = extra->data;
	size_t left = extra->len, len;

	while (left > 0) {
		const char *end = memchr(p, '\n', left);

		if (left >= n && memcmp(p, name, n) == 0)
			return true;
		len = end ? (size_t)(end - p) + 1 : left;
		p += len;
		left -= len;
	}
	return false;
}

static int parse_unknown(struct parser *p, const char *line, size_t n,
			 size_t name)
{
	if (!mb_record_text_valid(line + name + 1, n - name - 1))
		return bad_line(p, NULL, "is no text");
	if (++p->nextra > MB_RECORD_EXTRA_MAX)
		return bad_line(p, NULL, "is one unknown member too many");
	if (extra_has(&p->r.extra, line, name + 1))
		return bad_line(p, NULL, "has a member for the second time");
	if (mb_secret_append(&p->r.extra, line, n) < 0 ||
	    mb_secret_append(&p->r.extra, "\n", 1) < 0)
		return no_memory(p->e);
	return 0;
}

/* "name value", without the newline. */
static int parse_line(struct parser *p, const char *line, size_t n)
{
	const struct mb_record_member *m;
	size_t name = 0;

	while (name < n && ((line[name] >= 'a' && line[name] <= 'z') ||
			    (line[name] >= '0' && line[name] <= '9') ||
			    line[name] == '_'))
		name++;
	if (name == 0 || name > MB_MEMBER_NAME_MAX || name + 1 >= n ||
	    line[name] != ' ')
		return bad_line(p, NULL, "is not of the form: name value");
	m = find_member(p, line, name);
	if (!m)
		return parse_unknown(p, line, n, name);
	return parse_known(p, m, line + name + 1, n - name - 1);
}

static int parse_lines(struct parser *p, const char *text, size_t n)
{
	while (n > 0) {
		const char *end = memchr(text, '\n', n);
		size_t len;

		p->line++;
		if (!end)
			return bad_line(p, NULL, "is cut off");
		len = (size_t)(end - text);
		if (parse_line(p, text, len) < 0)
			return -1;
		text += len + 1;
		n -= len + 1;
	}
	return 0;
}

static int parse_all(struct parser *p, const char *text, size_t n)
{
	const size_t head = sizeof(MB_RECORD_HEADER) - 1;

	p->line = 1;
	if (n > MB_RECORD_MAX)
		return bad_line(p, NULL, "starts a record that is too long");
	if (n < head || memcmp(text, MB_RECORD_HEADER, head) != 0)
		return bad_line(p, NULL, "is not: mailbearer-record 1");
	if (parse_lines(p, text + head, n - head) < 0)
		return -1;
	if (!p->r.account[0] || p->r.generation < 0)
		return bad_line(p, NULL, "is the last, and there was no "
				"account or no generation");
	return 0;
}

int mb_record_parse(struct mb_record *r, const char *text, size_t n,
		    const char *object, struct mb_err *e)
{
	struct parser p = { .object = object, .e = e };

	p.r.generation = -1;
	if (parse_all(&p, text, n) < 0) {
		mb_record_clear(&p.r);
		return -1;
	}
	mb_record_clear(r);
	*r = p.r;
	return 0;
}

int mb_record_check_extra(const struct mb_secret *extra, struct mb_err *e)
{
	struct parser p = { .object = "token record", .e = e };
	int ret = parse_lines(&p, extra->data, extra->len);

	mb_record_clear(&p.r);
	if (ret == 0 && p.seen)
		ret = bad_line(&p, NULL, "is not an unknown member");
	return ret;
}

int mb_record_copy(struct mb_record *dst, const struct mb_record *src,
		   struct mb_err *e)
{
	struct mb_record r = *src;

	memset(&r.access_token, 0, sizeof(r.access_token));
	memset(&r.refresh_token, 0, sizeof(r.refresh_token));
	memset(&r.extra, 0, sizeof(r.extra));
	if (mb_secret_append(&r.access_token, src->access_token.data,
			     src->access_token.len) < 0 ||
	    mb_secret_append(&r.refresh_token, src->refresh_token.data,
			     src->refresh_token.len) < 0 ||
	    mb_secret_append(&r.extra, src->extra.data, src->extra.len) < 0) {
		mb_record_clear(&r);
		return no_memory(e);
	}
	mb_record_clear(dst);
	*dst = r;
	return 0;
}

void mb_record_clear(struct mb_record *r)
{
	mb_secret_clear(&r->access_token);
	mb_secret_clear(&r->refresh_token);
	mb_secret_clear(&r->extra);
	memset(r, 0, sizeof(*r));
}
