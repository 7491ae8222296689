/* SPDX-License-Identifier: BSD-2-Clause */
/* The fields of a client credential, as options of add and set, as names in
 * messages and as members in JSON: one table. */
#ifndef MB_TOOLS_FIELDS_H
#define MB_TOOLS_FIELDS_H

#include "lib/credential.h"
#include "lib/provider.h"
#include "tools/tool.h"

enum mb_field_kind {
	MB_FIELD_TEXT,		/* char array */
	MB_FIELD_WORDS,		/* char array, blank-separated; option repeats */
	MB_FIELD_SECRET,	/* struct mb_secret, from a file or the terminal */
	MB_FIELD_KEY,		/* private_key and what its file tells more */
	MB_FIELD_PEM,		/* struct mb_secret, from a file, public */
	MB_FIELD_LINES,		/* struct mb_secret, '\n' between words */
	MB_FIELD_CHOICE,	/* enum; words as in the credentials file */
};

struct mb_field {
	const char *name;	/* "client_id" */
	const char *option;	/* "client-id" */
	enum mb_field_kind kind;
	size_t offset, size;	/* in struct mb_credential */
};

extern const struct mb_field mb_fields[];	/* ends with name NULL */

/* Take over what the command line gives (files are read). */
int mb_fields_from_options(const struct mb_opts *o, struct mb_credential *c,
			   struct mb_err *e);

/* Put what mb_fields_from_options() took (into an empty `given`; a secret asked
 * for at the terminal counts too) over the fields of c. */
int mb_fields_apply(const struct mb_opts *o, const struct mb_credential *given,
		    struct mb_credential *c, struct mb_err *e);

/* Was any field given at all? */
bool mb_fields_given(const struct mb_opts *o);

/* Names of the fields that differ, ", "-separated; returns how many. */
size_t mb_fields_differ(const struct mb_credential *a,
			const struct mb_credential *b, char *names,
			size_t size);

/* Set the method that goes with having a secret or none. */
void mb_fields_settle_method(struct mb_credential *c);

/* Everything that is wrong with c before it is stored. */
int mb_fields_check(const struct mb_providers *p, const struct mb_credential *c,
		    struct mb_err *e);

/* The word for what a MB_FIELD_CHOICE of c says. */
const char *mb_fields_choice(const struct mb_field *f,
			     const struct mb_credential *c);

#endif
