# SPDX-License-Identifier: BSD-2-Clause
# mailbearer setup postfix --migrate: from sasl-xoauth2 to here, with a rival
# plugin that really is loaded, a trial beside it, and the way back.
. "$E2E/tap.sh"
. "$E2E/bed.sh"
suite_begin migrate
if [ -n "${NO_POSTFIX:-}" ] || ! is_root || [ ! -w "$STAGE/lib/sasl2" ]; then
	skip "setup postfix --migrate" "needs root and Postfix"
	tap_end
	exit
fi
RIVAL=$STAGE/lib/sasl2/librival.so
ONLY=$STAGE/lib/mailbearer/sasl2
mkdir -p "$STAGE/etc" "$STAGE/var/lib"
rm -rf "${STAGE:?}/etc/mailbearer" "$STAGE/var/lib/mailbearer" "$RIVAL"

# Somebody signs in, and what came of it goes into the other plugin's files.
export MAILBEARER_HOME="$RUN/before"
need "a store to sign in with" mb init
need "its client credential" add_credential bed strict
need "a sign-in" enrolled "$USER_NAME"
refresh_token() {
	mb show "$USER_NAME" --secrets --json |
		node -e 'process.stdout.write(JSON.parse(
			require("fs").readFileSync(0)).refresh_token)'
}
token=$(refresh_token)
unset MAILBEARER_HOME

need "a store" mb init --service-user postfix
need "a client credential" add_credential relay strict
SMTP_ENV="SASL_PATH=$STAGE/lib/sasl2"
need "Dovecot starts" bed_dovecot
need "Postfix starts" bed_postfix

# As sasl-xoauth2's README has it: the file lies in the chroot.
mkdir -p "$SPOOL/etc/tokens"
cat >"$RUN/sasl-xoauth2.conf" <<EOC
{ "client_id": "strict", "client_secret": "e2e+secret%of&strict:~/=?",
  "token_endpoint": "$ISSUER/token", "log_to_syslog_on_failure": "yes" }
EOC
chmod 600 "$RUN/sasl-xoauth2.conf"
echo "{\"access_token\":\"old\",\"expiry\":\"1\",\"refresh_token\":\"$token\",\"user\":\"$USER_NAME\"}" \
	>"$SPOOL/etc/tokens/user"
echo "[localhost]:$SUBMIT_PORT $USER_NAME:/etc/tokens/user" >"$PF/passwd"
cp "$SPOOL/etc/tokens/user" "$RUN/token.before"
cp "$PF/main.cf" "$RUN/main.cf.before"
cp "$PF/master.cf" "$RUN/master.cf.before"

need "the other plugin" cc -shared -fPIC -o "$RIVAL" "$E2E/rival.c"
migrate() {
	mb setup postfix --migrate --from "$RUN/sasl-xoauth2.conf" "$@" \
		--config-dir "$PF" >"$RUN/migrate.out" 2>"$RUN/migrate.err"
	got=$?
	cat "$RUN/migrate.out" "$RUN/migrate.err" >"$RUN/migrate.all"
	return "$got"
}
succeeds() {
	migrate "$@" || { cat "$RUN/migrate.all"; return 1; }
}
refused() {
	! migrate "$@" || { cat "$RUN/migrate.all"; return 1; }
}
said() {
	has "$RUN/migrate.all" "$1"
}
same_conf() {
	cmp "$PF/main.cf" "$RUN/main.cf.before" &&
	cmp "$PF/master.cf" "$RUN/master.cf.before"
}
restart() {
	postfix -c "$PF" stop >"$RUN/restart.out" 2>&1
	postfix -c "$PF" start >>"$RUN/restart.out" 2>&1 || return
	await 10 listening "$INJECT_PORT" || return
	track "$(sed 's/ //g' "$SPOOL/pid/master.pid")"
}

check "alone it shows" succeeds
check "the account and its file" said "$USER_NAME: $SPOOL/etc/tokens/user"
check "the other plugin" said "also loaded: $RIVAL"
check "the order" said "1. trial"
check "and the way back" said "The way back: "
# By a file: a word of a command line is for everybody to read.
printf '%s\n' "$token" >"$RUN/token"
check "no secret" sh -c '! grep -qFf "$1" "$2"' sh "$RUN/token" \
	"$RUN/migrate.all"
check "nothing was written" same_conf
check "no account" sh -c '! "$1" list accounts | grep -q "$2"' sh \
	"$STAGE/bin/mailbearer" "$USER_NAME"

check "--apply beside the other plugin is refused" refused --apply
check "its file is named" said "$RIVAL: another plugin"
check "and what to do" said "--trial"
check "nothing was written" same_conf
check "doctor finds it as well" sh -c '"$1" doctor --offline |
	grep -q "^broken *rivals .*librival"' sh "$STAGE/bin/mailbearer"

# The directory with ours alone.
equal "one file" libmailbearer.so "$(ls "$ONLY")"
check "--trial --check" succeeds --trial --apply --check
check "says what it would do" said "would take over $USER_NAME"
check "and nobody has to enrol" lacks "$RUN/migrate.all" enrol
check "and writes nothing" same_conf
check "--trial" succeeds --trial --apply
check "takes over the account" said "took over $USER_NAME"
check "the client credential that was there" lacks "$RUN/migrate.all" "added client"
check "where plugins are looked for" sh -c \
	'postconf -c "$1" -h import_environment | grep -q "SASL_PATH=$2\$"' sh \
	"$PF" "$ONLY"
check "once more" succeeds --trial --apply
check "changes nothing" said unchanged
check "Postfix anew" restart
check "a message" submit trial
check "arrives through the plugin" await 20 arrived trial
check "the token file is as it was" cmp "$SPOOL/etc/tokens/user" \
	"$RUN/token.before"

# The same without SASL_PATH: the other plugin is asked.  This is what the
# refusal is for.
postconf -c "$PF" -e "import_environment=MAIL_CONFIG TZ LANG=C $SMTP_ENV"
check "Postfix, finding both" restart
check "a message" submit rival
check "the other plugin is chosen" await 15 \
	grep -q 'deferred.*SASL authentication failed' "$MAILLOG"

check "--undo" mb setup postfix --undo --config-dir "$PF"
postconf -c "$PF" -e "$(grep ^import_environment "$RUN/main.cf.before" |
	sed 's/ = /=/')"
check "puts both files back as they were" same_conf
check "the other plugin goes" rm "$RIVAL"
check "--apply" succeeds --apply
check "Postfix anew" restart
postfix -c "$PF" flush
check "what had to wait arrives" await 20 arrived rival

# A client that is not here yet, and a provider that is known.
cat >"$RUN/sasl-xoauth2.conf" <<'EOC'
{ "client_id": "1234.apps.googleusercontent.com", "client_secret": "g" }
EOC
echo '{"refresh_token":"1//abc"}' >"$SPOOL/etc/tokens/user"
echo "you@gmail.com you@gmail.com:/etc/tokens/user" >"$PF/passwd"
check "a client of Google's" succeeds --apply --check
check "would become a client credential" said "would add client credential google"
check "and an account" said "would take over you@gmail.com"
check "at its server" succeeds --apply
check "by Google's relay" sh -c \
	'grep -q "smtp.gmail.com" "$1/main.cf" "$1/mailbearer/senders"' sh "$PF"

echo "[a]:25 you:password" >"$PF/passwd"
check "passwords alone" refused
check "are nothing to take over" said "names a token file"
check "--trial without --migrate" sh -c '! "$@"' sh "$STAGE/bin/mailbearer" \
	setup postfix a@b.test --trial
check "--migrate with an address" refused a@b.test
rm -rf "${STAGE:?}/etc/mailbearer" "$STAGE/var/lib/mailbearer"
# What only this test may know.
rm -r "$RUN/token" "$RUN/token.before" "$RUN/before"
tap_end
