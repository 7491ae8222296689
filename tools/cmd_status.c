/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The health of every account, for people and monitoring.  Whoever may open
 * the store sees it live; anybody else gets what refresh --due wrote down last
 * (tools/status.h), which has no secret in it.
 */
#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "lib/clock.h"
#include "lib/escape.h"
#include "lib/paths.h"
#include "tools/accounts.h"
#include "tools/change.h"
#include "tools/ends.h"
#include "tools/out.h"
#include "tools/status.h"
#include "tools/status_file.h"
#include "tools/status_report.h"
#include "tools/store_pick.h"
#include "tools/table.h"
#include "tools/verbs.h"

enum { DAY = 86400, DAYS_MAX = 3650 };

static json_t *bad_file(const char *path, struct mb_err *e)
{
	(void)mb_fail(e, MB_E_INTERNAL, path, "is no status file");
	(void)mb_remedy(e, "run: mailbearer refresh --due");
	return NULL;
}

/* The records as they are now. */
static json_t *live(struct mb_tool *t, struct mb_err *e)
{
	struct mb_credfile file = { 0 };
	struct mb_accounts a = { 0 };
	json_t *doc = NULL;
	char *text = NULL;
	size_t n = 0;
	FILE *f;

	if (mb_change_look(t, &file, e) < 0 || mb_pick_drop(t, e) < 0 ||
	    mb_accounts_read(t, &a, e) < 0)
		goto out;
	f = open_memstream(&text, &n);
	if (f) {
		mb_status_put(f, t, &a, &file);
		if (fclose(f) == 0)
			doc = json_loadb(text, n, 0, NULL);
	}
	if (!doc)
		(void)mb_fail(e, MB_E_NOMEM, "accounts", "out of memory");
out:
	free(text);
	mb_credfile_clear(&file);
	mb_accounts_clear(&a);
	return doc;
}

/* The directory is the service's, and root may be who asks: no link, and
 * nothing that one could wait at. */
static FILE *open_plain(const char *path)
{
	int fd = open(path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY |
		      O_CLOEXEC);
	FILE *f = NULL;
	struct stat st;

	if (fd < 0)
		return NULL;
	if (fstat(fd, &st) == 0 && S_ISREG(st.st_mode))
		f = fdopen(fd, "r");
	if (!f) {
		(void)close(fd);
		errno = EINVAL;
	}
	return f;
}

static json_t *from_file(struct mb_tool *t, struct mb_err *e)
{
	char path[PATH_MAX];
	struct mb_err place = { 0 };
	json_t *doc;
	char *slash;
	FILE *f;

	(void)snprintf(path, sizeof(path), "%s/" MB_STATUS_NAME,
		       mb_path_rundir);
	if (t->home_kind != MB_HOME_AUTO && t->home_kind != MB_HOME_SYSTEM &&
	    mb_pick_place(t, &place) == 0) {
		(void)snprintf(path, sizeof(path), "%s", t->home.records_dir);
		slash = strrchr(path, '/');
		if (slash)
			(void)snprintf(slash,
				       sizeof(path) - (size_t)(slash - path),
				       "/" MB_STATUS_NAME);
	}
	f = open_plain(path);
	if (!f && (e->id == MB_E_NOT_PERMITTED ||
		   e->id == MB_E_KEY_UNREADABLE)) {
		(void)mb_fail(e, e->id, path, "cannot be read (%s), and the "
			      "store is not this user's", strerror(errno));
		(void)mb_remedy(e, "run: sudo systemctl enable --now "
				"mailbearer-refresh.timer, or sudo mailbearer "
				"status");
	}
	if (!f)
		return NULL;	/* why the store was not opened is said */
	doc = json_loadf(f, 0, NULL);
	(void)fclose(f);
	if (!doc || !json_is_array(json_object_get(doc, "accounts"))) {
		json_decref(doc);
		return bad_file(path, e);
	}
	mb_out_set_str(t, "status_file", path);
	return doc;
}

/* ---- for people ---- */

static const char *shown(const char *text, char *buf, size_t size)
{
	(void)mb_escape(buf, size, text, strlen(text));
	return buf;
}

static int row(struct mb_table *table, const json_t *a, int64_t now,
	       struct mb_err *e)
{
	const json_t *error = json_object_get(a, "last_error");
	int64_t expires = mb_status_number(a, "expires_at");
	int64_t refreshed = mb_status_number(a, "refreshed_at");
	int64_t ends = mb_status_number(a, "ends_at");
	char token[40] = "-", used[40] = "-", span[40], end[80] = "-";
	const char *cells[6] = {
		mb_status_text(a, "account"), mb_status_text(a, "state"),
		token, used, end, "-",
	};

	if (expires)
		(void)mb_out_span(expires, now, token);
	if (refreshed)
		(void)mb_out_span(refreshed, now, used);
	if (ends)
		(void)snprintf(end, sizeof(end), "%s %s",
			       mb_status_text(a, "ends_what"),
			       mb_out_span(ends, now, span));
	if (json_is_object(error))
		cells[5] = mb_status_text(error, "id");
	return mb_table_row(table, cells, e);
}

/* "3 ok, 1 needs sign-in" */
static void summary(const json_t *doc, char *buf, size_t size)
{
	const json_t *accounts = json_object_get(doc, "accounts");
	size_t i, n, used;
	enum mb_state s;
	json_t *a;

	n = json_array_size(accounts);
	used = (size_t)snprintf(buf, size, "%zu account%s", n,
				n == 1 ? "" : "s");
	for (s = MB_STATE_OK; s < MB_STATE_COUNT; s++) {
		n = 0;
		json_array_foreach(accounts, i, a)
			n += !strcmp(mb_status_text(a, "state"),
				     mb_accounts_word(s));
		if (n && used < size)
			used += (size_t)snprintf(buf + used, size - used,
						 ", %zu %s", n,
						 mb_accounts_word(s));
	}
}

/* One line for monitoring first, then who it is about. */
static int print(const struct mb_tool *t, const json_t *doc, bool is_live,
		 enum mb_level level, int64_t now, struct mb_err *e)
{
	static const char *const head[] = { "ACCOUNT", "STATE",
		"TOKEN EXPIRES", "REFRESHED", "ENDS", "LAST ERROR" };
	struct mb_table table = { .ncolumns = 6 };
	char line[240], span[40], store[PATH_MAX];
	size_t i;
	json_t *a;

	summary(doc, line, sizeof(line));
	mb_out_line(t, "MAILBEARER %s: %s%s%s; %s (%s)",
		    mb_status_level_word(level), line,
		    is_live ? "" : "; as of ", is_live ? "" :
		    mb_out_span(mb_status_number(doc, "generated_at"), now,
				span),
		    shown(mb_status_text(doc, "store"), store, sizeof(store)),
		    mb_status_text(doc, "kind"));
	if (mb_table_row(&table, head, e) < 0)
		goto fail;
	json_array_foreach(json_object_get(doc, "accounts"), i, a)
		if (row(&table, a, now, e) < 0)
			goto fail;
	if (json_array_size(json_object_get(doc, "accounts")))
		mb_table_print(t, &table, 1);
	mb_table_clear(&table);
	return 0;
fail:
	mb_table_clear(&table);
	return -1;
}

static int report(struct mb_tool *t, const json_t *doc, bool is_live,
		  const struct mb_status_limits *l, struct mb_err *e)
{
	enum mb_level level = mb_status_level(doc, is_live, l);
	const char *key;
	json_t *value;

	if (mb_opts_has(&t->opts, "prometheus")) {
		mb_status_prometheus(doc);
		return (int)level;
	}
	if (t->json) {
		json_object_foreach((json_t *)(uintptr_t)doc, key, value)
			if (strcmp(key, "schema") != 0)
				mb_out_set(t, key, json_incref(value));
		mb_out_set_str(t, "level", mb_status_level_word(level));
		return (int)level;
	}
	return print(t, doc, is_live, level, l->now, e) < 0 ? -1 : (int)level;
}

/* Any trouble of its own is "unknown" to monitoring. */
static int unknown(struct mb_tool *t, const struct mb_err *e)
{
	char line[MB_ERR_LINE];

	if (t->json || mb_opts_has(&t->opts, "prometheus"))
		mb_out_error(t, e);
	else
		mb_out_line(t, "MAILBEARER UNKNOWN: %s",
			    mb_err_line(e, line, sizeof(line)));
	return MB_LEVEL_UNKNOWN;
}

static int run(struct mb_tool *t, struct mb_err *e)
{
	struct mb_status_limits l = { .now = mb_now() };
	int64_t warning = MB_ENDS_DAYS, critical = 1;
	bool is_live = true;
	json_t *doc = NULL;
	int ret;

	if (t->opts.noperands ||
	    mb_opts_number(&t->opts, "warning", 0, DAYS_MAX, &warning, e) < 0 ||
	    mb_opts_number(&t->opts, "critical", 0, DAYS_MAX, &critical,
			   e) < 0 ||
	    (t->json && mb_opts_has(&t->opts, "prometheus"))) {
		if (e->id == MB_E_NONE)
			(void)mb_opts_usage(&t->opts, e, "it takes no words, "
					    "and --json or --prometheus");
		return unknown(t, e);
	}
	l.warning_s = warning * DAY;
	l.critical_s = critical * DAY;
	if (!mb_opts_has(&t->opts, "file") &&
	    mb_pick_store(t, MB_PICK_LOOK, e) == 0) {
		doc = live(t, e);
	} else {
		is_live = false;
		doc = from_file(t, e);
	}
	if (!doc && e->id == MB_E_NONE)
		(void)mb_fail(e, MB_E_NO_STORE, "status file",
			      "there is none; refresh --due writes it");
	ret = doc ? report(t, doc, is_live, &l, e) : -1;
	json_decref(doc);
	return ret < 0 ? unknown(t, e) : ret;
}

static const struct mb_opt options[] = {
	{ "prometheus", NULL, "for the node exporter's textfile collector", 0 },
	{ "file", NULL, "what refresh --due wrote last, not the records", 0 },
	{ "warning", "DAYS", "so long before an account ends (7)", 0 },
	{ "critical", "DAYS", "and so long (1)", 0 },
	{ NULL, NULL, NULL, 0 },
};

const struct mb_verb mb_verb_status = {
	.name = "status",
	.operands = "",
	.summary = "say which accounts are well and which end soon",
	.opts = options,
	.more = "Exit status as monitoring plugins have it: 0 ok, 1 warning, "
		"2 critical, 3 unknown.\nNeeds no right to the store: it then "
		"reads what refresh --due wrote last.\n",
	.run = run,
};
