/* SPDX-License-Identifier: BSD-2-Clause */
#include "config.h"

#include "lib/command.h"

#include <jansson.h>
#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "lib/clock.h"
#include "lib/json.h"
#include "lib/record.h"

enum { ENV_MAX = 8, LIFETIME_MAX = 366 * 86400 };

/* ---- what it printed ---- */

static int bad(const char *name, struct mb_err *e, const char *what)
{
	char object[MB_NAME_MAX + 32];

	(void)snprintf(object, sizeof(object), "client credential %s", name);
	mb_fail(e, MB_E_BAD_TOKEN, object, "its command printed %s", what);
	return mb_remedy(e, "run it by hand: it has to print the token alone, "
			 "or {\"access_token\": ..., \"expires_in\": ...}");
}

/* As mb_token_valid(), which is the engine's. */
static bool is_token(const char *s, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (s[i] < 0x21 || s[i] > 0x7e)
			return false;
	return n > 0 && n <= MB_TOKEN_MAX;
}

static int take(const char *token, size_t n, struct mb_grant *out,
		const char *name, struct mb_err *e)
{
	if (!is_token(token, n))
		return bad(name, e, n ? "something that cannot be a token" :
			   "nothing");
	if (mb_secret_set(&out->access_token, token, n) < 0)
		return mb_fail(e, MB_E_NOMEM, name, "out of memory");
	return 0;
}

static void free_json(json_t *j)
{
	const char *s = json_string_value(json_object_get(j, "access_token"));
	char *at;

	if (s) {
		memcpy(&at, &s, sizeof(at));
		mb_wipe(at, strlen(at));
	}
	json_decref(j);
}

static int take_json(const struct mb_secret *output, int64_t *lifetime,
		     struct mb_grant *out, const char *name, struct mb_err *e)
{
	json_t *j = mb_json_read(output, JSON_REJECT_DUPLICATES, NULL);
	const json_t *token = json_object_get(j, "access_token");
	double life = json_number_value(json_object_get(j, "expires_in"));
	int ret;

	if (life >= 1)
		*lifetime = life < LIFETIME_MAX ? (int64_t)life : LIFETIME_MAX;
	if (!json_is_string(token))
		ret = bad(name, e, j ? "JSON without an access_token" :
			  "something that begins like JSON and is not");
	else
		ret = take(json_string_value(token),
			   json_string_length(token), out, name, e);
	free_json(j);
	return ret;
}

int mb_command_parse(const struct mb_secret *output,
		     const struct mb_credential *c, int64_t now,
		     struct mb_grant *out, struct mb_err *e)
{
	int64_t lifetime = c->token_lifetime ? c->token_lifetime :
					       MB_COMMAND_LIFETIME;
	const char *s = output->data;
	size_t n = output->len;
	int ret;

	while (n > 0 && strchr(" \t\r\n", s[n - 1]) && s[n - 1])
		n--;
	if (n > 0 && s[0] && strchr("{[\"", s[0]))
		ret = take_json(output, &lifetime, out, c->name, e);
	else
		ret = take(s, n, out, c->name, e);
	if (ret == 0)
		out->expires_at = now + lifetime;
	return ret;
}

/* ---- how it is started ---- */

struct call {
	char *argv[MB_COMMAND_ARGS_MAX + 1];
	size_t argc;
	char *envp[ENV_MAX + 1];
	size_t envc;
};

static void call_clear(struct call *x)
{
	for (size_t i = 0; i < x->argc; i++)
		free(x->argv[i]);
	for (size_t i = 0; i < x->envc; i++)
		free(x->envp[i]);
}

static const char mark[] = "{account}";

/* A copy of n bytes, "{account}" replaced. */
static char *argument(const char *s, size_t n, const char *account)
{
	const size_t len = sizeof(mark) - 1, room = strlen(account);
	char *copy = malloc((n / len + 1) * room + n + 1), *at = copy;

	for (size_t i = 0; copy && i < n;) {
		if (n - i >= len && memcmp(s + i, mark, len) == 0) {
			memcpy(at, account, room);
			at += room;
			i += len;
		} else {
			*at++ = s[i++];
		}
	}
	if (copy)
		*at = '\0';
	return copy;
}

/* Would the program take the address for an option?  It is chosen by whoever
 * logs in, not by who wrote the command. */
static bool is_option(const struct mb_credential *c, const char *account)
{
	const char *p = mb_secret_str(&c->command);

	if (account[0] != '-')
		return false;
	for (; p; p = strchr(p, '\n')) {
		p += *p == '\n';
		if (strncmp(p, mark, sizeof(mark) - 1) == 0)
			return true;
	}
	return false;
}

static int refuse_option(const struct mb_credential *c, const char *account,
			 struct mb_err *e)
{
	char object[MB_NAME_MAX + 32];

	(void)snprintf(object, sizeof(object), "client credential %s",
		       c->name);
	mb_fail(e, MB_E_CONFIG_VALUE, object, "its command would take the "
		"address %s for an option; it was not run", account);
	return mb_remedy(e, "write the word as --user={account}, or let the "
			 "program read MAILBEARER_ACCOUNT");
}

static int arguments(const struct mb_credential *c, const char *account,
		     struct call *x)
{
	const char *p = mb_secret_str(&c->command);
	size_t n;

	for (;; p += n + 1) {
		n = strcspn(p, "\n");
		if (x->argc == MB_COMMAND_ARGS_MAX)
			return -1;
		x->argv[x->argc] = argument(p, n, account);
		if (!x->argv[x->argc++])
			return -1;
		if (!p[n])
			return 0;
	}
}

static int put(struct call *x, const char *name, const char *value)
{
	if (asprintf(&x->envp[x->envc], "%s=%s", name, value) < 0)
		return -1;
	x->envc++;
	return 0;
}

static int environment(const char *account, struct call *x)
{
	char buf[4096];
	struct passwd pw, *me = NULL;

	(void)getpwuid_r(geteuid(), &pw, buf, sizeof(buf), &me);
	return put(x, "PATH", "/usr/local/bin:/usr/bin:/bin") < 0 ||
	       put(x, "LANG", "C.UTF-8") < 0 ||
	       put(x, "HOME", me && *me->pw_dir ? me->pw_dir : "/") < 0 ||
	       (me && put(x, "USER", me->pw_name) < 0) ||
	       put(x, "MAILBEARER_ACCOUNT", account) < 0 ? -1 : 0;
}

static int failed(const struct mb_credential *c, const char *program,
		  int status, struct mb_err *e)
{
	char object[MB_NAME_MAX + 32];

	(void)snprintf(object, sizeof(object), "client credential %s",
		       c->name);
	if (WIFEXITED(status))
		mb_fail(e, MB_E_REFRESH_REFUSED, object,
			"its command %s ended with status %d", program,
			WEXITSTATUS(status));
	else
		mb_fail(e, MB_E_REFRESH_REFUSED, object,
			"its command %s was ended by signal %d", program,
			WTERMSIG(status));
	return mb_remedy(e, "run it by hand, as the user that the token "
			 "records belong to");
}

enum mb_outcome mb_command_grant(const struct mb_credential *c,
				 const char *account, int64_t timeout_ms,
				 struct mb_grant *out, struct mb_err *e)
{
	enum mb_outcome ret = MB_OUT_TRANSIENT;
	struct mb_secret output = {0};
	struct call x = {0};
	int status = 0;

	if (is_option(c, account)) {
		refuse_option(c, account, e);
		return MB_OUT_CONFIG;
	}
	if (arguments(c, account, &x) < 0 || environment(account, &x) < 0) {
		mb_fail(e, MB_E_NOMEM, c->name, "out of memory, or too many "
			"arguments");
		goto out;
	}
	if (mb_command_run(x.argv, x.envp, timeout_ms, &output, &status,
			   e) < 0)
		goto out;
	if (!WIFEXITED(status) || WEXITSTATUS(status) != 0)
		failed(c, x.argv[0], status, e);
	else if (mb_command_parse(&output, c, mb_now(), out, e) == 0)
		ret = MB_OUT_GRANTED;
out:
	call_clear(&x);
	mb_secret_clear(&output);
	return ret;
}
