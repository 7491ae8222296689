#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# Completion: every verb and option that help shows is in each shell's script;
# the scripts are ones that the shells take; bash offers what it should.
. "${srcdir:-.}/tests/cli/tap.sh"
: >"$T/err"

for shell in bash zsh fish; do
	run_bare completion $shell
	exits "$shell: 0" 0
	cp "$T/out" "$T/$shell"
done
run_bare completion csh
exits "another shell: 2" 2
run_bare completion
exits "no shell: 2" 2

# has SHELL VERB OPTION: in the part of that verb.
has() {
	case $1 in
	bash) grep -E "^	$2\) options='" "$T/bash" |
		grep -qE "[' ]--$3[=' ]" ;;
	zsh) sed -n "/^	$2) _arguments/,/;;\$/p" "$T/zsh" |
		grep -qE "^		'\*?--$3[=[]" ;;
	fish) grep -F "seen_subcommand_from $2'" "$T/fish" |
		grep -qE -- "-l $3( |\$)" ;;
	esac
}
run_bare completion verbs
verbs=$(cat "$T/out")
ok "there are verbs" test "$(echo "$verbs" | wc -l)" -gt 10
for verb in $verbs; do
	run_bare help "$verb"
	options=$(sed -n 's/^  --\([a-z-]*\).*/\1/p' "$T/out")
	for shell in bash zsh fish; do
		missing=
		for option in $options; do
			has $shell "$verb" "$option" || missing="$missing $option"
		done
		is "$shell: $verb has all its options" "" "$missing"
		grep -qE "^	$verb\)|-a $verb |'$verb:" "$T/$shell"
		result $? "$shell: $verb"
	done
done
ok "an option that is not there is noticed" \
	test "$(has bash init no-such-option; echo $?)" -ne 0

for shell in bash zsh fish; do
	if ! command -v $shell >/dev/null 2>&1; then
		skip "$shell takes it" "no $shell"
	elif [ $shell = fish ]; then
		ok "$shell takes it" fish --no-execute "$T/fish"
	else
		ok "$shell takes it" $shell -n "$T/$shell"
	fi
done

# ---- in use ----

run init
answers keep
endpoint "@$T/answers"
secret_file secret MARKER-client-secret-value-1
add_custom cred
enrolled ann@x.org cred
# shellcheck disable=SC2016 # as it is
enrolled 'odd`touch${IFS}oops`@x.org' cred
if command -v bash >/dev/null 2>&1; then
	cat >"$T/try" <<'END'
. "$1"
shift
COMP_WORDS=("$@")
COMP_CWORD=$(($# - 1))
COMP_WORDBREAKS=' '
_mailbearer
printf '%s\n' "${COMPREPLY[@]}" | sort | paste -s -d ' ' -
END
	try() {
		(cd "$T" && bash "$T/try" "$T/bash" "$@" 2>&1)
	}
	case $TOOL in
	/*) ;;
	*) TOOL=$PWD/$TOOL ;;
	esac
	is "bash: verbs" "refresh" "$(try "$TOOL" ref)"
	is "bash: options of a verb" "--if-needed --import" \
		"$(try "$TOOL" enroll --i)"
	is "bash: words" "accounts" "$(try "$TOOL" list ac)"
	is "bash: accounts of the store that is named" "ann@x.org" \
		"$(try "$TOOL" --store "$S" token an)"
	is "bash: client credentials" "cred" \
		"$(try "$TOOL" --store "$S" set cr)"
	is "bash: the value of an option" "cred" \
		"$(try "$TOOL" --store "$S" enroll a@x.org --credential c)"
	is "bash: a global option" "--store" "$(try "$TOOL" --st)"
	# shellcheck disable=SC2016 # as it is
	is "bash: an odd account is quoted" \
		'odd\`touch\$\{IFS\}oops\`@x.org' \
		"$(try "$TOOL" --store "$S" token od)"
	ok "bash: and never run" test ! -e "$T/oops"
else
	skip "bash in use" "no bash"
fi
done_testing
