/* SPDX-License-Identifier: BSD-2-Clause */
#include "config.h"

#include <string.h>

#include "tools/verbs.h"

const struct mb_opt mb_global_options[] = {
	{ "system", NULL, "the system's store", 0 },
	{ "user", NULL, "this user's own store", 0 },
	{ "store", "DIR", "a store that lies in one directory", 0 },
	{ "json", NULL, "one JSON document on stdout", 0 },
	{ "color", "WHEN", "auto, always or never", 0 },
	{ "version", NULL, "print the version", 0 },
	{ "help", NULL, "print help", 0 },
	{ NULL, NULL, NULL, 0 },
};

/* Another word for the same verb. */
static const struct {
	const char *alias, *name;
} aliases[] = {
	{ "enrol", "enroll" },
};

/* What people type who know other tools. */
static const struct {
	const char *typed, *meant;
} near_misses[] = {
	{ "auth", "enroll" },
	{ "authorize", "enroll" },
	{ "create", "add" },
	{ "del", "remove" },
	{ "delete", "remove" },
	{ "get-token", "token" },
	{ "info", "show" },
	{ "login", "enroll" },
	{ "ls", "list" },
	{ "mv", "rename" },
	{ "new", "add" },
	{ "providers", "provider" },
	{ "register", "add" },
	{ "renew", "refresh" },
	{ "rm", "remove" },
	{ "signin", "enroll" },
	{ "update", "set" },
};

static const struct mb_verb *by_name(const char *name)
{
	const struct mb_verb *const *v;

	for (v = mb_verbs; *v; v++)
		if (!strcmp((*v)->name, name))
			return *v;
	return NULL;
}

const struct mb_verb *mb_verb_find(const char *name)
{
	size_t i;

	for (i = 0; i < sizeof(aliases) / sizeof(aliases[0]); i++)
		if (!strcmp(aliases[i].alias, name))
			name = aliases[i].name;
	return by_name(name);
}

const char *mb_verb_meant(const char *name)
{
	size_t i;

	for (i = 0; i < sizeof(near_misses) / sizeof(near_misses[0]); i++)
		if (!strcmp(near_misses[i].typed, name))
			return near_misses[i].meant;
	return NULL;
}
