/* SPDX-License-Identifier: BSD-2-Clause */
#include "config.h"

#include <dlfcn.h>
#include <stdbool.h>
#include <stddef.h>
#include <string.h>

#include "plugin/abi.h"

/* The members that moved, from mkchal on, up to the last one used here. */
struct tail {
	int (*mkchal)(sasl_conn_t *, char *, unsigned, unsigned);
	int (*utf8verify)(const char *, unsigned);
	void (*rand)(sasl_rand_t *, char *, unsigned);
	void (*churn)(sasl_rand_t *, const char *, unsigned);
	int (*checkpass)(sasl_conn_t *, const char *, unsigned, const char *,
			 unsigned);
	int (*decode64)(const char *, unsigned, char *, unsigned, unsigned *);
	int (*encode64)(const char *, unsigned, char *, unsigned, unsigned *);
	void (*erasebuffer)(char *, unsigned);
	int (*getprop)(sasl_conn_t *, int, const void **);
	int (*setprop)(sasl_conn_t *, int, const void *);
	sasl_getcallback_t *getcallback;
	void (*log)(sasl_conn_t *, int, const char *, ...)
		__attribute__((format(printf, 3, 4)));
	void (*seterror)(sasl_conn_t *, unsigned, const char *, ...)
		__attribute__((format(printf, 3, 4)));
};

enum { MD5_MEMBERS = 8 };

/* mutex_free is the last member that lies at the same place in both. */
static const struct tail *tail_of(const sasl_utils_t *utils, enum mb_abi abi)
{
	size_t at = offsetof(sasl_utils_t, mutex_free) +
		    sizeof(utils->mutex_free);

	if (abi == MB_ABI_LONG)
		at += MD5_MEMBERS * sizeof(void (*)(void));
	return (const struct tail *)(const void *)((const char *)utils + at);
}

/* A host that is not position independent may have the library's function
 * pointers resolved to itself: the global scope knows that address. */
static bool is_symbol(const void *address, void *library, const char *name)
{
	return address == dlsym(library, name) ||
	       address == dlsym(RTLD_DEFAULT, name);
}

static bool fits(const sasl_utils_t *utils, enum mb_abi abi, void *library)
{
	const struct tail *t = tail_of(utils, abi);
	const void *encode64, *erasebuffer;

	/* ISO C has no cast between function and object pointers. */
	memcpy(&encode64, &t->encode64, sizeof(encode64));
	memcpy(&erasebuffer, &t->erasebuffer, sizeof(erasebuffer));
	return encode64 && erasebuffer &&
	       is_symbol(encode64, library, "sasl_encode64") &&
	       is_symbol(erasebuffer, library, "sasl_erasebuffer");
}

enum mb_abi mb_abi_detect(const sasl_utils_t *utils)
{
	enum mb_abi abi = MB_ABI_UNKNOWN;
	const void *getopt;
	void *library;
	Dl_info info;

	memcpy(&getopt, &utils->getopt, sizeof(getopt));
	if (!getopt || !dladdr(getopt, &info) || !info.dli_fname)
		return MB_ABI_UNKNOWN;
	library = dlopen(info.dli_fname, RTLD_LAZY | RTLD_NOLOAD);
	if (!library)
		return MB_ABI_UNKNOWN;
	if (fits(utils, MB_ABI_LONG, library))
		abi = MB_ABI_LONG;
	else if (fits(utils, MB_ABI_SHORT, library))
		abi = MB_ABI_SHORT;
	(void)dlclose(library);
	return abi;
}

int mb_abi_getcallback(const struct mb_host *h, unsigned long id,
		       sasl_callback_ft *proc, void **context)
{
	const struct tail *t = tail_of(h->utils, h->abi);

	return t->getcallback(h->utils->conn, id, proc, context);
}

void mb_abi_log(const struct mb_host *h, int level, const char *text)
{
	tail_of(h->utils, h->abi)->log(h->utils->conn, level, "%s", text);
}

void mb_abi_seterror(const struct mb_host *h, const char *text)
{
	tail_of(h->utils, h->abi)->seterror(h->utils->conn, 0, "%s", text);
}
