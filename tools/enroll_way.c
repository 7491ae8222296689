/* SPDX-License-Identifier: BSD-2-Clause */
#include "config.h"

#include <stdlib.h>
#include <string.h>

#include "tools/browser.h"
#include "tools/enroll.h"
#include "tools/flow_device.h"
#include "tools/out.h"
#include "tools/presets.h"
#include "tools/tty.h"

static int usage(const struct mb_enroll *n, struct mb_err *e)
{
	static const char *const others[] = { "port", "no-browser" };
	const struct mb_opts *o = &n->tool->opts;

	for (size_t i = 0; i < sizeof(others) / sizeof(others[0]); i++)
		if (mb_opts_has(o, others[i]))
			return mb_opts_usage(o, e, "--device and --%s exclude "
					     "each other", others[i]);
	return 0;
}

/* A browser on this desktop, not started by root. */
static bool has_browser(const struct mb_enroll *n)
{
	return !n->was_root && mb_browser_available();
}

/* Unasked, the device flow is for a person without a browser here. */
static bool device_helps(const struct mb_enroll *n)
{
	const struct mb_opts *o = &n->tool->opts;

	return !mb_opts_has(o, "no-browser") && !mb_opts_has(o, "port") &&
	       mb_tty_present() && !has_browser(n);
}

static void say_why(bool device, const struct mb_err *not)
{
	const char *ssh = getenv("SSH_CONNECTION");
	const char *why = ssh && *ssh ? "This is a remote session" :
			  "There is no browser here";

	if (device)
		mb_out_note("%s, and the provider has a device flow: a code is entered on another machine. (--no-browser: through an address instead.)",
			    why);
	else if (not->id == MB_E_UNSUPPORTED)
		mb_out_note("%s, and %s: signing in through an address.", why,
			    "the provider's device flow is not for mail");
}

int mb_enroll_callback(const struct mb_enroll *n, struct mb_err *e)
{
	const struct mb_provider *preset;
	struct mb_providers all = { 0 };
	int ret = 0;

	if (mb_presets_load(n->tool, &all, NULL) < 0)
		return 0;
	preset = mb_presets_named(&all, n->credential->provider);
	if (preset)
		ret = mb_provider_check_callback(preset, n->credential, e);
	mb_providers_clear(&all);
	return ret;
}

int mb_enroll_choose(const struct mb_enroll *n, enum mb_enroll_way *way,
		     struct mb_err *e)
{
	const struct mb_credential *c = n->credential;
	bool asked = mb_opts_has(&n->tool->opts, "device"), can;
	const struct mb_provider *preset = NULL;
	struct mb_providers all = { 0 };
	struct mb_err not = { 0 };
	int ret = 0;

	if (asked && usage(n, e) < 0)
		return -1;
	/* Without the presets the provider itself says what it does not give. */
	if (mb_presets_load(n->tool, &all, NULL) == 0)
		preset = mb_presets_named(&all, c->provider);
	can = mb_flow_device_check(c, preset, n->account, &not) == 0;
	*way = MB_WAY_CODE;
	if (asked && !can) {
		*e = not;
		ret = -1;
	} else if (asked) {
		*way = MB_WAY_DEVICE;
	} else if (device_helps(n)) {
		can = can && !(preset && preset->device_public &&
			       c->client_secret.len);
		*way = can ? MB_WAY_DEVICE : MB_WAY_CODE;
		say_why(can, &not);
	}
	if (ret == 0 && preset && *way == MB_WAY_CODE)
		ret = mb_provider_check_callback(preset, c, e);
	mb_providers_clear(&all);
	return ret;
}
