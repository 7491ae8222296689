#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# The command line itself: first screen, help, near misses, wrong usage.
. "${srcdir:-.}/tests/cli/tap.sh"

# As root the first screen would look for the system's store, which does not
# exist at the paths the tests are built with either.
run_bare
exits "the first screen exits 0" 0
is "the first screen begins as the manual says" \
	"mailbearer: OAuth2 logins for the mail programs you already run

No store yet. Start with one of:
  mailbearer enroll you@gmail.com    mbsync, mutt, msmtp ... run by you
  sudo mailbearer init               Postfix or sendmail on this host
" "$(head -n 6 "$T/out")
"
in_out "the first screen groups the verbs that exist" \
	"Set up     init  add  set  apply  enroll"
in_out "the first screen shows how to remove" "End        remove"
ends "the first screen ends with where help is" \
	"mailbearer help VERB | man mailbearer"
is "the first screen says nothing on stderr" "" "$(cat "$T/err")"

run_bare help
exits "help exits 0" 0
verbs=$(sed -n 's/^  \([a-z][a-z]*\)  *.*/\1/p' "$T/out")
for verb in $verbs; do
	run_bare help "$verb"
	ok "help $verb exits 0 and shows its usage" \
		test "$status $(sed -n 1p "$T/out" | cut -d ' ' -f 1-3)" = \
		"0 usage: mailbearer $verb"
	cp "$T/out" "$T/help"
	run_bare "$verb" --help
	ok "$verb --help is the same" cmp "$T/help" "$T/out"
	run_bare "$verb" -h
	ok "$verb -h is the same" cmp "$T/help" "$T/out"
done
missing=
for verb in add apply completion edit enroll explain help init list provider \
	refresh remove rename set show token version; do
	echo "$verbs" | tr ' ' '\n' | grep -qx "$verb" ||
		missing="$missing $verb"
done
is "no verb has gone" "" "$missing"

run_bare --version
is "--version names program and version" "mailbearer" \
	"$(cut -d ' ' -f 1 "$T/out")"
run_bare version --json
is "version --json has a schema" 1 "$(json schema)"

run_bare login a@x.org
exits "login is wrong usage" 2
says "login is answered with enroll" "mailbearer: there is no verb login; run: mailbearer enroll (see: mailbearer help enroll) [usage]"
run_bare auth
in_err "auth is answered with enroll" "run: mailbearer enroll"
run_bare delete x
in_err "delete is answered with remove" "run: mailbearer remove"
run_bare help login
in_out "help login explains enroll" "usage: mailbearer enroll"
run_bare enrol --help
in_out "enrol is enroll" "usage: mailbearer enroll"
run_bare frobnicate
exits "an unknown verb is wrong usage" 2
says "an unknown verb leads to help" \
	"mailbearer: there is no verb frobnicate; run: mailbearer help [usage]"

run_bare list --bogus
exits "an unknown option is wrong usage" 2
says "an unknown option is named" \
	"mailbearer list: there is no option --bogus; run: mailbearer help list [usage]"
run_bare add
says "a missing operand is named" \
	"mailbearer add: NAME is missing; run: mailbearer help add [usage]"
run_bare add one two
exits "an operand too many is wrong usage" 2
run_bare list -x
exits "a short option is wrong usage" 2
run_bare add x --provider
exits "an option without its value is wrong usage" 2
run_bare add x --provider a --provider b
in_err "an option twice is named" "--provider is given twice"
run_bare token a@x.org --min-validity soon
in_err "a number is checked" "--min-validity wants a whole number"
run_bare --system --user list
exits "--system with --user is wrong usage" 2
run_bare --color sometimes list
exits "--color takes three words" 2
run_bare --store "" list
exits "an empty --store is wrong usage" 2

run_bare add x --client-secret MARKER-on-the-command-line
exits "a secret on the command line is wrong usage" 2
says "a secret on the command line is refused and not repeated" \
	"mailbearer add: --client-secret: a secret is never taken from the command line, where every user can read it; use --client-secret-file FILE, or - to read it from stdin [usage]"
run_bare set x --client-secret=MARKER-on-the-command-line
exits "neither is --client-secret=VALUE taken" 2

run_bare --json list --bogus
is "an error has an id in JSON" usage "$(json id)"
is "an error says whose turn it is in JSON" you "$(json whose_turn)"
is "an error has a remedy in JSON" "run: mailbearer help list" "$(json remedy)"
is "an error changed nothing in JSON" false "$(json changed)"

run_bare --store
says "an option of the program without its value names the program once" \
	"mailbearer: --store needs a value (DIR); run: mailbearer help [usage]"
run_bare --json
is "the first screen is JSON if asked for" "{" "$(head -n 1 "$T/out")"
is "the first screen in JSON says that there is no store" null "$(json store)"
run_bare --json help add
is "the help of a verb is JSON if asked for" add "$(json verb)"
run_bare --json help nonsense
is "a mistake in help is JSON too" usage "$(json id)"

"$TOOL" help >&- 2>"$T/err"
status=$?
: >"$T/out"
exits "a closed stdout is a failure: what was asked for is lost" 1
"$TOOL" help >/dev/full 2>"$T/err"
status=$?
exits "a full disk behind stdout is a failure" 1

done_testing
