# SPDX-License-Identifier: BSD-2-Clause
# ./bootstrap demo: the whole path, told in plain words.
. "$E2E/tap.sh"
. "$E2E/bed.sh"
BY_HAND=
[ "${1:-}" != --browser ] || BY_HAND=yes
RUNS=$(mktemp -d "${TMPDIR:-/tmp}/mailbearer-demo.XXXXXX") || exit
chmod 755 "$RUNS"

tell() {
	printf '\n== %s\n' "$*"
}

# A command line as somebody would type it, then its answer.
shown() {
	printf '$ %s\n' "$1"
	shown_line=$1
	shift
	"$@" >"$RUN/shown" 2>&1
	shown_status=$?
	sed 's/^/  /' "$RUN/shown"
	[ "$shown_status" -eq 0 ] || fail "$shown_line"
}

fail() {
	printf '\nThe demo failed: %s\n' "$*"
	[ ! -f "$RUN/postfix.log" ] || tail -n 15 "$RUN/postfix.log"
	[ ! -f "$RUN/enrol.err" ] || tail -n 5 "$RUN/enrol.err"
	exit 1
}

suite_begin demo >"$RUNS/begin" || { cat "$RUNS/begin"; exit 1; }
trap 'end_all; rm -rf "$RUNS"' EXIT

POSTFIX_TOO=yes
is_root || NO_POSTFIX="Postfix can only be started by root"
[ -z "$NO_POSTFIX" ] || POSTFIX_TOO=

tell "1. An OAuth2 server and a mail server, on this machine's loopback"
bed_dovecot || fail "Dovecot did not start"
echo "   OAuth2: $ISSUER (npm's oidc-provider)"
echo "   IMAP:   localhost:$IMAP_PORT, SMTP submission: localhost:$SUBMIT_PORT (Dovecot)"
echo "   Both mail ports take nothing but XOAUTH2 and OAUTHBEARER."

# One store for Postfix and for mbsync, which root runs here as well.
MAILBEARER_HOME=$RUN/store
export MAILBEARER_HOME
mkdir "$MAILBEARER_HOME"

tell "2. A store, and a client credential: what the provider gave the program"
if [ -n "$POSTFIX_TOO" ]; then
	shown "mailbearer init --service-user postfix" \
		mb init --service-user postfix
else
	shown "mailbearer init" mb init
fi
shown "mailbearer add demo --provider custom --client-id ... --host localhost" \
	add_credential demo strict

# Access tokens of this server live two seconds until the next step, so that
# Postfix finds one that must be refreshed.
control '/set?ttl=2' >/dev/null

sign_in_by_hand() {
	echo "Open the address in your browser; accept the server's own certificate,"
	echo "sign in as $USER_NAME with any password, and agree."
	"$STAGE/bin/mailbearer" enroll "$USER_NAME" --no-browser || fail "the sign-in"
}

sign_in_alone() {
	how=sign_in
	words="a scripted browser signs in"
	if command -v chromium >/dev/null && [ -e "$NODE/node_modules/playwright-core" ]; then
		how=browse
		words="headless Chromium signs in"
	fi
	echo "\$ mailbearer enroll $USER_NAME   ($words and agrees)"
	enrol "$how" "$USER_NAME" "$USER_NAME" consent
	[ "$STATUS" -eq 0 ] || fail "the sign-in"
	sed "s/?.*/?.../; s/^/  /" "$RUN/enrol.out"
	echo "  The browser ended on this page:"
	sed '1d; /^lang=/d; /^$/d; s/^/    /' "$RUN/enrol.page"
}

tell "3. The owner of the mailbox signs in, once"
if [ -n "$BY_HAND" ]; then
	sign_in_by_hand
else
	sign_in_alone
fi
shown "mailbearer list accounts" mb list accounts

tell "4. On disk everything is encrypted"
shown "openssl cms -cmsout -inform DER -in credentials.conf -noout -print | head -n 4" \
	sh -c "openssl cms -cmsout -inform DER -noout -print \
		-in '$MAILBEARER_HOME/credentials.conf' | head -n 4"
control '/set?ttl=3600' >/dev/null
sleep 2

if [ -n "$POSTFIX_TOO" ]; then
	tell "5. Postfix sends a message; its SASL library loads the plugin"
	SMTP_ENV="SASL_PATH=$STAGE/lib/sasl2 MAILBEARER_HOME=$MAILBEARER_HOME"
	bed_postfix || fail "Postfix did not start"
	before=$(refreshes)
	submit hello-from-mailbearer || fail "Postfix took no mail"
	await 20 arrived hello-from-mailbearer || fail "the message did not arrive"
	echo "   smtp(8) ran in Debian's chroot. From the mail log:"
	grep 'smtp\[.*status=' "$MAILLOG" | tail -n 1 | fold -s -w 74 | sed 's/^/     /'
	echo "   The access token had aged; the plugin refreshed it: $(($(refreshes) - before)) request."
else
	tell "5. Without Postfix ($NO_POSTFIX)"
	echo "   A message is put into the mailbox by this script instead."
	box=$RUN/dovecot/home/$USER_NAME/Maildir/new
	mkdir -p "$box"
	printf 'From: %s\nTo: %s\nSubject: hello-from-mailbearer\n\nBody.\n' \
		"$USER_NAME" "$USER_NAME" >"$box/1.demo"
	! is_root || chown -R nobody "$RUN/dovecot/home/$USER_NAME"
fi

tell "6. mbsync fetches it; no password anywhere in its configuration"
mkdir "$RUN/mail"
cat >"$RUN/mbsyncrc" <<EOF
IMAPAccount demo
Host localhost
Port $IMAP_PORT
User $USER_NAME
AuthMechs XOAUTH2
SSLType IMAPS
CertificateFile $CA

IMAPStore far
Account demo

MaildirStore near
Path $RUN/mail/
Inbox $RUN/mail/INBOX

Channel demo
Far :far:
Near :near:
Create Near
# Else mbsync keeps it in the home directory, and the next demo meets it.
SyncState *
EOF
sed -n '1,5s/^/   /p' "$RUN/mbsyncrc"
HOME=$RUN SASL_PATH=$STAGE/lib/sasl2 timeout 30 mbsync -c "$RUN/mbsyncrc" demo \
	>"$RUN/mbsync.out" 2>&1 || { cat "$RUN/mbsync.out"; fail "mbsync"; }
echo "   Dovecot's log:"
grep -o 'imap-login: Info: Login: user=<[^>]*>, method=[A-Z0-9]*' \
	"$RUN/dovecot/log" | tail -n 1 | sed 's/^/     /'

tell "7. The message that arrived"
find "$RUN/mail/INBOX/new" "$RUN/mail/INBOX/cur" -type f -exec cat {} + |
	sed 's/\r$//; s/^/   /'

tell "Done"
echo "Servers are stopped and files removed. Next: sudo make -C build install,"
echo "then the README's first page with a provider of yours."
