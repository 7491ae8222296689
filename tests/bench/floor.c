/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * floor gcm       open one block of 1500 bytes with AES-256-GCM, and no more:
 *                 what any program pays that opens a token with libcrypto
 * floor read DIR  open, look at, read and close each file of DIR
 */
#include "config.h"

#include <dirent.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <openssl/evp.h>

static bool open_block(EVP_CIPHER_CTX *ctx, const EVP_CIPHER *gcm)
{
	static unsigned char in[1500], out[1516], tag[16];
	const unsigned char key[32] = { 1 }, nonce[12] = { 2 };
	int n;

	/* What is written here is sealed by nobody: the tag is wrong. */
	return ctx && EVP_DecryptInit_ex2(ctx, gcm, key, nonce, NULL) == 1 &&
	       EVP_DecryptUpdate(ctx, out, &n, in, sizeof(in)) == 1 &&
	       EVP_CIPHER_CTX_ctrl(ctx, EVP_CTRL_AEAD_SET_TAG, sizeof(tag),
				   tag) == 1 &&
	       EVP_DecryptFinal_ex(ctx, out, &n) != 1;
}

static int gcm(void)
{
	EVP_CIPHER *cipher = EVP_CIPHER_fetch(NULL, "AES-256-GCM", NULL);
	EVP_CIPHER_CTX *ctx = EVP_CIPHER_CTX_new();
	bool done = cipher && open_block(ctx, cipher);

	EVP_CIPHER_CTX_free(ctx);
	EVP_CIPHER_free(cipher);
	return !done;
}

static bool read_one(int dir, const char *name)
{
	int fd = openat(dir, name, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
	char bytes[8192];
	struct stat st;
	bool done = fd >= 0 && fstat(fd, &st) == 0 &&
		    read(fd, bytes, sizeof(bytes)) > 0;

	if (fd >= 0)
		close(fd);
	return done;
}

static int read_all(const char *path)
{
	DIR *dir = opendir(path);
	struct dirent *entry;
	long n = 0;

	while (dir && (entry = readdir(dir)) != NULL)
		if (strstr(entry->d_name, ".rec"))
			n += read_one(dirfd(dir), entry->d_name);
	if (dir)
		closedir(dir);
	return n == 0;
}

int main(int argc, char **argv)
{
	if (argc == 2 && strcmp(argv[1], "gcm") == 0)
		return gcm();
	if (argc == 3 && strcmp(argv[1], "read") == 0)
		return read_all(argv[2]);
	fputs("usage: floor gcm | floor read DIR\n", stderr);
	return 2;
}
