/* SPDX-License-Identifier: BSD-2-Clause */
/* Which words may stand where, for all shells; and the script for bash. */
#include "config.h"

#include <stdio.h>
#include <string.h>

#include "tools/completion.h"
#include "tools/verbs.h"

enum mb_word mb_completion_kind(const char *arg)
{
	static const struct {
		const char *arg;
		enum mb_word kind;
	} kinds[] = {
		{ "F", MB_WORD_FILE },
		{ "FILE", MB_WORD_FILE },
		{ "PATH", MB_WORD_FILE },
		{ "DIR", MB_WORD_DIR },
		{ "ADDRESS", MB_WORD_ACCOUNT },
		{ "OWNER", MB_WORD_ACCOUNT },
		{ "NAME", MB_WORD_CREDENTIAL },
		{ "OLD", MB_WORD_CREDENTIAL },
		{ "P", MB_WORD_PROVIDER },
		{ "PROVIDER", MB_WORD_PROVIDER },
		{ "VERB", MB_WORD_VERB },
	};
	size_t i;

	for (i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++)
		if (!strcmp(kinds[i].arg, arg))
			return kinds[i].kind;
	return MB_WORD_ANY;
}

const char *mb_completion_ask(enum mb_word kind)
{
	static const char *const ask[] = {
		[MB_WORD_ANY] = "",
		[MB_WORD_FILE] = "",
		[MB_WORD_DIR] = "",
		[MB_WORD_ACCOUNT] = "accounts",
		[MB_WORD_CREDENTIAL] = "credentials",
		[MB_WORD_THING] = "things",
		[MB_WORD_PROVIDER] = "providers",
		[MB_WORD_VERB] = "verbs",
	};

	return ask[kind];
}

static enum mb_word both(enum mb_word a, enum mb_word b)
{
	bool account = a == MB_WORD_ACCOUNT || b == MB_WORD_ACCOUNT;
	bool credential = a == MB_WORD_CREDENTIAL || b == MB_WORD_CREDENTIAL;

	if (account && credential)
		return MB_WORD_THING;
	return a == MB_WORD_ANY ? b : a;
}

enum mb_word mb_completion_operands(const struct mb_verb *v, char *words,
				    size_t size)
{
	static const char between[] = " |[].";
	enum mb_word kind = MB_WORD_ANY;
	const char *p = v->operands;
	char word[64];
	size_t n;

	*words = '\0';
	for (p += strspn(p, between); *p; p += n, p += strspn(p, between)) {
		n = strcspn(p, between);
		(void)snprintf(word, sizeof(word), "%.*s", (int)n, p);
		if (*p >= 'a' && *p <= 'z')
			(void)snprintf(words + strlen(words),
				       size - strlen(words), "%s%s",
				       *words ? " " : "", word);
		else
			kind = both(kind, mb_completion_kind(word));
	}
	return kind;
}

/* "--key=FILE": what stands behind = is for the script below. */
static void bash_options(const struct mb_opt *opt)
{
	const char *sep = "", *ask;
	enum mb_word kind;

	for (opt = mb_opts_first(opt); opt; opt = mb_opts_next(opt)) {
		if (opt->flags & (MB_OPT_REFUSED | MB_OPT_HIDDEN))
			continue;
		(void)printf("%s--%s", sep, opt->name);
		sep = " ";
		if (!opt->arg)
			continue;
		kind = mb_completion_kind(opt->arg);
		ask = mb_completion_ask(kind);
		(void)printf("=%s", kind == MB_WORD_FILE ? "file" :
			     kind == MB_WORD_DIR ? "dir" : ask);
	}
}

static void bash_verb(const struct mb_verb *v)
{
	char words[200];
	enum mb_word kind = mb_completion_operands(v, words, sizeof(words));
	const char *ask = mb_completion_ask(kind);

	(void)printf("\t%s) options='", v->name);
	bash_options(v->opts);
	(void)printf("' literal='%s' ask=%s ;;\n", words,
		     kind == MB_WORD_FILE ? "file" : ask);
}

static const char bash_end[] =
"\t*) return ;;\n"
"\tesac\n"
"\tfor option in $options; do\n"
"\t\tif [[ $option == \"$prev\"=* ]]; then\n"
"\t\t\task=${option#*=} literal='' options=''\n"
"\t\t\t[[ $ask ]] || return\n"
"\t\tfi\n"
"\tdone\n"
"\tCOMPREPLY=()\n"
"\tcase $ask in\n"
"\tfile) compopt -o filenames; mapfile -t COMPREPLY < <(compgen -f -- \"$cur\") ;;\n"
"\tdir) compopt -o filenames; mapfile -t COMPREPLY < <(compgen -d -- \"$cur\") ;;\n"
"\t'') ;;\n"
"\t*)\n"
"\t\t# Never by compgen -W, which expands what is in the words.\n"
"\t\twhile IFS= read -r i; do\n"
"\t\t\t[[ $i == \"$cur\"* ]] && COMPREPLY+=(\"$(printf %q \"$i\")\")\n"
"\t\tdone < <(\"${words[0]}\" \"${global[@]}\" completion $ask 2>/dev/null) ;;\n"
"\tesac\n"
"\tfor option in $options $literal; do\n"
"\t\toption=${option%=*}\n"
"\t\t[[ $option == -* && $cur != -* ]] && continue\n"
"\t\t[[ $option == \"$cur\"* ]] && COMPREPLY+=(\"$option\")\n"
"\tdone\n"
"\t# Readline takes what is before the @ for another word.\n"
"\tif [[ $cur == *@* && $COMP_WORDBREAKS == *@* ]]; then\n"
"\t\tCOMPREPLY=(\"${COMPREPLY[@]#\"${cur%\"${cur##*@}\"}\"}\")\n"
"\tfi\n"
"}\n"
"complete -F _mailbearer mailbearer\n";

void mb_completion_bash(void)
{
	const struct mb_verb *const *v;

	(void)printf(
"# Completion for mailbearer; written by: mailbearer completion bash\n"
"_mailbearer() {\n"
"\tlocal cur prev words cword IFS=$' \\t\\n'\n"
"\tlocal verb='' options literal ask option global i\n"
"\tif declare -F _get_comp_words_by_ref >/dev/null; then\n"
"\t\t_get_comp_words_by_ref -n @=: cur prev words cword\n"
"\telse\n"
"\t\tcur=${COMP_WORDS[COMP_CWORD]} words=(\"${COMP_WORDS[@]}\")\n"
"\t\tcword=$COMP_CWORD prev=${COMP_WORDS[COMP_CWORD-1]}\n"
"\tfi\n"
"\tglobal=()\n"
"\tfor ((i = 1; i < cword; i++)); do\n"
"\t\tcase ${words[i]} in\n"
"\t\t--store|--color) global+=(\"${words[i]}\" \"${words[i+1]}\"); ((i++)) ;;\n"
"\t\t-*) global+=(\"${words[i]}\") ;;\n"
"\t\t*) verb=${words[i]}; break ;;\n"
"\t\tesac\n"
"\tdone\n"
"\tcase $verb in\n");
	(void)printf("\t'') options='");
	bash_options(mb_global_options);
	(void)printf("' literal='' ask=verbs ;;\n");
	for (v = mb_verbs; *v; v++)
		bash_verb(*v);
	(void)fputs(bash_end, stdout);
}
