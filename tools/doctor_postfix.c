/* SPDX-License-Identifier: BSD-2-Clause */
/* What in Postfix's configuration keeps our logins from working. */
#include "config.h"

#include <stdio.h>
#include <string.h>

#include "tools/doctor.h"
#include "tools/postconf.h"

static void mechanism(struct mb_doctor *d, const struct mb_postconf *p,
		      const char *service)
{
	char value[MB_POSTCONF_VALUE];
	struct mb_err e = { 0 };

	if (mb_postconf_value(p, service, "smtp_sasl_mechanism_filter", value, &e) < 0)
		mb_doctor_error(d, MB_GRADE_BROKEN, "postfix", &e);
	else if (mb_postconf_filter(value) == MB_FILTER_NONE)
		mb_doctor_say(d, MB_GRADE_BROKEN, "postfix",
			      "add xoauth2 to it, or use a transport of its "
			      "own: mailbearer setup postfix ADDRESS",
			      "smtp_sasl_mechanism_filter of %s lets no OAuth2 "
			      "mechanism through (%s)", service, value);
}

static bool passwords_only(const struct mb_postconf *p, const char *service)
{
	char value[MB_POSTCONF_VALUE];

	return mb_postconf_value(p, service, "smtp_sasl_mechanism_filter",
				 value, NULL) > 0 &&
	       mb_postconf_filter(value) == MB_FILTER_NONE;
}

static void cache(struct mb_doctor *d, const struct mb_postconf *p,
		  const char *service)
{
	char value[MB_POSTCONF_VALUE];
	struct mb_err e = { 0 };

	if (mb_postconf_value(p, service, "smtp_sasl_auth_cache_name", value, &e) > 0 &&
	    value[0])
		mb_doctor_say(d, MB_GRADE_BROKEN, "postfix",
			      "take it out: postconf -X "
			      "smtp_sasl_auth_cache_name; postfix reload",
			      "smtp_sasl_auth_cache_name is set for %s: after "
			      "one refused login none is tried for 90 days",
			      service);
}

static void security(struct mb_doctor *d, const struct mb_postconf *p,
		     const char *service)
{
	char value[MB_POSTCONF_VALUE];
	struct mb_err e = { 0 };

	if (mb_postconf_value(p, service, "smtp_tls_security_level", value, &e) < 0)
		return;
	if (!value[0] || !strcmp(value, "none") || !strcmp(value, "may"))
		mb_doctor_say(d, MB_GRADE_BROKEN, "postfix",
			      "set it to secure: a token must not go to "
			      "whoever answers",
			      "smtp_tls_security_level of %s is \"%s\"", service,
			      value);
	else if (!strcmp(value, "encrypt"))
		mb_doctor_say(d, MB_GRADE_WARNING, "postfix",
			      "set it to secure: a token must not go to "
			      "whoever answers",
			      "smtp_tls_security_level of %s is \"encrypt\", "
			      "which looks at no certificate", service);
}

static void maps(struct mb_doctor *d, const struct mb_postconf *p,
		 const char *service)
{
	char value[MB_POSTCONF_VALUE];
	struct mb_err e = { 0 };

	if (mb_postconf_value(p, service, "smtp_sasl_password_maps", value, &e) >= 0 &&
	    !value[0])
		mb_doctor_say(d, MB_GRADE_BROKEN, "postfix",
			      "run: mailbearer setup postfix ADDRESS",
			      "%s has smtp_sasl_auth_enable, but no "
			      "smtp_sasl_password_maps says as whom",
			      service);
}

void mb_doctor_postfix(struct mb_doctor *d)
{
	static const char *const services[] = {
		"mailbearer/unix", "mailbearer-tls/unix", "smtp/unix",
		"relay/unix",
	};
	char value[MB_POSTCONF_VALUE], line[MB_POSTCONF_VALUE];
	size_t before = d->count[MB_GRADE_BROKEN], used = 0, i;
	struct mb_postconf p;
	struct mb_err e = { 0 };
	bool own = false;

	if (mb_postconf_open(&p, d->postfix_dir, &e) < 0) {
		if (d->client)
			mb_doctor_error(d, MB_GRADE_BROKEN, "postfix", &e);
		return;
	}
	for (i = 0; i < sizeof(services) / sizeof(services[0]); i++) {
		if (mb_postconf_service(&p, services[i], line, &e) <= 0 ||
		    mb_postconf_value(&p, services[i], "smtp_sasl_auth_enable", value,
			     &e) <= 0 || strcmp(value, "yes") != 0)
			continue;
		used++;
		own |= i < 2;
		/* Theirs, beside ours: it logs in with passwords. */
		if (own && i >= 2 && passwords_only(&p, services[i]))
			continue;
		mechanism(d, &p, services[i]);
		cache(d, &p, services[i]);
		security(d, &p, services[i]);
		maps(d, &p, services[i]);
	}
	if (!used)
		mb_doctor_say(d, d->client ? MB_GRADE_WARNING : MB_GRADE_NOTE,
			      "postfix", "run: mailbearer setup postfix "
			      "ADDRESS", "no transport in %s logs in anywhere",
			      p.dir);
	else if (d->count[MB_GRADE_BROKEN] == before)
		mb_doctor_say(d, MB_GRADE_OK, "postfix", NULL,
			      "%zu transport%s with logins in %s", used,
			      used == 1 ? "" : "s", p.dir);
}
