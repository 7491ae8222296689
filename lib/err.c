/* SPDX-License-Identifier: BSD-2-Clause */
#include "config.h"

#include "lib/err.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "lib/escape.h"

/* The only table of ids: names are stable, scripts and `explain` know them. */
static const struct mb_message messages[] = {
#define ROW(id, name, kind, turn) \
	[MB_E_##id] = { name, MB_KIND_##kind, MB_TURN_##turn }
	ROW(NONE, "none", FAILED, YOU),
	ROW(NO_STORE, "no-store", NOT_FOUND, YOU),
	ROW(NOT_PERMITTED, "not-permitted", FAILED, ADMIN),
	ROW(KEY_UNREADABLE, "key-unreadable", FAILED, ADMIN),
	ROW(KEY_EXPOSED, "key-exposed", FAILED, ADMIN),
	ROW(KEY_BAD, "key-bad", FAILED, ADMIN),
	/* the program still holds the old key: mail is deferred, not lost */
	ROW(KEY_CHANGED, "key-changed", TEMPORARY, ADMIN),
	/* mail waits here until somebody says where it goes */
	ROW(RETIRED, "retired", TEMPORARY, ADMIN),
	ROW(UNSAFE_FILE, "unsafe-file", FAILED, ADMIN),
	ROW(NOT_SEALED, "not-sealed", FAILED, ADMIN),
	ROW(SEALED_BAD, "sealed-bad", FAILED, ADMIN),
	ROW(RECORD_BAD, "record-bad", FAILED, ADMIN),
	ROW(RECORD_OLD, "record-old", FAILED, ADMIN),
	ROW(TOO_LARGE, "too-large", FAILED, YOU),
	ROW(DISK_FULL, "disk-full", TEMPORARY, ADMIN),
	ROW(READ_ONLY, "read-only", FAILED, ADMIN),
	ROW(IO, "io", FAILED, ADMIN),
	ROW(NO_LOCK, "no-lock", FAILED, ADMIN),
	ROW(BUSY, "busy", TEMPORARY, YOU),

	ROW(CONFIG_SYNTAX, "config-syntax", CONFIG, ADMIN),
	ROW(CONFIG_VALUE, "config-value", CONFIG, ADMIN),
	ROW(NO_CREDENTIAL, "no-credential", NOT_FOUND, ADMIN),
	ROW(NO_PROVIDER, "no-provider", NOT_FOUND, YOU),
	ROW(EXISTS, "exists", FAILED, YOU),
	ROW(IN_USE, "in-use", FAILED, YOU),
	ROW(USE_EDIT, "use-edit", FAILED, YOU),
	ROW(BAD_ADDRESS, "bad-address", USAGE, YOU),
	ROW(BAD_NAME, "bad-name", USAGE, YOU),
	ROW(BAD_ENDPOINT, "bad-endpoint", CONFIG, YOU),

	ROW(NOT_ENROLLED, "not-enrolled", NOT_FOUND, YOU),
	ROW(SIGN_IN_NEEDED, "sign-in-needed", PERSON, OWNER),
	ROW(SECRET_WRONG, "secret-wrong", CONFIG, ADMIN),
	ROW(SECRET_EXPIRED, "secret-expired", CONFIG, ADMIN),
	ROW(CLIENT_REFUSED, "client-refused", CONFIG, ADMIN),
	ROW(REFRESH_REFUSED, "refresh-refused", CONFIG, ADMIN),
	ROW(WRONG_ACCOUNT, "wrong-account", PERSON, OWNER),
	ROW(NO_REFRESH_TOKEN, "no-refresh-token", PERSON, ADMIN),
	ROW(HOST_NOT_LISTED, "host-not-listed", DENIED, ADMIN),
	ROW(TOKEN_REFUSED, "token-refused", FAILED, ADMIN),
	ROW(BAD_TOKEN, "bad-token", FAILED, PROVIDER),

	ROW(NETWORK, "network", TEMPORARY, ADMIN),
	ROW(TLS, "tls", FAILED, ADMIN),
	ROW(TIMEOUT, "timeout", TEMPORARY, PROVIDER),
	ROW(REPLY_BAD, "reply-bad", TEMPORARY, PROVIDER),
	ROW(PROVIDER_BUSY, "provider-busy", TEMPORARY, PROVIDER),

	ROW(DENIED, "denied", PERSON, OWNER),
	ROW(BAD_REDIRECT, "bad-redirect", FAILED, YOU),
	ROW(NO_TERMINAL, "no-terminal", USAGE, YOU),
	ROW(INTERRUPTED, "interrupted", FAILED, YOU),

	ROW(USAGE, "usage", USAGE, YOU),
	ROW(UPGRADED, "upgraded", TEMPORARY, ADMIN),
	ROW(UNSUPPORTED, "unsupported", FAILED, ADMIN),
	ROW(CRYPTO, "crypto", FAILED, ADMIN),
	ROW(NOMEM, "no-memory", NOMEM, ADMIN),
	ROW(INTERNAL, "internal", FAILED, ADMIN),
#undef ROW
};

_Static_assert(sizeof(messages) / sizeof(messages[0]) == MB_E_COUNT,
	       "one row for each id");

const struct mb_message *mb_message(enum mb_id id)
{
	unsigned int i = (unsigned int)id;

	return &messages[i < MB_E_COUNT ? i : MB_E_INTERNAL];
}

static void put_text(char *dst, size_t size, const char *text)
{
	mb_escape(dst, size, text, strlen(text));
}

__attribute__((format(printf, 3, 0)))
static void put_format(char *dst, size_t size, const char *fmt, va_list ap)
{
	/* Larger than any dst: a cut shows as "...", never as a torn
	 * character. */
	char text[2 * MB_ERR_CAUSE];

	if (vsnprintf(text, sizeof(text), fmt, ap) < 0)
		text[0] = '\0';
	put_text(dst, size, text);
}

int mb_fail(struct mb_err *e, enum mb_id id, const char *object,
	    const char *cause, ...)
{
	int saved = errno;
	char what[MB_ERR_CAUSE];
	char about[MB_ERR_OBJECT];
	va_list ap;

	if (!e)
		return -1;
	/* The arguments may be e's own texts: complete first, then store. */
	va_start(ap, cause);
	put_format(what, sizeof(what), cause, ap);
	va_end(ap);
	put_text(about, sizeof(about), object ? object : "");
	e->id = id;
	memcpy(e->object, about, sizeof(about));
	memcpy(e->cause, what, sizeof(what));
	e->remedy[0] = '\0';
	errno = saved;
	return -1;
}

int mb_remedy(struct mb_err *e, const char *remedy, ...)
{
	int saved = errno;
	char text[MB_ERR_REMEDY];
	va_list ap;

	if (!e)
		return -1;
	va_start(ap, remedy);
	put_format(text, sizeof(text), remedy, ap);
	va_end(ap);
	memcpy(e->remedy, text, sizeof(text));
	errno = saved;
	return -1;
}

/* Does a command that p points to the words of go without a store? */
static bool needs_store(const char *p)
{
	static const char *const verbs[] = { "help", "explain", "provider",
					     "version", "init" };
	size_t n = strspn(p, "abcdefghijklmnopqrstuvwxyz");

	for (size_t i = 0; i < sizeof(verbs) / sizeof(verbs[0]); i++)
		if (n == strlen(verbs[i]) && memcmp(p, verbs[i], n) == 0)
			return false;
	return n > 0;
}

/* The next "mailbearer VERB" in text that says nothing of a store. */
static const char *find_command(const char *text, const char *from)
{
	static const char name[] = "mailbearer ";
	const char *p = from;

	while ((p = strstr(p, name)) != NULL) {
		bool sudo = p - text >= 5 && memcmp(p - 5, "sudo ", 5) == 0;

		if (!sudo && (p == text || p[-1] == ' ') &&
		    needs_store(p + sizeof(name) - 1))
			return p;
		p += sizeof(name) - 1;
	}
	return NULL;
}

bool mb_err_put_command(char *text, size_t size, const char *command)
{
	static const char name[] = "mailbearer";
	size_t more = strlen(command), used = strlen(text);
	char *p = text;

	if (more < sizeof(name))
		return true;
	more -= sizeof(name) - 1;
	while ((p = strstr(p, name)) != NULL) {
		if (p != find_command(text, p)) {
			p += sizeof(name) - 1;
			continue;
		}
		if (used + more >= size)
			return false;
		memmove(p + more, p, used - (size_t)(p - text) + 1);
		memcpy(p, command, more + sizeof(name) - 1);
		used += more;
		p += more + sizeof(name) - 1;
	}
	return true;
}

void mb_err_command(struct mb_err *e, const char *command)
{
	char text[MB_ERR_REMEDY];

	if (!e || e->id == MB_E_NO_STORE)
		return;
	memcpy(text, e->remedy, sizeof(text));
	if (mb_err_put_command(text, sizeof(text), command))
		memcpy(e->remedy, text, sizeof(text));
}

static const struct errno_row {
	int errnum;
	enum mb_id id;
	const char *remedy;
} errnos[] = {
	{ ENOSPC, MB_E_DISK_FULL, "make room on that file system" },
	{ EDQUOT, MB_E_DISK_FULL, "make room or raise the quota" },
	{ EROFS, MB_E_READ_ONLY, "make that file system writable" },
	{ EACCES, MB_E_NOT_PERMITTED,
	  "check owner and mode of it and of its directories" },
	{ EPERM, MB_E_NOT_PERMITTED,
	  "check owner and mode of it and of its directories" },
	{ ENOMEM, MB_E_NOMEM, "free some memory, then try again" },
	{ ENOENT, MB_E_IO, "check the path" },
	{ ENOTDIR, MB_E_IO, "check the path" },
	{ ELOOP, MB_E_IO, "a symbolic link is not followed here: remove it" },
	{ EMFILE, MB_E_IO, "raise the limit of open files (ulimit -n)" },
	{ ENFILE, MB_E_IO, "raise the system's limit of open files" },
	{ EIO, MB_E_IO, "check the disk: dmesg has more" },
};

/* In English whatever the host's locale, and thread-safe. */
static const char *errno_text(int errnum, char *buf, size_t size)
{
#ifdef HAVE_STRERRORDESC_NP
	const char *s = strerrordesc_np(errnum);
#else
	const char *s = strerror(errnum);
#endif

	if (s)
		return s;
	(void)snprintf(buf, size, "error %d", errnum);
	return buf;
}

int mb_fail_errno(struct mb_err *e, int errnum, const char *object,
		  const char *doing)
{
	const struct errno_row *row = NULL;
	char number[32];
	size_t i;

	for (i = 0; i < sizeof(errnos) / sizeof(errnos[0]); i++) {
		if (errnos[i].errnum == errnum)
			row = &errnos[i];
	}
	mb_fail(e, row ? row->id : MB_E_IO, object, "cannot %s: %s", doing,
		errno_text(errnum, number, sizeof(number)));
	if (row)
		mb_remedy(e, "%s", row->remedy);
	return -1;
}

void mb_err_clear(struct mb_err *e)
{
	if (e)
		memset(e, 0, sizeof(*e));
}

const char *mb_err_line(const struct mb_err *e, char *buf, size_t size)
{
	char body[MB_ERR_LINE], id[48];
	size_t used, tail;
	int n;

	if (!size)
		return "";
	buf[0] = '\0';
	if (!e || e->id == MB_E_NONE)
		return buf;
	n = snprintf(body, sizeof(body), "%s%s%s%s%s", e->object,
		     !e->object[0] || e->cause[0] == ' ' ? "" : ": ", e->cause,
		     e->remedy[0] ? "; " : "", e->remedy);
	used = n < 0 ? 0 : (size_t)n;
	n = snprintf(id, sizeof(id), " [%s]", mb_message(e->id)->name);
	tail = n < 0 ? 0 : (size_t)n;
	/* A cut takes from the text; the id is what people search for. */
	if (size <= tail + 4)
		tail = 0;
	used = mb_escape(buf, size - tail, body, used);
	memcpy(buf + used, id, tail);
	buf[used + tail] = '\0';
	return buf;
}
