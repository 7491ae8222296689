/* SPDX-License-Identifier: BSD-2-Clause */
#include "config.h"

#include <string.h>

#include "tools/bundle.h"

struct reader {
	const char *p, *end;
};

bool mb_bundle_is(const char *text, size_t n)
{
	return n >= sizeof(MB_BUNDLE_HEADER) - 1 &&
	       memcmp(text, MB_BUNDLE_HEADER,
		      sizeof(MB_BUNDLE_HEADER) - 1) == 0;
}

/* "NAME NUMBER\n" */
static bool get_line(struct reader *r, const char *name, size_t *number)
{
	size_t n = strlen(name);
	const char *p = r->p;

	if ((size_t)(r->end - p) <= n || memcmp(p, name, n) != 0 ||
	    p[n] != ' ')
		return false;
	p += n + 1;
	if (p == r->end || *p < '0' || *p > '9')
		return false;
	for (*number = 0; p < r->end && *p >= '0' && *p <= '9'; p++) {
		if (*number > ((size_t)1 << 40))
			return false;
		*number = *number * 10 + (size_t)(*p - '0');
	}
	if (p == r->end || *p != '\n')
		return false;
	r->p = p + 1;
	return true;
}

/* 1 a part, 0 it was the last, -1 neither. */
static int get_part(struct reader *r, struct mb_bundle_part *part,
		    size_t accounts)
{
	size_t n;

	if (get_line(r, "end", &n))
		return n == accounts && r->p == r->end ? 0 : -1;
	part->credentials = get_line(r, MB_BUNDLE_CREDENTIALS, &n);
	if (!part->credentials && !get_line(r, MB_BUNDLE_ACCOUNT, &n))
		return -1;
	if (n >= (size_t)(r->end - r->p) || r->p[n] != '\n')
		return -1;
	part->text = r->p;
	part->len = n;
	r->p += n + 1;
	return 1;
}

int mb_bundle_each(struct mb_bundle *b,
		   int (*fn)(void *arg, const struct mb_bundle_part *part,
			     struct mb_err *e),
		   void *arg, struct mb_err *e)
{
	struct reader r = { NULL, b->text + b->len };
	struct mb_bundle_part part;
	size_t accounts = 0;
	int got, ret;

	if (!mb_bundle_is(b->text, b->len))
		goto bad;
	r.p = b->text + sizeof(MB_BUNDLE_HEADER) - 1;
	while ((got = get_part(&r, &part, accounts)) > 0)
		accounts += !part.credentials;
	if (got < 0)
		goto bad;
	b->naccounts = accounts;
	r.p = b->text + sizeof(MB_BUNDLE_HEADER) - 1;
	while (get_part(&r, &part, accounts) > 0) {
		ret = fn(arg, &part, e);
		if (ret)
			return ret;
	}
	return 0;
bad:
	(void)mb_fail(e, MB_E_RECORD_BAD, b->object, "is not what mailbearer "
		      "export writes");
	return mb_remedy(e, "give a file that mailbearer export made");
}
