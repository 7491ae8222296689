#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# enroll without a sign-in: --import, and --as with an owner who is enrolled.
# shellcheck source=tests/cli/enroll_bed.sh
. "${srcdir:?}/tests/cli/enroll_bed.sh"

credential bed --callback-url http://127.0.0.1/done --scope mail || exit 1

# import TEXT ARG...: the text by stdin
import() {
	text=$1
	shift
	printf '%s' "$text" | mb enroll "$@" --import - >"$out" 2>"$err"
	status=$?
}

full='{"access_token":"MARKER-a","refresh_token":"MARKER-r","expires_in":3000,"scope":"mail","token_type":"Bearer"}'
import "$full" a@x.org
equal "a token response by stdin: 0" 0 "$status"
check "it says so" grep -q '^enrolled a@x.org (client credential bed), access token until ' "$out"
equal "its token is used" MARKER-a "$(mb token a@x.org 2>/dev/null)"
equal "nothing was sent" 0 "$(posts)"
check "no token was printed" lacks "$out" MARKER

import '{"refresh_token":"MARKER-other"}' a@x.org
equal "on a live account: 1" 1 "$status"
check "on a live account: the message" has "$err" \
	"a@x.org: is enrolled and its sign-in works; nothing changed; to overwrite it: "
equal "on a live account: nothing changed" 1 "$(generation a@x.org)"
import "$full" a@x.org --replace
equal "--replace overwrites: 0" 0 "$status"
equal "--replace overwrites" 2 "$(generation a@x.org)"

printf '{"refresh_token":"MARKER-refresh-0"}' >"$RUN/tokens.json"
run enroll b@x.org --import "$RUN/tokens.json" --check
equal "--check: 0" 0 "$status"
check "--check writes nothing" not_enrolled b@x.org
run enroll b@x.org --import "$RUN/tokens.json"
equal "a refresh token alone: 0" 0 "$status"
equal "nothing was sent yet" 0 "$(posts)"
equal "the first use refreshes" MARKER-access-1 "$(mb token b@x.org 2>/dev/null)"

# bad NAME TEXT CAUSE
bad() {
	import "$2" c@x.org
	check "$1 fails" test "$status" -ne 0
	check "$1: the message" has "$err" "$3"
	check "$1: the input is not repeated" lacks "$err" MARKER
}
bad "no JSON" 'MARKER' "stdin: line 1, column"
bad "a member twice" '{"refresh_token":"MARKER","refresh_token":"MARKER"}' \
	"the same member twice"
bad "an access token alone" '{"access_token":"MARKER","expires_in":3600}' \
	"[no-refresh-token]"
bad "a wrong type" '{"refresh_token":"MARKER","expires_in":"3600"}' \
	"expires_in is not a whole number"
bad "milliseconds" '{"refresh_token":"MARKER","expires_at":99999999999999}' \
	"expires_at is more than ten years away"
head -c 70000 /dev/zero | tr '\0' ' ' >"$RUN/large"
run enroll c@x.org --import "$RUN/large"
check "more than 64 KiB fails" test "$status" -ne 0
run enroll c@x.org --import "$RUN/none"
check "a file that is not there fails, and is named" has "$err" "$RUN/none"
check "none of these enrolled anybody" not_enrolled c@x.org
import '{"refresh_token":"MARKER-r","client_id":"another","client_secret":"MARKER-s"}' c@x.org
equal "a sign-in of another client: 1" 1 "$status"
check "a sign-in of another client is named" has "$err" \
	"c@x.org: the file's sign-in belongs to client id another, and client credential bed is cid; nothing saved"
check "and nobody is enrolled by it" not_enrolled c@x.org
import '{"refresh_token":"MARKER-r","client_id":"cid"}' d@x.org
equal "the same client's is taken" 0 "$status"
run enroll c@x.org --replace
equal "--replace without --import: 2" 2 "$status"

# ---- shared mailboxes ----

before=$(posts)
run enroll Shared@x.org --as a@x.org
equal "a shared mailbox of an enrolled owner: 0" 0 "$status"
check "it says whose token it uses" has "$out" \
	"enrolled Shared@x.org with the token of a@x.org (client credential bed)"
equal "its token is the owner's" MARKER-a "$(mb token shared@x.org 2>/dev/null)"
equal "without a second sign-in" "$before" "$(posts)"
run enroll shared@x.org --as a@x.org
check "again: unchanged" has "$out" unchanged
run enroll shared@x.org --if-needed
check "--if-needed looks at the owner: unchanged" has "$out" unchanged
run enroll two@x.org --as shared@x.org
check "a shared mailbox of a shared one has the same owner" has "$out" \
	"with the token of a@x.org"
begin team@x.org --as boss@x.org --no-browser
equal "an owner who is not enrolled signs in" boss%40x.org "$(parameter login_hint)"
answers rotate
visit "$back?code=c&state=$mark" >/dev/null
finish
equal "and the shared mailbox is enrolled" 0 "$status"
check "the page names it" has "$page" "team@x.org is enrolled"
check "the owner is not" not_enrolled boss@x.org
tap_end
