#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# refresh --due: what a timer runs.
. "${srcdir:-.}/tests/cli/tap.sh"

RECORDS=${top_builddir:-.}/tests/cli/records
STATUS=$S/status.json
secret_file secret MARKER-client-secret-value-1
answers keep
: >"$T/log"
endpoint --log "$T/log" "@$T/answers"
run init
add_custom cred

posts() {
	grep -c . "$T/log"
}

# posted NAME N: so many requests since the last time
posted() {
	is "$1" "$2" "$(posts)"
	: >"$T/log"
}


# of ADDRESS MEMBER: as the status file has it
of() {
	sed -n "s/^{\"account\": \"$1\".*\"$2\": \"\{0,1\}\([^\",}]*\).*/\1/p" \
		"$STATUS"
}

silent() {
	is "$1" "" "$(cat "$T/out" "$T/err")"
}

record() {
	address=$1
	shift
	"$RECORDS" "$S" "${many:-1}" "$address" "$@" || exit 99
}

well='credential=cred access_token=MARKER-a refresh_token=MARKER-refresh-0
	enrolled_at=now-3600 refreshed_at=now-1800 obtained_at=now-1800
	expires_at=now+1800'

# ---- usage ----

for words in "a@x.org" --all --force; do
	run refresh --due "$words"
	exits "--due with $words: 2" 2
done
run refresh --all --jobs 2
exits "--jobs without --due: 2" 2
run refresh a@x.org --idle 2
exits "--idle without --due: 2" 2
run refresh --due --jobs 0
exits "--jobs 0: 2" 2
run refresh --due --jobs 65
exits "--jobs 65: 2" 2
run refresh --due --idle 0
exits "--idle 0: 2" 2
"$TOOL" --store "$T/none" refresh --due >"$T/out" 2>"$T/err"
is "no store: 3" 3 $?

# ---- due, and not due ----

run refresh --due
exits "nobody is enrolled: 0" 0
silent "nobody is enrolled: silence"
is "the status file is there" '{"schema": 1,' "$(head -c 13 "$STATUS")"
is "and readable by all" 644 "$(stat -c %a "$STATUS")"

# shellcheck disable=SC2086
{
record well@x.org $well
record soon@x.org $well obtained_at=now-3300 expires_at=now+300
record late@x.org $well obtained_at=now-9000 expires_at=now-5400
record idle@x.org $well enrolled_at=now-900000 refreshed_at=now-604801
record busy@x.org $well enrolled_at=now-900000 refreshed_at=now-604000
record refused@x.org $well refused=1
record new@x.org credential=cred refresh_token=MARKER-refresh-0 \
	enrolled_at=now
}
run refresh --due
exits "some are due: 0" 0
posted "a request for each that is due" 5
for who in soon late idle refused new; do
	in_out "$who is refreshed" "$who@x.org: refreshed, valid until 20"
done
is "and the others are not" 5 "$(wc -l <"$T/out" | tr -d ' ')"
is "nothing on stderr" "" "$(cat "$T/err")"
is "all are ok" 7 "$(grep -c '"state": "ok"' "$STATUS")"
is "provider" custom "$(of late@x.org provider)"
is "credential" cred "$(of late@x.org credential)"
ok "expires_at" test "$(of late@x.org expires_at)" -gt "$(date +%s)"
ok "refresh_token_age" test "$(of busy@x.org refresh_token_age)" -ge 604000
is "last_error" null "$(of late@x.org last_error)"
run refresh --due
exits "again: 0" 0
silent "again: silence"
posted "again: no request" 0
run refresh --due --idle 6
in_out "--idle counts days" "busy@x.org: refreshed"
posted "and asks for no other" 1
run --json refresh --due --idle 1
is "in JSON, with nothing done" false "$(json changed)"
is "in JSON: the number of accounts" 7 "$(json total)"
is "in JSON: where the status file is" "$STATUS" "$(json status_file)"

# ---- somebody has to act ----

# shellcheck disable=SC2086
record late@x.org $well obtained_at=now-9000 expires_at=now-5400
answers error=invalid_grant
: >"$T/log"
run refresh --due
exits "newly dead: 1" 1
says "newly dead: word for word" \
	"late@x.org: refresh token refused (invalid_grant), less than a day old; its owner signs in again: mailbearer --store $S enroll late@x.org [sign-in-needed]"
posted "one request" 1
is "its state" "needs sign-in" "$(of late@x.org state)"
is "it needs a person" true "$(of late@x.org needs_person)"
is "its error" sign-in-needed "$(of late@x.org id)"
is "and its class" token "$(of late@x.org class)"
run refresh --due
exits "known to be dead: 0" 0
silent "known to be dead: silence"
posted "known to be dead: no request" 0

# Found out by a mail program.
# shellcheck disable=SC2086
record soon@x.org $well error_class=token error_id=sign-in-needed \
	"error_text=refresh token refused (invalid_grant); its owner signs in"
run refresh --due
exits "dead by another's hand: 1" 1
says "dead by another's hand: what was recorded" \
	"soon@x.org: refresh token refused (invalid_grant); its owner signs in [sign-in-needed]"
posted "dead by another's hand: no request" 0
run refresh --due
exits "once: 0" 0

# shellcheck disable=SC2086
record soon@x.org $well error_class= error_id= error_text= enrolled_at=now-60 \
	obtained_at=now-3300 expires_at=now+300
answers 'error=interaction_required'
run refresh --due
exits "signed in and refused again is news: 1" 1
in_err "and said" "soon@x.org: "
run refresh --due
exits "and then it is none: 0" 0

echo junk >"$S/accounts/0123456789abcdef0123456789abcdef.rec"
run refresh --due
exits "a record that is broken: 1" 1
in_err "is named" "0123456789abcdef0123456789abcdef"
run refresh --due
exits "once, too: 0" 0
is "and stays in the status file" broken \
	"$(of 0123456789abcdef0123456789abcdef state)"
rm "$S/accounts/0123456789abcdef0123456789abcdef.rec"

record endless@x.org credential=cred access_token=MARKER-a \
	enrolled_at=now-9000 obtained_at=now-9000 expires_at=now-5400
run refresh --due
exits "no refresh token, and the access token has ended: 1" 1
in_err "is said" "endless@x.org: no refresh token is stored"
run refresh --due
exits "and known then: 0" 0

# ---- temporary trouble ----

answers status=503:600
# shellcheck disable=SC2086
record busy@x.org $well obtained_at=now-9000 expires_at=now-5400
: >"$T/log"
run refresh --due
exits "a provider in trouble is no failure: 0" 0
in_out "it has its line" "busy@x.org: "
in_out "with its id" "[provider-busy]"
is "and nothing on stderr" "" "$(cat "$T/err")"
is "its state" retrying "$(of busy@x.org state)"
is "its attempts" 1 "$(of busy@x.org attempts)"
is "no person is needed" false "$(of busy@x.org needs_person)"
ok "the next attempt is when the provider said" \
	test "$(of busy@x.org next_attempt)" -gt $(($(date +%s) + 500))
posted "one request" 1
run refresh --due
silent "and none before its time"
posted "really" 0
run list
in_out "list says when" "retrying in "
run show busy@x.org
in_out "show: class" "error_class              transient"
in_out "show: attempts" "attempts                 1"
in_out "show: how old the refresh token is" "refresh_token_age        used "
run --json list
in_out "list in JSON: class" '"error_class": "transient"'

answers status=503
# shellcheck disable=SC2086
many=40 record many@x.org $well obtained_at=now-9000 expires_at=now-5400
: >"$T/log"
run refresh --due --jobs 2
exits "a provider out of reach: 0" 0
in_out "the rest waits" "client credential cred: "
in_out "for the next run" " left for the next run, 8 failed in a row"
ok "8 requests, and those under way" test "$(posts)" -le 10
answers keep
many=40 record many@x.org next_attempt=0
: >"$T/log"
run refresh --due
exits "the next run: 0" 0
posted "finds it back, and all 40 are due" 40
is "40 lines" 40 "$(grep -c refreshed "$T/out")"

# ---- the client credential ----

answers 'error=invalid_client:401:no'
# shellcheck disable=SC2086
record idle@x.org $well obtained_at=now-9000 expires_at=now-5400
run refresh --due
exits "a client credential refused: 1" 1
in_err "is named" "client credential cred: "
is "state" "needs configuration" "$(of idle@x.org state)"
# shellcheck disable=SC2086
record new@x.org $well obtained_at=now-9000 expires_at=now-5400
run refresh --due
exits "another account of the same is no news: 0" 0
in_out "but has its line" "new@x.org: client credential cred: "
answers keep
# shellcheck disable=SC2086
record gone@x.org $well credential=missing expires_at=now-5400
run refresh --due
exits "a client credential that does not exist: 1" 1
in_err "is said" "[no-credential]"
run refresh --due
exits "once: 0" 0
is "and in the status file" no-credential "$(of gone@x.org id)"
# As a mail program records it.
record gone@x.org error_class=transient error_id=no-credential error_text=none
run refresh --due
exits "whatever is on record about it: 0" 0
is "its state" "needs configuration" "$(of gone@x.org state)"

# ---- a rule's token, shared by its mailboxes ----

answers 'json={"access_token":"MARKER-short","token_type":"Bearer","expires_in":1}'
add_custom app --grant client_credentials
run enroll '*@app.org' --credential app
exits "a rule: 0" 0
sleep 1
answers grant
: >"$T/log"
run refresh --due
exits "a rule's token is due: 0" 0
in_out "it is refreshed under the rule's name" '*@app.org: refreshed, valid until 20'
posted "by one request" 1
is "it is in the status file" ok "$(of '\*@app.org' state)"
is "with its client credential" app "$(of '\*@app.org' credential)"
before=$("$TOOL" --store "$S" token '*@app.org' 2>/dev/null)
is "each of its mailboxes has the new token" "$before" \
	"$("$TOOL" --store "$S" token u7@app.org 2>/dev/null)"
run refresh --due
posted "and there is nothing more to do" 0
run set app --client-secret-file "$T/secret" --no-verify --scope other
run refresh --due
run list
not_in_out "another scope: what nobody finds any more is taken away" "app.org"
answers 'json={"access_token":"MARKER-short","token_type":"Bearer","expires_in":1}'
"$TOOL" --store "$S" token u7@app.org >/dev/null 2>&1
sleep 1
answers error=invalid_client:401
run refresh --due
exits "a rule's client credential refused: 1" 1
in_err "is named" "client credential app: "
run refresh --due
exits "once: 0" 0
run remove '*@app.org'
run remove app
exits "a rule that is removed leaves nothing behind" 0
answers keep

# ---- at a time ----

# tenths ARG...: how long the run took, in tenths of a second
tenths() {
	begin=$(date +%s%N)
	run refresh --due "$@"
	echo $((($(date +%s%N) - begin) / 100000000))
}
answers slow=200:keep
# shellcheck disable=SC2086
many=12 record par@x.org $well obtained_at=now-9000 expires_at=now-5400
took=$(tenths --jobs 4)
ok "4 at a time take a quarter ($took)" test "$took" -lt 24
ok "and not less" test "$took" -ge 6
is "all 12" 12 "$(grep -c 'par@x.org: refreshed' "$T/out")"
# shellcheck disable=SC2086
many=5 record par@x.org $well obtained_at=now-9000 expires_at=now-5400
took=$(tenths --jobs 1)
ok "1 at a time" test "$took" -ge 10

# ---- many ----

# shellcheck disable=SC2086
many=1000 record mass@x.org $well
: >"$T/log"
took=$(tenths)
ok "1000 accounts that are not due take no 5 s ($took)" test "$took" -lt 50
posted "and no request" 0
is "all are in the status file" 1000 "$(grep -c 'mass@x.org' "$STATUS")"

# ---- where it cannot be written ----

# Beside the records it cannot: then among them.
if [ "$(id -u)" -ne 0 ]; then
	rm -f "$STATUS"
	chmod 555 "$S"
	run refresh --due
	exits "no status file, no memory: what is known is said again" 1
	ok "no room beside the records: it is among them" \
		test -s "$S/accounts/status.json"
	run refresh --due
	exits "and remembers there: 0" 0
	chmod 700 "$S"
	chmod 500 "$S/accounts"
	chmod 555 "$S"
	run refresh --due
	exits "nowhere: 1" 1
	in_err "nowhere: it is said" "[not-permitted]"
	chmod 700 "$S" "$S/accounts"
	run refresh --due
else
	skip "no room beside the records" "root may write everywhere"
fi
cat "$STATUS" >>"$T/all"
done_testing
