/* SPDX-License-Identifier: BSD-2-Clause */
/* What the last status file said. */
#include "config.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "lib/address.h"
#include "tools/status.h"
#include "tools/status_file.h"

enum { KEY_MAX = MB_ADDRESS_MAX + 40 };

/* A client credential is mended once for all its accounts; of a sign-in, a
 * newer one is another. */
static void make_key(char key[KEY_MAX], bool config, const char *credential,
		     const char *account, long long enrolled_at)
{
	if (config)
		(void)snprintf(key, KEY_MAX, "C %s", credential);
	else
		(void)snprintf(key, KEY_MAX, "A %s %lld", account,
			       enrolled_at);
}

static int by_text(const void *x, const void *y)
{
	const char *const *a = x, *const *b = y;

	return strcmp(*a, *b);
}

static int add(struct mb_known *k, const char *key)
{
	size_t room = k->room ? 2 * k->room : 16;
	char **keys = k->keys;

	if (k->n == k->room) {
		keys = reallocarray(k->keys, room, sizeof(*keys));
		if (!keys)
			return -1;
		k->keys = keys;
		k->room = room;
	}
	keys[k->n] = strdup(key);
	if (!keys[k->n])
		return -1;
	k->n++;
	return 0;
}

/* One account's line: an object, and a comma unless it is the last. */
static int read_line(struct mb_known *k, const char *line)
{
	const char *account, *credential, *state;
	json_int_t enrolled_at;
	char key[KEY_MAX];
	json_t *one;
	int ret = 0;

	/* Most are well, and need not be parsed. */
	if (!strstr(line, MB_STATUS_MARK))
		return 0;
	one = json_loads(line, JSON_DISABLE_EOF_CHECK, NULL);
	if (one && json_unpack(one, "{s:s, s:s, s:s, s:I}", "account", &account,
			       "credential", &credential, "state", &state,
			       "enrolled_at", &enrolled_at) == 0) {
		make_key(key, !strcmp(state,
				      mb_accounts_word(MB_STATE_CONFIG)),
			 credential, account, (long long)enrolled_at);
		ret = add(k, key);
	}
	json_decref(one);
	return ret;
}

int mb_status_known(const struct mb_dir *dir, struct mb_known *k,
		    struct mb_err *e)
{
	char *line = NULL;
	size_t room = 0;
	struct mb_file f;
	FILE *in = NULL;
	int ret = 0;

	if (mb_fsio_file(dir, MB_STATUS_NAME, O_RDONLY, geteuid(), &f,
			 NULL) <= 0)
		return 0;
	in = fdopen(f.fd, "r");
	if (!in)
		(void)close(f.fd);
	while (ret == 0 && in && getline(&line, &room, in) >= 0)
		ret = read_line(k, line);
	free(line);
	if (in)
		(void)fclose(in);
	if (ret < 0)
		return mb_fail(e, MB_E_NOMEM, MB_STATUS_NAME, "out of memory");
	if (k->n)
		qsort(k->keys, k->n, sizeof(*k->keys), by_text);
	return 0;
}

bool mb_status_is_known(const struct mb_known *k, const struct mb_account *a)
{
	char key[KEY_MAX];
	const char *p = key;

	make_key(key, a->state == MB_STATE_CONFIG, a->credential, a->address,
		 (long long)a->enrolled_at);
	return k->n && bsearch(&p, k->keys, k->n, sizeof(*k->keys), by_text);
}

void mb_status_forget(struct mb_known *k)
{
	size_t i;

	for (i = 0; i < k->n; i++)
		free(k->keys[i]);
	free(k->keys);
	memset(k, 0, sizeof(*k));
}
