/* SPDX-License-Identifier: BSD-2-Clause */
#include "config.h"

#include "tools/rivals.h"

#include <dirent.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "lib/paths.h"
#include "tools/binary.h"
#include "tools/capture.h"

/* "sasl-xoauth2: /usr/lib/..." and "pkg:amd64, other: /usr/lib/..." */
static bool by_dpkg(char *path, char *name)
{
	static char dpkg[] = "/usr/bin/dpkg", option[] = "-S";
	char *argv[] = { dpkg, option, path, NULL };
	struct mb_err e = { 0 };
	char out[PATH_MAX + 1024];

	if (access(dpkg, X_OK) < 0 ||
	    mb_capture(argv, out, sizeof(out), &e) != 0)
		return false;
	(void)snprintf(name, MB_RIVAL_PACKAGE, "%.*s",
		       (int)strcspn(out, ":, \n"), out);
	return true;
}

static bool by_rpm(char *path, char *name)
{
	static char rpm[] = "/usr/bin/rpm", option[] = "-qf",
		format[] = "--qf", what[] = "%{NAME}\n";
	char *argv[] = { rpm, option, format, what, path, NULL };
	struct mb_err e = { 0 };
	char out[PATH_MAX + 1024];

	if (access(rpm, X_OK) < 0 ||
	    mb_capture(argv, out, sizeof(out), &e) != 0)
		return false;
	(void)snprintf(name, MB_RIVAL_PACKAGE, "%.*s",
		       (int)strcspn(out, " \n"), out);
	return true;
}

void mb_rivals_package(const char *path, char *name)
{
	char copy[PATH_MAX + 260];

	name[0] = '\0';
	(void)snprintf(copy, sizeof(copy), "%s", path);
	if (!by_dpkg(copy, name))
		(void)by_rpm(copy, name);
}

static bool has_mechanism(const char *path)
{
	return mb_binary_has(path, "XOAUTH2") ||
	       mb_binary_has(path, "OAUTHBEARER");
}

void mb_rivals_find(struct mb_rivals *r)
{
	DIR *dir = opendir(mb_path_plugins);
	const struct dirent *entry;

	memset(r, 0, sizeof(*r));
	while (dir && r->n < MB_RIVALS_MAX && (entry = readdir(dir)) != NULL) {
		size_t n = strlen(entry->d_name);
		char *path = r->list[r->n].path;

		if (n < 4 || strcmp(entry->d_name + n - 3, ".so") != 0 ||
		    !strcmp(entry->d_name, "libmailbearer.so"))
			continue;
		(void)snprintf(path, sizeof(r->list[0].path), "%s/%s",
			       mb_path_plugins, entry->d_name);
		if (!has_mechanism(path))
			continue;
		mb_rivals_package(path, r->list[r->n].package);
		r->n++;
	}
	if (dir)
		(void)closedir(dir);
}
