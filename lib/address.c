/* SPDX-License-Identifier: BSD-2-Clause */
#include "config.h"

#include "lib/address.h"

#include <string.h>
#include <strings.h>

#include "lib/crypto.h"
#include "lib/escape.h"
#include "lib/unicode.h"

static int refuse(struct mb_err *e, const char *address, const char *why)
{
	mb_fail(e, MB_E_BAD_ADDRESS, address, "%s", why);
	return mb_remedy(e, "write it as name@example.org");
}

/* Characters nobody sees, or that a reader takes for something else. */
static bool invisible(uint32_t c)
{
	static const uint32_t blanks[] = {
		0xa0, 0xad, 0x1680, 0x180e, 0x200b, 0x2028, 0x2029, 0x202f,
		0x205f, 0x3000, 0xfeff,
	};
	size_t i;

	for (i = 0; i < sizeof(blanks) / sizeof(blanks[0]); i++) {
		if (c == blanks[i])
			return true;
	}
	return c <= 0x20 || (c >= 0x7f && c <= 0x9f) ||
	       (c >= 0x2000 && c <= 0x200a) || (c >= 0x2060 && c <= 0x2064) ||
	       (c >= 0xfff9 && c <= 0xfffb) || (c >= 0xe0000 && c <= 0xe0fff) ||
	       mb_utf8_is_bidi(c);
}

/* NULL, or what is wrong with the text as a whole. */
static const char *check_characters(const char *s)
{
	size_t n = strlen(s);

	if (n > MB_ADDRESS_MAX)
		return "is too long for an address (512 bytes)";
	while (n > 0) {
		uint32_t c;
		size_t len = mb_utf8_next(s, n, &c);

		if (len == 0)
			return "is not UTF-8";
		if (invisible(c))
			return "has a blank, control or invisible character";
		s += len;
		n -= len;
	}
	return NULL;
}

static void lower(char *s)
{
	for (; *s; s++) {
		if (*s >= 'A' && *s <= 'Z')
			*s = (char)(*s - 'A' + 'a');
	}
}

static bool is_ascii(const char *s)
{
	while (*s && (unsigned char)*s < 0x80)
		s++;
	return *s == '\0';
}

/* Letters, digits, '-' and '_' in labels that are not empty. */
static bool domain_valid(const char *domain)
{
	const char *p;

	for (p = domain; *p; p++) {
		if (*p == '.' && (p == domain || p[-1] == '.'))
			return false;
		if (!strchr("abcdefghijklmnopqrstuvwxyz0123456789-_.", *p))
			return false;
	}
	return p != domain && p[-1] != '.';
}

/*
 * NFC twice: the first makes equivalent spellings one (and turns U+212A into
 * a plain K), the second composes what lower case made composable (J and a
 * caron have no composed form, j and a caron have).
 */
static int canon_local(char *local, size_t size, const char *address,
		       struct mb_err *e)
{
	if (!is_ascii(local) && mb_unicode_nfc(local, size, address, e) < 0)
		return -1;
	lower(local);
	if (!is_ascii(local) && mb_unicode_nfc(local, size, address, e) < 0)
		return -1;
	/* RFC 5322 section 3.2.3: specials would need a quoted string */
	if (local[0] == '\0' || strpbrk(local, "()<>[]:;@\\,\""))
		return refuse(e, address, "has no plain name before the @");
	return 0;
}

int mb_address_canon(const char *address, char *out, struct mb_err *e)
{
	char local[MB_ADDRESS_MAX + 1], domain[MB_ADDRESS_MAX + 1];
	const char *at, *why = check_characters(address);
	size_t nlocal, ndomain;

	if (why)
		return refuse(e, address, why);
	at = strrchr(address, '@');
	if (!at)
		return refuse(e, address, "is not an address: no @");
	memcpy(local, address, (size_t)(at - address));
	local[at - address] = '\0';
	memcpy(domain, at + 1, strlen(at + 1) + 1);
	if (canon_local(local, sizeof(local), address, e) < 0)
		return -1;
	if (!is_ascii(domain) &&
	    mb_unicode_domain(domain, sizeof(domain), address, e) < 0)
		return -1;
	lower(domain);
	if (!domain_valid(domain))
		return refuse(e, address, "has no valid domain after the @");
	nlocal = strlen(local);
	ndomain = strlen(domain);
	if (nlocal + 1 + ndomain > MB_ADDRESS_MAX)
		return refuse(e, address,
			      "is too long for an address (512 bytes)");
	memcpy(out, local, nlocal);
	out[nlocal] = '@';
	memcpy(out + nlocal + 1, domain, ndomain + 1);
	return 0;
}

int mb_address_record_id(const char *canonical, char *out, struct mb_err *e)
{
	char hex[MB_SHA256_HEX + 1];

	if (mb_crypto_sha256(canonical, strlen(canonical), hex, e) < 0)
		return -1;
	memcpy(out, hex, MB_RECORD_ID_LEN);
	out[MB_RECORD_ID_LEN] = '\0';
	return 0;
}

bool mb_name_valid(const char *name)
{
	size_t n = strlen(name);

	return n >= 1 && n <= MB_NAME_MAX &&
	       strspn(name, "abcdefghijklmnopqrstuvwxyz0123456789._-") == n;
}

bool mb_is_address(const char *word)
{
	return strchr(word, '@') != NULL;
}

/* Length without one trailing dot. */
static size_t host_length(const char *host, size_t n)
{
	return n > 1 && host[n - 1] == '.' ? n - 1 : n;
}

static bool match(const char *pattern, size_t np, const char *host)
{
	size_t nh = host_length(host, strlen(host));

	np = host_length(pattern, np);
	if (np == 0 || nh == 0 || host[0] == '.')
		return false;
	if (np < 3 || strncmp(pattern, "*.", 2) != 0)
		return np == nh && strncasecmp(pattern, host, np) == 0;
	/* ".office365.com" with something in front of it */
	return nh > np - 1 &&
	       strncasecmp(pattern + 1, host + nh - (np - 1), np - 1) == 0;
}

bool mb_host_match(const char *pattern, const char *host)
{
	return match(pattern, strlen(pattern), host);
}

bool mb_hosts_match(const char *patterns, const char *host)
{
	while (*patterns) {
		size_t n = strcspn(patterns, " ");

		if (n == 1 && *patterns == '*')
			return true;
		if (match(patterns, n, host))
			return true;
		patterns += n;
		patterns += strspn(patterns, " ");
	}
	return false;
}
