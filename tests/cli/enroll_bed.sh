# shellcheck shell=sh
# SPDX-License-Identifier: BSD-2-Clause
# shellcheck disable=SC2034 # what is set here is used by those who source it
# What the enroll tests share: a store, a token endpoint on loopback, and
# tests/fake/visit as the browser's last hop.  Sourced; sets RUN.
: "${top_builddir:?}" "${srcdir:?}"

tool=$top_builddir/tests/stage/mailbearer
fake=$top_builddir/tests/fake
RUN=$(mktemp -d "${TMPDIR:-/tmp}/mb-enroll-XXXXXX") || exit 1
. "$srcdir/tests/e2e/tap.sh"
unset DISPLAY WAYLAND_DISPLAY BROWSER SSH_CONNECTION MAILBEARER_HOME
trap 'end_all; rm -rf "$RUN"' EXIT
trap 'exit 1' INT TERM HUP

out=$RUN/out
err=$RUN/err
page=$RUN/page
running=
input=/dev/null

mb() {
	"$tool" --store "$RUN/store" "$@"
}

# run ARG...: stdout, stderr and exit status of the tool
run() {
	mb "$@" >"$out" 2>"$err" </dev/null
	status=$?
}

# answers LINE: what the token endpoint says from now on
answers() {
	printf '%s\n' "$1" >"$RUN/answers"
}

posts() {
	grep -c . "$RUN/log"
}

told() {
	grep -q '^http.*code_challenge' "$out" || ! alive "$running"
}

# begin ARG...: start `enroll` (stdin: $input), wait for the address it prints
begin() {
	: >"$out"
	"$tool" --store "$RUN/store" enroll "$@" <"$input" >"$out" 2>"$err" &
	running=$!
	track "$running"
	await 10 told
	grep -q '^http.*code_challenge' "$out" || {
		say "no address came: enroll $*"
		sed 's/^/# /' "$err"
		return 1
	}
	url=$(grep '^http.*code_challenge' "$out")
	back=$(parameter redirect_uri | sed 's/%3A/:/g; s/%2F/\//g')
	mark=$(parameter state)
}

# parameter NAME: as it stands in the address
parameter() {
	printf '%s\n' "$url" | sed -n "s/.*[?&]$1=\\([^&]*\\).*/\\1/p"
}

# finish: wait for what begin started; $status
finish() {
	wait "$running"
	status=$?
}

# visit URL [METHOD]: prints the status; the page is in $page
visit() {
	printf '%s\n' "$1" | "$fake/visit" "${2:-GET}" >"$page"
	sed -n '1s/HTTP[^ ]* \([0-9]*\).*/\1/p' "$page"
}

listener_gone() {
	port_of=${back##*:}
	! listening "${port_of%%/*}"
}

# not_enrolled ADDRESS
not_enrolled() {
	mb show "$1"
	[ $? -eq 3 ]
}

# generation ADDRESS
generation() {
	mb show "$1" --json | sed -n 's/.*"generation": *\([0-9]*\).*/\1/p'
}

base64url() {
	base64 | tr -d '=\n' | tr '+/' '-_'
}

# id_token EMAIL: of the sign-in that waits
id_token() {
	printf 'e30.%s.c2ln' "$(printf '{"iss":"http://127.0.0.1:%s","aud":"cid","nonce":"%s","email":"%s"}' \
		"$port" "$(parameter nonce)" "$1" | base64url)"
}

# credential NAME OPTION...
credential() {
	name=$1
	shift
	mb add "$name" --provider custom --client-id cid --public \
		--authorization-endpoint "http://127.0.0.1:$port/auth" \
		--token-endpoint "http://127.0.0.1:$port/token" \
		--host 127.0.0.1 "$@" </dev/null >"$RUN/add.out" 2>&1 || {
		say "add $name: $(cat "$RUN/add.out")"
		return 1
	}
}

answers rotate
: >"$RUN/log"
"$fake/tokend" --refresh MARKER-refresh- --access MARKER-access- \
	--log "$RUN/log" "@$RUN/answers" >"$RUN/port" 2>"$RUN/tokend.err" &
track $!
await 10 test -s "$RUN/port" || { echo "Bail out! no token endpoint"; exit 1; }
port=$(cat "$RUN/port")
mb init >"$RUN/init.out" 2>&1 || {
	echo "Bail out! init: $(cat "$RUN/init.out")"
	exit 1
}
