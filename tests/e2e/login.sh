# shellcheck shell=sh disable=SC2154
# SPDX-License-Identifier: BSD-2-Clause
# Real logins at Dovecot: mailbearer test, the proof at the end of an enrolment,
# owners who sign in elsewhere, many accounts at once.
. "$E2E/tap.sh"
. "$E2E/bed.sh"
suite_begin login
need "Dovecot starts" bed_dovecot

mkdir -p "$RUN/home/.config/mailbearer/providers.d"
cat >"$RUN/home/.config/mailbearer/providers.d/bed.conf" <<EOF
providers = (
  {
    name = "bed";
    title = "The test bed";
    secret = "yes";
    pkce = true;
    domains = ( "example.test" );
    authorization_endpoint = "$ISSUER/auth";
    token_endpoint = "$ISSUER/token";
    scope = "openid email offline_access mail";
    callback_url = "http://127.0.0.1/";
    hosts = ( "localhost" );
    servers = (
      { protocol = "imap"; host = "localhost"; port = $IMAP_PORT; security = "tls"; },
      { protocol = "smtp"; host = "localhost"; port = $SUBMIT_PORT; security = "starttls"; },
      { protocol = "pop"; host = "localhost"; port = $POP3_PORT; security = "tls"; }
    );
  }
);
EOF
chmod -R go-w "$RUN/home/.config"
[ "$OTHER_UID" = "$(id -u)" ] || chown -R "$OTHER_UID" "$RUN/home"
AS="$AS_USER HOME=$RUN/home"

node "$NODE/sink.mjs" "$RECEIVE_PORT" "$RUN/received" </dev/null \
	>"$RUN/sink.log" 2>&1 &
track $!

not() {
	! "$@"
}

# tried ARGUMENT...: mailbearer test; its words are in test.out.
tried() {
	mb test "$@" >"$RUN/test.out" 2>&1
	test_status=$?
	cat "$RUN/test.out"
	return "$test_status"
}

add_bed() {
	printf 'e2e+secret%%of&strict:~/=?\n' |
		mb add bed --provider bed --client-id strict \
			--client-secret-file - \
			--auth-method client_secret_post --ca-file "$CA"
}

generation() {
	mb show "$USER_NAME" | sed -n 's/^generation  *//p'
}

need "a store is made" mb --user init
need "a client credential of a provider that names its servers" add_bed

# The end of an enrolment.
check "an enrolment" enrolled "$USER_NAME"
check "ends with a real login by IMAP" has "$RUN/enrol.out" \
	"imaps://localhost:$IMAP_PORT: logged in as $USER_NAME"
check "by SMTP" has "$RUN/enrol.out" \
	"smtp://localhost:$SUBMIT_PORT: logged in as $USER_NAME"
check "and by POP3" has "$RUN/enrol.out" \
	"pop3s://localhost:$POP3_PORT: logged in as $USER_NAME"
before=$(generation)
enrol sign_in boss@example.test boss@example.test consent --no-test
equal "--no-test enrols" 0 "$STATUS"
check "and asks no server" lacks "$RUN/enrol.out" "logged in as"

# Somebody who may sign in, but not for this mailbox: Dovecot says no.
enrol sign_in mailbox@example.test delegate@example.test consent \
	--as delegate@example.test
check "a login that every server refuses ends the enrolment" \
	test "$STATUS" -ne 0
check "with the server's words" has "$RUN/enrol.out" "refuses the token"
check "and an id" has "$RUN/enrol.out" "[token-refused]"
check "and nothing is saved" not mb show mailbox@example.test
equal "the other account is as it was" "$before" "$(generation)"

# test
check "test tries all servers of the provider" tried "$USER_NAME"
equal "three of them" 3 "$(grep -c "logged in as $USER_NAME" "$RUN/test.out")"
check "one server, by name" tried "$USER_NAME" "imaps://localhost:$IMAP_PORT"
check "by OAUTHBEARER" tried --mechanism oauthbearer "$USER_NAME"
check "by XOAUTH2" tried --mechanism xoauth2 "$USER_NAME"
check "nothing was sent" test ! -s "$RUN/received"
in_json() {
	mb --json test "$USER_NAME" | grep '"ok": true'
}
check "in JSON" in_json

control '/kill?kind=AccessToken' >/dev/null
check "a token that is refused is renewed once" tried "$USER_NAME"
control '/kill?kind=AccessToken' >/dev/null
check "twice in a row it is an error" not tried "$USER_NAME" \
	"imaps://localhost:$IMAP_PORT"
equal "which exits 1" 1 "$test_status"
check "with the server's challenge decoded" has "$RUN/test.out" '"status":"'
check "and explained" has "$RUN/test.out" "expired, revoked, or of another"
check "and an id" has "$RUN/test.out" "[token-refused]"
for mechanism in xoauth2 oauthbearer; do
	tried --mechanism "$mechanism" "$USER_NAME" \
		"imaps://localhost:$IMAP_PORT"
	tap_note=$(cat "$RUN/test.out")
	say "$mechanism: $tap_note"
done

tried "$USER_NAME" "imaps://127.0.0.1:$IMAP_PORT"
check "a host that is not listed gets no token" has "$RUN/test.out" \
	"[host-not-listed]"
tried boss@example.test "imaps://localhost:$SPARE_PORT"
equal "a port where nothing listens: 5" 5 "$test_status"
tried "$USER_NAME" ftp://localhost
equal "no mail server's URL: 2" 2 "$test_status"
tried nobody@example.test
equal "an account that is not enrolled: 3" 3 "$test_status"

# Owners who sit elsewhere.
# begun ADDRESS [OPTION...]: the URL is in begin.out.
begun() {
	mb enroll "$@" --begin >"$RUN/begin.out" 2>"$RUN/begin.err" ||
		{ cat "$RUN/begin.err"; false; }
}
# signed_in LOGIN: the owner signs in; what the browser ended on is in end.line.
signed_in() {
	sign_in "$1" consent --stop <"$RUN/begin.out" >"$RUN/end.url" 2>&1
	grep '^http://127.0.0.1/?' "$RUN/end.url" >"$RUN/end.line" ||
		{ cat "$RUN/end.url"; false; }
}
finish() {
	mb enroll --finish - <"$RUN/end.line" >"$RUN/finish.out" 2>&1 ||
		{ cat "$RUN/finish.out"; false; }
}
check "--begin prints an address" begun far@example.test
check "and nothing else on stdout" test "$(wc -l <"$RUN/begin.out")" -eq 1
check "the owner signs in" signed_in far@example.test
check "--finish enrols" finish
check "after a real login" has "$RUN/finish.out" "logged in as far@example.test"
check "the token is good" tried far@example.test
check "a second time the code is refused" not finish
# One character becomes another, whichever it is.
sed -e 's/\(state=.\{60\}\)A/\1_/' -e t -e 's/\(state=.\{60\}\)./\1A/' \
	"$RUN/end.line" >"$RUN/forged.line"
cp "$RUN/forged.line" "$RUN/end.line"
check "a state that was touched is refused" not finish
check "which is said" has "$RUN/finish.out" "[bad-redirect]"
check "one that is good for a second" begun late@example.test --expires 1
check "is used too late" signed_in late@example.test
sleep 2.1
check "and refused" not finish
check "with the reason" has "$RUN/finish.out" "nothing saved"
check "nothing was enrolled" not mb show late@example.test

# Many at once.
printf 'm1@example.test\n# a comment\n\nm2@example.test, %s\nm3@example.test,%s\n' \
	"$USER_NAME" "$USER_NAME" >"$RUN/many"
chmod 644 "$RUN/many"
many() {
	mb enroll --from "$RUN/many" "$@" >"$RUN/many.out" 2>"$RUN/many.err"
	many_status=$?
	cat "$RUN/many.out" "$RUN/many.err"
	return "$many_status"
}
check "--from --begin" many --begin --if-needed --jobs 2
equal "prints a JSON line for each" 3 \
	"$(grep -c '^{.*"account":"m[123]@example.test"' "$RUN/many.out")"
check "with the address for who has to sign in" \
	grep -q '"m1@example.test".*"outcome":"begun".*"url":"https' "$RUN/many.out"
check "shared mailboxes of an enrolled owner need nobody" \
	grep -q '"m2@example.test".*"outcome":"enrolled"' "$RUN/many.out"
check "again with --if-needed" many --begin --if-needed
equal "they are unchanged" 2 "$(grep -c '"outcome":"unchanged"' "$RUN/many.out")"
echo 'no address' >>"$RUN/many"
check "a bad line" not many
equal "is found before anything is done" 0 "$(wc -l <"$RUN/many.out")"
check "with its number" has "$RUN/many.err" "line 6"
# What the browser ended on is a code; leaks.sh looks through all the rest.
rm -f "$RUN/end.url" "$RUN/end.line" "$RUN/forged.line"
tap_end
