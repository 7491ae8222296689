/* SPDX-License-Identifier: BSD-2-Clause */
#include "config.h"

#include "lib/credential.h"

#include <stddef.h>
#include <string.h>

#include "lib/secret.h"

/* The members that have a block of their own. */
static const size_t blocks[] = {
	offsetof(struct mb_credential, client_secret),
	offsetof(struct mb_credential, ca_pem),
	offsetof(struct mb_credential, private_key),
	offsetof(struct mb_credential, certificate),
	offsetof(struct mb_credential, command),
};
enum { BLOCKS = sizeof(blocks) / sizeof(blocks[0]) };

static struct mb_secret *block(struct mb_credential *c, size_t i)
{
	return (struct mb_secret *)(void *)((char *)c + blocks[i]);
}

void mb_credential_clear(struct mb_credential *c)
{
	for (size_t i = 0; i < BLOCKS; i++)
		mb_secret_clear(block(c, i));
	mb_wipe(c, sizeof(*c));
}

int mb_credential_copy(struct mb_credential *dst,
		       const struct mb_credential *src, struct mb_err *e)
{
	struct mb_secret copies[BLOCKS] = {0};
	const struct mb_secret *from;
	int ret = -1;
	size_t i;

	for (i = 0; i < BLOCKS; i++) {
		from = (const void *)((const char *)src + blocks[i]);
		if (mb_secret_set(&copies[i], from->data, from->len) < 0) {
			mb_fail(e, MB_E_NOMEM, src->name, "out of memory");
			goto out;
		}
	}
	mb_credential_clear(dst);
	*dst = *src;
	/* The shallow copy shares the blocks with src: replace, not free. */
	for (i = 0; i < BLOCKS; i++) {
		*block(dst, i) = copies[i];
		copies[i] = (struct mb_secret){0};
	}
	ret = 0;
out:
	for (i = 0; i < BLOCKS; i++)
		mb_secret_clear(&copies[i]);
	return ret;
}
