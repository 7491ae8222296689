#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# A clock that is off by an hour is said so: when something is enrolled, and
# where a provider refuses what is signed by it.
. "${srcdir:-.}/tests/cli/tap.sh"

secret_file secret MARKER-client-secret-value-1
openssl req -x509 -newkey rsa:2048 -nodes -days 30 -subj /CN=app \
	-keyout "$T/key" -out "$T/cert" >/dev/null 2>&1
run init

# provider OFF: its clock is so many seconds ahead of ours
provider() {
	endpoint --clock "$1" --log "$T/log" "@$T/answers"
	for name in app key; do
		run set "$name" \
			--token-endpoint "http://127.0.0.1:$port/token" --no-verify
	done
}
answers grant
endpoint --clock 3600 --log "$T/log" "@$T/answers"
add_custom app --grant client_credentials
run add key --provider custom --client-id cid --scope mail --host h.example.test \
	--token-endpoint "http://127.0.0.1:$port/token" --key-file "$T/key" \
	--certificate-file "$T/cert" --grant client_credentials

run enroll a@x.org --credential app
exits "an hour behind: what works is enrolled" 0
in_err "and the clock is named" \
	"note: this host's clock is 60 min behind the provider's; set it right"
enrolled b@x.org app
is "an import heard of no clock" "" "$(grep "host's clock" "$T/err")"

refused="clock: this host's is 60 minutes behind the one of the token endpoint of client credential key, which refuses what is signed now; set the clock (timedatectl set-ntp true); it is tried again by itself [client-refused]"
answers error=invalid_client:401
run enroll k@x.org --credential key
says "private_key_jwt refused: the clock is what is named" "$refused"
run show k@x.org
exits "and nothing is saved" 3
answers error=invalid_client:401
run enroll c@x.org --credential app
says "a client secret is not wrong because of a clock" \
	"client credential app: client id or secret refused (invalid_client); copy it anew, then: mailbearer --store $S set app --client-secret-file - [secret-wrong]"

answers grant
run enroll k@x.org --credential key
answers error=invalid_client:401
run refresh k@x.org --force
says "at a refresh, too" "$refused"
run show k@x.org
in_out "which will be tried again: nobody has to sign in" \
	"state                    retrying"
run explain k@x.org
in_out "explain repeats it" "this host's is 60 minutes behind"
answers error=invalid_grant
run set key --grant jwt_bearer --no-verify
run enroll j@x.org --credential key
in_err "a service account's assertion (invalid_grant), too" \
	"clock: this host's is 60 minutes behind"
run set key --grant client_credentials --no-verify

provider -7200
answers error=invalid_client:401
run enroll l@x.org --credential key
in_err "two hours ahead" \
	"clock: this host's is 120 minutes ahead of the one of the token endpoint"
answers status=503
run enroll l@x.org --credential key
is "a provider in trouble is no matter of clocks" "" \
	"$(grep "this host's is" "$T/err")"
provider 30
answers error=invalid_client:401
run enroll l@x.org --credential key
is "half a minute is none" "" "$(grep "this host's is" "$T/err")"
answers grant
run enroll l@x.org --credential key
is "nor is it said when something is enrolled" "" \
	"$(grep "host's clock" "$T/err")"

done_testing
