# SPDX-License-Identifier: BSD-2-Clause
# Every grant that needs nobody, from add to mail: mbsync and chrooted Postfix
# authenticate with what it gives.
. "$E2E/tap.sh"
. "$E2E/bed.sh"
suite_begin grants
need "Dovecot starts" bed_dovecot
POSTFIX_REASON=$NO_POSTFIX
is_root || POSTFIX_REASON="needs root"

# What only this suite may have on disk; leaks.sh looks through all the rest.
own_secrets_end() {
	rm -f "$RUN/hand/token" "$RUN/postfix/passwd"
	tap_end
}

# What an administrator has at hand: keys, Google's key file, a command.
mkdir -p "$RUN/hand" "$RUN/home"
cp "$RUN/oidc/app.key" "$RUN/oidc/app.crt" "$RUN/oidc/appec.key" \
	"$RUN/oidc/appec.crt" "$RUN/hand/"
awk 'BEGIN { ORS = "\\n" } { print }' "$RUN/oidc/app.key" >"$RUN/key.line"
printf '{"type":"service_account","client_email":"robot@project.example","private_key_id":"k1","private_key":"%s","token_uri":"%s"}\n' \
	"$(cat "$RUN/key.line")" "$ISSUER/service" >"$RUN/hand/google.json"
rm "$RUN/key.line"
cat >"$RUN/hand/token-command" <<END
#!/bin/sh
# Some other program that keeps tokens.
exec cat "$RUN/hand/token"
END
chmod 755 "$RUN/hand" "$RUN/hand/token-command"
chmod 644 "$RUN/hand"/*.json "$RUN/hand"/*.key "$RUN/hand"/*.crt

# fresh_token: as that other program would get it.
fresh_token() {
	# Not on a command line: leaks.sh looks at those of all processes.
	cat >"$RUN/oidc/form" <<'END'
data-urlencode = "grant_type=client_credentials"
data-urlencode = "client_id=app"
data-urlencode = "scope=mail"
data-urlencode = "client_secret=e2e+secret%of&app:~/=?"
END
	curl -sS --max-time 10 --cacert "$CA" -K "$RUN/oidc/form" \
		"$ISSUER/token" |
		sed -n 's/.*"access_token":"\([^"]*\)".*/\1/p' >"$RUN/hand/token"
	chmod 644 "$RUN/hand/token"
	[ -s "$RUN/hand/token" ]
}

# app NAME OPTION...: a client credential of that server.
app() {
	name=$1
	shift
	mb add "$name" --provider custom --scope mail --host localhost \
		--ca-file "$CA" "$@"
}

add_all() {
	printf 'e2e+secret%%of&app:~/=?\n' | app secret --client-id app \
		--grant client_credentials --client-secret-file - \
		--auth-method client_secret_post \
		--token-endpoint "$ISSUER/token" &&
	app rs256 --client-id keyapp --grant client_credentials \
		--algorithm RS256 --key-id app --key-file "$RUN/hand/app.key" \
		--certificate-file "$RUN/hand/app.crt" \
		--token-endpoint "$ISSUER/token" &&
	app ps256 --client-id keyapp --grant client_credentials \
		--algorithm PS256 --key-id app --key-file "$RUN/hand/app.key" \
		--certificate-file "$RUN/hand/app.crt" \
		--token-endpoint "$ISSUER/token" &&
	app es256 --client-id keyapp --grant client_credentials \
		--key-id appec --key-file "$RUN/hand/appec.key" \
		--token-endpoint "$ISSUER/token" &&
	app google --grant jwt_bearer --key-file "$RUN/hand/google.json" &&
	app command --grant command --command "$RUN/hand/token-command" &&
	app password --grant sasl_password
}

put() {
	box=$RUN/dovecot/home/$USER_NAME/Maildir/new
	mkdir -p "$box"
	printf 'From: x@example.test\nSubject: %s\n\nBody.\n' "$1" >"$box/$1.bed"
	! is_root || chown -R nobody "$RUN/dovecot/home/$USER_NAME"
}

# fetched GRANT [LINE]: mbsync, with a mailbox and a configuration of its own.
fetched() {
	mkdir -p "$RUN/home/$1"
	[ "$OTHER_UID" = "$(id -u)" ] || chown "$OTHER_UID" "$RUN/home/$1"
	cat >"$RUN/home/$1.conf" <<END
IMAPAccount bed
Host localhost
Port $IMAP_PORT
User $USER_NAME
AuthMechs XOAUTH2
SSLType IMAPS
CertificateFile $CA
${2-# no password}

IMAPStore far
Account bed

MaildirStore near
Path $RUN/home/$1/
Inbox $RUN/home/$1/INBOX

Channel bed
Far :far:
Near :near:
Create Near
SyncState *
END
	$AS SASL_PATH="$STAGE/lib/sasl2" timeout 30 \
		mbsync -c "$RUN/home/$1.conf" bed >"$RUN/oidc/raw" 2>&1
	fetch_status=$?
	sed 's/\(AUTHENTICATE [A-Z0-9]*\) [A-Za-z0-9+/=]*/\1 .../' \
		"$RUN/oidc/raw"
	[ "$fetch_status" -eq 0 ] &&
		grep -rqxF "Subject: for $1" "$RUN/home/$1/INBOX"
}

grants="secret rs256 ps256 es256 google command"
[ "$OTHER_UID" = "$(id -u)" ] || chown "$OTHER_UID" "$RUN/home"
AS="$AS_USER HOME=$RUN/home"
need "another program has a token" fresh_token
need "a store" mb --user init
need "a client credential for each grant" add_all
for grant in $grants; do
	put "for $grant"
	check "$grant: enrolled, with a first token as proof" \
		mb enroll "$USER_NAME" --credential "$grant" --no-test
	check "$grant: mbsync fetches" fetched "$grant"
	check "$grant: removed" mb remove "$USER_NAME" --yes
done
put "for password"
check "password: a rule" mb enroll '*@example.test' --credential password
check "password: mbsync fetches with the token as password" \
	fetched password "PassCmd \"cat $RUN/hand/token\""
check "password: the rule is removed" mb remove '*@example.test' --yes

# An imported refresh token.
need "a client credential for people" add_credential bed lenient
need "somebody signs in" enrolled "$USER_NAME" --credential bed
mb show "$USER_NAME" --secrets --json 2>/dev/null |
	sed -n 's/.*"refresh_token": "\([^"]*\)".*/{"refresh_token": "\1"}/p' \
	>"$RUN/oidc/import"
check "moved away" mb remove "$USER_NAME" --yes
import() {
	mb enroll "$USER_NAME" --credential bed --import - <"$RUN/oidc/import"
}
put "for import"
check "import: enrolled with a refresh token" import
check "import: mbsync fetches" fetched import

# ends STATUS WORD...: how the tool ends; its words are in ends.out.
ends() {
	wanted=$1
	shift
	mb "$@" >"$RUN/ends.out" 2>&1
	got=$?
	[ "$got" -eq "$wanted" ] ||
		{ echo "exit $got"; cat "$RUN/ends.out"; return 1; }
}
wrong_secret() {
	printf 'e2e+of&another\n' |
		mb set bed --client-secret-file - --no-verify
}
right_secret() {
	printf 'e2e+secret%%of&lenient:~/=?\n' |
		mb set bed --client-secret-file - --no-verify
}
check "revoke: its endpoint" mb set bed \
	--revocation-endpoint "$ISSUER/token/revocation"
check "revoke: another client's secret" wrong_secret
check "revoke: is refused by the server" ends 4 revoke "$USER_NAME" --yes
check "revoke: it is said" has "$RUN/ends.out" "is refused (invalid_client)"
check "revoke: and the account stays" ends 0 show "$USER_NAME"
check "revoke: the right one again" right_secret
check "revoke: the server takes it" ends 0 revoke "$USER_NAME" --yes
check "revoke: and it is removed" ends 3 show "$USER_NAME"
check "revoke: somebody kept the refresh token" import
check "revoke: the server knows it no more" ends 4 refresh "$USER_NAME"
check "revoke: its owner would sign in again" has "$RUN/ends.out" \
	"refresh token refused (invalid_grant)"
check "revoke: a token that it does not know is no reason to keep it" \
	ends 0 revoke "$USER_NAME" --yes

# A rule: nobody is enrolled.
put "for rule"
check "rule: every mailbox of the domain" \
	mb enroll '*@example.test' --credential secret --no-test
before=$(control '/count?client=app')
check "rule: mbsync fetches for who was never enrolled" fetched rule
put "for rule2"
check "rule: and again" fetched rule2
equal "rule: with no further request" "$before" "$(control '/count?client=app')"

# ---- Postfix, in its jail, the system's store ----
if [ -n "$POSTFIX_REASON" ]; then
	skip "Postfix sends with each grant" "$POSTFIX_REASON"
	own_secrets_end
	exit
fi
AS=env
mkdir -p "$STAGE/etc" "$STAGE/var/lib"
rm -rf "${STAGE:?}/etc/mailbearer" "$STAGE/var/lib/mailbearer"
SMTP_ENV="SASL_PATH=$STAGE/lib/sasl2"
need "a store for postfix" mb init --service-user postfix
need "a client credential for each grant, there" add_all
need "Postfix starts" bed_postfix
sent() {
	submit "$1" && await 20 arrived "$1" && return
	tail -n 12 "$MAILLOG"
	return 1
}
for grant in $grants; do
	check "$grant: enrolled for Postfix" \
		mb enroll "$USER_NAME" --credential "$grant" --no-test
	check "$grant: Postfix sends" sent "sent-$grant"
	check "$grant: removed" mb remove "$USER_NAME" --yes
done
check "password: a rule for Postfix" \
	mb enroll '*@example.test' --credential password
echo "$USER_NAME $USER_NAME:$(cat "$RUN/hand/token")" >"$PF/passwd"
postfix_reload
check "password: Postfix sends" sent sent-password
check "password: the rule is removed" mb remove '*@example.test' --yes
check "rule: for Postfix" \
	mb enroll '*@example.test' --credential google --no-test
postfix_reload
check "rule: Postfix sends for who was never enrolled" sent sent-rule
own_secrets_end
