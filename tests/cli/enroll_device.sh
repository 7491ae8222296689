#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# enroll --device: the device flow, as the RFC, Google and Microsoft have it.
# shellcheck source=tests/cli/enroll_bed.sh
. "${srcdir:?}/tests/cli/enroll_bed.sh"

pty=$top_builddir/tests/cli/pty
google='json={"device_code":"MARKER-device","user_code":"GQVQ-JKEC","verification_url":"https://www.google.com/device","expires_in":"1800","interval":"1"}'
microsoft='json={"device_code":"MARKER-device","user_code":"RK987NX2B","verification_uri":"https://microsoft.com/devicelogin","expires_in":900,"interval":1,"message":"To sign in"}'
brief='json={"device_code":"MARKER-device","user_code":"U","verification_uri":"https://x.org/d","verification_uri_complete":"https://x.org/d?c=U","expires_in":2,"interval":1}'
tokens='json={"access_token":"MARKER-access-1","refresh_token":"MARKER-refresh-1","expires_in":"3600","token_type":"Bearer"}'

# server NAME ANSWER...: an endpoint of its own for client credential NAME
server() {
	name=$1
	shift
	"$fake/tokend" --log "$RUN/log.$name" "$@" >"$RUN/port.$name" \
		2>>"$RUN/tokend.err" &
	track $!
	await 10 test -s "$RUN/port.$name"
	at=http://127.0.0.1:$(cat "$RUN/port.$name")
	mb add "$name" --provider custom --client-id cid --public \
		--authorization-endpoint "$at/auth" \
		--token-endpoint "$at/token" --device-endpoint "$at/device" \
		--scope "openid mail" --host 127.0.0.1 </dev/null \
		>"$RUN/add.out" 2>&1 || say "$(cat "$RUN/add.out")"
}

asked() {
	grep -c . "$RUN/log.$1"
}

# ended STATUS: shows why, if it is another
ended() {
	[ "$status" -eq "$1" ] || { cat "$out" "$err"; return 1; }
}

# ---- slower and slower, beside everything else ----

server slow "$google" error=slow_down:403 error=authorization_pending:428 "$tokens"
date +%s >"$RUN/slow.begun"
{
	mb enroll slow@x.org --credential slow --device </dev/null \
		>"$RUN/slow.out" 2>"$RUN/slow.err"
	echo $? >"$RUN/slow.status"
	date +%s >"$RUN/slow.ended"
} &
slow=$!
track "$slow"

# ---- what goes well ----

server google "$google" error=authorization_pending:428 "$tokens"
run enroll a@x.org --credential google --device
check "Google's replies: enrolled" ended 0
equal "the address stands alone on a line of stdout" \
	https://www.google.com/device "$(sed -n 1p "$out")"
equal "so does the code" GQVQ-JKEC "$(sed -n 2p "$out")"
check "the time left is said" has "$err" "30 min left"
equal "one request for a code, two questions" 3 "$(asked google)"
equal "the first one names client and scope" \
	"/device - client_id=cid&scope=openid%20mail" \
	"$(sed -n 1p "$RUN/log.google")"
equal "the question is the RFC's" \
	"/token - grant_type=urn%3Aietf%3Aparams%3Aoauth%3Agrant-type%3Adevice_code&device_code=MARKER-device&client_id=cid" \
	"$(sed -n 2p "$RUN/log.google")"
equal "the token is there" MARKER-access-1 "$(mb token a@x.org 2>/dev/null)"
check "no secret on stdout" lacks "$out" MARKER
check "nor on stderr" lacks "$err" MARKER

# ---- what ends it ----

server declined "$microsoft" error=authorization_pending error=authorization_declined
run enroll b@x.org --credential declined --device
equal "Microsoft's declined: 4" 4 "$status"
check "the message" has "$err" \
	"b@x.org: the sign-in was declined; nothing saved"
check "not enrolled" not_enrolled b@x.org

server expired "$microsoft" error=expired_token
run enroll b@x.org --credential expired --device
equal "an expired code: 5" 5 "$status"
check "the message" has "$err" "before the code ended; nothing saved"

server late "$brief" error=authorization_pending
run enroll b@x.org --credential late --device
equal "a code that nobody uses: 5" 5 "$status"
check "the complete address is shown as well" has "$err" "https://x.org/d?c=U"
check "it was not asked for ever" test "$(asked late)" -le 3

server strange "$microsoft" error=bad_verification_code
run enroll b@x.org --credential strange --device
check "an error nobody knows ends it" test "$status" -ne 0
equal "at once" 2 "$(asked strange)"
check "and is named" has "$err" bad_verification_code

server client error=invalid_client:401
run enroll b@x.org --credential client --device
equal "a client that is refused at the first request: 4" 4 "$status"
check "not a word about a code" lacks "$out" .

server http 'json={"device_code":"d","user_code":"U","verification_uri":"http://x.org/"}'
run enroll b@x.org --credential http --device
check "an address that is not https is not shown" lacks "$out" x.org
check "and why" has "$err" "an address that is not https"

server bare "$microsoft" 'json={"access_token":"MARKER-a","expires_in":3600}'
run enroll b@x.org --credential bare --device
check "no refresh token: nothing is saved" has "$err" "[no-refresh-token]"
check "not enrolled" not_enrolled b@x.org

other=$(printf '{"iss":"https://x.org","aud":"another","email":"b@x.org"}' | base64url)
server audience "$microsoft" "json={\"access_token\":\"t\",\"refresh_token\":\"r\",\"id_token\":\"e30.$other.c2ln\"}"
run enroll b@x.org --credential audience --device
check "a token for another audience is refused" has "$err" \
	"is for another client"
check "not enrolled" not_enrolled b@x.org

# ---- interrupted ----

server silent "$microsoft" silent
"$tool" --store "$RUN/store" enroll c@x.org --credential silent --device \
	</dev/null >"$out" 2>"$err" &
running=$!
track "$running"
two() { [ "$(asked silent)" -eq 2 ]; }
await 10 two
begun=$(date +%s)
# Started in the background, it would ignore INT.
kill -TERM "$running"
wait "$running"
status=$?
check "an interrupt does not wait for a silent server" \
	test $(($(date +%s) - begun)) -le 3
check "and says that nothing was saved" has "$err" \
	"c@x.org: interrupted; nothing saved"
check "not enrolled" not_enrolled c@x.org
equal "nothing is left in the records" "" \
	"$(find "$RUN/store/accounts" -name '*.new' -size +0)"

# ---- what cannot work ----

mb add gmail --provider google --client-id 1-a.apps.googleusercontent.com \
	--client-secret-file - >"$RUN/add.out" 2>&1 <<END
GOCSPX-x
END
run enroll d@gmail.com --credential gmail --device
check "Google's mail scope and a device: refused" test "$status" -ne 0
check "before anything was asked, with the reason" has "$err" \
	"does not give https://mail.google.com/ by the device flow; nothing was asked"
credential plain --callback-url http://127.0.0.1/ --scope mail
run enroll d@x.org --credential plain --device
check "no device endpoint: refused" has "$err" "has no device endpoint"
run enroll d@x.org --credential google --device --port 4711
equal "--device and --port: usage" 2 "$status"

# ---- at a terminal ----

# person ENV... -- ARG...: a terminal without a display
person() {
	environment=
	while [ "$1" != -- ]; do
		environment="$environment $1"
		shift
	done
	shift
	# shellcheck disable=SC2086 # words wanted
	env -u LC_ALL -u LC_CTYPE -u LANG TERM=xterm $environment \
		"$pty" -- "$tool" --store "$RUN/store" enroll "$@" \
		>"$out" 2>"$err"
	status=$?
}

block=$(printf '\342\226\204')
server auto "$google" "$tokens" "$google" "$tokens" "$google" "$tokens" \
	"$google" "$tokens"
person LANG=C.UTF-8 -- e@x.org --credential auto
check "no browser here, and a device endpoint: it is used" ended 0
check "which is explained" has "$out" "There is no browser here, and the provider has a device flow"
if grep -q 'define HAVE_QRENCODE' "$top_builddir/config.h"; then
	check "a QR code on a UTF-8 terminal" has "$out" "$block"
	check "after the address" \
		awk '/google.com\/device/ { seen = 1 } /'"$block"'/ { exit !seen }' "$out"
else
	skip "a QR code on a UTF-8 terminal" "built without"
fi
check "the time left is written over one line" has "$out" "Waiting, 30:00 left"
person LANG=C.UTF-8 -- e@x.org --credential auto --no-qr
check "none with --no-qr" lacks "$out" "$block"
person LANG=C -- e@x.org --credential auto
check "none without UTF-8" lacks "$out" "$block"
person LANG=C.UTF-8 LC_ALL=POSIX -- e@x.org --credential auto
check "LC_ALL counts first" lacks "$out" "$block"
check "enrolled all the same" has "$out" "enrolled e@x.org"

# ---- the slow one ----

wait "$slow"
equal "slow_down: enrolled in the end" 0 "$(cat "$RUN/slow.status")"
check "with 5 more seconds between questions, for good" \
	test $(($(cat "$RUN/slow.ended") - $(cat "$RUN/slow.begun"))) -ge 13

tap_end
