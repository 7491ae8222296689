/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * stock DIR store [UID GID]
 * stock DIR credentials ENDPOINT RULES [CA-FILE]
 * stock DIR accounts FIRST LAST ADDRESS TOKEN-LENGTH OBTAINED-AT EXPIRES-AT
 *
 * Make a store with records of that user's; give it one client credential with
 * the token endpoint ENDPOINT, and as many rules; enrol accounts, "%d" in
 * ADDRESS being the number of each.  Times are seconds from now.
 */
#include "config.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "lib/clock.h"
#include "lib/store.h"
#include "lib/store_admin.h"

enum { TEXT_MAX = 4 * 1024 * 1024 };

/* A hundred thousand accounts are made in no time; nobody cuts the power, and
 * no disk is full. */
int fsync(int fd)
{
	(void)fd;
	return 0;
}

int posix_fallocate(int fd, off_t from, off_t len)
{
	(void)fd;
	(void)from;
	(void)len;
	return 0;
}

static int complain(const struct mb_err *e)
{
	char line[MB_ERR_LINE];

	fprintf(stderr, "stock: %s\n", mb_err_line(e, line, sizeof(line)));
	return -1;
}

static int make_store(const char *dir, char **words)
{
	struct mb_err e = {0};
	struct mb_home home;
	struct mb_store_plan plan = {
		.home = &home, .service_uid = (uid_t)-1,
		.service_gid = (gid_t)-1,
	};

	if (words[0] && words[1]) {
		plan.service_uid = (uid_t)strtoul(words[0], NULL, 10);
		plan.service_gid = (gid_t)strtoul(words[1], NULL, 10);
	}
	if (mb_home_locate(MB_HOME_DIR, dir, MB_CALLER_TOOL, &home, &e) < 0 ||
	    mb_store_create(&plan, &e) < 0)
		return complain(&e);
	return 0;
}

/* A member "ca", the certificates in the file. */
static size_t write_ca(char *text, size_t size, const char *ca_file)
{
	char line[256];
	size_t n = (size_t)snprintf(text, size, "ca = \"");
	FILE *f = fopen(ca_file, "re");

	while (f && fgets(line, sizeof(line), f) && n < size) {
		line[strcspn(line, "\n")] = '\0';
		n += (size_t)snprintf(text + n, size - n, "%s\\n", line);
	}
	if (f)
		fclose(f);
	return n + (size_t)snprintf(text + n, n < size ? size - n : 0, "\";\n");
}

static size_t write_text(char *text, const char *url, long rules,
			 const char *ca_file)
{
	size_t n = (size_t)snprintf(
		text, TEXT_MAX, "# mailbearer-credentials 1\n"
		"credentials = ( { name = \"work\"; provider = \"custom\";\n"
		"client_id = \"bench\"; client_secret = \"bench-secret\";\n"
		"authorization_endpoint = \"%s/authorize\";\n"
		"token_endpoint = \"%s/token\";\n"
		"callback_url = \"http://localhost/\"; scope = \"mail\";\n",
		url, url);

	if (ca_file)
		n += write_ca(text + n, TEXT_MAX - n, ca_file);
	n += (size_t)snprintf(text + n, TEXT_MAX - n,
			      "hosts = ( \"*.example.org\", \"localhost\" ); }");
	if (rules > 0)
		n += (size_t)snprintf(
			text + n, TEXT_MAX - n, ",\n{ name = \"app\"; "
			"provider = \"custom\"; client_id = \"bench\";\n"
			"client_secret = \"bench-secret\"; "
			"grant = \"client_credentials\";\n"
			"token_endpoint = \"%s/token\"; scope = \"mail\"; }",
			url);
	n += (size_t)snprintf(text + n, TEXT_MAX - n, " );\naccounts = (");
	for (long i = 1; i <= rules && n < TEXT_MAX; i++)
		n += (size_t)snprintf(text + n, TEXT_MAX - n,
				      "%s\n{ user = \"*@rule%ld.example\"; "
				      "credential = \"app\"; "
				      "grant = \"client_credentials\"; }",
				      i > 1 ? "," : "", i);
	n += (size_t)snprintf(text + n, n < TEXT_MAX ? TEXT_MAX - n : 0,
			      " );\n");
	return n;
}

static int write_credentials(struct mb_store *s, char **words,
			     struct mb_err *e)
{
	struct mb_secret secret = {0};
	char *text = malloc(TEXT_MAX);
	size_t n;
	int ret = -1;

	if (!text)
		return mb_fail(e, MB_E_NOMEM, "stock", "no memory");
	n = write_text(text, words[0], strtol(words[1], NULL, 10), words[2]);
	if (n < TEXT_MAX && mb_secret_set(&secret, text, n) == 0)
		ret = mb_store_credentials_write(s, &secret, NULL, NULL, e);
	else
		mb_fail(e, MB_E_USAGE, words[1], "too many rules");
	mb_secret_clear(&secret);
	free(text);
	return ret;
}

static int put(struct mb_store *s, struct mb_record *r, struct mb_err *e)
{
	struct mb_record_lock l = { .lock_fd = -1, .new_fd = -1 };
	char canonical[MB_ADDRESS_MAX + 1], id[MB_RECORD_ID_LEN + 1];
	struct mb_record old = {0};
	bool adopted;
	int ret = -1;

	if (mb_address_canon(r->account, canonical, e) < 0 ||
	    mb_address_record_id(canonical, id, e) < 0 ||
	    mb_store_trylock(s, id, &l, e) <= 0 ||
	    mb_store_reserve(s, &l, &adopted, e) < 0 ||
	    mb_store_read(s, id, &old, NULL, e) < 0)
		goto out;
	r->generation = old.generation + 1;
	ret = mb_store_commit(s, &l, r, e);
out:
	mb_record_clear(&old);
	mb_store_unlock(s, &l);
	return ret;
}

static int fill(struct mb_store *s, struct mb_record *r, char **words,
		struct mb_err *e)
{
	char token[MB_TOKEN_MAX];
	size_t len = strtoul(words[3], NULL, 10);

	if (len < 1 || len > sizeof(token))
		return mb_fail(e, MB_E_USAGE, words[3], "no length of a token");
	memset(token, 't', len);
	r->obtained_at = mb_now() + strtoll(words[4], NULL, 10);
	r->expires_at = mb_now() + strtoll(words[5], NULL, 10);
	r->enrolled_at = r->obtained_at;
	snprintf(r->credential, sizeof(r->credential), "work");
	snprintf(r->hosts, sizeof(r->hosts), "*.example.org localhost");
	snprintf(r->token_type, sizeof(r->token_type), "Bearer");
	if (mb_secret_set(&r->access_token, token, len) < 0 ||
	    mb_secret_set(&r->refresh_token, "refresh-0", 9) < 0)
		return mb_fail(e, MB_E_NOMEM, "stock", "no memory");
	return mb_store_seen(s, r->credentials_seen, e);
}

static int write_accounts(struct mb_store *s, char **words, struct mb_err *e)
{
	long i = strtol(words[0], NULL, 10), last = strtol(words[1], NULL, 10);
	const char *at = strstr(words[2], "%d");
	int before = at ? (int)(at - words[2]) : 0;
	struct mb_record r = {0};
	int ret = fill(s, &r, words, e);

	for (; ret == 0 && i <= last; i++) {
		if (at)
			snprintf(r.account, sizeof(r.account), "%.*s%ld%s",
				 before, words[2], i, at + 2);
		else
			snprintf(r.account, sizeof(r.account), "%s", words[2]);
		ret = put(s, &r, e);
	}
	mb_record_clear(&r);
	return ret;
}

static int change_store(const char *dir, bool accounts, char **words)
{
	struct mb_store *s = NULL;
	struct mb_err e = {0};
	struct mb_home home;
	int ret = -1;

	if (mb_home_locate(MB_HOME_DIR, dir, MB_CALLER_TOOL, &home, &e) == 0 &&
	    mb_store_open(&s, &home, &e) == 0 &&
	    (!accounts || mb_store_drop_privileges(s, false, &e) == 0))
		ret = accounts ? write_accounts(s, words, &e) :
				 write_credentials(s, words, &e);
	mb_store_free(&s);
	return ret < 0 ? complain(&e) : 0;
}

int main(int argc, char **argv)
{
	const char *what = argc > 2 ? argv[2] : "";

	if (strcmp(what, "store") == 0)
		return make_store(argv[1], argv + 3) < 0;
	if ((strcmp(what, "credentials") == 0 && argc >= 5) ||
	    (strcmp(what, "accounts") == 0 && argc == 9))
		return change_store(argv[1], what[0] == 'a', argv + 3) < 0;
	fputs("usage: stock DIR store [UID GID]\n"
	      "       stock DIR credentials ENDPOINT RULES [CA-FILE]\n"
	      "       stock DIR accounts FIRST LAST ADDRESS TOKEN-LENGTH "
	      "OBTAINED-AT EXPIRES-AT\n", stderr);
	return 2;
}
