/* SPDX-License-Identifier: BSD-2-Clause */
/* mailbearer: finds the verb, runs it, reports. */
#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <malloc.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <openssl/crypto.h>

#include "lib/secret.h"
#include "tools/help.h"
#include "tools/out.h"
#include "tools/tool.h"
#include "tools/verbs.h"

/* What jansson gives back may have held a token. */
static void wiping_free(void *p)
{
	if (p)
		mb_wipe(p, malloc_usable_size(p));
	free(p);
}

static void harden(void)
{
	static const struct rlimit none = { 0, 0 };
	int fd;

	(void)setrlimit(RLIMIT_CORE, &none);
	(void)prctl(PR_SET_DUMPABLE, 0, 0, 0, 0);
	(void)umask(077);
	(void)signal(SIGPIPE, SIG_IGN);
	/* Ignored by who started us, it would hide how children end. */
	(void)signal(SIGCHLD, SIG_DFL);
	json_set_alloc_funcs(malloc, wiping_free);
	/* A file opened as descriptor 0 to 2 would be written to as if it
	 * were the terminal. */
	for (fd = 0; fd <= 2; fd++)
		if (fcntl(fd, F_GETFD) < 0)
			/* For reading: what is written to a closed stdout
			 * must fail, not vanish. */
			(void)open("/dev/null", O_RDONLY);
}

/*
 * The quick program's keys are wiped where they were used, and its session with
 * libcrypto ends with the process: giving all of that back piece by piece is a
 * tenth of what `token` costs.  openssl.cnf is read (2 M instructions), for on
 * hosts with a crypto policy it says which implementations may be used.
 */
static void no_cleanup(void)
{
	(void)OPENSSL_init_crypto(OPENSSL_INIT_NO_ATEXIT, NULL);
}

static int usage(struct mb_err *e, const char *object, const char *cause)
{
	(void)mb_fail(e, MB_E_USAGE, object, "%s", cause);
	return mb_remedy(e, "run: mailbearer help");
}

static int colour(struct mb_tool *t, const char *when, struct mb_err *e)
{
	const char *no_color = getenv("NO_COLOR");

	if (!when || !strcmp(when, "auto"))
		t->color = isatty(STDOUT_FILENO) && !(no_color && *no_color);
	else if (!strcmp(when, "always"))
		t->color = true;
	else if (strcmp(when, "never"))
		return usage(e, "--color", "it is auto, always or never");
	return 0;
}

/* How many words in front of the verb. */
static int global_words(int argc, char **argv)
{
	int i = 1;

	while (i < argc && argv[i][0] == '-' && argv[i][1]) {
		bool value = !strcmp(argv[i], "--store") ||
			     !strcmp(argv[i], "--color");

		i += 1 + (value && i + 1 < argc);
	}
	return i - 1;
}

static int read_globals(struct mb_tool *t, const struct mb_opts *o,
			struct mb_err *e)
{
	bool sys = mb_opts_has(o, "system"), user = mb_opts_has(o, "user");

	t->home_dir = mb_opts_get(o, "store");
	t->json = mb_opts_has(o, "json");
	if (sys + user + (t->home_dir != NULL) > 1)
		return usage(e, "mailbearer",
			     "--system, --user and --store exclude each other");
	if (t->home_dir && !*t->home_dir)
		return usage(e, "--store", "the directory is empty");
	t->home_kind = sys ? MB_HOME_SYSTEM : user ? MB_HOME_USER :
		       t->home_dir ? MB_HOME_DIR : MB_HOME_AUTO;
	return colour(t, mb_opts_get(o, "color"), e);
}

static int unknown_verb(const char *word, struct mb_err *e)
{
	const char *meant = mb_verb_meant(word);

	(void)mb_fail(e, MB_E_USAGE, "mailbearer", "there is no verb %s", word);
	if (meant)
		return mb_remedy(e, "run: mailbearer %s (see: mailbearer help "
				 "%s)", meant, meant);
	return mb_remedy(e, "run: mailbearer help");
}

/* A command line that is not understood is answered in JSON, too, if it has the
 * word anywhere. */
static bool asks_json(int argc, char **argv)
{
	int i;

	for (i = 1; i < argc && strcmp(argv[i], "--") != 0; i++)
		if (!strcmp(argv[i], "--json"))
			return true;
	return false;
}

static int run_verb(struct mb_tool *t, int argc, char **argv, struct mb_err *e)
{
	bool asked = t->json || asks_json(argc, argv);

	t->verb = mb_verb_find(argv[0]);
	if (!t->verb || mb_opts_parse(&t->opts, t->verb->name, t->verb->opts,
				      argc - 1, argv + 1, e) < 0) {
		t->json = asked;
		return t->verb ? -1 : unknown_verb(argv[0], e);
	}
	t->json = t->json || mb_opts_has(&t->opts, "json");
	if (mb_opts_has(&t->opts, "help")) {
		mb_help_verb(t, t->verb);
		return 0;
	}
	return t->verb->run(t, e);
}

static int run(struct mb_tool *t, int argc, char **argv, struct mb_err *e)
{
	bool asked = asks_json(argc, argv);
	int n = global_words(argc, argv);
	struct mb_opts o;

	if (mb_opts_parse(&o, "mailbearer", mb_global_options, n, argv + 1,
			  e) < 0) {
		t->json = asked;
		return mb_remedy(e, "run: mailbearer help");
	}
	if (read_globals(t, &o, e) < 0) {
		t->json = asked;
		return -1;
	}
	if (mb_opts_has(&o, "version"))
		return mb_verb_version.run(t, e);
	if (mb_opts_has(&o, "help")) {
		mb_help_all(t);
		return 0;
	}
	if (n + 1 == argc)
		return mb_help_first_screen(t, e);
	return run_verb(t, argc - n - 1, argv + n + 1, e);
}

/* Become the program that has all verbs; its own checks come before. */
static int rest(char **argv, struct mb_err *e)
{
	(void)execv(mb_verbs_rest, argv);
	(void)mb_fail_errno(e, errno, mb_verbs_rest, "start");
	return mb_remedy(e, "install mailbearer again");
}

static bool is_here(int argc, char **argv)
{
	int at = global_words(argc, argv) + 1;

	return !*mb_verbs_rest || (at < argc && mb_verb_find(argv[at]));
}

int main(int argc, char **argv)
{
	struct mb_tool t = { .home_kind = MB_HOME_AUTO };
	struct mb_err e = { 0 };
	int status;

	harden();
	if (*mb_verbs_rest)
		no_cleanup();
	mb_out_start();
	status = is_here(argc, argv) ? run(&t, argc, argv, &e) :
				       rest(argv, &e);
	if (status < 0) {
		mb_out_error(&t, &e);
		status = mb_out_status(&e);
	}
	status = mb_out_finish(&t, status);
	mb_store_free(&t.store);
	return status;
}
