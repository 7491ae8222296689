/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Writing Postfix's configuration, and taking it back.  Before a parameter is
 * changed for the first time its old value goes into DIR/mailbearer/undo
 * ("NAME = VALUE", "NAME" if it was not set), and copies of main.cf and
 * master.cf lie beside it.
 */
#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "lib/fsio.h"
#include "tools/out.h"
#include "tools/setup.h"

enum { CONF_MAX = 1024 * 1024 };

static const struct mb_fsio_owner readable = { 0, 0, 0644 };

struct place {
	struct mb_dir conf;	/* Postfix's */
	struct mb_dir own;	/* DIR/mailbearer; fd -1 if there is none */
	bool check;
};

static void close_place(struct place *w)
{
	mb_dir_close(&w->own);
	mb_dir_close(&w->conf);
}

static int open_place(struct place *w, const struct mb_postconf *conf,
		      bool check, bool make, struct mb_err *e)
{
	char path[PATH_MAX + 16];
	struct stat st;

	w->check = check;
	w->conf.fd = w->own.fd = -1;
	if (mb_dir_open(&w->conf, conf->dir, e) < 0)
		return -1;
	(void)snprintf(path, sizeof(path), "%s/mailbearer", conf->dir);
	if (make && mkdir(path, 0755) < 0 && errno != EEXIST)
		return mb_fail_errno(e, errno, path, "make");
	/* Whatever the umask was; a second run leaves it alone. */
	if (make && stat(path, &st) == 0 && (st.st_mode & 07777) != 0755 &&
	    chmod(path, 0755) < 0)
		return mb_fail_errno(e, errno, path, "change the mode of");
	if (access(path, F_OK) < 0)
		return 0;
	return mb_dir_open(&w->own, path, e);
}

/* A file of a directory, empty if there is none. */
static int read_file(const struct mb_dir *d, const char *name,
		     struct mb_secret *text, struct mb_err *e)
{
	char path[PATH_MAX + 32];
	int fd, ret;

	mb_secret_clear(text);
	if (d->fd < 0)
		return 0;
	fd = openat(d->fd, name, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
	if (fd < 0 && errno == ENOENT)
		return 0;
	(void)mb_fsio_path(d, name, path, sizeof(path));
	if (fd < 0)
		return mb_fail_errno(e, errno, path, "open");
	ret = mb_fsio_read(fd, CONF_MAX, path, text, e);
	(void)close(fd);
	return ret;
}

static int write_file(const struct place *w, const char *name,
		      const struct mb_secret *text, struct mb_err *e)
{
	struct mb_fsio_owner owner = readable;

	owner.uid = geteuid();
	owner.gid = getegid();
	return w->check ? 0 : mb_fsio_replace(&w->own, name, text, &owner, e);
}

static void changed(struct mb_tool *t, const struct place *w,
		    const char *what, const char *name)
{
	t->changed = true;
	mb_out_line(t, "%s%s: %s", w->check ? "would be " : "", what, name);
}

/* Does the text have a line that begins with the word? */
static const char *line_with(const struct mb_secret *text, const char *word,
			     size_t len)
{
	const char *p = text->data;
	const char *end = p ? p + text->len : NULL;

	while (p && p < end) {
		const char *nl = memchr(p, '\n', (size_t)(end - p));

		if ((size_t)(end - p) > len && !memcmp(p, word, len) &&
		    strchr(" \n", p[len]))
			return p;
		p = nl ? nl + 1 : NULL;
	}
	return NULL;
}

/* Lines of a map that is there, but for the keys of the new ones; then these:
 * who was set up before stays. */
static int merge(const struct mb_secret *there, const struct mb_secret *new,
		 struct mb_secret *both, struct mb_err *e)
{
	const char *p = there->data, *end = p ? p + there->len : NULL;

	while (p && p < end) {
		const char *nl = memchr(p, '\n', (size_t)(end - p));
		size_t n = nl ? (size_t)(nl - p) + 1 : (size_t)(end - p);
		size_t key = strcspn(p, " \n");

		if (!line_with(new, p, key) &&
		    mb_secret_append(both, p, n) < 0)
			goto no_memory;
		p += n;
	}
	if (mb_secret_append(both, new->data, new->len) == 0)
		return 0;
no_memory:
	return mb_fail(e, MB_E_NOMEM, "setup", "out of memory");
}

static int put_map(struct mb_tool *t, const struct place *w, const char *name,
		   const struct mb_secret *lines, struct mb_err *e)
{
	struct mb_secret there = { 0 }, both = { 0 };
	char path[PATH_MAX + 32];
	int ret = -1;

	if (!lines->len)
		return 0;
	if (read_file(&w->own, name, &there, e) < 0 ||
	    merge(&there, lines, &both, e) < 0)
		goto out;
	ret = 0;
	if (mb_secret_equal(&there, &both))
		goto out;
	ret = write_file(w, name, &both, e);
	(void)snprintf(path, sizeof(path), "mailbearer/%s", name);
	if (ret == 0)
		changed(t, w, "written", path);
out:
	mb_secret_clear(&there);
	mb_secret_clear(&both);
	return ret;
}

/* The value before the first change, for undo. */
static int note_old(const struct place *w, const char *name, bool was_set,
		    const char *value, struct mb_err *e)
{
	struct mb_secret undo = { 0 };
	int ret = -1;

	if (w->check)
		return 0;
	if (read_file(&w->own, "undo", &undo, e) < 0)
		goto out;
	if (line_with(&undo, name, strlen(name))) {
		ret = 0;
		goto out;
	}
	if (mb_secret_append_str(&undo, name) < 0 ||
	    (was_set && (mb_secret_append_str(&undo, " = ") < 0 ||
			 mb_secret_append_str(&undo, value) < 0)) ||
	    mb_secret_append(&undo, "\n", 1) < 0) {
		(void)mb_fail(e, MB_E_NOMEM, "setup", "out of memory");
		goto out;
	}
	ret = write_file(w, "undo", &undo, e);
out:
	mb_secret_clear(&undo);
	return ret;
}

static int put_param(struct mb_tool *t, const struct place *w,
		     const struct mb_postconf *conf, const char *name,
		     const char *value, struct mb_err *e)
{
	char old[MB_POSTCONF_VALUE];
	int was = mb_postconf_get(conf, name, old, e);

	if (was < 0)
		return -1;
	if (was && !strcmp(old, value))
		return 0;
	if (note_old(w, name, was > 0, old, e) < 0 ||
	    (!w->check && mb_postconf_set(conf, name, value, e) < 0))
		return -1;
	changed(t, w, "set", name);
	return 0;
}

static int put_service(struct mb_tool *t, const struct place *w,
		       const struct mb_postconf *conf, const char *name,
		       const char *line, struct mb_err *e)
{
	char old[MB_POSTCONF_VALUE];
	const char *a = old, *b = line;

	if (mb_postconf_service(conf, name, old, e) < 0)
		return -1;
	/* The same but for the columns' width? */
	while (*a && *b && *a == *b) {
		bool blank = *a == ' ' || *a == '\t';

		a += blank ? strspn(a, " \t") : 1;
		b += blank ? strspn(b, " \t") : 1;
	}
	if (!*a && !*b)
		return 0;
	if (!w->check && mb_postconf_set_service(conf, name, line, e) < 0)
		return -1;
	changed(t, w, "set", name);
	return 0;
}

/* Once: how both files were before we touched them. */
static int keep_copies(const struct place *w, struct mb_err *e)
{
	static const char *const names[][2] = {
		{ "main.cf", "main.cf.before" },
		{ "master.cf", "master.cf.before" },
	};
	struct mb_secret text = { 0 };
	size_t i;
	int ret = 0;

	for (i = 0; i < 2 && ret == 0 && !w->check; i++) {
		if (faccessat(w->own.fd, names[i][1], F_OK, 0) == 0)
			continue;
		ret = read_file(&w->conf, names[i][0], &text, e);
		if (ret == 0)
			ret = write_file(w, names[i][1], &text, e);
	}
	mb_secret_clear(&text);
	return ret;
}

int mb_setup_apply(struct mb_tool *t, const struct mb_setup_postfix *p,
		   struct mb_err *e)
{
	bool check = mb_opts_has(&t->opts, "check");
	struct place w;
	int ret = -1;
	size_t i;

	if (open_place(&w, &p->conf, check, !check, e) < 0 ||
	    keep_copies(&w, e) < 0 ||
	    put_map(t, &w, "passwd", &p->passwd, e) < 0 ||
	    put_map(t, &w, "senders", &p->senders, e) < 0)
		goto out;
	/* First the service, then who is sent there. */
	for (i = 0; i < 2; i++)
		if (p->service[i].used &&
		    put_service(t, &w, &p->conf, p->service[i].name,
				p->service[i].line, e) < 0)
			goto out;
	for (i = 0; i < p->nparams; i++)
		if (put_param(t, &w, &p->conf, p->param[i].name,
			      p->param[i].value, e) < 0)
			goto out;
	ret = 0;
	mb_out_outcome(t, check ? "nothing was written" : "done");
	if (t->changed && !check)
		mb_out_note("next: postfix reload");
out:
	close_place(&w);
	return ret;
}

/* One line of the undo file. */
static int take_back(struct mb_tool *t, const struct place *w,
		     const struct mb_postconf *conf, char *text,
		     struct mb_err *e)
{
	char *eq = strstr(text, " = ");
	const char *value = eq ? eq + 3 : NULL;
	char now[MB_POSTCONF_VALUE];

	if (eq)
		*eq = '\0';
	if (mb_postconf_get(conf, text, now, e) < 0)
		return -1;
	/* Changed by somebody else since: theirs to keep. */
	if (!strstr(text, "_destination_rate_delay") &&
	    !strstr(now, "mailbearer")) {
		mb_out_note("note: %s was changed meanwhile and stays", text);
		return 0;
	}
	if (!w->check && mb_postconf_set(conf, text, value, e) < 0)
		return -1;
	changed(t, w, value ? "restored" : "removed", text);
	return 0;
}

static int take_all_back(struct mb_tool *t, const struct place *w,
			 const struct mb_postconf *conf, struct mb_err *e)
{
	struct mb_secret undo = { 0 };
	char text[MB_POSTCONF_VALUE + 80];
	size_t at = 0;
	int ret = read_file(&w->own, "undo", &undo, e);

	while (ret == 0 && at < undo.len) {
		const char *p = undo.data + at;
		size_t n = strcspn(p, "\n");

		(void)snprintf(text, sizeof(text), "%.*s", (int)n, p);
		ret = take_back(t, w, conf, text, e);
		at += n + 1;
	}
	mb_secret_clear(&undo);
	return ret;
}

static int remove_services(struct mb_tool *t, const struct place *w,
			   const struct mb_postconf *conf, struct mb_err *e)
{
	static const char *const names[] = {
		"mailbearer/unix", "mailbearer-tls/unix",
	};
	char line[MB_POSTCONF_VALUE];
	size_t i;

	for (i = 0; i < 2; i++) {
		int there = mb_postconf_service(conf, names[i], line, e);

		if (there < 0 ||
		    (there && !w->check &&
		     mb_postconf_set_service(conf, names[i], NULL, e) < 0))
			return -1;
		if (there)
			changed(t, w, "removed", names[i]);
	}
	return 0;
}

int mb_setup_undo(struct mb_tool *t, const struct mb_postconf *conf,
		  struct mb_err *e)
{
	static const char *const ours[] = {
		"passwd", "senders", "main.cf.before", "master.cf.before",
		"undo",
	};
	bool check = mb_opts_has(&t->opts, "check");
	struct place w;
	int ret = -1;
	size_t i;

	/* First nobody is sent there, then the service goes. */
	if (open_place(&w, conf, check, false, e) < 0 ||
	    take_all_back(t, &w, conf, e) < 0 ||
	    remove_services(t, &w, conf, e) < 0)
		goto out;
	for (i = 0; w.own.fd >= 0 && !check &&
	     i < sizeof(ours) / sizeof(ours[0]); i++)
		(void)unlinkat(w.own.fd, ours[i], 0);
	if (w.own.fd >= 0 && !check &&
	    unlinkat(w.conf.fd, "mailbearer", AT_REMOVEDIR) < 0)
		mb_out_note("note: %s/mailbearer has files of others and "
			    "stays", conf->dir);
	ret = 0;
	mb_out_outcome(t, check ? "nothing was written" : "done");
	if (t->changed && !check)
		mb_out_note("next: postfix reload");
out:
	close_place(&w);
	return ret;
}
