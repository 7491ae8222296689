#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# enroll: a sign-in that ends at the listener.
# shellcheck source=tests/cli/enroll_bed.sh
. "${srcdir:?}/tests/cli/enroll_bed.sh"

credential bed --callback-url http://127.0.0.1/done --scope "mail openid" ||
	exit 1

says_enrolled() {
	grep -q '^enrolled a@x.org (client credential bed), access token until 20..-..-..T.*, next: mailbearer token a@x.org$' "$out" ||
		{ cat "$out" "$err"; return 1; }
}

challenge_fits() {
	verifier=$(sed -n 's/.*code_verifier=\([^& ]*\).*/\1/p' "$RUN/log")
	[ ${#verifier} -eq 43 ] &&
		[ "$(printf %s "$verifier" | openssl dgst -sha256 -binary | base64url)" = \
			"$(parameter code_challenge)" ]
}

# ---- everything right ----

begin A@X.org --no-browser
check "the address has login_hint, S256 and the callback with a port" \
	grep -Eq 'response_type=code&.*' "$out"
equal "login_hint is the address as typed" A%40X.org "$(parameter login_hint)"
equal "the method is S256" S256 "$(parameter code_challenge_method)"
equal "wrong path: 404" 404 "$(visit "${back%/done}/other?code=c&state=$mark")"
equal "wrong method: 405" 405 "$(visit "$back?code=c&state=$mark" POST)"
equal "wrong state: 400" 400 "$(visit "$back?code=stolen&state=x$mark")"
check "the page says so" has "$page" "belongs to another sign-in"
equal "no code: 400" 400 "$(visit "$back?state=$mark")"
equal "two codes: 400" 400 "$(visit "$back?code=a&code=b&state=$mark")"
check "the wait goes on" alive "$running"
equal "nothing was asked of the token endpoint" 0 "$(posts)"
id=$(id_token a@x.org)
answers "json={\"access_token\":\"MARKER-access-1\",\"refresh_token\":\"MARKER-refresh-1\",\"expires_in\":3600,\"token_type\":\"Bearer\",\"id_token\":\"$id\"}"
equal "the right answer: 200" 200 "$(visit "$back?code=MARKER%2Fcode&state=$mark")"
finish
equal "enrolled: 0" 0 "$status"
check "the page names the account" has "$page" "<h1>A@X.org is enrolled</h1>"
check "the page has a language" has "$page" '<html lang="en">'
check "the page does not show the code" lacks "$page" MARKER
check "code, verifier and redirect URI were sent, encoded" \
	grep -q 'grant_type=authorization_code&code=MARKER%2Fcode&redirect_uri=http%3A%2F%2F127.0.0.1%3A[0-9]*%2Fdone&code_verifier=' "$RUN/log"
if command -v openssl >/dev/null; then
	check "the challenge is the verifier's" challenge_fits
else
	skip "the challenge is the verifier's" "no openssl"
fi
check "the listener is gone" listener_gone
equal "the token is there" MARKER-access-1 "$(mb token a@x.org 2>/dev/null)"
check "neither code nor token in what was printed" lacks "$out" MARKER
check "nor on stderr" lacks "$err" MARKER

# ---- a second time ----

run enroll a@x.org --if-needed
equal "--if-needed on a healthy account: 0" 0 "$status"
check "it says unchanged" has "$out" unchanged
equal "and asks for nothing" 1 "$(posts)"
run enroll a@x.org --check --no-browser
equal "--check: 0" 0 "$status"
check "--check says what would change" has "$out" "would enrol a@x.org"

answers error=invalid_grant
begin a@x.org --no-browser
equal "a code that is refused: the page is a 400" 400 "$(visit "$back?code=c&state=$mark")"
finish
check "a code that is refused fails" test "$status" -ne 0
check "the page says what went wrong" has "$page" "a@x.org is not enrolled"
equal "the old sign-in is still there" 1 "$(generation a@x.org)"

answers rotate
begin a@x.org --no-browser
equal "a new sign-in on a live account" 200 "$(visit "$back?code=c&state=$mark")"
finish
equal "replaces the old one" 2 "$(generation a@x.org)"

# ---- what must not be saved ----

begin b@x.org --no-browser
equal "declined: the page is a 400" 400 "$(visit "$back?error=access_denied&state=$mark")"
finish
equal "declined: 4" 4 "$status"
check "declined: the message" has "$err" \
	"b@x.org: the sign-in was declined (access_denied); nothing saved"
check "declined: not enrolled" not_enrolled b@x.org

begin relay@x.org --no-browser
answers "json={\"access_token\":\"t\",\"refresh_token\":\"r\",\"expires_in\":3600,\"token_type\":\"Bearer\",\"id_token\":\"$(id_token b@x.org)\"}"
visit "$back?code=c&state=$mark" >/dev/null
finish
equal "another account signed in: 4" 4 "$status"
equal "another account signed in: the message" \
	"signed in as b@x.org, wanted relay@x.org; nothing saved; use a private window, or for a shared mailbox: --as b@x.org [wrong-account]" \
	"$(grep wrong-account "$err")"
check "another account signed in: the page says so" has "$page" \
	"signed in as b@x.org, wanted relay@x.org"
check "another account signed in: not enrolled" not_enrolled relay@x.org

begin b@x.org --no-browser
answers grant
visit "$back?code=c&state=$mark" >/dev/null
finish
equal "no refresh token: 4" 4 "$status"
check "no refresh token: the message" has "$err" \
	"b@x.org: no refresh token came, the login would end in 60 min; nothing saved; add offline_access: "
check "no refresh token: not enrolled" not_enrolled b@x.org
answers rotate

# ---- giving up ----

# Under nohup(1) it goes on, as it should.
signals="HUP INT TERM"
if grep -q '^SigIgn:.*[13579bdf]$' /proc/self/status; then
	signals="INT TERM"
	skip "interrupted by SIGHUP" "SIGHUP is ignored here"
fi
for signal in $signals; do
	begin b@x.org --no-browser
	kill -$signal "$running"
	finish
	equal "interrupted by SIG$signal: 1" 1 "$status"
done
check "interrupted: the message" has "$err" \
	"b@x.org: interrupted; nothing saved; run again: mailbearer --store $RUN/store enroll b@x.org [interrupted]"
check "interrupted: the listener is gone" listener_gone

begin b@x.org --no-browser --timeout 1
finish
equal "nobody came: 5" 5 "$status"
check "nobody came: the message" has "$err" \
	"b@x.org: nobody signed in within 1 s; nothing saved; run again: "

# ---- the port ----

begin b@x.org --no-browser
taken=${back#http://127.0.0.1:}
taken=${taken%/done}
run enroll c@x.org --no-browser --port "$taken" --timeout 5
equal "a port that is in use: 5" 5 "$status"
check "a port that is in use: the message" has "$err" \
	"port $taken on loopback: another program listens there; end it, or choose another one: --port N [busy]"
kill -TERM "$running"
finish
begin c@x.org --port "$taken"
equal "--port chooses it" "http://127.0.0.1:$taken/done" "$back"
visit "$back?code=c&state=$mark" >/dev/null
finish
equal "and is enough without --no-browser" 0 "$status"
credential fixed --callback-url "http://localhost:$taken" --scope mail
begin d@x.org --no-browser --credential fixed
equal "a callback URL with a port is used as it is" \
	"http://localhost:$taken" "$back"
equal "its empty path is /" 200 "$(visit "$back/?code=c&state=$mark")"
finish
run enroll d@x.org --no-browser --credential fixed --port 1
equal "another --port than the callback URL's: 2" 2 "$status"

# ---- which client credential ----

run enroll e@x.org --no-browser
equal "several client credentials: 2" 2 "$status"
check "several client credentials: they are named" has "$err" \
	"which client credential? There are: bed, fixed; run: "
run enroll e@gmail.com --no-browser
equal "several, and none of the address's provider: 3" 3 "$status"
check "several, and none of the address's provider: it is said" has "$err" \
	"e@gmail.com: is a mailbox of google, and no client credential is for it (there are: bed, fixed); run: "
run enroll e@x.org --no-browser --credential nope
equal "an unknown client credential: 3" 3 "$status"
begin a@x.org --no-browser
check "an account that is enrolled keeps its own" alive "$running"
kill -TERM "$running"
finish

# ---- usage ----

run enroll
equal "no address: 2" 2 "$status"
run enroll bed
equal "not an address: 2" 2 "$status"
run enroll a@x.org b@x.org
equal "two addresses: 2" 2 "$status"
run enroll b@x.org --credential bed
equal "no terminal, no browser: 2" 2 "$status"
check "no terminal, no browser: what to pass" has "$err" "--no-browser"
run enroll b@x.org --credential bed --code MARKER
equal "a code on the command line: 2" 2 "$status"
check "and it is not repeated" lacks "$err" MARKER
tap_end
