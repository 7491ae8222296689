/* SPDX-License-Identifier: BSD-2-Clause */
#include "config.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "tools/accounts.h"
#include "tools/status_report.h"

enum { HOUR = 3600, DAY = 86400 };

const char *mb_status_text(const json_t *o, const char *name)
{
	const char *text = json_string_value(json_object_get(o, name));

	return text ? text : "";
}

int64_t mb_status_number(const json_t *o, const char *name)
{
	return json_integer_value(json_object_get(o, name));
}

const char *mb_status_level_word(enum mb_level level)
{
	static const char *const words[] = {
		[MB_LEVEL_OK] = "OK",
		[MB_LEVEL_WARNING] = "WARNING",
		[MB_LEVEL_CRITICAL] = "CRITICAL",
		[MB_LEVEL_UNKNOWN] = "UNKNOWN",
	};

	return words[level];
}

enum mb_level mb_status_account_level(const json_t *account,
				      const struct mb_status_limits *l)
{
	const char *state = mb_status_text(account, "state");
	int64_t ends = mb_status_number(account, "ends_at");

	if (*mb_status_text(account, "token_of"))
		return MB_LEVEL_OK;
	if (json_is_true(json_object_get(account, "needs_person")) ||
	    (ends && ends - l->now < l->critical_s))
		return MB_LEVEL_CRITICAL;
	/* Mail stands still: the token has ended, no other can be had. */
	if (!strcmp(state, mb_accounts_word(MB_STATE_RETRYING)))
		return mb_status_number(account, "expires_at") <= l->now ?
		       MB_LEVEL_CRITICAL : MB_LEVEL_WARNING;
	if (!strcmp(state, mb_accounts_word(MB_STATE_SOON)) ||
	    (ends && ends - l->now < l->warning_s))
		return MB_LEVEL_WARNING;
	return MB_LEVEL_OK;
}

enum mb_level mb_status_level(const json_t *doc, bool live,
			      const struct mb_status_limits *l)
{
	int64_t age = l->now - mb_status_number(doc, "generated_at");
	enum mb_level worst = MB_LEVEL_OK, level;
	json_t *account;
	size_t i;

	/* The timer runs every five minutes. */
	if (!live && age > DAY)
		worst = MB_LEVEL_CRITICAL;
	else if (!live && age > HOUR)
		worst = MB_LEVEL_WARNING;
	json_array_foreach(json_object_get(doc, "accounts"), i, account) {
		level = mb_status_account_level(account, l);
		if (level > worst)
			worst = level;
	}
	return worst;
}

/* ---- Prometheus ---- */

static void label(const char *name, const char *value, const char *end)
{
	(void)printf("%s=\"", name);
	for (; *value; value++) {
		if (*value == '\n') {
			(void)fputs("\\n", stdout);
			continue;
		}
		if (*value == '"' || *value == '\\')
			(void)putchar('\\');
		(void)putchar(*value);
	}
	(void)printf("\"%s", end);
}

static void head(const char *name, const char *help)
{
	(void)printf("# HELP mailbearer_%s %s\n# TYPE mailbearer_%s gauge\n",
		     name, help, name);
}

/* One number of every account that has it; extra: a label from a member. */
static void gauge(const json_t *accounts, const char *metric, const char *help,
		  const char *member, const char *extra)
{
	json_t *a, *value;
	size_t i;

	head(metric, help);
	json_array_foreach(accounts, i, a) {
		value = json_object_get(a, member);
		if (!json_is_boolean(value) && !json_integer_value(value))
			continue;
		(void)printf("mailbearer_%s{", metric);
		label("account", mb_status_text(a, "account"), ",");
		label("credential", mb_status_text(a, "credential"), "");
		if (extra)
			label(",what", mb_status_text(a, extra), "");
		(void)printf("} %" JSON_INTEGER_FORMAT "\n",
			     json_is_boolean(value) ? json_is_true(value) :
			     json_integer_value(value));
	}
}

static void states(const json_t *accounts)
{
	json_t *a, *error;
	size_t i;

	head("account_state", "1, with the state as a label.");
	json_array_foreach(accounts, i, a) {
		(void)printf("mailbearer_account_state{");
		label("account", mb_status_text(a, "account"), ",");
		label("provider", mb_status_text(a, "provider"), ",");
		label("state", mb_status_text(a, "state"), "} 1\n");
	}
	head("account_last_error", "1, with class and id of the last failure.");
	json_array_foreach(accounts, i, a) {
		error = json_object_get(a, "last_error");
		if (!json_is_object(error))
			continue;
		(void)printf("mailbearer_account_last_error{");
		label("account", mb_status_text(a, "account"), ",");
		label("class", mb_status_text(error, "class"), ",");
		label("id", mb_status_text(error, "id"), "} 1\n");
	}
}

void mb_status_prometheus(const json_t *doc)
{
	const json_t *accounts = json_object_get(doc, "accounts");

	head("status_timestamp_seconds", "When this was found out.");
	(void)printf("mailbearer_status_timestamp_seconds %" PRId64 "\n",
		     mb_status_number(doc, "generated_at"));
	head("accounts", "How many accounts there are.");
	(void)printf("mailbearer_accounts %zu\n", json_array_size(accounts));
	states(accounts);
	gauge(accounts, "account_needs_person",
	      "1 if somebody has to do something.", "needs_person", NULL);
	gauge(accounts, "account_token_expires_timestamp_seconds",
	      "When the access token ends.", "expires_at", NULL);
	gauge(accounts, "account_refreshed_timestamp_seconds",
	      "When the refresh token was last used.", "refreshed_at", NULL);
	gauge(accounts, "account_enrolled_timestamp_seconds",
	      "When its owner signed in.", "enrolled_at", NULL);
	gauge(accounts, "account_ends_timestamp_seconds",
	      "When it stops working if nothing happens.", "ends_at",
	      "ends_what");
	gauge(accounts, "account_failures", "Failures in a row.", "attempts",
	      NULL);
}
