/* SPDX-License-Identifier: BSD-2-Clause */
/* The URLs of mail servers (tools/login.h). */
#include "config.h"

#include <string.h>

#include "tools/login.h"

static const struct scheme {
	const char *name;
	enum mb_login_protocol protocol;
	bool tls;
} schemes[] = {
	{ "imap", MB_LOGIN_IMAP, false },
	{ "imaps", MB_LOGIN_IMAP, true },
	{ "smtp", MB_LOGIN_SMTP, false },
	{ "submission", MB_LOGIN_SMTP, false },
	{ "smtps", MB_LOGIN_SMTP, true },
	{ "submissions", MB_LOGIN_SMTP, true },
	{ "pop3", MB_LOGIN_POP3, false },
	{ "pop3s", MB_LOGIN_POP3, true },
};

static int bad_url(struct mb_err *e, const char *text, const char *cause)
{
	(void)mb_fail(e, MB_E_USAGE, text, "%s", cause);
	return mb_remedy(e, "write it as imaps://HOST, smtp://HOST:587 or "
			 "pop3s://HOST");
}

int mb_login_url(const char *text, struct mb_login_url *u, struct mb_err *e)
{
	size_t i;

	if (mb_url_parse(text, &u->url) < 0)
		return bad_url(e, text, "is not the URL of a mail server");
	if (u->url.userinfo || u->url.query || u->url.fragment ||
	    (text[u->url.path] && strcmp(text + u->url.path, "/")))
		return bad_url(e, text, "has more in it than a host and a "
			       "port");
	for (i = 0; i < sizeof(schemes) / sizeof(schemes[0]); i++) {
		if (strcmp(u->url.scheme, schemes[i].name))
			continue;
		u->protocol = schemes[i].protocol;
		u->tls = schemes[i].tls;
		return 0;
	}
	return bad_url(e, text, "is not of a protocol known here");
}
