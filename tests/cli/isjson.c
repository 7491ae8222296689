/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Is standard input what --json promises?
 *
 *	isjson [errors | lines]
 *
 * One JSON document and nothing behind it: "schema" is 1, "changed" says yes or
 * no, and "errors" is there if and only if `errors` was said.  lines: such a
 * document on each line, with "error" in place of "errors".  Exit status 0, or
 * 1 and why on stdout.
 */
#include "config.h"

#include <jansson.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

static int bad(const char *why)
{
	(void)puts(why);
	return 1;
}

static int check_error(const json_t *error)
{
	static const char *const members[] = { "id", "object", "cause",
					       "remedy", "whose_turn" };
	size_t n = sizeof(members) / sizeof(members[0]), i;

	if (json_object_size(error) != n)
		return bad("an error has not five members");
	for (i = 0; i < n; i++)
		if (!json_is_string(json_object_get(error, members[i])))
			return bad(members[i]);
	return 0;
}

static int check(const json_t *doc, bool lines, bool failed)
{
	const json_t *errors = json_object_get(doc, "errors");
	const json_t *error = json_object_get(doc, "error");
	size_t i;

	if (!json_is_object(doc))
		return bad("no object");
	if (json_integer_value(json_object_get(doc, "schema")) != 1)
		return bad("schema is not 1");
	if (!json_is_boolean(json_object_get(doc, "changed")))
		return bad("changed is no boolean");
	if (lines)
		return error ? check_error(error) : 0;
	if (errors && !json_array_size(errors))
		return bad("errors is no list, or empty");
	if (failed != (errors != NULL))
		return bad(failed ? "no errors" : "errors");
	for (i = 0; i < json_array_size(errors); i++)
		if (check_error(json_array_get(errors, i)))
			return 1;
	return 0;
}

static int document(const char *text, size_t n, bool lines, bool failed)
{
	json_error_t why;
	json_t *doc = json_loadb(text, n, JSON_REJECT_DUPLICATES, &why);
	int ret = doc ? check(doc, lines, failed) : bad(why.text);

	json_decref(doc);
	return ret;
}

int main(int argc, char **argv)
{
	static char text[1024 * 1024];
	size_t n = fread(text, 1, sizeof(text), stdin), from = 0, len;
	const char *end;

	if (n == 0 || n == sizeof(text))
		return bad("nothing, or too much");
	if (argc < 2 || strcmp(argv[1], "lines") != 0)
		return document(text, n, false,
				argc > 1 && !strcmp(argv[1], "errors"));
	for (; from < n; from += len + 1) {
		end = memchr(text + from, '\n', n - from);
		len = end ? (size_t)(end - text) - from : n - from;
		if (document(text + from, len, true, false))
			return 1;
	}
	return 0;
}
