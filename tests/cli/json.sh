#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# --json: every verb, when it does what it was asked and when it fails, prints
# one document on stdout, and each failure is in it.
. "${srcdir:-.}/tests/cli/tap.sh"
ISJSON=${top_builddir:-.}/tests/cli/isjson
unset DISPLAY WAYLAND_DISPLAY BROWSER

secret_file secret MARKER-client-secret-value-1
answers grant
endpoint --log "$T/log" "@$T/answers"
run init
add_custom cred --revocation-endpoint "http://127.0.0.1:$port/revoke"
add_custom app --grant client_credentials
for who in a b c d; do
	enrolled "$who@x.org" cred $(($(date +%s) + 3600))
done
run enroll '*@app.org' --credential app
cp "$T/import.json" "$T/sign-in.json"
printf 'l1@x.org\nl2@x.org\n' >"$T/list"
printf 'no address\n' >"$T/list.bad"
printf '{ "installed": { "client_id": "i", "client_secret": "MARKER-s",
  "auth_uri": "http://127.0.0.1:1/a", "token_uri": "http://127.0.0.1:1/t" } }' \
	>"$T/client_secret.json"
printf 'credentials = ( );\n' >"$T/empty.conf"
printf 'credentials = ( oops\n' >"$T/bad.conf"
openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes \
	-subj /CN=to -days 30 -keyout "$T/to.key" -out "$T/to.crt" 2>/dev/null
nowhere="--authorization-endpoint http://127.0.0.1:1/a --token-endpoint"
nowhere="$nowhere http://127.0.0.1:1/t --host h.example.test"
printf 'true\n' >"$T/editor"
chmod +x "$T/editor"
EDITOR=$T/editor
can_edit=0
memory_fs || can_edit=1
export EDITOR

# Verbs that print no document, and why.
cat >"$T/excepted" <<END
completion	prints a script for a shell
tunnel	stdout belongs to the mail program
END
[ "$can_edit" -eq 0 ] || echo "edit	refused: no file system in memory" >>"$T/excepted"

# STATUS VERB WORDS...; one that fails must say why in the document.
cat >"$T/table" <<END
0 init
0 init --check
4 init --recovery-cert $T/secret
0 provider list
0 provider show google
3 provider show nobody
2 provider frobnicate
0 add other --provider custom --client-id x --public $nowhere
0 add other --provider custom --client-id x --public $nowhere
0 add third --check --provider custom --client-id x --public $nowhere
1 add other --provider custom --client-id y --public $nowhere
3 add third --provider nobody --client-id x --public
0 set other --client-id z --no-verify
3 set nobody --client-id z
0 rename other another
3 rename nobody somebody
0 apply $T/empty.conf
4 apply $T/bad.conf
$can_edit edit
2 edit word
0 enroll e@x.org --credential cred --import $T/sign-in.json
0 enroll a@x.org --if-needed --credential cred
0 enroll s@x.org --as a@x.org
0 enroll f@x.org --credential cred --check
0 enroll f@x.org --credential cred --begin
0 enroll f@app.org --credential app
0 enroll *@app.org --credential app
1 enroll a@x.org --credential cred --import $T/sign-in.json
2 enroll f@x.org --credential cred
1 enroll --finish http://127.0.0.1/cb?code=x&state=y
2 enroll *@x.org --credential cred
2 enroll --from $T/list.bad
0 setup mbsync a@x.org --imap imaps://h.example.test
2 setup nobody a@x.org
0 list
0 list accounts
0 list credentials
0 list rules
0 list providers
2 list nonsense
0 show cred
0 show a@x.org
0 show s@x.org
0 show *@app.org
0 show u@app.org
3 show nobody
3 show nobody@x.org
3 status --warning x
0 token a@x.org
0 token u@app.org
3 token nobody@x.org
0 refresh u@app.org --force
0 refresh --due
3 refresh nobody@x.org
2 refresh
2 doctor --as nobody-of-this-name
1 test a@x.org imaps://127.0.0.1:1
2 test a@x.org
0 explain
0 explain sign-in-needed
0 explain a@x.org
0 explain 535 5.7.139 Authentication unsuccessful
2 explain nothing that anybody knows
3 explain nobody@x.org
0 remove d@x.org --check --yes
0 remove d@x.org --yes
0 remove *@app.org
0 remove another
2 remove c@x.org
1 remove cred
3 remove nobody
0 revoke b@x.org --yes
3 revoke nobody@x.org --yes
0 rekey --check
0 rekey
0 rekey --finish
4 rekey --recovery-cert $T/secret
0 export $T/store.cms --to $T/to.crt
1 export $T/store.cms --to $T/to.crt
2 export - --to $T/to.crt
0 import $T/store.cms --recovery-key $T/to.key
1 import $T/to.crt --recovery-key $T/to.key
0 retire
5 enroll f@app.org --credential app
0 retire --undo
2 retire word
0 help
0 help add
2 help nobody
0 version
2 version word
2 tunnel imaps://h.example.test --user a@x.org
2 completion bash
2 frobnicate
2 list --bogus
END

# one PLACE STATUS WORDS...: --json in front of the verb, or behind it
one() {
	place=$1
	wanted=$2
	shift 2
	if [ "$place" = front ]; then
		quiet --json "$@" </dev/null
	else
		quiet "$@" --json </dev/null
	fi
	how=
	[ "$wanted" -eq 0 ] || how=errors
	why=$("$ISJSON" $how <"$T/out")
	[ "$status $why" = "$wanted " ]
	result $? "$place: $* ($wanted)"
	[ "$status $why" = "$wanted " ] || echo "# exit $status, wanted $wanted; $why"
}

set -f
while read -r wanted words; do
	# shellcheck disable=SC2086
	one front "$wanted" $words
done <"$T/table"
set +f

# A mistake on the command line, wherever --json stands.
for words in "list --bogus" "list --json=yes" "frobnicate"; do
	# shellcheck disable=SC2086
	one front 2 $words
	# shellcheck disable=SC2086
	[ "$words" = "list --json=yes" ] || one behind 2 $words
done
quiet --json --bogus
is "a mistake in front of the verb, too" "" "$("$ISJSON" errors <"$T/out")"
quiet --bogus --json
is "and before --json" "" "$("$ISJSON" errors <"$T/out")"
for words in "--json" "--json --version" "--json --help" "list --help --json"; do
	# shellcheck disable=SC2086
	quiet $words
	is "$words" "0 " "$status $("$ISJSON" <"$T/out")"
done

# What is found is the document; it fails without an error of its own.
run_bare --json --store "$T/none" status
is "status of nothing: unknown" "3 " "$status $("$ISJSON" errors <"$T/out")"
quiet --json status
is "status" "" "$("$ISJSON" <"$T/out")"
quiet --json doctor --offline
is "doctor" "" "$("$ISJSON" <"$T/out")"

# A document for each line.
quiet --json enroll --from "$T/list" --credential cred --begin
is "enroll --from" "0 " "$status $("$ISJSON" lines <"$T/out")"
is "enroll --from: as many as there are lines" 2 "$(wc -l <"$T/out" | tr -d ' ')"
answers error=invalid_client:401
add_custom broken --grant client_credentials
quiet --json enroll --from "$T/list" --credential broken
is "enroll --from, failing" "4 " "$status $("$ISJSON" lines <"$T/out")"

# What is no text is shown in a way that is.
odd=$(printf '%s/\377\n.x' "$T")
quiet --json export "$odd" --to "$T/to.crt"
is "a name that is no UTF-8" "0 " "$status $("$ISJSON" <"$T/out")"
ok "and it is in the document" test -n "$(json file)"
quiet --json apply "$odd.conf"
is "also in an error" "" "$("$ISJSON" errors <"$T/out")"

# No verb is left out.
run_bare help
verbs=$(sed -n 's/^  \([a-z][a-z]*\)  *.*/\1/p' "$T/out")
for verb in $verbs; do
	if grep -q "^$verb	" "$T/excepted"; then
		grep -q "^[1-9] $verb" "$T/table"
		result $? "$verb prints no document ($(sed -n "s/^$verb	//p" "$T/excepted")), and says so in one"
		continue
	fi
	grep -q "^0 $verb" "$T/table" || [ "$verb" = status ] ||
		[ "$verb" = doctor ] || [ "$verb" = test ]
	result $? "$verb: a document when it succeeds"
	grep -q "^[1-9] $verb" "$T/table"
	result $? "$verb: and when it fails"
done

done_testing
