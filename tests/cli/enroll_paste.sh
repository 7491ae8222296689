#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# enroll where the browser is elsewhere: the address is pasted.
# shellcheck source=tests/cli/enroll_bed.sh
. "${srcdir:?}/tests/cli/enroll_bed.sh"

credential bed --callback-url http://127.0.0.1/done --scope mail || exit 1
mkfifo "$RUN/paste"
input=$RUN/paste

# start ARG...: begin, with descriptor 3 as the other end of its stdin
start() {
	exec 3<>"$RUN/paste"
	begin "$@"
}

paste() {
	printf '%s\n' "$1" >&3
}

# stop: nobody will paste any more
stop() {
	exec 3>&-
	finish
}

refused() {
	await 5 has "$err" "$1"
}

start a@x.org --no-browser
check "it says what to paste" has "$err" "your browser will end on a page it cannot open:"
paste "$url"
check "the address to sign in at is refused" refused \
	"is not the one the sign-in ends on, which begins with $back"
paste "hello"
check "a word is refused" refused "that is not an address"
paste "$back"
check "half of it is refused" refused 'has nothing behind the "?": it is not whole'
paste "$back?code=MARKER&state=other"
check "another state is refused" refused "that answer belongs to another sign-in (state differs)"
paste "$back?state=$mark"
check "one without code is refused" refused "that answer has neither a code nor an error"
check "the wait goes on" alive "$running"
equal "the listener answers meanwhile" 404 "$(visit "${back%done}")"
paste "  \"$back?code=MARKER-c&state=$mark\"  "
finish
exec 3>&-
equal "quotes and blanks do not matter: 0" 0 "$status"
equal "enrolled" MARKER-access-1 "$(mb token a@x.org 2>/dev/null)"
check "the code was not repeated" lacks "$err" MARKER

start b@x.org --no-browser
paste "code=c&state=$mark"
finish
exec 3>&-
equal "the query alone is enough: 0" 0 "$status"

start c@x.org --no-browser
paste "$back?error=access_denied&error_description=No&state=$mark"
finish
exec 3>&-
equal "a pasted refusal: 4" 4 "$status"
check "it is told" has "$err" "(access_denied: No)"

# ---- ssh ----

SSH_CONNECTION="192.0.2.1 1 192.0.2.2 22"
export SSH_CONNECTION
start c@x.org --no-browser
at=${back#http://127.0.0.1:}
at=${at%/done}
check "under ssh the line that forwards the port is shown" has "$err" \
	"ssh -L $at:127.0.0.1:$at"
kill -TERM "$running"
stop
unset SSH_CONNECTION

# ---- a callback URL that is elsewhere ----

credential web --callback-url https://127.0.0.1/back --scope mail
start d@x.org --credential web --no-browser
equal "a callback URL with https is sent as it is" https://127.0.0.1/back "$back"
check "it is explained" has "$err" "nothing can listen there"
paste "$back?code=c&state=$mark"
finish
exec 3>&-
equal "and pasting is enough: 0" 0 "$status"
input=/dev/null
run enroll e@x.org --credential web --no-browser
equal "without anybody to paste: 2" 2 "$status"

# Opened for writing by this shell alone: closing it ends the input.
mkfifo "$RUN/paste2"
( "$tool" --store "$RUN/store" enroll e@x.org --credential web --no-browser \
	<"$RUN/paste2" >"$out" 2>"$err"; echo $? >"$RUN/status" ) &
track $!
exec 3>"$RUN/paste2"
await 10 grep -q code_challenge "$out"
exec 3>&-
await 10 test -s "$RUN/status"
equal "input that ends without an answer: 2" 2 "$(cat "$RUN/status")"
exec 3<>"$RUN/paste"
mb enroll e@x.org --credential bed <"$RUN/paste" >"$out" 2>"$err"
equal "a pipe that nobody may ever write to is no way to sign in: 2" 2 $?
exec 3>&-

# What others get is in enroll_browser.sh.
if [ "$(id -u)" -eq 0 ]; then
	printf '#!/bin/sh\n: >"$SEEN"\n' >"$RUN/browse"
	chmod +x "$RUN/browse"
	SEEN=$RUN/seen DISPLAY=:99 BROWSER=$RUN/browse
	export SEEN DISPLAY BROWSER
	start f@x.org --credential bed --port "$at"
	check "root starts no browser" test ! -e "$SEEN"
	kill -TERM "$running"
	stop
fi
tap_end
