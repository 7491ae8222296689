/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Addresses, host patterns and host names.  Input: three lines.
 */
#include "config.h"

#include <ctype.h>
#include <dlfcn.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "lib/address.h"
#include "tests/fuzz/fuzz.h"

/* Loaded once and kept: else each input would load and unload them. */
static void keep_libraries(void)
{
	static bool done;

	if (done)
		return;
	done = true;
	(void)dlopen("libidn2.so.0", RTLD_NOW | RTLD_LOCAL);
	if (!dlopen("libunistring.so.5", RTLD_NOW | RTLD_LOCAL))
		(void)dlopen("libunistring.so.2", RTLD_NOW | RTLD_LOCAL);
}

static bool is_ascii(const char *s)
{
	while (*s && (unsigned char)*s < 0x80)
		s++;
	return *s == '\0';
}

/* Another case is the same address.  With combining marks it need not be: the
 * letter they make with the one before is beyond ASCII. */
static void check_case(const char *address, const char *canonical)
{
	size_t n = strlen(address);
	char *other = malloc(n + 1), out[MB_ADDRESS_MAX + 1];

	fuzz_check(other);
	for (size_t i = 0; i <= n; i++) {
		unsigned char c = (unsigned char)address[i];

		other[i] = islower(c) ? (char)toupper(c) :
					(char)tolower(c);
	}
	fuzz_check(mb_address_canon(other, out, NULL) == 0);
	fuzz_check(strcmp(out, canonical) == 0);
	free(other);
}

static void check_address(const char *address)
{
	char one[MB_ADDRESS_MAX + 1] = "kept", two[MB_ADDRESS_MAX + 1];
	char id[MB_RECORD_ID_LEN + 1];
	struct mb_err e = { 0 };
	const char *at;

	if (mb_address_canon(address, one, &e) < 0) {
		fuzz_check_err(&e);
		fuzz_check(strcmp(one, "kept") == 0);
		return;
	}
	fuzz_check(e.id == MB_E_NONE && strlen(one) <= MB_ADDRESS_MAX);
	fuzz_check(mb_is_address(one) && fuzz_printable(one));
	fuzz_check(!strpbrk(one, " \t\r\n"));
	at = strchr(one, '@');
	fuzz_check(at > one && at == strrchr(one, '@') && at[1]);
	for (const char *p = at + 1; *p; p++)
		fuzz_check((unsigned char)*p < 0x80 &&
			   !isupper((unsigned char)*p));
	fuzz_check(mb_address_canon(one, two, NULL) == 0 &&
		   strcmp(one, two) == 0);
	if (is_ascii(address))
		check_case(address, one);
	fuzz_check(mb_address_record_id(one, id, NULL) == 0);
	fuzz_check(strlen(id) == MB_RECORD_ID_LEN &&
		   strspn(id, "0123456789abcdef") == MB_RECORD_ID_LEN);
}

/* No pattern but "*" gives a token to a host that does not end in it. */
static void check_one(const char *pattern, const char *host)
{
	size_t np = strlen(pattern), nh = strlen(host);

	if (!mb_host_match(pattern, host))
		return;
	fuzz_check(np && nh && *host != '.');
	np -= np > 1 && pattern[np - 1] == '.';
	nh -= nh > 1 && host[nh - 1] == '.';
	if (np > 2 && strncmp(pattern, "*.", 2) == 0) {
		fuzz_check(nh >= np);
		fuzz_check(host[nh - (np - 1)] == '.');
		fuzz_check(strncasecmp(host + nh - (np - 2), pattern + 2,
				       np - 2) == 0);
	} else {
		fuzz_check(np == nh && strncasecmp(pattern, host, np) == 0);
	}
}

static void check_hosts(const char *patterns, const char *host)
{
	size_t n = strlen(host);
	char *other = malloc(n + 2);
	bool fits = mb_hosts_match(patterns, host);

	fuzz_check(other);
	for (size_t i = 0; i <= n; i++)
		other[i] = islower((unsigned char)host[i]) ?
			   (char)toupper((unsigned char)host[i]) : host[i];
	fuzz_check(mb_hosts_match(patterns, other) == fits);
	/* A trailing dot says that the name is complete, and nothing else. */
	if (n > 0 && host[n - 1] != '.') {
		memcpy(other + n, ".", 2);
		fuzz_check(mb_hosts_match(patterns, other) == fits);
	}
	if (!strchr(patterns, ' ') && strcmp(patterns, "*") != 0)
		fuzz_check(mb_host_match(patterns, host) == fits);
	free(other);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct fuzz_in in = fuzz_of(data, size);
	char *address = fuzz_line(&in), *patterns = fuzz_line(&in);
	char *host = fuzz_line(&in);

	keep_libraries();
	check_address(address);
	fuzz_check(!mb_name_valid(address) || !mb_is_address(address));
	check_one(patterns, host);
	check_hosts(patterns, host);
	free(address);
	free(patterns);
	free(host);
	return 0;
}
