# SPDX-License-Identifier: BSD-2-Clause
# mailbearer setup postfix: written through postconf, used, unchanged the second
# time, and taken back.
. "$E2E/tap.sh"
. "$E2E/bed.sh"
suite_begin setup
if [ -n "${NO_POSTFIX:-}" ] || ! is_root; then
	skip "setup postfix" "needs root and Postfix"
	tap_end
	exit
fi
mkdir -p "$STAGE/etc" "$STAGE/var/lib"
rm -rf "${STAGE:?}/etc/mailbearer" "$STAGE/var/lib/mailbearer"
need "a store" mb init --service-user postfix
need "a client credential" add_credential bed strict
need "an account" enrolled "$USER_NAME"
SMTP_ENV="SASL_PATH=$STAGE/lib/sasl2"
need "Dovecot starts" bed_dovecot
need "Postfix starts" bed_postfix
# As on a machine where nobody has configured anything of this yet, with a relay
# of its own for everything else.
for name in smtp_sasl_auth_enable smtp_sasl_password_maps relayhost \
	smtp_sender_dependent_authentication smtp_sasl_mechanism_filter \
	smtp_tls_security_level import_environment; do
	postconf -c "$PF" -X "$name"
done
postconf -c "$PF" -e relayhost='[localhost]:9' \
	"import_environment=MAIL_CONFIG TZ LANG=C $SMTP_ENV"
cp "$PF/main.cf" "$RUN/main.cf.before"
cp "$PF/master.cf" "$RUN/master.cf.before"

setup() {
	mb setup postfix "$@" --smtp "smtp://localhost:$SUBMIT_PORT" \
		--config-dir "$PF" >"$RUN/setup.out" 2>"$RUN/setup.err" ||
		{ cat "$RUN/setup.err"; return 1; }
}
same_conf() {
	cmp "$PF/main.cf" "$RUN/main.cf.before" &&
	cmp "$PF/master.cf" "$RUN/master.cf.before"
}
says() {
	grep -q -- "$1" "$RUN/setup.out" "$RUN/setup.err" ||
		{ cat "$RUN/setup.out" "$RUN/setup.err"; return 1; }
}

check "the lines are shown" setup "$USER_NAME"
check "a transport of its own" says '^mailbearer unix'
check "and who uses it" says "^default_transport = mailbearer:\[localhost\]:$SUBMIT_PORT"
check "nothing was written" same_conf
check "--apply --check says what it would do" setup "$USER_NAME" --apply --check
check "would be" says '^would be set: default_transport'
check "and writes nothing" same_conf

check "--apply writes it" setup "$USER_NAME" --apply
check "and says what is next" says 'next: postfix reload'
check "a second time" setup "$USER_NAME" --apply
check "changes nothing" says '^unchanged$'
check "the copies are as it was" cmp "$PF/mailbearer/main.cf.before" \
	"$RUN/main.cf.before"
check "Postfix finds no fault in it" postfix -c "$PF" check
postfix_reload
check "a message" submit one
check "arrives through the plugin" await 15 arrived one
check "with the relay that was there left alone" \
	sh -c '[ "$(postconf -c "$1" -h relayhost)" = "[localhost]:9" ]' sh "$PF"

check "--undo" setup "$USER_NAME" --undo
check "puts both files back as they were" same_conf
check "and leaves nothing" sh -c '! test -e "$1/mailbearer"' sh "$PF"
check "a second time" setup "$USER_NAME" --undo
check "changes nothing" says '^unchanged$'

# By sender: the others keep their way.
check "for one sender" setup "$USER_NAME" --by-sender --apply
check "and later another" setup late@example.test --by-sender --apply
check "the first is still there" has "$PF/mailbearer/senders" \
	"$USER_NAME mailbearer:[localhost]:$SUBMIT_PORT"
check "the second, too" has "$PF/mailbearer/senders" "late@example.test "
check "default_transport is not touched" \
	sh -c '! grep -q "^default_transport" "$1/main.cf"' sh "$PF"
postfix_reload
check "a message of the sender" submit two
check "arrives through the plugin" await 15 arrived two
check "one of somebody else" submit three other@example.test
check "goes where it went before" await 10 \
	grep -q 'relay=none.*localhost.*Connection refused\|connect to localhost.*:9: Connection refused' "$MAILLOG"
check "--undo" setup "$USER_NAME" --undo
check "puts both files back as they were" same_conf

# A value that the administrator has changed since is theirs.
check "--apply" setup "$USER_NAME" --apply
postconf -c "$PF" -e default_transport=smtp
check "--undo keeps what was changed meanwhile" setup "$USER_NAME" --undo
check "and says so" says 'default_transport was changed meanwhile'
equal "the value" smtp "$(postconf -c "$PF" -h default_transport)"
tap_end
