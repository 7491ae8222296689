/* SPDX-License-Identifier: BSD-2-Clause */
/* mkstore ACCOUNT TOKEN HOSTS: make a store, print its directory.
 * mkstore -d DIR: remove it. */
#include "config.h"

#include <stdio.h>
#include <string.h>

#include "tests/host/store.h"

int main(int argc, char **argv)
{
	char dir[128];

	if (argc == 3 && strcmp(argv[1], "-d") == 0) {
		store_remove(argv[2]);
		return 0;
	}
	if (argc != 4 || store_make(dir, sizeof(dir)) < 0)
		return 1;
	if (store_enrol(dir, argv[1], argv[2], argv[3], 3600) < 0) {
		store_remove(dir);
		return 1;
	}
	puts(dir);
	return 0;
}
