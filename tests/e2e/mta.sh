# SPDX-License-Identifier: BSD-2-Clause
# sendmail and Exim, each configured with exactly what `mailbearer setup` prints,
# send through Dovecot's submission server.  Their packages would take the place
# of Postfix: they are unpacked, and run with an /etc, /var/spool and plugin
# directory of their own, in a mount namespace.  MTA: where they were unpacked.
. "$E2E/tap.sh"
. "$E2E/bed.sh"
suite_begin mta
REASON=
is_root || REASON="needs root"
[ -n "$REASON" ] || [ -n "${MTA:-}" ] || REASON="not unpacked"
[ -n "$REASON" ] || unshare -m -u true 2>/dev/null || REASON="no mount namespaces"
if [ -n "$REASON" ]; then
	skip "sendmail and Exim send" "$REASON"
	tap_end
	exit
fi

# ---- the place they run in ----

OWN=$RUN/own
PLUGINS=$(pkg-config --variable=libdir libsasl2)/sasl2
EXIM_UID=990
own_files() {
	mkdir -p "$OWN/spool/exim4" "$OWN/spool/mqueue" "$OWN/sasl2" \
		"$OWN/etc/ssl" || return
	chmod 755 "$RUN" "$OWN" &&
	# What a C library and TLS ask for, and nothing that is secret.
	for f in passwd group nsswitch.conf resolv.conf host.conf services \
		protocols localtime ld.so.cache alternatives ssl/openssl.cnf \
		ssl/certs; do
		[ ! -e "/etc/$f" ] || cp -a "/etc/$f" "$OWN/etc/$f" || return
	done
	cp -a "$PLUGINS/." "$OWN/sasl2/" &&
	cp "$STAGE/lib/sasl2/libmailbearer.so" "$OWN/sasl2/" &&
	echo "Debian-exim:x:$EXIM_UID:$EXIM_UID::/var/spool/exim4:/usr/sbin/nologin" \
		>>"$OWN/etc/passwd" &&
	echo "Debian-exim:x:$EXIM_UID:" >>"$OWN/etc/group" &&
	echo 'smmta:x:991:991::/var/lib/sendmail:/usr/sbin/nologin' >>"$OWN/etc/passwd" &&
	echo 'smmta:x:991:' >>"$OWN/etc/group" &&
	echo 'smmsp:x:992:992::/var/lib/sendmail:/usr/sbin/nologin' >>"$OWN/etc/passwd" &&
	echo 'smmsp:x:992:' >>"$OWN/etc/group" &&
	chown "$EXIM_UID" "$OWN/spool/exim4" && chmod 700 "$OWN/spool/mqueue" &&
	mkdir -p "$OWN/etc/mail" "$OWN/etc/exim4" &&
	# Without a full name of its own sendmail waits a minute; nobody asks DNS.
	printf '127.0.0.1 localhost\n127.0.0.1 mail.bed.test\n127.0.1.1 client.bed.test client\n' \
		>"$OWN/etc/hosts" &&
	echo 'hosts files' >"$OWN/etc/mail/service.switch" &&
	# The system's authorities, and the test's among them.
	cat "$CA" >>"$OWN/etc/ssl/certs/ca-certificates.crt"
}

# inside COMMAND...: there.
inside() {
	unshare -m -u sh -c 'hostname client.bed.test &&
		mount --bind "$1/etc" /etc &&
		mount --bind "$1/spool" /var/spool &&
		mount --bind "$1/sasl2" "$2" && shift 2 && exec "$@"' \
		sh "$OWN" "$PLUGINS" "$@"
}

# lines CLIENT: what setup prints for it.
lines() {
	mb setup "$1" "$USER_NAME" --smtp "smtp://mail.bed.test:$SUBMIT_PORT" \
		>"$RUN/$1.lines" 2>"$RUN/$1.notes" ||
		{ cat "$RUN/$1.notes"; return 1; }
}
message() {
	printf 'From: %s\nTo: x@elsewhere.test\nSubject: %s\n\nBody.\n' \
		"$USER_NAME" "$1"
}
received() {
	await 5 has "$RUN/received" "Subject: $1"
}

need "a place of their own" own_files
need "Dovecot starts" bed_dovecot
node "$NODE/sink.mjs" "$RECEIVE_PORT" "$RUN/received" </dev/null \
	>"$RUN/sink.log" 2>&1 &
track $!
mkdir -p "$STAGE/etc" "$STAGE/var/lib"
rm -rf "${STAGE:?}/etc/mailbearer" "$STAGE/var/lib/mailbearer"
need "a store" mb init --service-user postfix
need "a client credential" add_credential bed strict --host mail.bed.test
need "an account" enrolled "$USER_NAME"

# ---- sendmail ----

SM=$MTA/usr/libexec/sendmail
m4_sendmail() {
	lines sendmail || return
	# The .mc of the package, with the lines above its MAILERs; access and
	# authinfo as they are told apart by their first word.
	grep -E '^(define|FEATURE)' "$RUN/sendmail.lines" >"$RUN/sendmail.m4"
	grep '^TLS_Srv:' "$RUN/sendmail.lines" >"$OWN/etc/mail/access"
	grep '^AuthInfo:' "$RUN/sendmail.lines" >"$OWN/etc/mail/authinfo"
	chmod 600 "$OWN/etc/mail/authinfo"
	{
		echo "include(\`$MTA/usr/share/sendmail/cf/m4/cf.m4')dnl"
		echo "OSTYPE(\`linux')dnl"
		echo "define(\`QUEUE_DIR', \`/var/spool/mqueue')dnl"
		echo "define(\`confPID_FILE', \`/var/spool/sendmail.pid')dnl"
		echo "define(\`confSERVICE_SWITCH_FILE', \`/etc/mail/service.switch')dnl"
		echo "define(\`confLOG_LEVEL', \`14')dnl"
		cat "$RUN/sendmail.m4"
		echo "MAILER(\`smtp')dnl"
	} >"$OWN/etc/mail/sendmail.mc"
	( cd "$OWN/etc/mail" &&
	m4 -D_CF_DIR_="$MTA/usr/share/sendmail/cf/" sendmail.mc >sendmail.cf ) &&
	inside sh -c 'cd /etc/mail && touch local-host-names &&
		"$1/makemap" hash access <access &&
		"$1/makemap" hash authinfo <authinfo' sh "$SM"
}
# No -v: it would show the token.
send_sendmail() {
	message "$1" | inside timeout 30 "$SM/sendmail" -C /etc/mail/sendmail.cf \
		-Am -odi -f "$USER_NAME" x@elsewhere.test && received "$1"
}
# waits WORDS: a message is in the queue for that reason.
waits() {
	inside "$SM/sendmail" -C /etc/mail/sendmail.cf -Am -bp | tee "$RUN/queue"
	grep -qF -- "$1" "$RUN/queue"
}
check "sendmail: the lines" m4_sendmail
check "sendmail sends" send_sendmail sendmail-one
# It tries the second mechanism on the spot, with a new token.
before=$(refreshes)
control '/kill?kind=AccessToken' >/dev/null
check "sendmail sends after a token was revoked" send_sendmail sendmail-two
equal "with one request" 1 "$(($(refreshes) - before))"
mb remove "$USER_NAME" --yes >/dev/null 2>&1
message sendmail-three >"$RUN/message"
inside timeout 30 "$SM/sendmail" -C /etc/mail/sendmail.cf -Am -odi \
	-f "$USER_NAME" x@elsewhere.test <"$RUN/message"
check "without a token the message waits" waits "Temporary AUTH failure"
need "the account again" enrolled "$USER_NAME"
inside timeout 30 "$SM/sendmail" -C /etc/mail/sendmail.cf -Am -q
check "and is sent once there is one" received sendmail-three
# The same server by a name that is not in its certificate.
sed 's/mail.bed.test/wrong.bed.test/' "$OWN/etc/hosts" >"$RUN/hosts"
cat "$RUN/hosts" >"$OWN/etc/hosts"
for f in sendmail.cf access authinfo; do
	sed 's/mail\.bed\.test/wrong.bed.test/' "$OWN/etc/mail/$f" >"$RUN/$f"
	cat "$RUN/$f" >"$OWN/etc/mail/$f"
done
mb set bed --host wrong.bed.test >/dev/null 2>&1
inside sh -c 'cd /etc/mail && "$1/makemap" hash access <access &&
	"$1/makemap" hash authinfo <authinfo' sh "$SM"
logins=$(grep -c 'method=XOAUTH2' "$RUN/dovecot/log")
inside timeout 30 "$SM/sendmail" -C /etc/mail/sendmail.cf -Am -odi \
	-f "$USER_NAME" x@elsewhere.test <"$RUN/message"
check "a server that proves another name gets no mail" waits "does not match"
equal "and no login" "$logins" "$(grep -c 'method=XOAUTH2' "$RUN/dovecot/log")"
# As Microsoft's: the name is an alias of another.
sed 's/wrong.bed.test/canonical.bed.test mail.bed.test/' "$RUN/hosts" \
	>"$OWN/etc/hosts"

# ---- Exim ----

# Its own user, with a store of that user's.
AS="inside setpriv --reuid=$EXIM_UID --regid=$EXIM_UID --clear-groups env HOME=/var/spool/exim4"
need "a store of Exim's user" mb init
need "its client credential" add_credential bed strict --host mail.bed.test
need "its account" enrolled "$USER_NAME"
EX=$MTA/usr/sbin/exim4

# section FIRST-LINE NEXT-HEADING: what setup prints between two of its comments.
section() {
	sed -n "/^# .*$1/,/^# /p" "$RUN/exim.lines" | grep -v '^#'
}
conf_exim() {
	lines exim || return
	{
		echo "exim_path = $EX"
		echo 'log_file_path = /var/spool/exim4/log-%slog'
		echo 'domainlist local_domains = client.bed.test'
		echo 'primary_hostname = client.bed.test'
		echo 'acl_smtp_rcpt = accept'
		echo 'begin routers'
		# Exim suspects a loop where the server is this very host.
		section 'begin routers' | sed '/route_list/a\  self = send'
		echo 'begin transports'
		section 'begin transports'
		echo 'begin retry'
		echo '* * F,1h,1s'
		echo 'begin authenticators'
		section 'begin authenticators'
	} >"$OWN/etc/exim4/exim4.conf"
	inside "$EX" -bV
}
send_exim() {
	message "$1" | inside timeout 30 "$EX" -odf -f "$USER_NAME" \
		x@elsewhere.test && received "$1" && return
	tail -n 20 "$OWN/spool/exim4/log-mainlog"
	return 1
}
check "Exim: the lines" conf_exim
check "Exim sends" send_exim exim-one
before=$(refreshes)
control '/kill?kind=AccessToken' >/dev/null
message exim-two | inside timeout 30 "$EX" -odf -f "$USER_NAME" x@elsewhere.test
check "a message with a token that the server refuses waits" \
	has "$OWN/spool/exim4/log-mainlog" \
	"server after AUTH XOAUTH2"
check "mailbearer refresh" mb refresh "$USER_NAME" --force
inside timeout 30 "$EX" -qff
check "then it is sent" received exim-two
mb remove "$USER_NAME" --yes >/dev/null 2>&1
message exim-three | inside timeout 30 "$EX" -odf -f "$USER_NAME" x@elsewhere.test
waiting=$(inside "$EX" -bpc)
equal "without a token the message waits" 1 "$waiting"
need "the account again" enrolled "$USER_NAME"
inside timeout 30 "$EX" -qff
check "and is sent once there is one" received exim-three
sed 's/canonical.bed.test mail.bed.test/wrong.bed.test/' "$OWN/etc/hosts" \
	>"$RUN/hosts"
cat "$RUN/hosts" >"$OWN/etc/hosts"
sed 's/mail\.bed\.test/wrong.bed.test/' "$OWN/etc/exim4/exim4.conf" >"$RUN/exim4.conf"
cat "$RUN/exim4.conf" >"$OWN/etc/exim4/exim4.conf"
logins=$(grep -c 'method=XOAUTH2' "$RUN/dovecot/log")
message exim-four | inside timeout 30 "$EX" -odf -f "$USER_NAME" x@elsewhere.test
equal "a server that proves another name gets no login" "$logins" \
	"$(grep -c 'method=XOAUTH2' "$RUN/dovecot/log")"
check "as Exim says" has "$OWN/spool/exim4/log-mainlog" "certificate"
tap_end
