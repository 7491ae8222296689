/* SPDX-License-Identifier: BSD-2-Clause */
/* Completion scripts for shells, written from the tables of verbs and options:
 * what the tool has is what is completed. */
#ifndef MB_TOOLS_COMPLETION_H
#define MB_TOOLS_COMPLETION_H

#include "tools/tool.h"

/* What a word of the command line can be. */
enum mb_word {
	MB_WORD_ANY,
	MB_WORD_FILE,
	MB_WORD_DIR,
	MB_WORD_ACCOUNT,
	MB_WORD_CREDENTIAL,
	MB_WORD_THING,		/* an account or a client credential */
	MB_WORD_PROVIDER,
	MB_WORD_VERB,
};

/* By what help calls it: "FILE", "DIR", "ADDRESS", "P" ... */
enum mb_word mb_completion_kind(const char *arg);

/* "accounts" and so on: what to ask the tool for; "" for other kinds. */
const char *mb_completion_ask(enum mb_word kind);

/* The operands of a verb: its literal words go to words ("list show", blanks
 * between); returns what else may stand there. */
enum mb_word mb_completion_operands(const struct mb_verb *v, char *words,
				    size_t size);

/* One script, on stdout. */
void mb_completion_bash(void);
void mb_completion_zsh(void);
void mb_completion_fish(void);

#endif
