/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Everything the tool prints.  stdout: the answer.  stderr: the store's name,
 * remarks, prompts, errors.  With --json stdout carries one JSON document and
 * nothing else: {"schema": 1, "changed": ..., members, "errors": [...]}.
 */
#ifndef MB_TOOLS_OUT_H
#define MB_TOOLS_OUT_H

#include <stdint.h>

#include "lib/err.h"
#include "lib/secret.h"
#include "tools/tool.h"

/* Before anything is printed. */
void mb_out_start(void);

/* The exit status of an error: the one table. */
int mb_out_status(const struct mb_err *e);

/* Of several failures (bit i: exit status i occurred) the status of the one
 * that asks most of whoever reads it; 0 if there was none. */
int mb_out_worst(unsigned int seen);

/* One line of the answer on stdout; nothing with --json.  Printable text only:
 * what came from outside goes through mb_escape() first. */
void mb_out_line(const struct mb_tool *t, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

/* One line of talk on stderr, with --json too. */
void mb_out_note(const char *format, ...)
	__attribute__((format(printf, 1, 2)));

/* The error's line on stderr; with --json it joins "errors" as well. */
void mb_out_error(struct mb_tool *t, const struct mb_err *e);

/* That line, with the commands of its remedy as they are for the store picked
 * (lib/err.h); returns line. */
const char *mb_out_error_line(const struct mb_tool *t, const struct mb_err *e,
			      char line[MB_ERR_LINE]);

/* text (of size bytes), with commands in it as they are for the store picked
 * (lib/err.h).  Returns text. */
const char *mb_out_command(const struct mb_tool *t, char *text, size_t size);

/* "whose_turn" in JSON: "you", "owner", "admin", "provider". */
const char *mb_out_turn(enum mb_turn turn);

/* {"id", "object", "cause", "remedy", "whose_turn"}; new reference or NULL. */
json_t *mb_out_error_json(const struct mb_tool *t, const struct mb_err *e);

/* Members of the --json answer; do nothing without --json.  set takes over
 * the reference to value (NULL is a failure that the end reports). */
void mb_out_set(struct mb_tool *t, const char *member, json_t *value);
void mb_out_set_str(struct mb_tool *t, const char *member, const char *value);
void mb_out_set_int(struct mb_tool *t, const char *member, int64_t value);

/* The answer's one member that may be long: printed item by item, not kept, and
 * nothing but "errors" follows.  item takes over the reference. */
void mb_out_list(struct mb_tool *t, const char *member);
int mb_out_item(struct mb_tool *t, json_t *item, struct mb_err *e);

/* A secret that was asked for: "MEMBER  VALUE", or the member of the answer. */
void mb_out_secret(struct mb_tool *t, const char *member,
		   const struct mb_secret *value);

/* "done" (printf style) if t->changed, else "unchanged": the last word of
 * every changing verb. */
void mb_out_outcome(const struct mb_tool *t, const char *done, ...)
	__attribute__((format(printf, 2, 3)));

/* Print the --json document and flush; status, or 1 if stdout failed. */
int mb_out_finish(struct mb_tool *t, int status);

/* Local ISO 8601 with offset, "2026-01-31T14:05:00+01:00".  buf: 40 bytes. */
const char *mb_out_time(int64_t when, char buf[40]);
/* "in 6 days", "3 hours ago", "now".  buf: 40 bytes. */
const char *mb_out_span(int64_t when, int64_t now, char buf[40]);

#endif
