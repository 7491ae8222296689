#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# The tool of root's, killed before each of its system calls (MB_LONG=1; else
# before some of them): whatever it leaves, the service user goes on.
. "${srcdir:-.}/tests/cli/tap.sh"

if [ "$(id -u)" -ne 0 ] || ! id nobody >/dev/null 2>&1 ||
   ! command -v setpriv >/dev/null; then
	echo "1..0 # SKIP needs root, the user nobody and setpriv"
	exit 0
fi
TRACE=${top_builddir:-.}/tests/cli/trace
ASAN_OPTIONS=detect_leaks=0${ASAN_OPTIONS:+:$ASAN_OPTIONS}
export ASAN_OPTIONS
stride=23
[ -z "${MB_LONG:-}" ] || stride=1

chmod 711 "$T"
cp "$TOOL" "$T/tool"
chmod 755 "$T/tool"
secret_file secret MARKER-client-secret-value-1
endpoint --log "$T/log" keep
run init --service-user nobody
add_custom cred
enrolled a@x.org cred
# A rule's token comes without a refresh token.
endpoint --log "$T/log.app" grant
add_custom app --grant client_credentials
run enroll '*@app.org' --credential app
quiet token u1@app.org
mkdir "$T/passed"
cp "$S/key" "$T/passed/key"
chmod 711 "$T/passed"
chmod 444 "$T/passed/key"
cp -a "$S" "$T/template"
printf '{"refresh_token":"MARKER-refresh-0","token_type":"Bearer"}\n' \
	>"$T/import.json"

# The service user gets a new token, which writes the record.
service_goes_on() {
	chmod 440 "$T/passed/key"
	chown root:"$(id -g nobody)" "$T/passed/key"
	CREDENTIALS_DIRECTORY=$T/passed setpriv --reuid nobody \
		--regid "$(id -g nobody)" --clear-groups \
		"$T/tool" --store "$S" token "$1" --min-validity 100000 \
		>"$T/service.out" 2>"$T/service.err"
}

# sweep NAME ACCOUNT ALLOWED COMMAND...: the account's exit status afterwards is
# 0, or ALLOWED; nothing of root's lies with the records.
sweep() {
	name=$1
	account=$2
	allowed=$3
	shift 3
	n=1
	trials=0
	stuck=0
	before=$(wc -l <"$T/log")
	: >"$T/stuck"
	while :; do
		rm -rf "$S"
		cp -a "$T/template" "$S"
		call=$("$TRACE" kill "$S" "$n" "$T/tool" --store "$S" "$@" \
			2>"$T/err" </dev/null)
		ended=$?
		[ $ended -eq 0 ] || break
		trials=$((trials + 1))
		service_goes_on "$account"
		status=$?
		if [ "$status" -ne 0 ] && [ "$status" -ne "$allowed" ] ||
		   [ -n "$(find "$S/accounts" -user root)" ]; then
			stuck=$((stuck + 1))
			{
				echo "before call $n (number $call): exit $status"
				cat "$T/service.err"
				find "$S/accounts" -user root
			} >>"$T/stuck"
		fi
		n=$((n + stride))
	done
	[ "$stuck" -eq 0 ] && [ "$trials" -gt 1 ] && [ $ended -eq 7 ]
	result $? "$name, killed before each call, stops nobody"
	sed 's/^/# /' "$T/stuck"
	echo "# killed: $name: $trials trials," \
		"$(($(wc -l <"$T/log") - before)) requests," \
		"$stuck accounts stuck"
}

service_goes_on a@x.org
is "the service user gets a token" 0 $?
service_goes_on u2@app.org
is "also by a rule" 0 $?
sweep "refresh" a@x.org 0 refresh a@x.org --force
sweep "a first enroll" b@x.org 3 enroll b@x.org --credential cred \
	--import "$T/import.json"
sweep "enroll again" a@x.org 0 enroll a@x.org --credential cred \
	--import "$T/import.json" --replace
sweep "set" a@x.org 0 set cred --client-id other --no-verify
sweep "rename" a@x.org 0 rename cred renamed
sweep "rename behind a rule" u2@app.org 0 rename app renamed
sweep "remove of a rule" u2@app.org 3 remove '*@app.org'
sweep "remove" a@x.org 3 remove a@x.org --yes
sweep "init" a@x.org 0 init --service-user nobody
sweep "add" a@x.org 0 add second --provider custom --client-id x --public \
	--authorization-endpoint "http://127.0.0.1:$port/authorize" \
	--token-endpoint "http://127.0.0.1:$port/token" --host h.example.test

done_testing
