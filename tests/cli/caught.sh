#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# Accounts in mbsync's file that use a password and name no mechanism are named
# by init, enroll and doctor, until they are enrolled or name one.
. "${srcdir:-.}/tests/cli/tap.sh"

if command -v mbsync >/dev/null &&
   ! ldd "$(command -v mbsync)" 2>/dev/null | grep -q libsasl2; then
	echo "1..0 # SKIP the mbsync here loads no plugins"
	exit 0
fi
MAILBEARER_HOME=$S
export MAILBEARER_HOME
cat >"$HOME/.mbsyncrc" <<END
IMAPAccount work
Host imap.x.org
User work@x.org
Pass MARKER-password

IMAPAccount home
Host imap.x.org
User home@x.org
AuthMechs PLAIN
Pass MARKER-password

IMAPAccount ruled
User u@app.org
END
said="note: $HOME/.mbsyncrc line 3: work@x.org is not enrolled, and where its server offers XOAUTH2, mbsync tries it now; if it uses a password, give it the line: AuthMechs PLAIN [not-enrolled]"
run_bare init
in_err "init names who will be caught, and the line that helps" "$said"
is "and nobody else but one more" 2 "$(grep -c '^note: .*mbsyncrc' "$T/err")"
run_bare init --check
is "init --check changes nothing and names nobody" "" \
	"$(grep mbsyncrc "$T/err")"

secret_file secret MARKER-client-secret-value-1
answers grant
endpoint "@$T/answers"
add_custom cred
add_custom app --grant client_credentials
printf '{"refresh_token":"MARKER-refresh-0"}\n' >"$T/import.json"
run_bare enroll '*@app.org' --credential app
in_err "a rule, written: the others are named" "$said"
is "and who has the rule is not" "" "$(grep u@app.org "$T/err")"
run_bare enroll new@x.org --credential cred --import "$T/import.json"
in_err "enroll names them" "$said"
run_bare --json enroll new@x.org --credential cred --import "$T/import.json" --replace
in_err "with --json, too" "$said"
run_bare enroll new@x.org --credential cred --if-needed
is "enroll that changes nothing does not" "" "$(grep mbsyncrc "$T/err")"
run_bare doctor --offline
in_out "doctor warns" "work@x.org is not enrolled, and where its server offers XOAUTH2"
in_out "with the line" "AuthMechs PLAIN"
run_bare doctor --offline --report
not_in_out "a report does not name them" "work@x.org"
run enroll new@x.org --credential cred --import "$T/import.json" --replace
is "a store that no mail program finds catches nobody" "" \
	"$(grep mbsyncrc "$T/err")"
run_bare enroll work@x.org --credential cred --import "$T/import.json"
is "once enrolled it is not named" "" "$(grep mbsyncrc "$T/err")"

done_testing
