/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Text from outside on its way to a terminal, a log or a browser.
 * Input: one byte that chooses a buffer's size, then the text.
 */
#include "config.h"

#include <stdlib.h>
#include <string.h>

#include "lib/escape.h"
#include "tests/fuzz/fuzz.h"
#include "tools/page.h"

static void check_escape(const char *text, size_t n, size_t size)
{
	char *small = malloc(size), *again = malloc(size);
	char *whole = malloc(4 * n + 1), *twice = malloc(4 * n + 1);
	size_t len, all;

	fuzz_check(small && again && whole && twice);
	len = mb_escape(small, size, text, n);
	fuzz_check(len < size && strlen(small) == len);
	fuzz_check(fuzz_printable(small));
	all = mb_escape(whole, 4 * n + 1, text, n);
	fuzz_check(strlen(whole) == all && fuzz_printable(whole));
	/* What is fit already stays as it is; what was cut says so. */
	fuzz_check(mb_escape(twice, 4 * n + 1, whole, all) == all &&
		   strcmp(whole, twice) == 0);
	if (all < size)
		fuzz_check(len == all && strcmp(small, whole) == 0);
	else if (size > 3)
		fuzz_check(strcmp(small + len - 3, "...") == 0 &&
			   strncmp(small, whole, len - 3) == 0);
	fuzz_check(mb_escape(again, size, small, len) == len &&
		   strcmp(again, small) == 0);
	fuzz_check(mb_columns(whole) <= 2 * all);
	free(small);
	free(again);
	free(whole);
	free(twice);
}

static void check_error(const char *text, size_t size)
{
	char *line = malloc(size), object[16];
	struct mb_err e = { 0 };
	size_t n;

	fuzz_check(line);
	(void)mb_escape(object, sizeof(object), text, strlen(text));
	fuzz_check(mb_fail(&e, MB_E_REPLY_BAD, text, "it said: %s", text) < 0);
	fuzz_check(mb_remedy(&e, "run: mailbearer show %s", text) < 0);
	fuzz_check_err(&e);
	n = strlen(mb_err_line(&e, line, size));
	fuzz_check(n < size && fuzz_printable(line));
	/* Its own texts as arguments: cause in front of cause. */
	fuzz_check(mb_fail(&e, MB_E_CONFIG_VALUE, e.object, "%s: %s", e.cause,
			   e.remedy) < 0);
	fuzz_check_err(&e);
	fuzz_check(mb_fail(&e, MB_E_CONFIG_VALUE, object, " %s", text) < 0);
	fuzz_check_err(&e);
	free(line);
}

/* Between "<p>" and "</p>" there is no other tag. */
static void check_page(const char *text)
{
	struct mb_secret page = { 0 }, url = { 0 };
	size_t tags = 0, quotes = 0;

	fuzz_check(mb_page_result(&page, "heading", text, text, NULL) == 0);
	for (size_t i = 0; i < page.len; i++)
		tags += page.data[i] == '<';
	/* doctype, html, head, two metas, title, body, main, h1, p, p */
	fuzz_check(tags == (*text ? 19 : 15));
	fuzz_check(mb_secret_set(&url, text, strlen(text)) == 0);
	fuzz_check(mb_page_forward(&page, &url, NULL) == 0);
	for (size_t i = 0; i < page.len; i++)
		quotes += page.data[i] == '"';
	fuzz_check(quotes % 2 == 0);
	mb_secret_clear(&page);
	mb_secret_clear(&url);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct fuzz_in in = fuzz_of(data, size);
	size_t room = 1 + fuzz_byte(&in);
	char *copy = fuzz_copy(in.p, in.n), *text;

	check_escape(copy, in.n, room);
	text = fuzz_line(&in);
	check_error(text, room);
	check_page(text);
	free(text);
	free(copy);
	return 0;
}
