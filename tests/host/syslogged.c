/* SPDX-License-Identifier: BSD-2-Clause */
/* To be loaded before a program: what goes to syslog(3) goes to stderr. */
#include "config.h"

#include <stdarg.h>
#include <stdio.h>

#define EXPORT __attribute__((visibility("default")))

EXPORT void __syslog_chk(int priority, int flag, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));
EXPORT void syslog(int priority, const char *fmt, ...)
	__attribute__((format(printf, 2, 3)));

static void say(const char *fmt, va_list ap)
	__attribute__((format(printf, 1, 0)));

static void say(const char *fmt, va_list ap)
{
	fputs("syslog: ", stderr);
	vfprintf(stderr, fmt, ap);
	fputc('\n', stderr);
}

void syslog(int priority, const char *fmt, ...)
{
	va_list ap;

	(void)priority;
	va_start(ap, fmt);
	say(fmt, ap);
	va_end(ap);
}

void __syslog_chk(int priority, int flag, const char *fmt, ...)
{
	va_list ap;

	(void)priority;
	(void)flag;
	va_start(ap, fmt);
	say(fmt, ap);
	va_end(ap);
}
