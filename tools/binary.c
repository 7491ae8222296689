/* SPDX-License-Identifier: BSD-2-Clause */
#include "config.h"

#include "tools/binary.h"

#include <fcntl.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

bool mb_binary_has(const char *path, const char *word)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	bool found = false;
	struct stat st;
	void *map;

	if (fd < 0)
		return false;
	if (fstat(fd, &st) == 0 && S_ISREG(st.st_mode) && st.st_size > 0) {
		size_t n = (size_t)st.st_size;

		map = mmap(NULL, n, PROT_READ, MAP_PRIVATE, fd, 0);
		if (map != MAP_FAILED) {
			found = memmem(map, n, word, strlen(word)) != NULL;
			(void)munmap(map, n);
		}
	}
	(void)close(fd);
	return found;
}
