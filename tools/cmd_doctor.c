/* SPDX-License-Identifier: BSD-2-Clause */
#include "config.h"

#include <pwd.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/utsname.h>
#include <unistd.h>

#include "lib/address.h"
#include "lib/escape.h"
#include "tools/change.h"
#include "tools/doctor.h"
#include "tools/out.h"
#include "tools/setup.h"
#include "tools/store_pick.h"
#include "tools/verbs.h"

static const char *const words[] = {
	[MB_GRADE_OK] = "ok",
	[MB_GRADE_NOTE] = "note",
	[MB_GRADE_WARNING] = "warning",
	[MB_GRADE_BROKEN] = "broken",
};

static void add_json(struct mb_tool *t, enum mb_grade grade, const char *name,
		     const char *what, const char *remedy)
{
	json_t *list = json_object_get(t->result, "findings");

	if (!t->json)
		return;
	if (!list) {
		mb_out_set(t, "findings", json_array());
		list = json_object_get(t->result, "findings");
	}
	(void)json_array_append_new(list, json_pack(
		"{s:s, s:s, s:s, s:s}", "grade", words[grade], "check", name,
		"what", what, "remedy", remedy));
}

void mb_doctor_say(struct mb_doctor *d, enum mb_grade grade, const char *name,
		   const char *remedy, const char *what, ...)
{
	char raw[MB_ERR_LINE], text[MB_ERR_LINE], todo[MB_ERR_LINE];
	va_list ap;

	va_start(ap, what);
	(void)vsnprintf(raw, sizeof(raw), what, ap);
	va_end(ap);
	(void)mb_escape(text, sizeof(text), raw, strlen(raw));
	(void)snprintf(raw, sizeof(raw), "%s", remedy ? remedy : "");
	(void)mb_escape(todo, sizeof(todo), raw, strlen(raw));
	if (d->report) {
		mb_doctor_redact(&d->file, text, sizeof(text));
		mb_doctor_redact(&d->file, todo, sizeof(todo));
	}
	d->count[grade]++;
	if (grade > d->worst)
		d->worst = grade;
	mb_out_line(d->tool, "%-8s %-12s %s", words[grade], name, text);
	if (todo[0])
		mb_out_line(d->tool, "%-8s %-12s -> %s", "", "", todo);
	add_json(d->tool, grade, name, text, todo);
}

void mb_doctor_error(struct mb_doctor *d, enum mb_grade grade,
		     const char *name, const struct mb_err *e)
{
	/* A cause that begins with a blank is joined without the colon. */
	mb_doctor_say(d, grade, name, e->remedy, "%s%s%s [%s]", e->object,
		      e->cause[0] == ' ' ? "" : ": ", e->cause,
		      mb_message(e->id)->name);
}

/* Whose mail program: postfix runs as postfix, everything else as whoever asks,
 * or as who is named. */
static int whose(struct mb_doctor *d, struct mb_err *e)
{
	const char *name = mb_opts_get(&d->tool->opts, "as");
	const struct passwd *pw;

	d->uid = geteuid();
	if (!name && d->client && !strcmp(d->client, "postfix") &&
	    geteuid() == 0)
		name = "postfix";
	if (!name)
		return 0;
	pw = getpwnam(name);
	if (!pw)
		return mb_opts_usage(&d->tool->opts, e,
				     "there is no user %s", name);
	if (geteuid() != 0 && pw->pw_uid != geteuid())
		return mb_opts_usage(&d->tool->opts, e, "only root can look "
				     "with the eyes of user %s", name);
	d->uid = pw->pw_uid;
	return 0;
}

static int operands(struct mb_doctor *d, struct mb_err *e)
{
	struct mb_opts *o = &d->tool->opts;
	const struct mb_setup_client *c;
	size_t i;

	if (mb_opts_operands(o, 0, 2, "CLIENT or ADDRESS", e) < 0)
		return -1;
	for (i = 0; i < o->noperands; i++) {
		const char *word = o->operands[i];

		if (strchr(word, '@')) {
			if (mb_address_canon(word, d->address, e) < 0)
				return -1;
		} else if (!strcmp(word, "postfix")) {
			d->client = word;
		} else if ((c = mb_setup_client(word)) != NULL) {
			d->client = c->name;
		} else {
			return mb_opts_usage(o, e, "%s is neither an address "
					     "nor a mail program known here",
					     word);
		}
	}
	d->offline = mb_opts_has(o, "offline");
	d->report = mb_opts_has(o, "report");
	d->postfix_dir = mb_opts_get(o, "config-dir");
	return whose(d, e);
}

/* What a bug report begins with. */
static void introduce(struct mb_doctor *d)
{
	struct utsname u;

	if (!d->report || uname(&u) < 0)
		return;
	mb_out_line(d->tool, "mailbearer %s on %s %s %s", PACKAGE_VERSION,
		    u.sysname, u.release, u.machine);
}

static int run(struct mb_tool *t, struct mb_err *e)
{
	struct mb_doctor d = { .tool = t };

	if (operands(&d, e) < 0)
		return -1;
	introduce(&d);
	mb_doctor_host(&d);
	mb_doctor_store(&d);
	if (t->store) {
		mb_doctor_accounts(&d);
		if (!d.offline)
			mb_doctor_net(&d);
	}
	if (d.client ? !strcmp(d.client, "postfix") : geteuid() == 0)
		mb_doctor_postfix(&d);
	mb_out_line(t, "%zu ok, %zu to note, %zu warning%s, %zu broken",
		    d.count[MB_GRADE_OK], d.count[MB_GRADE_NOTE],
		    d.count[MB_GRADE_WARNING],
		    d.count[MB_GRADE_WARNING] == 1 ? "" : "s",
		    d.count[MB_GRADE_BROKEN]);
	mb_out_set_str(t, "worst", words[d.worst]);
	mb_credfile_clear(&d.file);
	return d.worst == MB_GRADE_BROKEN ? MB_EXIT_FAILED : 0;
}

static const struct mb_opt options[] = {
	{ "as", "USER", "look as a mail program of that user would", 0 },
	{ "offline", NULL, "ask nobody on the network", 0 },
	{ "report", NULL, "fit for a public bug report: no names", 0 },
	{ "config-dir", "DIR", "postfix: where main.cf lies", 0 },
	{ NULL, NULL, NULL, 0 },
};

const struct mb_verb mb_verb_doctor = {
	.name = "doctor",
	.operands = "[CLIENT] [ADDRESS]",
	.summary = "find what is wrong on this host",
	.opts = options,
	.more = "Looks at plugin, store, accounts, network and, as root, at "
		"Postfix. Exit status 1 if\nsomething is broken.\n",
	.run = run,
};
