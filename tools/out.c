/* SPDX-License-Identifier: BSD-2-Clause */
#include "config.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "lib/codes.h"
#include "lib/escape.h"
#include "tools/out.h"

/* stdio's own buffer would keep what `show --secrets` printed. */
static char buffer[8192];

void mb_out_start(void)
{
	(void)setvbuf(stdout, buffer, isatty(STDOUT_FILENO) ? _IOLBF : _IOFBF,
		      sizeof(buffer));
}

int mb_out_status(const struct mb_err *e)
{
	static const int status[] = {
		[MB_KIND_FAILED] = MB_EXIT_FAILED,
		[MB_KIND_USAGE] = MB_EXIT_USAGE,
		[MB_KIND_NOT_FOUND] = MB_EXIT_NOT_FOUND,
		[MB_KIND_PERSON] = MB_EXIT_PERSON,
		[MB_KIND_CONFIG] = MB_EXIT_PERSON,
		[MB_KIND_DENIED] = MB_EXIT_FAILED,
		[MB_KIND_TEMPORARY] = MB_EXIT_TEMPORARY,
		[MB_KIND_NOMEM] = MB_EXIT_FAILED,
	};

	/* Temporary for a program that holds an old key; the tool has just read
	 * the one there is. */
	if (e->id == MB_E_KEY_CHANGED)
		return MB_EXIT_FAILED;
	return status[mb_message(e->id)->kind];
}

int mb_out_worst(unsigned int seen)
{
	static const int order[] = { MB_EXIT_USAGE, MB_EXIT_FAILED,
				     MB_EXIT_NOT_FOUND, MB_EXIT_PERSON,
				     MB_EXIT_TEMPORARY };
	size_t i;

	for (i = 0; i < sizeof(order) / sizeof(order[0]); i++)
		if (seen & (1u << order[i]))
			return order[i];
	return MB_EXIT_OK;
}

void mb_out_line(const struct mb_tool *t, const char *format, ...)
{
	va_list ap;

	if (t->json)
		return;
	va_start(ap, format);
	(void)vprintf(format, ap);
	va_end(ap);
	(void)putchar('\n');
}

void mb_out_note(const char *format, ...)
{
	va_list ap;

	va_start(ap, format);
	(void)vfprintf(stderr, format, ap);
	va_end(ap);
	(void)fputc('\n', stderr);
}

const char *mb_out_turn(enum mb_turn turn)
{
	static const char *const turns[] = {
		[MB_TURN_YOU] = "you",
		[MB_TURN_OWNER] = "owner",
		[MB_TURN_ADMIN] = "admin",
		[MB_TURN_PROVIDER] = "provider",
	};

	return turns[turn];
}

json_t *mb_out_error_json(const struct mb_tool *t, const struct mb_err *e)
{
	struct mb_err here = *e;
	const char *cause = e->cause;

	mb_err_command(&here, t->command);
	return json_pack("{s:s, s:s, s:s, s:s, s:s}", "id",
			 mb_message(e->id)->name,
			 "object", e->object,
			 "cause", cause + (*cause == ' '),
			 "remedy", here.remedy, "whose_turn",
			 mb_out_turn(mb_codes_turn(e)));
}

const char *mb_out_command(const struct mb_tool *t, char *text, size_t size)
{
	(void)mb_err_put_command(text, size, t->command);
	return text;
}

const char *mb_out_error_line(const struct mb_tool *t, const struct mb_err *e,
			      char line[MB_ERR_LINE])
{
	struct mb_err here = *e;

	mb_err_command(&here, t->command);
	return mb_err_line(&here, line, MB_ERR_LINE);
}

void mb_out_error(struct mb_tool *t, const struct mb_err *e)
{
	char line[MB_ERR_LINE];

	(void)fflush(stdout);
	mb_out_note("%s", mb_out_error_line(t, e, line));
	if (!t->json)
		return;
	if (!t->errors)
		t->errors = json_array();
	(void)json_array_append_new(t->errors, mb_out_error_json(t, e));
}

void mb_out_set(struct mb_tool *t, const char *member, json_t *value)
{
	if (!t->json) {
		json_decref(value);
		return;
	}
	if (!t->result)
		t->result = json_object();
	(void)json_object_set_new(t->result, member, value);
}

/* A path may be no UTF-8; then it is shown as in a message. */
void mb_out_set_str(struct mb_tool *t, const char *member, const char *value)
{
	char shown[PATH_MAX];
	json_t *text;

	if (!t->json)
		return;
	text = json_string(value);
	if (!text) {
		(void)mb_escape(shown, sizeof(shown), value, strlen(value));
		text = json_string(shown);
	}
	mb_out_set(t, member, text);
}

void mb_out_set_int(struct mb_tool *t, const char *member, int64_t value)
{
	if (t->json)
		mb_out_set(t, member, json_integer(value));
}

void mb_out_secret(struct mb_tool *t, const char *member,
		   const struct mb_secret *value)
{
	mb_out_set_str(t, member, mb_secret_str(value));
	if (t->json)
		return;
	(void)printf("%-24s ", member);
	(void)fwrite(value->data, 1, value->len, stdout);
	(void)putchar('\n');
}

void mb_out_outcome(const struct mb_tool *t, const char *done, ...)
{
	va_list ap;

	if (t->json)
		return;
	va_start(ap, done);
	if (t->changed)
		(void)vprintf(done, ap);
	else
		(void)fputs("unchanged", stdout);
	va_end(ap);
	(void)putchar('\n');
}

/* A line end in JSON is never inside of a string. */
static int write_indented(const char *text, size_t n, void *arg)
{
	const int *columns = arg;

	while (n > 0) {
		const char *end = memchr(text, '\n', n);
		size_t part = end ? (size_t)(end - text) + 1 : n;

		(void)fwrite(text, 1, part, stdout);
		if (end)
			(void)printf("%*s", *columns, "");
		text += part;
		n -= part;
	}
	return ferror(stdout) ? -1 : 0;
}

static int print_inside(const json_t *value, int columns)
{
	return json_dump_callback(value, write_indented, &columns,
				  JSON_INDENT(2) | JSON_ENCODE_ANY);
}

void mb_out_list(struct mb_tool *t, const char *member)
{
	if (!t->json)
		return;
	t->listing = true;
	(void)printf("{\n  \"schema\": 1,\n  \"changed\": %s,\n  \"%s\": [",
		     t->changed ? "true" : "false", member);
}

int mb_out_item(struct mb_tool *t, json_t *item, struct mb_err *e)
{
	int ret = -1;

	(void)fputs(t->listed++ ? ",\n    " : "\n    ", stdout);
	if (item)
		ret = print_inside(item, 4);
	json_decref(item);
	if (ret < 0)
		return mb_fail(e, MB_E_IO, "stdout", "cannot write the list");
	return 0;
}

/* What follows a list that was printed already. */
static int print_rest(struct mb_tool *t)
{
	int ret = 0;

	(void)fputs(t->listed ? "\n  ]" : "]", stdout);
	if (t->errors) {
		(void)fputs(",\n  \"errors\": ", stdout);
		ret = print_inside(t->errors, 2);
	}
	(void)fputs("\n}\n", stdout);
	return ret;
}

static int print_whole(const struct mb_tool *t)
{
	json_t *doc = json_pack("{s:i, s:b}", "schema", 1, "changed",
				t->changed);
	int ret = -1;

	if (!doc || (t->result && json_object_update(doc, t->result) < 0))
		goto out;
	if (t->errors && json_object_set(doc, "errors", t->errors) < 0)
		goto out;
	if (json_dumpf(doc, stdout, JSON_INDENT(2)) < 0)
		goto out;
	(void)putchar('\n');
	ret = 0;
out:
	json_decref(doc);
	return ret;
}

static int print_document(struct mb_tool *t)
{
	int ret = t->listing ? print_rest(t) : print_whole(t);

	json_decref(t->result);
	json_decref(t->errors);
	t->result = NULL;
	t->errors = NULL;
	return ret;
}

int mb_out_finish(struct mb_tool *t, int status)
{
	bool bad = t->json && print_document(t) < 0;

	if (fflush(stdout) != 0 || ferror(stdout))
		bad = true;
	mb_wipe(buffer, sizeof(buffer));
	if (!bad)
		return status;
	mb_out_note("mailbearer: the answer could not be written to stdout");
	return status ? status : MB_EXIT_FAILED;
}

const char *mb_out_time(int64_t when, char buf[40])
{
	time_t clock = (time_t)when;
	struct tm tm;
	size_t n;

	if (!localtime_r(&clock, &tm) ||
	    !(n = strftime(buf, 40, "%Y-%m-%dT%H:%M:%S%z", &tm)) || n > 38) {
		(void)snprintf(buf, 40, "%" PRId64, when);
		return buf;
	}
	/* +0100 becomes +01:00 (RFC 3339). */
	memmove(buf + n - 1, buf + n - 2, 3);
	buf[n - 2] = ':';
	return buf;
}

const char *mb_out_span(int64_t when, int64_t now, char buf[40])
{
	static const struct {
		int64_t seconds;
		const char *name;
	} units[] = {
		{ 86400, "day" }, { 3600, "hour" }, { 60, "minute" },
		{ 1, "second" },
	};
	int64_t diff = when > now ? when - now : now - when;
	size_t i = 0;

	if (diff == 0) {
		(void)snprintf(buf, 40, "now");
		return buf;
	}
	/* "in 90 minutes" says more than "in 1 hour". */
	while (i < 3 && diff < 2 * units[i].seconds)
		i++;
	diff /= units[i].seconds;
	(void)snprintf(buf, 40, "%s%" PRId64 " %s%s%s", when > now ? "in " : "",
		       diff, units[i].name, diff == 1 ? "" : "s",
		       when > now ? "" : " ago");
	return buf;
}
