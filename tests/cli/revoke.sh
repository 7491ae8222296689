#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# revoke: the provider is told first; what it refuses stays.
. "${srcdir:-.}/tests/cli/tap.sh"

secret_file secret MARKER-client-secret+value/1
printf 'grant\n' >"$T/answers"
endpoint --log "$T/log" "@$T/answers"
run init
add_custom with --revocation-endpoint "http://127.0.0.1:$port/revoke"
add_custom without
for i in a b c d e; do
	enrolled $i@x.org with
done
enrolled f@x.org without
run enroll shared@x.org --as a@x.org --credential with

enrolled_now() {
	run list accounts
	grep -q "^$1@x.org" "$T/out"
}

run revoke a@x.org --yes --check
exits "--check on an account that others use: 1" 1
in_err "--check names the shared mailbox" "shared@x.org uses its token"
run revoke b@x.org --yes --check
exits "--check: 0" 0
ends "--check says what would be done" "would revoke and remove b@x.org"
is "--check sends nothing" 0 "$(grep -c revoke "$T/log")"

run revoke b@x.org --yes --json
exits "revoke: 0" 0
is "--json says that it was revoked" true "$(json revoked)"
is "one request" 1 "$(grep -c '^/revoke' "$T/log")"
grep '^/revoke' "$T/log" | grep -q 'token=MARKER-refresh-0&token_type_hint=refresh_token&client_id=id-with&client_secret=MARKER-client-secret%2Bvalue%2F1$'
result $? "with the refresh token, its type, and the client's secret"
! enrolled_now b
result $? "then it is removed"
run revoke b@x.org --yes
exits "revoke once more: 3" 3

keeps() {
	answers "$2"
	run revoke c@x.org --yes
	exits "$1: exit $3" "$3"
	says "$1: says why" "$4"
	enrolled_now c
	result $? "$1: the account stays"
}
keeps "503" "status=503" 5 \
	"c@x.org: not revoked: the provider cannot do it now (HTTP 503); try again later [provider-busy]"
keeps "a wrong client secret" "error=invalid_client:401" 4 \
	"c@x.org: not revoked: client credential with is refused (invalid_client); mend its client id and secret: mailbearer --store $S set with [client-refused]"
keeps "unsupported_token_type" "error=unsupported_token_type" 1 \
	"c@x.org: not revoked: the provider cannot revoke this kind of token; its owner ends the sign-in in the provider's account settings [unsupported]"
keeps "an answer that is none" "error=invalid_request" 5 \
	"c@x.org: not revoked: HTTP 400 (invalid_request) from the revocation endpoint; is it right? mailbearer --store $S show with [reply-bad]"
answers "error=invalid_token"
run revoke c@x.org --yes
exits "a token that it does not know any more (Google): 0" 0
! enrolled_now c
result $? "that one is removed"

answers "status=503"
run revoke d@x.org --yes --force
exits "--force: 0" 0
in_err "--force says what the provider said" "HTTP 503"
in_err "--force says that the sign-in goes on" \
	"The provider still honours this sign-in"
! enrolled_now d
result $? "--force removes it"

run set with --revocation-endpoint "http://127.0.0.1:1/revoke"
run revoke e@x.org --yes
exits "nobody answers: 5" 5
enrolled_now e
result $? "it stays"

run revoke f@x.org --yes
exits "a provider without an endpoint: 4" 4
says "it says so" \
	"f@x.org: not revoked: the provider has no revocation endpoint; its owner, or an administrator, ends it in the provider's account settings; then: mailbearer --store $S remove f@x.org [denied]"
enrolled_now f
result $? "and it stays"
run revoke shared@x.org --yes
exits "a shared mailbox has nothing of its own: 1" 1
run revoke e@x.org </dev/null
exits "without a terminal it wants --yes: 2" 2
run revoke
exits "no address: 2" 2
run revoke with
exits "a client credential is not revoked: 2" 2
run remove e@x.org --yes
says "remove points here" \
	"The provider still honours this sign-in: use revoke."

done_testing
