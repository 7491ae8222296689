/* SPDX-License-Identifier: BSD-2-Clause */
/* Other SASL plugins with our mechanisms, in the directory where ours is. */
#ifndef MB_TOOLS_RIVALS_H
#define MB_TOOLS_RIVALS_H

#include <limits.h>
#include <stddef.h>

enum { MB_RIVALS_MAX = 4, MB_RIVAL_PACKAGE = 128 };

struct mb_rivals {
	size_t n;
	struct {
		char path[PATH_MAX + 260];
		char package[MB_RIVAL_PACKAGE];	/* "": of none */
	} list[MB_RIVALS_MAX];
};

/* Fill r; a directory that cannot be read has none. */
void mb_rivals_find(struct mb_rivals *r);

/* The package that brought the file, as dpkg or rpm knows; "" if neither does.
 * name: MB_RIVAL_PACKAGE bytes. */
void mb_rivals_package(const char *path, char *name);

#endif
