# shellcheck shell=sh
# SPDX-License-Identifier: BSD-2-Clause
# What the tests of the tool share; sourced.  Everything lies in $T, the tool
# works on the store $S.  Whatever it prints by `run` is searched for MARKER at
# the end: secrets in these tests contain that word.

T=$(mktemp -d "${TMPDIR:-/tmp}/mailbearer-cli.XXXXXX") || exit 99
S=$T/store
TOOL=${top_builddir:-.}/tests/stage/mailbearer
PTY=${top_builddir:-.}/tests/cli/pty
TOKEND=${top_builddir:-.}/tests/fake/tokend
count=0
failed=0
pids=
status=0

unset MAILBEARER_HOME XDG_CONFIG_HOME XDG_DATA_HOME XDG_STATE_HOME \
	CREDENTIALS_DIRECTORY VISUAL EDITOR NO_COLOR
HOME=$T/home
export HOME
mkdir "$HOME"

cleanup() {
	for pid in $pids; do
		kill "$pid" 2>/dev/null
	done
	rm -rf "$T"
}
trap cleanup EXIT
trap 'exit 99' HUP INT TERM

# result STATUS NAME
result() {
	count=$((count + 1))
	if [ "$1" -eq 0 ]; then
		echo "ok $count - $2"
	else
		failed=$((failed + 1))
		echo "not ok $count - $2"
		echo "# exit status $status; stdout, stderr:"
		sed 's/^/#   /' "$T/out" "$T/err" 2>/dev/null
	fi
}

skip() {
	count=$((count + 1))
	echo "ok $count - $1 # SKIP $2"
}

# ok NAME COMMAND...
ok() {
	name=$1
	shift
	"$@" >"$T/ok.out" 2>&1
	result $? "$name"
}

# is NAME WANTED GOT
is() {
	[ "$2" = "$3" ]
	result $? "$1"
	[ "$2" = "$3" ] || {
		echo "# wanted: $2"
		echo "# got:    $3"
	}
}

# The tool on $S; stdout in $T/out, stderr in $T/err, status in $status.
run() {
	"$TOOL" --store "$S" "$@" >"$T/out" 2>"$T/err"
	status=$?
	cat "$T/out" "$T/err" >>"$T/all"
}

# The same without a store chosen, and without standard input.
run_bare() {
	"$TOOL" "$@" >"$T/out" 2>"$T/err" </dev/null
	status=$?
	cat "$T/out" "$T/err" >>"$T/all"
}

# Answers that hold a secret on purpose: not searched for it.
quiet() {
	"$TOOL" --store "$S" "$@" >"$T/out" 2>"$T/err"
	status=$?
}

# exits NAME STATUS
exits() {
	is "$1" "$2" "$status"
}

# The last line of stderr, word for word.
says() {
	is "$1" "$2" "$(tail -n 1 "$T/err")"
}

# The last line of stdout.
ends() {
	is "$1" "$2" "$(tail -n 1 "$T/out")"
}

# in_out NAME TEXT; in_err NAME TEXT; not_in_out
in_out() {
	grep -qF -- "$2" "$T/out"
	result $? "$1"
}
in_err() {
	grep -qF -- "$2" "$T/err"
	result $? "$1"
}
not_in_out() {
	! grep -qF -- "$2" "$T/out"
	result $? "$1"
}

# json MEMBER: its value in $T/out, one line, strings without quotes.
json() {
	sed -n "s/^ *\"$1\": \"\{0,1\}\([^\"]*\)\"\{0,1\},\{0,1\}\$/\1/p" \
		"$T/out" | sed 's/,$//' | head -n 1
}

# Start a token endpoint; its port in $port.
endpoint() {
	: >"$T/port"
	"$TOKEND" --access MARKER-access- --refresh MARKER-refresh- "$@" \
		</dev/null >>"$T/port" 2>"$T/tokend.err" &
	pids="$pids $!"
	port=
	tries=0
	while [ -z "$port" ] && [ $tries -lt 200 ]; do
		port=$(head -n 1 "$T/port")
		tries=$((tries + 1))
		[ -n "$port" ] || sleep 0.05
	done
}

# answers LINE...: what the endpoint says from now on.
answers() {
	printf '%s\n' "$@" >"$T/answers"
}

secret_file() {
	printf '%s\n' "$2" >"$T/$1"
}

# A client credential that is served by the endpoint on $port.
add_custom() {
	name=$1
	shift
	run add "$name" --provider custom --client-id "id-$name" \
		--client-secret-file "$T/secret" \
		--authorization-endpoint "http://127.0.0.1:$port/authorize" \
		--token-endpoint "http://127.0.0.1:$port/token" \
		--callback-url "http://127.0.0.1/cb" --scope mail \
		--host mail.example.test "$@"
}

# enrolled ADDRESS CREDENTIAL [EXPIRES_AT]: import a sign-in.
enrolled() {
	printf '{"access_token":"MARKER-old-%s","refresh_token":"%s",%s}\n' \
		"$1" "${4:-MARKER-refresh-0}" \
		"\"expires_at\":${3:-1},\"token_type\":\"Bearer\"" \
		>"$T/import.json"
	run enroll "$1" --credential "$2" --import "$T/import.json" --replace
}

done_testing() {
	! grep -n MARKER "$T/all" >"$T/out" 2>/dev/null
	result $? "no secret in anything that was printed"
	echo "1..$count"
	[ "$failed" -eq 0 ]
	exit
}

# Is there a file system in memory, as `edit` wants it?  A build root may have a
# directory of the disk there, or nothing.
memory_fs() {
	[ -w /dev/shm ] && [ "$(stat -f -c %T /dev/shm)" = tmpfs ]
}
