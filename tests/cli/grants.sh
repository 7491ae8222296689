#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# Grants that need nobody, and account rules, from add to token.
# shellcheck source=tests/cli/enroll_bed.sh
. "${srcdir:?}/tests/cli/enroll_bed.sh"

answers grant
openssl req -x509 -newkey rsa:2048 -nodes -days 30 -subj /CN=app \
	-keyout "$RUN/key" -out "$RUN/cert" >/dev/null 2>&1
openssl ecparam -name prime256v1 -genkey -noout -out "$RUN/ec"

# app NAME OPTION...
app() {
	name=$1
	shift
	run add "$name" --provider custom --client-id cid --scope all \
		--token-endpoint "http://127.0.0.1:$port/token" --host 127.0.0.1 \
		"$@"
}

# decode N: part N of the last assertion that was sent
decode() {
	sed -n 's/.*assertion=\([^& ]*\).*/\1/p' "$RUN/log" | tail -n 1 |
		cut -d . -f "$1" | tr -- '-_' '+/' |
		awk '{ while (length($0) % 4) $0 = $0 "="; print }' | base64 -d
}

# ---- client credentials ----
printf 'MARKER-secret' >"$RUN/secret"
app byname --grant client_credentials --client-secret-file "$RUN/secret"
equal "a secret: added" 0 "$status"
run enroll a@x.org --credential byname
equal "a secret: enrolled" 0 "$status"
check "a secret: what was asked" has "$RUN/log" \
	"grant_type=client_credentials&scope=all&client_id=cid&client_secret=MARKER-secret"
equal "a secret: the token" MARKER-access-1 "$(mb token a@x.org 2>/dev/null)"
mb refresh --force a@x.org >"$out" 2>"$err"
equal "a secret: a new token, without a refresh token" MARKER-access-2 \
	"$(mb token a@x.org 2>/dev/null)"
check "its state is ok" grep -q "^a@x.org .* ok " <<END
$(mb list)
END

app bykey --grant client_credentials --key-file "$RUN/key" \
	--certificate-file "$RUN/cert" --algorithm PS256 --key-id k1
equal "a key: added" 0 "$status"
run enroll b@x.org --credential bykey
equal "a key: enrolled" 0 "$status"
decode 1 >"$RUN/head"
decode 2 >"$RUN/claims"
check "a key: its algorithm" has "$RUN/head" '"alg":"PS256"'
check "a key: its id" has "$RUN/head" '"kid":"k1"'
print=$(openssl x509 -in "$RUN/cert" -outform DER | openssl dgst -sha256 -binary | base64url)
check "a key: its certificate" has "$RUN/head" "\"x5t#S256\":\"$print\""
check "a key: who it is" has "$RUN/claims" '"iss":"cid"'
check "a key: for whom it is" has "$RUN/claims" "\"aud\":\"http://127.0.0.1:$port/token\""
check "a key: no secret was sent" lacks "$RUN/log" "client_id=cid&client_secret=&"

run set bykey --key-file "$RUN/ec"
check "a key that is not the certificate's is refused" has "$err" "[config-value]"
run set bykey --key-file "$RUN/cert"
check "no key at all: the file is named" has "$err" \
	"$RUN/cert: has a certificate, but no private key; nothing changed"
openssl req -new -key "$RUN/key" -subj /CN=app -out "$RUN/csr"
openssl x509 -req -in "$RUN/csr" -signkey "$RUN/key" -days -1 \
	-out "$RUN/old" >/dev/null 2>&1
run set bykey --key-file "$RUN/key" --certificate-file "$RUN/old"
equal "an expired certificate: refused" 4 "$status"
check "an expired certificate: it is said" has "$err" "its certificate expired on"

# ---- a service account ----
key=$(awk '{ printf "%s\\n", $0 }' "$RUN/key")
cat >"$RUN/sa.json" <<END
{ "type": "service_account", "private_key_id": "kid9",
  "client_email": "bot@p.iam.gserviceaccount.com",
  "private_key": "$key", "token_uri": "http://127.0.0.1:$port/token" }
END
run add sa --provider custom --scope https://mail.google.com/ \
	--key-file "$RUN/sa.json" --host 127.0.0.1
equal "a service account: added from its file alone" 0 "$status"
run enroll c@x.org --credential sa
equal "a service account: enrolled" 0 "$status"
decode 2 >"$RUN/claims"
check "a service account: it speaks for the mailbox" has "$RUN/claims" '"sub":"c@x.org"'
check "a service account: its scope" has "$RUN/claims" '"scope":"https://mail.google.com/"'
check "a service account: no client_id is sent" \
	lacks "$RUN/log" "jwt-bearer&assertion=[^&]*&client_id"
printf '{"installed":{"client_id":"x"}}' >"$RUN/other.json"
run add no --provider custom --key-file "$RUN/other.json"
check "another JSON file: what it is" has "$err" "is the client_secret.json of an OAuth client"
printf '{\n"type": oops }' >"$RUN/bad.json"
run add no --provider custom --key-file "$RUN/bad.json"
check "bad JSON: file and line" has "$err" "bad.json line 2: not valid JSON"

# ---- a command ----
cat >"$RUN/cmd" <<'END'
#!/bin/sh
case $1 in
json) echo '{"access_token":"MARKER-json","expires_in":4000}' ;;
env) env | sed 's/=.*//' | sort | tr '\n' ' ' >"$2"; echo MARKER-env ;;
fail) exit 3 ;;
long) head -c 70000 /dev/zero | tr '\0' x ;;
two) echo a; echo b ;;
agent) echo MARKER-agent; sleep 6 & ;;
list) echo '["MARKER"]' ;;
*) echo "MARKER-$1-$MAILBEARER_ACCOUNT" ;;
esac
END
chmod +x "$RUN/cmd"
run add cmd --provider custom --grant command --command "$RUN/cmd x{account}" --host 127.0.0.1
equal "a command: added" 0 "$status"
run enroll d@x.org --credential cmd
equal "a command: enrolled" 0 "$status"
equal "a command: it knows the account" MARKER-xd@x.org-d@x.org "$(mb token d@x.org 2>/dev/null)"
# command WORD...: that from now on, and a new token
command_is() {
	run set cmd --command "$RUN/cmd" --command "$1" --command "$RUN/env"
	run refresh --force d@x.org
}
SECRET=MARKER command_is env
equal "a command: a clean environment" \
	"HOME LANG MAILBEARER_ACCOUNT PATH PWD USER " "$(cat "$RUN/env")"
command_is json
equal "a command: JSON with an expiry" MARKER-json "$(mb token d@x.org 2>/dev/null)"
begin=$(date +%s)
command_is agent
equal "a command: an agent that it leaves behind is not waited for" MARKER-agent \
	"$(mb token d@x.org 2>/dev/null)"
check "a command: it took no 5 s" test $(($(date +%s) - begin)) -lt 5
for bad in list:"printed" fail:"ended with status 3" long:"printed more than 64 KiB" \
	two:"something that cannot be a token"; do
	command_is "${bad%%:*}"
	check "a command: ${bad%%:*}" has "$err" "${bad#*:}"
	check "a command: ${bad%%:*} repeats nothing" lacks "$err" MARKER
done
run set cmd --command "$RUN/cmd" --command '{account}' --command json
run enroll --credential cmd -- -json@x.org
equal "a command: an address that is an option to it" 4 "$status"
check "a command: is refused, and what to write" has "$err" \
	"would take the address -json@x.org for an option; it was not run; write the word as --user="
run refresh --force d@x.org
equal "a command: other addresses are no options" MARKER-d@x.org-d@x.org \
	"$(mb token d@x.org 2>/dev/null)"
run set cmd --command "$RUN/cmd" --command 'user={account}'
run enroll --credential cmd -- -json@x.org
equal "a command: nor is it one inside a word" 0 "$status"
run set cmd --command "$RUN/cmd" --command fail
(
	trap '' CHLD
	exec "$tool" --store "$RUN/store" refresh --force d@x.org
) >"$out" 2>"$err"
check "a command: its end is known where SIGCHLD is ignored" has "$err" "ended with status 3"

mb list credentials >"$out" 2>&1
check "a list of them: a secret" grep -q '^byname .* yes  ' "$out"
check "a list of them: a key is no public client" grep -q '^bykey .* key  ' "$out"
check "a list of them: a command proves nothing" grep -q '^cmd .* -  ' "$out"
equal "none of them is public" 0 "$(mb list credentials --json | grep -c '"public": true')"

# ---- rules ----
: >"$RUN/log"
app shared --grant client_credentials --client-secret-file "$RUN/secret"
run enroll '*@contoso.com' --credential shared
equal "a rule: written" 0 "$status"
for n in 1 2 3; do
	equal "a rule: account $n" "$(mb token 'u1@contoso.com' 2>/dev/null)" \
		"$(mb token "U$n@Contoso.com" 2>/dev/null)"
done
equal "a rule: one request for all" 1 "$(posts)"
equal "a rule: listed" "*@contoso.com  shared      client_credentials" \
	"$(mb list rules | tail -n 1)"
check "a rule: not the others" not_enrolled u@other.org
run enroll '*@CONTOSO.com' --credential sa
check "a second rule, as specific: refused" has "$err" "has a rule with client credential shared"
run enroll '*@contoso.com' --credential shared
check "the same again: unchanged" has "$out" unchanged
run enroll boss@contoso.com --credential sa
decode 2 >"$RUN/claims"
check "an enrolled record beats the rule" has "$RUN/claims" boss@contoso.com
run remove boss@contoso.com --yes
equal "without it, the rule again" "$(mb token u1@contoso.com 2>/dev/null)" \
	"$(mb token boss@contoso.com 2>/dev/null)"
run refresh --force '*@contoso.com'
equal "a rule is refreshed by its name" 0 "$status"
equal "and its accounts have the new token" "$(mb token '*@contoso.com' 2>/dev/null)" \
	"$(mb token u3@contoso.com 2>/dev/null)"
: >"$RUN/log"
wanted=$(mb token u3@contoso.com 2>/dev/null)
find "$RUN/store" -name '*.rec' | wc -l >"$RUN/before"
run rename shared teamwork
equal "its client credential gets another name" 0 "$status"
equal "and its rule, too" "*@contoso.com  teamwork    client_credentials" \
	"$(mb list rules | tail -n 1)"
equal "the token goes along" "$wanted" "$(mb token u3@contoso.com 2>/dev/null)"
equal "nothing had to be asked for" 0 "$(posts)"
equal "and no record is left behind" "$(cat "$RUN/before")" \
	"$(find "$RUN/store" -name '*.rec' | wc -l)"
run rename teamwork shared
cat >"$RUN/twice" <<END
credentials = ( { name = "shared"; provider = "custom"; client_id = "cid";
  grant = "client_credentials"; client_secret_file = "$RUN/secret";
  token_endpoint = "http://127.0.0.1:$port/token"; } );
accounts = ( { user = "*@a.org"; credential = "shared"; },
  { user = "*@A.org"; credential = "shared"; } );
END
run apply "$RUN/twice"
check "two rules as specific: both lines" has "$err" \
	"twice line 5: there is a rule for *@A.org already, on line 4"

# ---- a mailbox that a rule serves, at every verb ----
cat >"$RUN/cmd2" <<'END'
#!/bin/sh
echo "MARKER-$MAILBEARER_ACCOUNT"
END
chmod +x "$RUN/cmd2"
run add each --provider custom --grant command --command "$RUN/cmd2" --host 127.0.0.1
run enroll '*@each.org' --credential each
for who in u1@contoso.com u1@each.org; do
	run show "$who"
	equal "a rule's mailbox: shown ($who)" 0 "$status"
	run explain "$who"
	check "a rule's mailbox: nothing is wrong ($who)" has "$out" "nothing is wrong"
	run doctor "$who" --offline
	check "a rule's mailbox: doctor knows it ($who)" lacks "$out" "is not enrolled"
	run setup mbsync "$who" --imap imaps://h.example.test
	check "a rule's mailbox: setup sends nobody to enrol it ($who)" \
		lacks "$err" "not enrolled"
	for words in "" --if-needed; do
		# shellcheck disable=SC2086
		run enroll "$who" $words
		equal "a rule's mailbox: needs no enrolment ($who $words)" \
			"0 unchanged" "$status $(cat "$out")"
	done
	run remove "$who" --yes
	equal "a rule's mailbox: has nothing to remove ($who)" 3 "$status"
	check "and the rule is named" has "$err" \
		"$who has no sign-in of its own, it is served by the rule *@${who#*@}; to end that: mailbearer --store $RUN/store remove '*@${who#*@}'"
	run revoke "$who" --yes
	check "nor to revoke" has "$err" "served by the rule"
done
run show u1@each.org
check "show: which rule" has "$out" "*@each.org"
check "show: no token yet" has "$out" "none yet, the first use fetches one"
run setup mbsync '*@each.org' --imap imaps://h.example.test
check "a rule is no mailbox that a program could be set up for" has "$err" \
	"is a rule; a mail program needs the address of a mailbox"
run token u1@each.org
run token u2@each.org
run remove '*@each.org'
mb list >"$out"
check "a rule that goes takes its mailboxes' tokens along" lacks "$out" each.org
equal "and no other's" "$(mb token '*@contoso.com' 2>/dev/null)" \
	"$(mb token u7@contoso.com 2>/dev/null)"
cat >"$RUN/exact" <<END
credentials = ( { name = "shared"; provider = "custom"; client_id = "cid";
  grant = "client_credentials"; client_secret_file = "$RUN/secret"; scope = "all";
  hosts = ( "127.0.0.1" ); token_endpoint = "http://127.0.0.1:$port/token"; } );
accounts = ( { user = "*@contoso.com"; credential = "shared"; },
  { user = "one@exact.org"; credential = "shared"; } );
END
run apply "$RUN/exact"
equal "a rule for one address: written" 0 "$status"
equal "a rule for one address: the shared token" "$(mb token u7@contoso.com 2>/dev/null)" \
	"$(mb token One@Exact.org 2>/dev/null)"
run remove one@exact.org
equal "a rule for one address: removed" "0 removed the rule one@exact.org" \
	"$status $(cat "$out")"
run token one@exact.org
equal "a rule for one address: is gone" 3 "$status"
equal "the token that another rule uses stays" 1 \
	"$(mb list | grep -c 'contoso.com')"
run set shared --scope wider
mb token u7@contoso.com >"$out" 2>"$err"
run refresh --due
equal "another scope: the token of before goes with the next timer's run" 1 \
	"$(mb list | grep -c 'contoso.com')"
run set shared --scope all
mb token u3@contoso.com >"$out" 2>"$err"

# ---- tokens of rules in another store; tokens that are not here ----
openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes \
	-subj /CN=to -days 30 -keyout "$RUN/to.key" -out "$RUN/to.crt" 2>/dev/null
run export "$RUN/bundle" --to "$RUN/to.crt"
wanted=$(mb token u3@contoso.com 2>/dev/null)
"$tool" --store "$RUN/moved" init >"$out" 2>"$err"
"$tool" --store "$RUN/moved" import "$RUN/bundle" --recovery-key "$RUN/to.key" \
	>"$out" 2>"$err"
equal "a store with rules is imported" 0 $?
equal "a rule's token came along" "$wanted" \
	"$("$tool" --store "$RUN/moved" token u3@contoso.com 2>"$err")"
"$tool" --store "$RUN/moved" list >"$out" 2>&1
check "and no record is another's" lacks "$out" broken
run add pw --provider custom --grant sasl_password --host 127.0.0.1
run enroll one@pw.org --credential pw
equal "the mail program's password is the token: nobody is enrolled" 2 "$status"
check "but a rule is" has "$err" \
	"nothing is kept; make a rule for all of its domain: mailbearer --store $RUN/store enroll '*@pw.org' --credential pw"
check "and nothing is written" not_enrolled one@pw.org
run enroll '*@pw.org' --credential pw
run show u@pw.org
check "the mail program's password is the token: shown as that" has "$out" \
	"what the mail program hands over as password"
run token u@pw.org
equal "the mail program's password is the token: none is printed" 4 "$status"
check "and why" has "$err" "takes the token from the mail program's password"

run remove shared
check "a client credential that a rule uses stays" has "$err" \
	"client credential shared is used by the account rule for *@contoso.com; first: mailbearer --store $RUN/store remove '*@contoso.com'"
printf '\357\273\277l1@x.org\r\n  l2@x.org ,\r\n' >"$RUN/list"
run enroll --from "$RUN/list" --credential byname
equal "a list as a spreadsheet writes it: enrolled" 2 \
	"$(grep -c '"outcome":"enrolled"' "$out")"
run enroll --from "$RUN/list" --credential byname --if-needed
equal "a list, once more: nothing to do" 2 \
	"$(grep -c '"outcome":"unchanged"' "$out")"

answers error=invalid_client:401
app other --grant client_credentials --client-secret-file "$RUN/secret" \
	--scope other
run enroll '*@no.org' --credential other
check "refused by the provider: the rule does not stay" lacks "$out" added
mb list rules >"$out"
check "refused by the provider: nothing changed" lacks "$out" no.org
run remove '*@contoso.com'
equal "a rule: removed" 0 "$status"
run token u1@contoso.com
equal "a rule: its accounts are gone" 3 "$status"

tap_end
