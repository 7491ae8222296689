#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# status: what monitoring sees, live and from the file, and its exit status.
. "${srcdir:-.}/tests/cli/tap.sh"
records=${top_builddir:-.}/tests/cli/records
day=86400

secret_file secret MARKER-client-secret-value-1
answers keep
endpoint "@$T/answers"

run status
exits "no store: 3, unknown" 3
in_out "and it is said" "MAILBEARER UNKNOWN: "
run status --prometheus
exits "no store, metrics: 3" 3
is "and none is printed" "" "$(cat "$T/out")"
run init
run status word
exits "a word: 3" 3
run status
exits "no accounts: 0" 0
in_out "their number" "MAILBEARER OK: 0 accounts"

add_custom cred
# level NAME STATUS WORD: live, then from the file.
level() {
	run status
	exits "$1: $2" "$2"
	in_out "$1: $3" "MAILBEARER $3: "
	run refresh --due
	run status --file
	exits "$1, from the file: $2" "$2"
}
rec() {
	who=$1
	shift
	"$records" "$S" 1 "$who" credential=cred access_token=MARKER-a \
		refresh_token=MARKER-refresh-0 enrolled_at=now-9000 \
		refreshed_at=now-60 obtained_at=now-60 expires_at=now+3540 \
		"$@" || exit 99
}
rec well@x.org
level "a healthy account" 0 OK
in_out "its row" "well@x.org"
run --json status
is "JSON: the level" OK "$(json level)"
ok "JSON: the schema" test "$(jq -r .schema "$T/out" 2>/dev/null ||
	json schema)" = 1

rec retry@x.org error_class=transient error_id=provider-busy \
	"error_text=busy" next_attempt=now+600 attempts=3
level "one that is retried" 1 WARNING
rec retry@x.org obtained_at=now-7200 expires_at=now-3600 \
	error_class=transient error_id=provider-busy "error_text=busy" \
	next_attempt=now+600 attempts=3
level "and whose token has ended" 2 CRITICAL
run remove retry@x.org --yes
"$records" "$S" 1 soon@x.org credential=cred access_token=MARKER-a \
	enrolled_at=now-60 obtained_at=now-60 expires_at=now+$((20 * day)) ||
	exit 99
level "one that cannot be refreshed" 1 WARNING
run remove soon@x.org --yes

# ---- ends ----

# in_days N: a date that many days from now.
in_days() {
	date -u -d "@$(($(date +%s) + $1 * day))" +%Y-%m-%d
}
run set cred --no-verify --secret-expires "$(in_days 30)"
level "a client secret with 30 days" 0 OK
run set cred --no-verify --secret-expires "$(in_days 5)"
level "with 5 days" 1 WARNING
in_out "which end it is" "client secret in "
run status --warning 3
exits "5 days are enough for somebody: 0" 0
run status --critical 6
exits "or too few: 2" 2
run set cred --no-verify --secret-expires "$(in_days -2)"
level "ended" 2 CRITICAL
run set cred --no-verify --secret-expires ""
level "no date" 0 OK

# ---- metrics ----

rec "odd'one@x.org" error_class=token error_id=sign-in-needed \
	error_text=refused
level "an account that needs its owner" 2 CRITICAL
run status --prometheus
exits "metrics: the same status" 2
in_out "a state" 'mailbearer_account_state{account="well@x.org",provider="custom",state="ok"} 1'
in_out "the last error" 'class="token",id="sign-in-needed"} 1'
in_out "who needs somebody" 'mailbearer_account_needs_person{account="well@x.org",credential="cred"} 0'
ok "each line is a metric" sh -c "! grep -vE \
	'^(# (HELP|TYPE) mailbearer_[a-z_]+ .+|mailbearer_[a-z_]+(\{.*\})? -?[0-9]+)\$' \
	'$T/out'"
ok "each metric has a type" sh -c "grep -o '^mailbearer_[a-z_]*' '$T/out' |
	sort -u | while read -r m; do grep -q \"^# TYPE \$m gauge\" '$T/out' ||
	exit 1; done"
run --json status --prometheus
exits "metrics are no JSON: 3" 3

# ---- without a right to the store ----

run remove "odd'one@x.org" --yes
run refresh --due
sed -i 's/"generated_at": [0-9]*/"generated_at": 1000000000/' "$S/status.json"
run status --file
exits "a file that nobody writes any more: 2" 2
in_out "its age" "as of "
sed -i "s/\"generated_at\": [0-9]*/\"generated_at\": $(($(date +%s) - 7200))/" \
	"$S/status.json"
run status --file
exits "two hours old: 1" 1
if [ "$(id -u)" -eq 0 ] && id nobody >/dev/null 2>&1 &&
	command -v setpriv >/dev/null 2>&1 &&
	setpriv --reuid=nobody --clear-groups test -x "$TOOL"; then
	run refresh --due
	chmod 711 "$T"
	chmod 755 "$S"
	setpriv --reuid=nobody --regid=nogroup --clear-groups \
		"$TOOL" --store "$S" status >"$T/out" 2>"$T/err"
	status=$?
	exits "a monitoring user: 0" 0
	in_out "sees the same" "MAILBEARER OK: 1 account, 1 ok; as of "
	: >"$S/status.json"
	setpriv --reuid=nobody --regid=nogroup --clear-groups \
		"$TOOL" --store "$S" status >"$T/out" 2>"$T/err"
	status=$?
	exits "an empty file: 3" 3
	in_out "is said" "is no status file"
	rm "$S/status.json"
	setpriv --reuid=nobody --regid=nogroup --clear-groups \
		"$TOOL" --store "$S" status >"$T/out" 2>"$T/err"
	status=$?
	exits "none, and no right to the store: 3" 3
	in_out "what is missing is the timer" \
		"run: sudo systemctl enable --now mailbearer-refresh.timer"
else
	skip "a monitoring user" "needs root and nobody"
fi
# Whoever may write beside the file can plant something else.
rm -f "$S/status.json"
mkfifo "$S/status.json"
timeout 10 "$TOOL" --store "$S" status --file >"$T/out" 2>"$T/err"
status=$?
exits "nobody waits at a pipe in the file's place: 3" 3
rm "$S/status.json"
echo '{"accounts": []}' >"$T/elsewhere"
ln -s "$T/elsewhere" "$S/status.json"
run status --file
exits "a link in the file's place is not followed: 3" 3

done_testing
