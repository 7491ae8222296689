#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# token, refresh, list, show, remove of accounts, against an endpoint that
# answers as it is told; the messages people meet when a sign-in has died.
. "${srcdir:-.}/tests/cli/tap.sh"

secret_file secret MARKER-client-secret-value-1
secret_file secret2 MARKER-client-secret-value-2
answers rotate
endpoint "@$T/answers"
run init
add_custom cred
now=$(date +%s)

run token a@x.org
exits "an account that is not enrolled: 3" 3
says "an account that is not enrolled, word for word" \
	"a@x.org is not enrolled in $S; run: mailbearer --store $S enroll a@x.org; if it uses a password: mailbearer explain not-enrolled [not-enrolled]"
run show a@x.org
in_err "show says the same" "a@x.org is not enrolled in $S; run: mailbearer"
run token "no address"
exits "what is no address: 2" 2

enrolled a@x.org cred
exits "import enrols" 0
quiet token a@x.org
exits "token exits 0" 0
is "token prints the refreshed token and nothing else" MARKER-access-1 \
	"$(cat "$T/out")"
is "token prints exactly one line" 1 "$(wc -l <"$T/out" | tr -d ' ')"
quiet token a@x.org
is "a fresh token is printed again, without a request" MARKER-access-1 \
	"$(cat "$T/out")"
quiet token a@x.org --min-validity 100000
is "--min-validity refreshes what lives too short" MARKER-access-2 \
	"$(cat "$T/out")"
quiet --json token A@X.org
is "token in JSON, address in capitals" MARKER-access-2 "$(json access_token)"

# Google's and RFC 7628's own examples have this form; no host, no port, which a
# server may check.
quiet token a@x.org --format token
is "--format token is the token" MARKER-access-2 "$(cat "$T/out")"
quiet token a@x.org --format xoauth2
is "--format xoauth2 is the whole response, byte by byte" \
	"757365723d6140782e6f726701617574683d426561726572204d41524b45522d6163636573732d320101" \
	"$(base64 -d <"$T/out" | xxd -p | tr -d '\n')"
is "in one line" 1 "$(wc -l <"$T/out" | tr -d ' ')"
quiet token a@x.org --format oauthbearer
is "--format oauthbearer likewise" \
	"6e2c613d6140782e6f72672c01617574683d426561726572204d41524b45522d6163636573732d320101" \
	"$(base64 -d <"$T/out" | xxd -p | tr -d '\n')"
quiet --json token a@x.org --format xoauth2
is "and in JSON under a name of its own" user=a@x.org \
	"$(json initial_response | base64 -d | tr '\001' '\n' | head -n 1)"
run token a@x.org --format login
exits "another format: 2" 2
in_err "says which there are" "--format is token, xoauth2 or oauthbearer"

run show a@x.org
in_out "show redacts the access token, a short one altogether" \
	"access_token             … (15 characters, sha256 "
in_out "show redacts the refresh token" \
	"refresh_token            MARK… (16 characters, sha256 "
not_in_out "show prints no token" MARKER-
in_out "show says when it expires" " (in "
quiet --json show a@x.org --secrets
is "show --secrets in JSON: access_token" MARKER-access-2 "$(json access_token)"
is "show --secrets in JSON: refresh_token" MARKER-refresh-2 \
	"$(json refresh_token)"
is "show in JSON: account" a@x.org "$(json account)"
is "show in JSON: credential" cred "$(json credential)"
is "show in JSON: provider" custom "$(json provider)"
ok "show in JSON: expires_at in Unix seconds" \
	test "$(json expires_at)" -gt "$now"
ok "show in JSON: generation" test "$(json generation)" -ge 3
ok "show in JSON: scope" grep -q '"scope"' "$T/out"
run show b@x.org
exits "show of what is not enrolled: 3" 3

run refresh a@x.org
exits "refresh of a fresh token exits 0" 0
in_out "refresh of a fresh token is unchanged" "a@x.org: unchanged, valid until"
run refresh a@x.org --force
in_out "refresh --force refreshes" "a@x.org: refreshed, valid until"
in_out "refresh says when, in words" " (in "
run refresh
exits "refresh without an account: 2" 2
run refresh a@x.org nobody@x.org
exits "refresh with one that is not enrolled: 3" 3
in_out "the other one is refreshed nevertheless" "a@x.org:"
enrolled b@x.org cred $((now + 3000)) MARKER-refresh-3
run --json refresh --all
is "refresh --all in JSON has a schema" 1 "$(json schema)"
in_out "refresh --all names every account" '"account": "b@x.org"'

run list
in_out "list shows the state as a word" "ok"
in_out "list shows the heading" "ACCOUNT"
run --color always list
in_out "--color always colours" "$(printf '\033[32mok')"
NO_COLOR=1 run list
not_in_out "without a terminal there is no colour" "$(printf '\033')"

# ---- what an endpoint says ----

answers 'error=invalid_grant:400:AADSTS50173: The provided grant has expired'
run refresh a@x.org --force
exits "a dead sign-in: 4" 4
says "a dead sign-in at Microsoft, word for word" \
	"a@x.org: refresh token refused (AADSTS50173: password changed or sessions revoked); its owner signs in again: mailbearer --store $S enroll a@x.org [sign-in-needed]"
run --json refresh a@x.org --force
is "its owner's turn, in JSON" owner "$(json whose_turn)"
run list
in_out "list shows that it needs a sign-in" "needs sign-in"
run
in_out "the first screen counts it" "2 accounts: 1 ok, 1 needs sign-in"
in_out "the first screen says what comes next" \
	"Next: mailbearer --store $S enroll a@x.org"

answers 'error=invalid_client:401:AADSTS7000222: The provided client secret keys for app are expired.'
run refresh b@x.org --force
exits "an expired client secret: 4" 4
says "an expired client secret, word for word" \
	"client credential cred: client secret expired (AADSTS7000222); sign-ins are kept; make a new one, then: mailbearer --store $S set cred --client-secret-file - [secret-expired]"
answers 'error=invalid_client:401:AADSTS7000215: Invalid client secret provided.'
enrolled b@x.org cred 1 MARKER-refresh-3
run refresh b@x.org --force
exits "a wrong client secret: 4" 4
in_err "a wrong client secret says what to copy" \
	"then: mailbearer --store $S set cred --client-secret-file - [secret-wrong]"
answers status=503
enrolled b@x.org cred 1 MARKER-refresh-3
run refresh b@x.org
exits "an endpoint in trouble: 5" 5
run list
in_out "list shows that it is tried again" "retrying"

# ---- a new secret is proved ----

answers 'error=invalid_client:401:wrong'
enrolled b@x.org cred 1 MARKER-refresh-3
run set cred --client-secret-file "$T/secret2"
exits "a new secret that the provider refuses: 4" 4
in_err "the old one is back" "the old one is back"
quiet show cred --secrets
in_out "really" MARKER-client-secret-value-1
answers keep
enrolled b@x.org cred 1 MARKER-refresh-0
run set cred --client-secret-file "$T/secret2"
exits "a new secret that works" 0
in_err "is proved by a refresh" "the new secret works: b@x.org was refreshed"
quiet show cred --secrets
in_out "and stays" MARKER-client-secret-value-2
answers 'error=invalid_client:401:wrong'
run set cred --client-secret-file "$T/secret" --no-verify
exits "--no-verify does not ask" 0
run set cred --client-secret-file "$T/secret2" --no-verify

# ---- credentials with accounts on them ----

run remove cred
exits "a client credential that is used is not removed" 1
says "its accounts are counted and named" \
	"client credential cred: 2 accounts use it: a@x.org, b@x.org; remove the accounts first, or --force: they stop working when their tokens expire [in-use]"
printf '# mailbearer-credentials 1\n' >"$T/none"
run apply "$T/none" --prune
exits "apply --prune does not drop it" 1
in_err "and names the accounts" "a@x.org, b@x.org"
run rename cred renamed --check
ends "rename --check counts the accounts it would take along" \
	"would rename cred to renamed (2 accounts)"
run rename cred renamed
ends "rename takes the accounts along" "renamed cred to renamed (2 accounts)"
run --json show b@x.org
is "in their records" renamed "$(json credential)"
answers keep
quiet token b@x.org --min-validity 100000
exits "and they go on working" 0
run rename cred renamed
ends "rename again is unchanged" unchanged

# ---- a provider with a preset ----

secret_file gsecret GOCSPX-MARKER
answers 'error=invalid_grant:400:Token has been expired or revoked.'
run add gmail --provider google --client-id 1-a.apps.googleusercontent.com \
	--client-secret-file "$T/gsecret" \
	--token-endpoint "http://127.0.0.1:$port/token"
enrolled a@gmail.com gmail
run refresh a@gmail.com
exits "a dead sign-in at Google: 4" 4
says "a dead sign-in at Google that is young" \
	"a@gmail.com: refresh token refused (invalid_grant), less than a day old; its owner signs in again: mailbearer --store $S enroll a@gmail.com [sign-in-needed]"

# ---- remove ----

run remove a@gmail.com </dev/null
exits "remove without a terminal asks for --yes: 2" 2
says "and says so" \
	"a@gmail.com: there is no terminal to ask at; pass --yes [no-terminal]"
run remove a@gmail.com --check </dev/null
ends "remove --check says what it would do" "would remove a@gmail.com"
run remove a@gmail.com --yes </dev/null
ends "remove says what it did" "removed a@gmail.com"
says "remove says what it did not do" \
	"The provider still honours this sign-in: use revoke."
run remove a@gmail.com --yes
exits "remove of what is not there: 3" 3
run remove gmail
exits "then its credential can go" 0
run remove renamed --force
exits "--force removes a credential that is used" 0
run list
in_out "its accounts stay" a@x.org

# ---- planted in the records directory ----

mkdir "$T/victim"
rm -f "$S"/accounts/*.rec
mkfifo "$S/accounts/0123456789abcdef0123456789abcdef.rec"
ln -s /etc/passwd "$S/accounts/1123456789abcdef0123456789abcdef.rec"
printf junk >"$S/accounts/2123456789abcdef0123456789abcdef.rec"
timeout 20 "$TOOL" --store "$S" list >"$T/out" 2>"$T/err"
status=$?
exits "links, FIFOs and junk do not stop list" 0
in_out "list shows them as broken" broken

done_testing
