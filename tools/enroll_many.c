/* SPDX-License-Identifier: BSD-2-Clause */
/* enroll --from: a file of accounts, a few at a time, one JSON line each. */
#include "config.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "lib/address.h"
#include "tools/enroll.h"
#include "tools/input.h"
#include "tools/out.h"
#include "tools/pool.h"
#include "tools/store_pick.h"

enum { FILE_MAX = 4 * 1024 * 1024, JOBS = 4, CHANGED = 8 };

struct line {
	char *account;		/* into the text */
	char *owner;		/* NULL: the same */
};

struct many {
	struct mb_tool *tool;
	mb_enroll_one *one;
	const char *file;
	struct mb_secret text;
	struct line *lines;
	size_t n;
	size_t enrolled, unchanged, failed;
	unsigned int seen;	/* bit i: exit status i occurred */
};

/* ---- the file ---- */

static char *trim(char *s)
{
	size_t n;

	s += strspn(s, " \t");
	n = strlen(s);
	while (n > 0 && strchr(" \t\r", s[n - 1]))
		s[--n] = '\0';
	return s;
}

static int bad_line(const struct many *m, size_t number, struct mb_err *e)
{
	char object[300];

	(void)snprintf(object, sizeof(object), "%.200s, line %zu",
		       strcmp(m->file, "-") ? m->file : "stdin", number);
	(void)mb_fail(e, MB_E_BAD_ADDRESS, object,
		      "is not ADDRESS or ADDRESS,OWNER");
	return mb_remedy(e, "mend it; nothing was done");
}

static int check_address(const char *text, const struct many *m, size_t number,
			 struct mb_err *e)
{
	char canonical[MB_ADDRESS_MAX + 1];

	if (mb_is_address(text) && *text != '*' &&
	    mb_address_canon(text, canonical, NULL) == 0)
		return 0;
	return bad_line(m, number, e);
}

/* One line; empty ones and comments count for nothing. */
static int take_line(struct many *m, char *line, size_t number,
		     struct mb_err *e)
{
	struct line *l = &m->lines[m->n];
	char *comma;

	line = trim(line);
	if (!*line || *line == '#')
		return 0;
	comma = strchr(line, ',');
	if (comma)
		*comma = '\0';
	l->account = trim(line);
	l->owner = comma ? trim(comma + 1) : NULL;
	if (l->owner && !*l->owner)
		l->owner = NULL;
	if (check_address(l->account, m, number, e) < 0 ||
	    (l->owner && check_address(l->owner, m, number, e) < 0))
		return -1;
	m->n++;
	return 0;
}

/* All of it is understood before anything is done. */
static int read_lines(struct many *m, struct mb_err *e)
{
	char *p, *next;
	size_t number = 0, count = 1;

	if (mb_input_file(m->file, FILE_MAX, &m->text, e) < 0 ||
	    mb_secret_append(&m->text, "", 1) < 0)
		return -1;
	p = (char *)m->text.data;
	/* Spreadsheets begin a file with a byte order mark. */
	if (m->text.len > 3 && !memcmp(p, "\357\273\277", 3))
		p += 3;
	for (size_t i = 0; p[i]; i++)
		count += p[i] == '\n';
	m->lines = calloc(count, sizeof(*m->lines));
	if (!m->lines)
		return mb_fail(e, MB_E_NOMEM, m->file, "out of memory");
	for (; p; p = next) {
		next = strchr(p, '\n');
		if (next)
			*next++ = '\0';
		if (take_line(m, p, ++number, e) < 0)
			return -1;
	}
	return 0;
}

/* ---- one account ---- */

/* One write, so that the lines of several processes stay whole. */
static void print_line(const json_t *doc)
{
	char *text = json_dumps(doc, JSON_COMPACT);
	size_t n = text ? strlen(text) : 0, done = 0;

	if (!text)
		return;
	text[n++] = '\n';
	while (done < n) {
		ssize_t w = write(STDOUT_FILENO, text + done, n - done);

		if (w < 0 && errno != EINTR)
			break;
		done += w > 0 ? (size_t)w : 0;
	}
	free(text);
}

/* In a child: the same as `enroll ADDRESS --as OWNER`. */
static int work(void *arg, size_t item, struct mb_err *e)
{
	const struct many *m = arg;
	const struct line *l = &m->lines[item];
	struct mb_tool t = *m->tool;
	struct mb_enroll n = { .tool = &t, .account = l->account,
		.owner = l->owner ? l->owner : l->account };
	int status = MB_EXIT_OK;
	json_t *doc;

	t.json = true;
	if (m->one(&n, e) < 0)
		status = mb_out_status(e);
	doc = json_pack("{s:i, s:s, s:b, s:s}", "schema", 1, "account",
			l->account, "changed", status == MB_EXIT_OK && t.changed, "outcome",
			status ? "failed" : mb_opts_has(&t.opts, "begin") &&
			!t.changed && t.result &&
			json_object_get(t.result, "url") ? "begun" :
			t.changed ? "enrolled" : "unchanged");
	if (t.result)
		(void)json_object_update_missing(doc, t.result);
	if (status)
		(void)json_object_set_new(doc, "error",
					  mb_out_error_json(&t, e));
	print_line(doc);
	json_decref(doc);
	json_decref(t.result);
	json_decref(t.errors);
	mb_enroll_end(&n, -1);
	mb_store_free(&t.store);
	return status + (t.changed ? CHANGED : 0);
}

static void done(void *arg, size_t item, int result, const struct mb_err *e)
{
	struct many *m = arg;
	int status = result < 0 ? MB_EXIT_FAILED : result % CHANGED;

	if (status || result < 0)
		mb_out_error(m->tool, e);
	(void)item;
	m->seen |= 1u << status;
	if (status)
		m->failed++;
	else if (result >= CHANGED)
		m->enrolled++;
	else
		m->unchanged++;
	if (result >= CHANGED)
		m->tool->changed = true;
}

/* Which store it is, and that there is one, is said once; each child opens it
 * for itself. */
static int find_store(struct mb_tool *t, struct mb_err *e)
{
	int ret = mb_pick_store(t, MB_PICK_RECORDS, e);

	mb_store_free(&t->store);
	return ret;
}

int mb_enroll_many(struct mb_tool *t, const char *file, mb_enroll_one *one,
		   struct mb_err *e)
{
	struct many m = { .tool = t, .one = one, .file = file };
	struct mb_pool pool = { .arg = &m, .work = work, .done = done };
	int64_t jobs = JOBS;
	int ret = -1, stopped;

	if (mb_opts_number(&t->opts, "jobs", 1, MB_POOL_JOBS_MAX, &jobs,
			   e) < 0 ||
	    read_lines(&m, e) < 0 || find_store(t, e) < 0)
		goto out;
	/* The lines are the answer, one document each. */
	t->json = false;
	pool.n = m.n;
	pool.jobs = (size_t)jobs;
	(void)fflush(stdout);
	stopped = mb_pool_run(&pool);
	mb_out_note("%zu accounts: %zu done, %zu unchanged, %zu failed", m.n,
		    m.enrolled, m.unchanged, m.failed);
	if (stopped) {
		(void)mb_fail(e, MB_E_INTERRUPTED, "enroll --from",
			      "interrupted");
		(void)mb_remedy(e, "go on where it ended: --if-needed");
		goto out;
	}
	ret = mb_out_worst(m.seen);
out:
	free(m.lines);
	mb_secret_clear(&m.text);
	return ret;
}
