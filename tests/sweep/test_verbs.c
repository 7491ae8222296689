/* SPDX-License-Identifier: BSD-2-Clause */
/* The tool's verbs that write, its own main run in a copy of this process, with
 * each allocation and each write failing in turn: what was there is there, or
 * what was asked for; nothing in between.  The same command then ends it. */
#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/wait.h>
#include <unistd.h>

#include "lib/store.h"
#include "tests/sweep/faults.h"
#include "tests/sweep/mains.h"
#include "tests/unit/data.h"
#include "tests/unit/run.h"
#include "tests/unit/store_fixture.h"
#include "tests/unit/unit.h"

enum { MOST = 6000, WORDS = 24, SHORT_STEP = 7, TIMEOUT_S = 60 };

/* Which stores there are; a sweep begins with one of them each time. */
enum from { NOTHING, EMPTY, ADDED, ENROLLED, REKEYED };

struct verb {
	const char *name;
	enum from from;
	const char *args[WORDS];	/* @x: a file x of ours */
	enum from leads_to;
	bool once;	/* a second time it has nothing to do, and says so */
	/* Mistakes in what is there afterwards. */
	int (*check)(const struct verb *v, int status);
};

static struct mb_home home;
static long trials, failed;

static const char *store(enum from f)
{
	static const char *const name[] = { "nothing", "empty", "added",
					    "enrolled", "rekeyed" };

	return run_path(name[f]);
}

static char *what_it_said(void)
{
	size_t n;

	return run_read("said", &n);
}

/* ---- the tool ---- */

static void tool(const char *const *args)
{
	char word[WORDS][512], *argv[WORDS + 4];
	int n = 0, fd;

	argv[n++] = (char *)(uintptr_t)"mailbearer";
	argv[n++] = (char *)(uintptr_t)"--store";
	argv[n++] = (char *)(uintptr_t)home.conf_dir;
	for (int i = 0; args[i]; i++) {
		snprintf(word[i], sizeof(word[i]), "%s", args[i][0] == '@' ?
			 run_path(args[i] + 1) : args[i]);
		argv[n++] = word[i];
	}
	argv[n] = NULL;
	fd = open(run_path("said"), O_WRONLY | O_CREAT | O_TRUNC, 0600);
	if (fd < 0 || dup2(fd, STDOUT_FILENO) < 0 ||
	    dup2(fd, STDERR_FILENO) < 0)
		_exit(99);
	faults_resume();
	n = tool_main(n, argv);
	faults_disarm();
	fflush(NULL);
	_exit(n);
}

/* Its exit status, or 256 + signal. */
static int run_tool(const char *const *args)
{
	int status;
	pid_t pid;

	fflush(NULL);
	faults_pause();
	pid = fork();
	if (pid == 0) {
		alarm(TIMEOUT_S);
		tool(args);
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	faults_disarm();
	return WIFEXITED(status) ? WEXITSTATUS(status) :
				   256 + WTERMSIG(status);
}

static void must(const char *const *args)
{
	char *said;
	int status;

	faults_arm(0, 0, 0);
	status = run_tool(args);
	if (status == 0)
		return;
	said = what_it_said();
	fail_msg("%s: exit status %d: %s", args[0], status, said);
}

/* ---- what it leaves ---- */

static int wrong(const struct verb *v, long n, const char *what)
{
	char *said = what_it_said();

	print_error("# %s: %s, number %ld, failed: %s; it said: %s\n",
		    v->name, faults_name(), n, what, said ? said : "");
	free(said);
	return 1;
}

static void from_template(enum from f)
{
	const char *const clear[] = { "rm", "-rf", home.conf_dir, NULL };
	const char *const copy[] = { "cp", "-a", store(f), home.conf_dir, NULL };

	assert_int_equal(run_program(clear), 0);
	if (f != NOTHING)
		assert_int_equal(run_program(copy), 0);
}

static void keep_as(enum from f)
{
	const char *const copy[] = { "cp", "-a", home.conf_dir, store(f), NULL };

	assert_int_equal(run_program(copy), 0);
}

/* The account's refresh token, or "". */
static void refresh_token(char *out, size_t size)
{
	struct mb_record r = {0};
	struct mb_store *s = NULL;
	struct mb_err e = {0};

	snprintf(out, size, "%s", "");
	if (mb_store_open(&s, &home, &e) == 0 &&
	    mb_store_read(s, store_id(OWNER), &r, NULL, &e) == 1)
		snprintf(out, size, "%s", mb_secret_str(&r.refresh_token));
	mb_record_clear(&r);
	mb_store_free(&s);
}

static bool has(const char *word)
{
	struct mb_secret text = {0};
	struct mb_store *s = NULL;
	struct mb_err e = {0};
	bool yes = mb_store_open(&s, &home, &e) == 0 &&
		   mb_store_credentials(s, &text, &e) == 0 &&
		   strstr(mb_secret_str(&text), word);

	mb_secret_clear(&text);
	mb_store_free(&s);
	return yes;
}

static int store_opens(const struct verb *v, int status)
{
	struct mb_store *s = NULL;
	struct mb_err e = {0};
	int bad = 0;

	if (status == 0 && mb_store_open(&s, &home, &e) < 0)
		bad = wrong(v, 0, e.cause);
	mb_store_free(&s);
	return bad;
}

static int added_or_not(const struct verb *v, int status)
{
	return status == 0 && !has("\"first\"") ?
	       wrong(v, 0, "it is not there") : 0;
}

static int changed_or_not(const struct verb *v, int status)
{
	if (!has("\"id-1\"") && !has("\"id-2\""))
		return wrong(v, 0, "neither old nor new");
	return status == 0 && !has("\"id-2\"") ?
	       wrong(v, 0, "it is not changed") : 0;
}

static int old_or_new(const struct verb *v, int status)
{
	char token[64];

	refresh_token(token, sizeof(token));
	if (strcmp(token, "new") == 0)
		return 0;
	if (status == 0)
		return wrong(v, 0, "the new sign-in is not there");
	return v->from == ENROLLED && strcmp(token, "old") != 0 ?
	       wrong(v, 0, "the old sign-in is gone") : 0;
}

static int stays(const struct verb *v, int status)
{
	char token[64];

	(void)status;
	refresh_token(token, sizeof(token));
	if (strcmp(token, "old") != 0)
		return wrong(v, 0, "the account is lost");
	return has("\"first\"") ? 0 : wrong(v, 0, "credentials are lost");
}

static int gone_or_not(const struct verb *v, int status)
{
	char token[64];

	refresh_token(token, sizeof(token));
	if (status == 0 && token[0])
		return wrong(v, 0, "it is there");
	return status && token[0] && strcmp(token, "old") ?
	       wrong(v, 0, "half of it is there") : 0;
}

/* ---- the sweep ---- */

static bool names_memory(void)
{
	char *said = what_it_said();
	bool yes = said && strstr(said, "[no-memory]");

	free(said);
	return yes;
}

static bool explains(void)
{
	char *said = what_it_said();
	size_t n = said ? strlen(said) : 0;
	bool yes = n > 2 && strcmp(said + n - 2, "]\n") == 0;

	free(said);
	return yes;
}

static int try_one(const struct verb *v, unsigned int kinds, long n, int error)
{
	int status, bad = 0;

	from_template(v->from);
	faults_arm(kinds, n, error);
	status = run_tool(v->args);
	trials++;
	failed += status != 0;
	if (status > 5)
		return wrong(v, n, "it did not come to its end");
	if (status && !faults_struck())
		return wrong(v, n, "it fails for no reason");
	if (status && !(kinds == FAULT_MEMORY ? names_memory() : explains()))
		bad += wrong(v, n, "that is no explanation");
	bad += v->check(v, status);
	if (!status)
		return bad;
	faults_pause();
	status = run_tool(v->args);
	if (status && !(v->once && status == 3))
		bad += wrong(v, n, "once more it fails");
	bad += v->check(v, 0);
	return bad;
}

static void sweep(const struct verb *v, unsigned int kinds, int error)
{
	long n, step = getenv("MB_LONG") ? 1 : SHORT_STEP;
	int bad = 0;

	trials = failed = 0;
	for (n = 1; n < MOST; n += step) {
		bad += try_one(v, kinds, n, error);
		if (!faults_struck())
			break;
	}
	print_message("# %s: mailbearer %s: %ld trials, %ld failed\n",
		      kinds == FAULT_MEMORY ? "memory" : "write", v->name,
		      trials, failed);
	assert_in_range(n, 2, MOST - 1);
	assert_int_equal(bad, 0);
}

#define ENDPOINTS "--authorization-endpoint", "http://127.0.0.1:9/a", \
	"--token-endpoint", "http://127.0.0.1:9/t", "--callback-url", \
	"http://127.0.0.1/cb", "--scope", "mail", "--host", "mail.example.test"
#define IMPORT(file) "enroll", OWNER, "--credential", "first", "--import", \
	file, "--replace"

static const struct verb verbs[] = {
	{ "init", NOTHING, { "init" }, EMPTY, false, store_opens },
	{ "add", EMPTY, { "add", "first", "--provider", "custom",
		"--client-id", "id-1", "--client-secret-file", "@secret",
		ENDPOINTS }, ADDED, false, added_or_not },
	{ "enroll", ADDED, { IMPORT("@old.json") }, ENROLLED, false,
	  NULL },
	{ "enroll --replace", ENROLLED, { IMPORT("@new.json") }, NOTHING,
	  false, old_or_new },
	{ "set", ENROLLED, { "set", "first", "--client-id", "id-2",
		"--no-verify" }, NOTHING, false, changed_or_not },
	{ "rename", ENROLLED, { "rename", "first", "second" }, NOTHING, true,
	  NULL },
	{ "remove", ENROLLED, { "remove", OWNER, "--yes" }, NOTHING, true,
	  gone_or_not },
	{ "rekey", ENROLLED, { "rekey" }, REKEYED, false, stays },
	{ "rekey --finish", REKEYED, { "rekey", "--finish" }, NOTHING, false,
	  stays },
	{ "import", EMPTY, { "import", "@bundle", "--recovery-key",
		"@recovery.key" }, NOTHING, false, NULL },
};

static int enrolled_or_not(const struct verb *v, int status)
{
	char token[64];

	refresh_token(token, sizeof(token));
	if (status == 0 && strcmp(token, "old") != 0)
		return wrong(v, 0, "the sign-in is not there");
	return token[0] && strcmp(token, "old") != 0 ?
	       wrong(v, 0, "half a sign-in") : 0;
}

static int renamed_or_not(const struct verb *v, int status)
{
	char token[64];

	refresh_token(token, sizeof(token));
	if (strcmp(token, "old") != 0)
		return wrong(v, 0, "the account is lost");
	if (!has("\"first\"") && !has("\"second\""))
		return wrong(v, 0, "credentials are lost");
	return status == 0 && !has("\"second\"") ?
	       wrong(v, 0, "it is not renamed") : 0;
}

static void swept(unsigned int kinds, int error)
{
	for (size_t i = 0; i < sizeof(verbs) / sizeof(verbs[0]); i++) {
		struct verb v = verbs[i];

		if (!v.check)
			v.check = strcmp(v.name, "rename") == 0 ?
				  renamed_or_not : enrolled_or_not;
		sweep(&v, kinds, error);
	}
}

static void verbs_short_of_memory_leave_old_or_new(void **state)
{
	(void)state;
	swept(FAULT_MEMORY, ENOMEM);
}

static void verbs_on_a_bad_disk_leave_old_or_new(void **state)
{
	static const int errors[] = { EIO, ENOSPC, EROFS, EDQUOT, EACCES };
	size_t i, n = getenv("MB_LONG") ? sizeof(errors) / sizeof(int) : 1;

	(void)state;
	for (i = 0; i < n; i++)
		swept(FAULT_FILE, errors[i]);
}

static void write_text(const char *name, const char *text)
{
	run_write(name, text, strlen(text));
}

static int begin(void **state)
{
	static const char *const export_all[] = { "export", "@bundle", "--to",
						  "@recovery.crt", NULL };
	static const char *const files[] = { "recovery.crt", "recovery.key" };
	struct mb_err e = {0};

	(void)state;
	if (faults_share() < 0 ||
	    mb_home_locate(MB_HOME_DIR, run_path("s"), MB_CALLER_HOST, &home,
			   &e) < 0)
		return -1;
	write_text("secret", "s3cret\n");
	write_text("old.json", "{\"refresh_token\":\"old\"}\n");
	write_text("new.json", "{\"refresh_token\":\"new\"}\n");
	for (size_t i = 0; i < 2; i++) {
		char *text = test_data(files[i], NULL);

		write_text(files[i], text);
		free(text);
	}
	for (size_t i = 0; i < sizeof(verbs) / sizeof(verbs[0]); i++) {
		if (verbs[i].leads_to == NOTHING)
			continue;
		from_template(verbs[i].from);
		must(verbs[i].args);
		keep_as(verbs[i].leads_to);
		if (verbs[i].leads_to == ENROLLED)
			must(export_all);
	}
	return 0;
}

static int end(void **state)
{
	(void)state;
	run_clean();
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(verbs_short_of_memory_leave_old_or_new),
		cmocka_unit_test(verbs_on_a_bad_disk_leave_old_or_new),
	};

	return cmocka_run_group_tests(tests, begin, end);
}
