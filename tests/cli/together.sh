#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# Shells that change one store at once lose nothing.
. "${srcdir:-.}/tests/cli/tap.sh"

secret_file secret MARKER-together
port=1
run init
add_custom base
mb() {
	"$TOOL" --store "$S" "$@" >>"$T/log.out" 2>>"$T/log.err" </dev/null
}
adds() {
	for i in 1 2 3 4 5 6; do
		mb add "$1$i" --provider google --client-id \
			"$1$i.apps.googleusercontent.com" \
			--client-secret-file "$T/secret" || echo add >>"$T/bad"
	done
}
removes() {
	for i in 1 2 3 4 5 6; do
		mb add "$1$i" --provider google --client-id \
			"$1$i.apps.googleusercontent.com" \
			--client-secret-file "$T/secret" || echo add >>"$T/bad"
		mb remove "$1$i" || echo remove >>"$T/bad"
	done
}
enrols() {
	for i in 1 2 3 4 5 6; do
		printf '{"refresh_token":"MARKER-%s"}' "$1$i" \
			>"$T/$1$i.json"
		mb enroll "$1$i@x.org" --credential base --import \
			"$T/$1$i.json" || echo enroll >>"$T/bad"
	done
}
sets() {
	for i in 1 2 3 4 5 6; do
		mb set base --scope "scope-$i" || echo set >>"$T/bad"
	done
}
pidsof=
for job in "adds a" "adds b" "removes c" "enrols d" "enrols e" sets; do
	# shellcheck disable=SC2086
	$job &
	pidsof="$pidsof $!"
done
for pid in $pidsof; do
	wait "$pid"
done
status=0
ok "every command succeeded" test ! -e "$T/bad"
run --json list credentials
is "no client credential was lost, none came back" 13 \
	"$(grep -c '"name"' "$T/out")"
run --json list
is "no account was lost" 12 "$(grep -c '"account"' "$T/out")"
run show base
in_out "the last set stands" scope-6
cat "$T/log.out" "$T/log.err" >>"$T/all"

# Two that want the same name: one wins, the other is told.
for n in 1 2; do
	"$TOOL" --store "$S" add same --provider google --client-id \
		"$n.apps.googleusercontent.com" --client-secret-file \
		"$T/secret" >/dev/null 2>&1 </dev/null
	echo $? >"$T/same$n" &
done
wait
is "of two different adds of one name one fails" "0
1" "$(sort "$T/same1" "$T/same2")"

done_testing
