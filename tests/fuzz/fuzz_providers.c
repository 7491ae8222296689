/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * providers.conf.  Input: one line (a tenant), then the text.
 */
#include "config.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "lib/provider.h"
#include "tests/fuzz/fuzz.h"

static const char *put_file(const struct fuzz_in *in)
{
	static char path[64];
	static int fd = -1;

	if (fd < 0)
		fd = memfd_create("providers.conf", MFD_CLOEXEC);
	fuzz_check(fd >= 0 && ftruncate(fd, 0) == 0);
	fuzz_check(pwrite(fd, in->p, in->n, 0) == (ssize_t)in->n);
	(void)snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	return path;
}

static void check_fill(const struct mb_provider *p, const char *tenant)
{
	struct mb_credential *c = calloc(1, sizeof(*c));
	struct mb_err e = { 0 };
	char step[128];

	fuzz_check(c);
	(void)snprintf(c->token_endpoint, sizeof(c->token_endpoint),
		       "https://own.example/token");
	if (mb_provider_fill(p, tenant, c, &e) == 0) {
		fuzz_check(strcmp(c->provider, p->name) == 0);
		fuzz_check(strcmp(c->token_endpoint,
				  "https://own.example/token") == 0);
		fuzz_check(!*c->tenant || !strpbrk(c->tenant, "/?#@:"));
		if (strlen(tenant) == 0)
			fuzz_check(!*c->tenant);
		if (mb_provider_check(p, c, &e) < 0)
			fuzz_check_err(&e);
	} else {
		fuzz_check_err(&e);
	}
	for (size_t i = 0; i < p->nsteps; i++) {
		mb_provider_step(p->steps[i], "http://127.0.0.1/", step,
				 sizeof(step));
		fuzz_check(strlen(step) < sizeof(step));
	}
	mb_credential_clear(c);
	free(c);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct fuzz_in in = fuzz_of(data, size);
	char *tenant = fuzz_line(&in);
	struct mb_providers ps = { 0 };
	struct mb_err e = { 0 };

	if (mb_providers_load(&ps, put_file(&in), &e) == 0) {
		fuzz_check(e.id == MB_E_NONE);
		(void)mb_provider_find(&ps, tenant);
		for (size_t i = 0; i < ps.n; i++) {
			const struct mb_provider *p = &ps.list[i];

			fuzz_check(p->name[0]);
			fuzz_check(strchr(p->name, '@') ||
				   mb_provider_find(&ps, p->name) == p);
			fuzz_check(p->nservers <= MB_PROVIDER_SERVERS &&
				   p->nsteps <= MB_PROVIDER_STEPS);
			check_fill(p, tenant);
		}
	} else {
		fuzz_check_err(&e);
		fuzz_check(!ps.list && ps.n == 0);
	}
	mb_providers_clear(&ps);
	free(tenant);
	return 0;
}
