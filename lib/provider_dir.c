/* SPDX-License-Identifier: BSD-2-Clause */
/* What an administrator says instead of conf/providers.conf. */
#include "config.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "lib/provider.h"

static int is_conf(const struct dirent *d)
{
	size_t n = strlen(d->d_name);

	return d->d_name[0] != '.' && n > 5 &&
	       strcmp(d->d_name + n - 5, ".conf") == 0;
}

/* alphasort() would ask the locale. */
static int by_name(const struct dirent **a, const struct dirent **b)
{
	return strcmp((*a)->d_name, (*b)->d_name);
}

/* Whoever writes these files says where client secrets are sent. */
static int trusted(const char *path, struct mb_err *e)
{
	struct stat st;

	if (stat(path, &st) < 0)
		return mb_fail_errno(e, errno, path, "open");
	if (S_ISREG(st.st_mode) && !(st.st_mode & (S_IWGRP | S_IWOTH)) &&
	    (st.st_uid == 0 || st.st_uid == geteuid()))
		return 0;
	mb_fail(e, MB_E_UNSAFE_FILE, path, S_ISREG(st.st_mode) ?
		"may be written by others" : "is not a regular file");
	return mb_remedy(e, "it says where client secrets are sent: make it "
			 "root's, mode 0644");
}

int mb_providers_override_dir(struct mb_providers *p, const char *dir,
			      struct mb_err *e)
{
	struct dirent **list = NULL;
	char path[PATH_MAX + NAME_MAX + 2];
	int n = scandir(dir, &list, is_conf, by_name), ret = 0;

	if (n < 0 && (errno == ENOENT || errno == EACCES || errno == ENOTDIR))
		return 0;
	if (n < 0) {
		mb_fail_errno(e, errno, dir, "read");
		mb_providers_clear(p);
		return -1;
	}
	for (int i = 0; i < n; i++) {
		snprintf(path, sizeof(path), "%s/%s", dir, list[i]->d_name);
		if (ret == 0)
			ret = trusted(path, e) < 0 ? -1 :
			      mb_providers_override(p, path, e);
		free(list[i]);
	}
	free(list);
	if (ret < 0)
		mb_providers_clear(p);
	return ret;
}
