#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# explain: ids, codes, servers' words, lines of logs, accounts; with no network
# and, but for accounts, no store.
. "${srcdir:-.}/tests/cli/tap.sh"

run_bare explain
exits "without a word every id is listed" 0
in_out "among them no-store" no-store
run_bare explain sign-in-needed
in_out "an id: whose turn" "Whose turn: the mailbox owner's."
run_bare explain '[no-store]'
in_out "an id as it is copied from a message" "A store is a host key"

run_bare explain AADSTS53003
in_out "Microsoft's number, in words" "blocked by Conditional Access"
in_out "and whose turn it is" "Whose turn: the administrator's."
run_bare explain 700082
in_out "the number alone" "not used for too long"
run_bare explain invalid_grant
in_out "an error of RFC 6749" "The refresh token"
run_bare explain expired_token
in_out "an error of RFC 8628" "device code was not used in time"
run_bare explain '{"error":"invalid_grant","error_subtype":"invalid_rapt"}'
in_out "a subtype of Google's" "the organization asks for a new sign-in"
run_bare explain 535 5.7.139 Authentication unsuccessful, \
	SmtpClientAuthentication is disabled for the Tenant.
in_out "an SMTP reply, not quoted" "SMTP AUTH is switched off"
run_bare explain "A1 BAD User is authenticated but not connected."
in_out "Exchange's IMAP reply" "FullAccess is missing"
run_bare explain '{"status":"401","schemes":"bearer mac"}'
in_out "a challenge" "expired, revoked, or of another mailbox"
challenge=$(printf '{"status":"403","schemes":"bearer"}' | base64 -w 0)
run_bare explain "334 $challenge"
in_out "a challenge as it goes over the wire" "does not cover mail"
run_bare explain "334 $(printf '%s' "$challenge" | cut -c 1-40)"
ok "a torn one is not fatal" test "$status" -le 2

run_bare explain "postfix/smtp: warning: SASL authentication failure:" \
	"a@x.org: refresh token refused (AADSTS50173: password changed); its owner signs in again [sign-in-needed]"
in_out "a line of a log: its code" "AADSTS50173:"
in_out "and its id" "What ends a sign-in"
in_out "and the account in it" "mailbearer enroll a@x.org"
printf 'imap.x.org: A1 NO AUTHENTICATE failed.\n' >"$T/line"
"$TOOL" explain - <"$T/line" >"$T/out" 2>"$T/err"
in_out "from standard input" "the server does not take the token"
run_bare --json explain AADSTS7000222
is "in JSON: code" AADSTS7000222 "$(json code)"
is "in JSON: words" "client secret expired" "$(json words)"
is "in JSON: whose turn" admin "$(json whose_turn)"
ok "in JSON: next" grep -q '"next": ".*mailbearer set NAME' "$T/out"
run_bare explain "the weather"
exits "what nobody knows: 2" 2
run_bare explain "$(printf 'x\033[31mred')"
in_err "and is shown without its control bytes" 'x\x1B[31mred'

# ---- accounts ----

run explain a@x.org
exits "an account without a store: 3" 3
secret_file secret MARKER-client-secret
answers rotate
endpoint "@$T/answers"
run init
add_custom cred
run explain a@x.org
exits "an account that is not enrolled: 3" 3
enrolled a@x.org cred
quiet token a@x.org
run explain a@x.org
exits "an account that is well: 0" 0
in_out "which is said" "a@x.org: nothing is wrong, access token until"
answers 'error=interaction_required:400:AADSTS53003: Access has been blocked'
run refresh a@x.org --force
run explain a@x.org
exits "an account that has failed: 0" 0
in_out "the line as it was said, for this store" \
	"then: mailbearer --store $S enroll a@x.org [sign-in-needed]"
in_out "what the code means" "finds the policy's name in the sign-in log"
in_out "whose turn it is" "Whose turn: the administrator's."
run --json explain a@x.org
is "in JSON: the account" a@x.org "$(json account)"
is "in JSON: the state" "needs sign-in" "$(json state)"
is "in JSON: the code" AADSTS53003 "$(json code)"
run --json refresh a@x.org --force
is "the code decides whose turn it is in every error" admin "$(json whose_turn)"
ok "and the remedy is for this store" \
	grep -q "\"remedy\": \".*mailbearer --store $S enroll" "$T/out"
answers 'error=invalid_client:401:AADSTS7000215: Invalid client secret.'
enrolled a@x.org cred
run refresh a@x.org --force
run explain a@x.org
in_out "the client credential is named" \
	"mailbearer --store $S set cred --client-secret-file -"
enrolled b@x.org cred
run enroll shared@x.org --as b@x.org
run explain shared@x.org
in_out "a shared mailbox names its owner" "uses the token of b@x.org"
run enroll gone@x.org --as a@x.org
run remove a@x.org --yes
done_testing
