#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# Token files of other programs, by enroll --import; client secrets that end.
. "${srcdir:-.}/tests/cli/tap.sh"

secret_file secret MARKER-client-secret-value-1
endpoint --log "$T/log" keep
run init
add_custom cred

# takes NAME ADDRESS TEXT: read, and its refresh token is what is sent.
takes() {
	printf '%s\n' "$3" >"$T/file.json"
	run enroll "$2" --credential cred --import "$T/file.json"
	exits "$1: 0" 0
	quiet token "$2" --min-validity 100000
	exits "$1: works" 0
	tail -n 1 "$T/log" | grep -q "refresh_token=MARKER-refresh-0"
	result $? "$1: with its refresh token"
}
takes "sasl-xoauth2's token file" a@x.org '{
	"access_token" : "MARKER-a",
	"client_id" : "id-cred",
	"expiry" : "1700000000",
	"refresh_token" : "MARKER-refresh-0",
	"user" : "a@x.org"
}'
takes "mutt_oauth2.py's token file, decrypted" b@x.org '{"registration": "google",
	"authflow": "localhostauthcode", "email": "b@x.org",
	"access_token": "MARKER-a",
	"access_token_expiration": "2023-11-14T22:13:20.000000",
	"refresh_token": "MARKER-refresh-0"}'
takes "getmail's token file" c@x.org '{"scope": "mail", "user": "c@x.org",
	"client_id": "id-cred", "client_secret": "MARKER-theirs",
	"token_uri": "https://x.org/token", "auth_uri": "https://x.org/auth",
	"refresh_token": "MARKER-refresh-0"}'

says_of() {
	printf '%s\n' "$3" >"$T/file"
	run enroll d@x.org --credential cred --import "$T/file"
	exits "$1: 1" 1
	in_err "$1: what to do" "$2"
}
says_of "a file encrypted by GnuPG" "gpg -d FILE | mailbearer" \
	"-----BEGIN PGP MESSAGE-----
MARKER"
says_of "email-oauth2-proxy's configuration" "email-oauth2-proxy's tokens are" \
	"[d@x.org]
refresh_token = MARKER"
says_of "a pizauth dump" "what \"pizauth dump\" writes only pizauth can read" \
	"$(printf '\001\377\200MARKER')"
says_of "any text" "give the token endpoint's JSON reply" "pizauth MARKER"

# The end of a client secret is watched.
day() {
	date -u -d "@$(($(date +%s) + $1 * 86400))" +%Y-%m-%d
}
run set cred --secret-expires "$(day 60)"
exits "set --secret-expires: 0" 0
run list credentials
! grep -q "client secret expires" "$T/err"
result $? "60 days before nothing is said"
run set cred --secret-expires "$(day 10)"
run list credentials
in_err "list credentials says 10 days before" \
	"client credential cred: its client secret expires in"
in_err "and what to do" "set cred --client-secret-file -"
run list credentials --json
ok "--json has when" test "$(json secret_expires_at)" -gt "$(date +%s)"
run show cred
in_err "show says it, too" "its client secret expires in"
run refresh --due
exits "refresh --due: 0" 0
grep -q '"secret_expires_soon": true' "$S/status.json"
result $? "the status file says it"
run set cred --secret-expires "$(day -3)"
run list credentials
in_err "afterwards it has expired" "its client secret expired"
run set cred --secret-expires 2027-13-01
exits "a date that is none: not 0" 4

done_testing
