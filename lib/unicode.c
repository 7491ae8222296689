/* SPDX-License-Identifier: BSD-2-Clause */
#include "config.h"

#include "lib/unicode.h"

#include <dlfcn.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

/* The parts of both interfaces that are used; neither header is needed. */
typedef uint8_t *normalize_fn(const void *form, const uint8_t *s, size_t n,
			      uint8_t *buf, size_t *len);
typedef int to_ascii_fn(const char *in, char **out, int flags);
typedef const char *strerror_fn(int rc);
typedef void free_fn(void *p);

enum { IDN2_NFC_INPUT = 1, IDN2_NONTRANSITIONAL = 8 };

/* ISO C has no cast from an object pointer to a function pointer. */
union symbol {
	void *object;
	normalize_fn *normalize;
	to_ascii_fn *to_ascii;
	strerror_fn *strerror;
	free_fn *release;
};

static union symbol symbol(void *lib, const char *name)
{
	union symbol s;

	s.object = dlsym(lib, name);
	return s;
}

static int unsupported(struct mb_err *e, const char *address, const char *lib)
{
	mb_fail(e, MB_E_UNSUPPORTED, address, "%s cannot be loaded", lib);
	return mb_remedy(e, "install %s (Debian: %s)", lib,
			 strcmp(lib, "libidn2") == 0 ? "libidn2-0" :
			 "libunistring2 or libunistring5");
}

static int replace(char *text, size_t size, const void *with, size_t n,
		   const char *address, struct mb_err *e)
{
	if (n >= size) {
		mb_fail(e, MB_E_BAD_ADDRESS, address,
			"is too long for an address (512 bytes)");
		return mb_remedy(e, "write it as name@example.org");
	}
	memcpy(text, with, n);
	text[n] = '\0';
	return 0;
}

int mb_unicode_nfc(char *text, size_t size, const char *address,
		   struct mb_err *e)
{
	void *lib = dlopen("libunistring.so.5", RTLD_NOW | RTLD_LOCAL);
	union symbol normalize;
	uint8_t buf[4096], *result = NULL;
	size_t len = sizeof(buf);
	void *nfc;
	int ret = -1;

	if (!lib)
		lib = dlopen("libunistring.so.2", RTLD_NOW | RTLD_LOCAL);
	if (!lib)
		return unsupported(e, address, "libunistring");
	normalize = symbol(lib, "u8_normalize");
	nfc = dlsym(lib, "uninorm_nfc");
	if (!normalize.object || !nfc) {
		unsupported(e, address, "libunistring");
		goto out;
	}
	result = normalize.normalize(nfc, (const uint8_t *)text, strlen(text),
				     buf, &len);
	if (!result) {
		mb_fail(e, MB_E_NOMEM, address, "cannot be normalized");
		goto out;
	}
	ret = replace(text, size, result, len, address, e);
out:
	if (result != buf)
		free(result);
	(void)dlclose(lib);
	return ret;
}

int mb_unicode_domain(char *domain, size_t size, const char *address,
		      struct mb_err *e)
{
	void *lib = dlopen("libidn2.so.0", RTLD_NOW | RTLD_LOCAL);
	union symbol to_ascii, text, release;
	char *result = NULL;
	int rc, ret = -1;

	if (!lib)
		return unsupported(e, address, "libidn2");
	to_ascii = symbol(lib, "idn2_to_ascii_8z");
	text = symbol(lib, "idn2_strerror_name");
	release = symbol(lib, "idn2_free");
	if (!to_ascii.object || !text.object || !release.object) {
		unsupported(e, address, "libidn2");
		goto out;
	}
	rc = to_ascii.to_ascii(domain, &result,
			       IDN2_NFC_INPUT | IDN2_NONTRANSITIONAL);
	if (rc != 0) {
		/* the name of the code: its text speaks the host's locale */
		mb_fail(e, MB_E_BAD_ADDRESS, address,
			"its domain is not a valid name (%s)",
			text.strerror(rc));
		mb_remedy(e, "write it as name@example.org");
		goto out;
	}
	ret = replace(domain, size, result, strlen(result), address, e);
	release.release(result);
out:
	(void)dlclose(lib);
	return ret;
}
