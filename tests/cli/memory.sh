#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# What secrets tool, mail program and refresh helper leave in their memory when
# they end.  SECURITY.md, "Copies in memory", lists what may be found.
. "${srcdir:-.}/tests/cli/tap.sh"

if [ "$(id -u)" -ne 0 ]; then
	echo "1..0 # SKIP needs root: the programs are not dumpable"
	exit 0
fi
# Where a library binds a function at its first call, the dynamic linker puts
# the vector registers, and what memcpy left in them, on the stack.
LD_BIND_NOW=1
export LD_BIND_NOW
TRACE=${top_builddir:-.}/tests/cli/trace
if grep -q __asan_init "$TOOL"; then
	result 0 "nothing is looked for where freed memory is kept (ASan)"
	done_testing
fi
secret_file secret MARKER-client-secret-value-1
answers rotate
endpoint "@$T/answers"
run init
add_custom cred
enrolled a@x.org cred

# left WORD COMMAND...: number of copies, and where, in $T/left.  Not in what
# the command calls itself and is not: the process that becomes the helper's
# parent is a copy of it, and its memory is gone with it.
left() {
	word=$1
	shift
	copy="$(basename "$1")+"
	"$TRACE" scan "$word" "$@" >"$T/scan" 2>"$T/err" </dev/null
	status=$?
	# The other lines are the program's own.
	awk -v copy="$copy" '$1 != copy && $2 ~ /^[0-9]+$/ &&
		$3 ~ /^(\[|\/|anonymous)/' "$T/scan" >"$T/left"
	awk '{ n += $2 } END { print n + 0 }' "$T/left"
}

# none NAME WORD COMMAND...
none() {
	name=$1
	shift
	is "$name" 0 "$(left "$@")"
	[ ! -s "$T/left" ] || sed 's/^/# /' "$T/left"
}

refresh() {
	left "$1" "$TOOL" --store "$S" refresh a@x.org --force
}

ok "what is no secret is found" test "$(refresh id-cred)" -gt 0
none "refresh leaves no access token" MARKER-access- \
	"$TOOL" --store "$S" refresh a@x.org --force
none "refresh leaves no refresh token" MARKER-refresh- \
	"$TOOL" --store "$S" refresh a@x.org --force
none "token leaves no access token" MARKER-access- \
	"$TOOL" --store "$S" token a@x.org
left MARKER-client-secret "$TOOL" --store "$S" refresh a@x.org --force \
	>"$T/count"
ok "refresh leaves the client secret in libconfig's buffer at most" \
	test "$(cat "$T/count")" -le 1
secret_file other MARKER-client-secret-value-2
left MARKER-client-secret "$TOOL" --store "$S" set cred --no-verify \
	--client-secret-file "$T/other" >"$T/count"
is "set with another client secret" 0 "$status"
ok "set leaves the client secret in libconfig's buffer at most" \
	test "$(cat "$T/count")" -le 1
left MARKER-client-secret "$TOOL" --store "$S" add more --provider custom \
	--client-id id-more --client-secret-file "$T/secret" --scope mail \
	--authorization-endpoint "http://127.0.0.1:$port/authorize" \
	--token-endpoint "http://127.0.0.1:$port/token" \
	--callback-url http://127.0.0.1/cb --host mail.example.test \
	>"$T/count"
is "add with a client secret" 0 "$status"
ok "add leaves a client secret in libconfig's buffer at most" \
	test "$(cat "$T/count")" -le 1

# A private key: the last line of its PEM, and what a JWK has of it.
openssl genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-256 \
	-out "$T/key.pem" 2>/dev/null
pem=$(tail -n 2 "$T/key.pem" | head -n 1 | cut -c 1-12)
jwk=$(openssl ec -in "$T/key.pem" -noout -text 2>/dev/null |
	awk '/^priv:/ { on = 1; next } /^pub:/ { exit } on' | tr -d ' :\n' |
	sed 's/\(..\)/\\x\1/g' | xargs -0 printf '%b' | base64 |
	tr '+/' '-_' | cut -c 4-30)
answers grant
run add app --provider custom --grant client_credentials --client-id id-app \
	--key-file "$T/key.pem" --scope mail --host mail.example.test \
	--token-endpoint "http://127.0.0.1:$port/token"
run enroll app@x.org --credential app
exits "an account of a client credential with a private key" 0
for word in "$pem" "$jwk"; do
	none "a signed request leaves no text of the private key" "$word" \
		"$TOOL" --store "$S" refresh app@x.org --force
	is "it was made" 0 "$status"
done
answers rotate
printf '{"access_token":"MARKER-old-x","refresh_token":"MARKER-import"}\n' \
	>"$T/import.json"
for word in MARKER-old- MARKER-import; do
	none "enroll --import leaves no $word" "$word" "$TOOL" --store "$S" \
		enroll b@x.org --credential cred --import "$T/import.json" \
		--replace
done

# A mail program, its token at an end: the helper gets a new one.
SASL_PATH=$(cd "${top_builddir:-.}" && pwd -P)/tests/stage/sasl2
MAILBEARER_HOME=$S
export SASL_PATH MAILBEARER_HOME
LOGIN=${top_builddir:-.}/tests/host/login
for word in MARKER-access- MARKER-refresh- MARKER-client-secret; do
	answers keep
	enrolled c@x.org cred
	left "$word" "$LOGIN" c@x.org mail.example.test >"$T/count"
	is "a login with $word" 0 "$status"
	! grep '^login ' "$T/left" >"$T/host"
	result $? "a login that refreshes leaves no $word in the mail program"
	case $word in
	MARKER-client-secret) most=1 ;;
	*) most=0 ;;
	esac
	ok "and in the helper what libconfig keeps at most" test \
		"$(grep -c '^mailbearer-refr+' "$T/left")" -le $most
	sed 's/^/# left: /' "$T/left"
done

done_testing
