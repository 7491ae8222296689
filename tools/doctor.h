/* SPDX-License-Identifier: BSD-2-Clause */
/* What is wrong on this host: checks, and what they found. */
#ifndef MB_TOOLS_DOCTOR_H
#define MB_TOOLS_DOCTOR_H

#include <stdbool.h>
#include <sys/types.h>

#include "lib/address.h"
#include "lib/clock.h"
#include "lib/credfile.h"
#include "tools/tool.h"

enum mb_grade {
	MB_GRADE_OK,
	MB_GRADE_NOTE,		/* nothing is wrong, but worth to know */
	MB_GRADE_WARNING,	/* it works, and will not for long or for all */
	MB_GRADE_BROKEN,
};

struct mb_doctor {
	struct mb_tool *tool;
	const char *client;	/* "postfix", "mbsync", ...; NULL */
	char address[MB_ADDRESS_MAX + 1];	/* canonical; "": all */
	const char *postfix_dir;	/* --config-dir, or NULL */
	bool offline;
	bool report;		/* for a public place: no names */
	uid_t uid;		/* whose mail program it is */
	struct mb_credfile file;	/* read, if the store could be */
	enum mb_grade worst;
	size_t count[MB_GRADE_BROKEN + 1];
};

/*
 * Tell one finding: name (a stable word, "plugin"), what was seen (printf
 * style).  mb_doctor_remedy() says what to do about the last one; it prints.
 */
void mb_doctor_say(struct mb_doctor *d, enum mb_grade grade, const char *name,
		   const char *remedy, const char *what, ...)
	__attribute__((format(printf, 5, 6)));
/* An error that something came back with, as a finding. */
void mb_doctor_error(struct mb_doctor *d, enum mb_grade grade,
		     const char *name, const struct mb_err *e);

/* tools/doctor_report.c: text (of size bytes) without mailboxes, host names, the
 * client ids and hosts of file, and whose home directory it is. */
void mb_doctor_redact(const struct mb_credfile *file, char *text, size_t size);

/* ---- the checks; each tells what it finds ---- */

/* tools/doctor_host.c: plugin, modules, helper, rivals, the client's SASL
 * library, AppArmor, OpenSSL. */
void mb_doctor_host(struct mb_doctor *d);
/* tools/doctor_store.c: key, files, owners and modes along the path, as the
 * mail program's user; disk; accounts; timer. */
void mb_doctor_store(struct mb_doctor *d);
/* tools/doctor_accounts.c */
void mb_doctor_accounts(struct mb_doctor *d);
/* tools/doctor_net.c: names, TLS, clock, token endpoints, mail servers. */
void mb_doctor_net(struct mb_doctor *d);
/* tools/doctor_postfix.c: main.cf and master.cf. */
void mb_doctor_postfix(struct mb_doctor *d);

#endif
