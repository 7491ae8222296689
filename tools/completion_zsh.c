/* SPDX-License-Identifier: BSD-2-Clause */
/* Completion for zsh and fish. */
#include "config.h"

#include <stdio.h>
#include <string.h>

#include "tools/completion.h"
#include "tools/verbs.h"

/* Inside '...', with a backslash before each of special. */
static void quoted(const char *text, const char *special)
{
	for (; *text; text++) {
		if (*text == '\'')
			(void)fputs("'\\'", stdout);
		else if (strchr(special, *text))
			(void)putchar('\\');
		(void)putchar(*text);
	}
}

/* ---- zsh ---- */

static void zsh_action(enum mb_word kind)
{
	if (kind == MB_WORD_FILE)
		(void)printf("_files");
	else if (kind == MB_WORD_DIR)
		(void)printf("_files -/");
	else if (*mb_completion_ask(kind))
		(void)printf("_mailbearer_ask %s", mb_completion_ask(kind));
}

static void zsh_options(const struct mb_opt *opt)
{
	for (opt = mb_opts_first(opt); opt; opt = mb_opts_next(opt)) {
		if (opt->flags & (MB_OPT_REFUSED | MB_OPT_HIDDEN))
			continue;
		(void)printf(" \\\n\t\t'%s--%s%s[",
			     opt->flags & MB_OPT_MANY ? "*" : "", opt->name,
			     opt->arg ? "=" : "");
		quoted(opt->text, "[]:\\");
		(void)printf("]");
		if (opt->arg) {
			(void)printf(":%s:", opt->arg);
			zsh_action(mb_completion_kind(opt->arg));
		}
		(void)printf("'");
	}
}

static void zsh_verb(const struct mb_verb *v)
{
	char words[200];
	enum mb_word kind = mb_completion_operands(v, words, sizeof(words));

	(void)printf("\t%s) _arguments -s", v->name);
	zsh_options(v->opts);
	if (*words && *mb_completion_ask(kind))
		(void)printf(" \\\n\t\t'*:word:_mailbearer_ask %s %s'",
			     mb_completion_ask(kind), words);
	else if (*words)
		(void)printf(" \\\n\t\t'*:word:(%s)'", words);
	else if (kind != MB_WORD_ANY) {
		(void)printf(" \\\n\t\t'*:word:");
		zsh_action(kind);
		(void)printf("'");
	}
	(void)printf(" ;;\n");
}

void mb_completion_zsh(void)
{
	const struct mb_verb *const *v;

	(void)printf(
"#compdef mailbearer\n"
"# Completion for mailbearer; written by: mailbearer completion zsh\n"
"_mailbearer_ask() {\n"
"\tlocal -a found\n"
"\tfound=(${(f)\"$($_mailbearer_tool completion $1 2>/dev/null)\"} ${@[2,-1]})\n"
"\tcompadd -a found\n"
"}\n"
"_mailbearer_verbs() {\n"
"\tlocal -a verbs\n"
"\tverbs=(\n");
	for (v = mb_verbs; *v; v++) {
		(void)printf("\t\t'%s:", (*v)->name);
		quoted((*v)->summary, ":\\");
		(void)printf("'\n");
	}
	(void)printf(
"\t)\n"
"\t_describe verb verbs\n"
"}\n"
"_mailbearer() {\n"
"\tlocal curcontext=$curcontext state line _mailbearer_tool=$words[1]\n"
"\ttypeset -A opt_args\n"
"\t_arguments -C");
	zsh_options(mb_global_options);
	(void)printf(" \\\n"
"\t\t'1:verb:_mailbearer_verbs' '*::rest:->verb'\n"
"\t[[ $state == verb ]] || return\n"
"\tcase $words[1] in\n");
	for (v = mb_verbs; *v; v++)
		zsh_verb(*v);
	(void)printf(
"\tesac\n"
"}\n"
"if [[ $funcstack[1] == _mailbearer ]]; then\n"
"\t_mailbearer \"$@\"\n"
"else\n"
"\tcompdef _mailbearer mailbearer\n"
"fi\n");
}

/* ---- fish ---- */

static void fish_value(enum mb_word kind)
{
	if (kind == MB_WORD_FILE)
		(void)printf(" -F");
	else if (kind == MB_WORD_DIR)
		(void)printf(" -a '(__fish_complete_directories)'");
	else if (*mb_completion_ask(kind))
		(void)printf(" -a '(__mailbearer_ask %s)'",
			     mb_completion_ask(kind));
}

static void fish_options(const char *verb, const struct mb_opt *opt)
{
	for (opt = mb_opts_first(opt); opt; opt = mb_opts_next(opt)) {
		if (opt->flags & (MB_OPT_REFUSED | MB_OPT_HIDDEN))
			continue;
		(void)printf("complete -c mailbearer");
		if (verb)
			(void)printf(" -n '__fish_seen_subcommand_from %s'",
				     verb);
		else
			(void)printf(" -n __fish_use_subcommand");
		(void)printf(" -l %s%s -d '", opt->name, !opt->arg ? "" :
			     mb_completion_kind(opt->arg) == MB_WORD_FILE ?
			     " -r" : " -x");
		quoted(opt->text, "\\");
		(void)printf("'");
		if (opt->arg)
			fish_value(mb_completion_kind(opt->arg));
		(void)printf("\n");
	}
}

static void fish_verb(const struct mb_verb *v)
{
	char words[200];
	enum mb_word kind = mb_completion_operands(v, words, sizeof(words));

	(void)printf("complete -c mailbearer -n __fish_use_subcommand -a %s "
		     "-d '", v->name);
	quoted(v->summary, "\\");
	(void)printf("'\n");
	if (*words)
		(void)printf("complete -c mailbearer -n "
			     "'__fish_seen_subcommand_from %s' -a '%s'\n",
			     v->name, words);
	if (kind != MB_WORD_ANY) {
		(void)printf("complete -c mailbearer -n "
			     "'__fish_seen_subcommand_from %s'", v->name);
		fish_value(kind);
		(void)printf("\n");
	}
	fish_options(v->name, v->opts);
}

void mb_completion_fish(void)
{
	const struct mb_verb *const *v;

	(void)printf(
"# Completion for mailbearer; written by: mailbearer completion fish\n"
"function __mailbearer_ask\n"
"\tset -l tool (commandline -opc)[1]\n"
"\t$tool completion $argv 2>/dev/null\n"
"end\n"
"complete -c mailbearer -f\n");
	fish_options(NULL, mb_global_options);
	for (v = mb_verbs; *v; v++)
		fish_verb(*v);
}
