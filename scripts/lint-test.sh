#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# The checks that read only the source, and proof that each finds what it is
# there for: a small tree is made in which one thing at a time is wrong.
here=$(cd "$(dirname "$0")" && pwd) || exit 1
dir=$(mktemp -d) || exit 1
trap 'rm -rf "$dir"' EXIT
trap 'exit 1' HUP INT TERM
count=0

# result STATUS NAME
result() {
	count=$((count + 1))
	if [ "$1" -eq 0 ]; then
		echo "ok $count - $2"
	else
		echo "not ok $count - $2"
	fi
}

# clean CHECK: nothing to complain about in this source.
clean() {
	"$here/$1" >"$dir/out" 2>&1
	status=$?
	sed 's/^/# /' "$dir/out"
	result $status "$1 is content"
}

tree() {
	rm -rf "$dir/t"
	mkdir -p "$dir/t" && cd "$dir/t" || exit 1
	mkdir lib plugin tools tests conf scripts man doc
	cp "$here"/check-* "$here"/*.awk scripts/
	: >README.md && : >bootstrap && : >configure.ac && : >Makefile.am
	echo '# none' >scripts/secret-str-callers
}

# finds CHECK TEXT NAME: the check fails in the tree and its output has TEXT.
finds() {
	"./scripts/$1" >"$dir/out" 2>&1
	if [ $? -eq 1 ] && grep -Fq -e "$2" "$dir/out"; then
		result 0 "$1 finds $3"
	else
		sed 's/^/# /' "$dir/out"
		result 1 "$1 finds $3"
	fi
}

# code FILE LINE...: a function in FILE with these lines.
code() {
	tree
	file=$1
	shift
	{
		echo 'static int try_it(int a)'
		echo '{'
		printf '\t%s\n' "$@"
		echo '}'
	} >"$file"
}

clean check-layers
clean check-headers
clean check-length
clean check-banned
clean check-man

tree
finds_nothing=0
for check in layers headers length banned; do
	"./scripts/check-$check" >"$dir/out" 2>&1 || finds_nothing=1
done
result $finds_nothing 'an empty tree is fine'

tree
echo '#include "lib/store.h"' >lib/fsio.c
finds check-layers 'lib/fsio.c:1: level 1 includes lib/store.h' 'a step upwards'
tree
echo '#include "tools/tool.h"' >plugin/mech.c
finds check-layers 'plugin/ includes tools/tool.h' 'plugin and tool mixed'
tree
echo '#include "lib/seal.h"' >plugin/mech.c
finds check-layers 'links to libc alone' 'a plugin that wants libcrypto'
tree
: >lib/novel.c
finds check-layers 'not in the table' 'a file without a level'

tree
printf '%s\n' '/* SPDX-License-Identifier: BSD-2-Clause */' \
	'#ifndef MB_LIB_X_H' '#define MB_LIB_X_H' 'size_t mb_x(void);' \
	'#endif' >lib/x.h
finds check-headers 'does not compile alone' 'a missing include'
tree
echo 'int mb_x(void);' >lib/x.h
finds check-headers 'no include guard MB_LIB_X_H' 'a missing guard'

tree
{
	echo 'int f(void)' && echo '{'
	yes '	g();' | head -n 58
	echo '}'
} >lib/x.c
finds check-length 'f(): lines: 61' 'a function of 61 lines'
tree
yes 'int x;' | head -n 401 >lib/x.c
finds check-length 'lines: 401' 'a file of 401 lines'
tree
echo 'int f(int a, int b, int c, int d, int e, int f, int g) { return 0; }' \
	>lib/x.c
finds check-length 'parameters: 7' 'seven parameters'

code lib/x.c 'return atoi(a);'
finds check-banned 'atoi() is banned' 'a banned function'
code plugin/x.c 'exit(1);'
finds check-banned 'are guests' 'exit in the plugin'
code lib/x.c '/* exit( */ puts("exit(");'
finds check-banned 'puts()' 'a print in lib'
code plugin/x.c 'return "\x01auth";'
finds check-banned 'hex escape' 'a hex escape'
code tests/x.c 'return "\x01auth";'
finds check-banned 'hex escape before' 'a hex escape that swallows a letter'
code lib/x.c 'return open(p, O_RDONLY);'
finds check-banned 'O_CLOEXEC' 'an inherited descriptor'
code lib/x.c 'snprintf(b, n, "%s",' '	mb_secret_str(&r->access_token));'
finds check-banned 'a secret in a format string' 'a secret printed'
code lib/x.c 'f(mb_secret_str(&s));'
finds check-banned 'not in scripts/secret-str-callers: lib/x.c try_it' \
	'a new reader of secrets'
tree
echo 'lib/x.c gone' >scripts/secret-str-callers
finds check-banned 'no such caller: lib/x.c gone' 'a stale entry'
tree
echo "later: TO""DO" >README.md
finds check-banned 'README.md:1' 'a loose end'

# verb: a tool with one verb and one option, and a page without a word on it.
verb() {
	tree
	{
		echo 'static const struct mb_opt options[] = {'
		echo '	{ "loud", NULL, "make noise", 0 },'
		echo '	{ NULL, NULL, NULL, 0 },'
		echo '};'
		echo 'const struct mb_verb mb_verb_sing = {'
		echo '	.name = "sing",'
		echo '};'
	} >tools/cmd_sing.c
	{
		echo '.\" SPDX-License-Identifier: BSD-2-Clause'
		printf '%s\n' '.Dd January 1, 2026' '.Dt MAILBEARER 1' '.Os' \
			'.Sh NAME' '.Nm mailbearer' '.Nd sings' \
			'.Sh DESCRIPTION' 'Sings.' "$@"
	} >man/mailbearer.1
}

verb
finds check-man 'no section for the verb sing' 'a verb without a section'
verb '.Ss sing' '.Fl -loud'
finds check-man 'no example in the section sing' 'a verb without an example'
verb '.Ss sing' '.Dl mailbearer sing'
finds check-man 'sing: no word about --loud' 'an option without a word'
verb '.Ss sing' '.Fl -loud' '.Fl -shrill' '.Dl mailbearer sing'
finds check-man 'the tool has no option --shrill' 'an option that is gone'

echo "1..$count"
