#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# retire: this host asks for no tokens any more.
. "${srcdir:-.}/tests/cli/tap.sh"

secret_file secret MARKER-client-secret-value-1
endpoint --log "$T/log" keep
run init
add_custom cred
enrolled old@x.org cred
enrolled fresh@x.org cred "$(($(date +%s) + 3000))"
run retire --check
exits "--check: 0" 0
[ ! -e "$S/retired" ]
result $? "--check writes nothing"
run retire
exits "retire: 0" 0
in_err "it says what comes next" "export FILE --to CERT"
run retire
ends "retire once more changes nothing" unchanged
quiet token fresh@x.org
exits "a token that is valid is used: 0" 0
run token old@x.org
exits "none is asked for: 5" 5
says "and it says why" \
	"old@x.org: this host is retired and asks for no new tokens; use the host that took over; to go on here: mailbearer --store $S retire --undo [retired]"
run refresh --due
exits "refresh --due has nothing to do: 0" 0
in_out "and says why" "retired: nothing is refreshed here"
run enroll new@x.org --credential cred --import "$T/import.json"
exits "enroll is refused: 5" 5
in_err "enroll says why" "[retired]"
is "no request was sent" 0 "$(wc -l <"$T/log" | tr -d ' ')"
run
in_out "the first screen says so" "Retired: nothing is refreshed here."
run retire --undo --json
exits "--undo: 0" 0
is "--json" false "$(json retired)"
quiet token old@x.org
exits "it goes on: 0" 0
run retire --undo
ends "--undo once more changes nothing" unchanged
run explain retired
exits "explain knows it" 0

done_testing
