# SPDX-License-Identifier: BSD-2-Clause
# A person signs in: headless Chromium, a real OAuth2 server.
. "$E2E/tap.sh"
. "$E2E/bed.sh"
suite_begin enroll

BROWSER_HOW=browse
command -v chromium >/dev/null || BROWSER_HOW=

user_store() {
	mkdir -p "$RUN/home"
	[ "$OTHER_UID" = "$(id -u)" ] || chown "$OTHER_UID" "$RUN/home"
	AS="$AS_USER HOME=$RUN/home"
	need "a user makes a store" mb --user init
	check "a second init changes nothing" mb --user init
	need "a client credential is added" add_credential bed strict
	check "adding it again changes nothing" add_credential bed strict
}

ends_well() {
	[ "$STATUS" -eq 0 ] || { cat "$RUN/enrol.out"; return 1; }
	has "$RUN/enrol.page" "$USER_NAME" && has "$RUN/enrol.page" "scripts=0" &&
		has "$RUN/enrol.page" "lang=en"
}

page_hides_code() {
	lacks "$RUN/enrol.page" "code="
}

listener_gone() {
	port=$(enrol_url | sed 's/.*redirect_uri=http%3A%2F%2F127.0.0.1%3A//; s/%2F.*//')
	[ "$port" -gt 0 ] && ! listening "$port"
}

signed_in_by_browser() {
	if [ -z "$BROWSER_HOW" ]; then
		for name in "a user enrols with Chromium" "a denied sign-in"; do
			skip "$name" "no chromium"
		done
		return
	fi
	enrol browse "$USER_NAME" "$USER_NAME" consent
	check "a user enrols with Chromium, which ends on a page that names the account" \
		ends_well
	check "the page does not show the code" page_hides_code
	check "the listener is gone" listener_gone
	check "exactly one code was redeemed" \
		test "$(control '/count?grant=authorization_code&status=200')" -eq 1
	enrol browse denied@example.test denied@example.test deny
	equal "a denied sign-in ends with status 4" 4 "$STATUS"
	check "the browser says that nothing was saved" \
		grep -qi "nothing\|denied\|not enrolled" "$RUN/enrol.page"
	check "and the account is not enrolled" not_enrolled denied@example.test
}

not_enrolled() {
	mb show "$1" >"$RUN/show.out" 2>&1
	[ $? -eq 3 ]
}

signed_in_as_another() {
	enrol sign_in mine@example.test somebody@example.test consent
	equal "the browser signs in as somebody else: status 4" 4 "$STATUS"
	check "the message names both addresses" has "$RUN/enrol.out" \
		"signed in as somebody@example.test, wanted mine@example.test; nothing saved"
	check "the browser's page says so, too" has "$RUN/enrol.page" \
		somebody@example.test
	check "nothing was saved" not_enrolled mine@example.test
}

other_clients() {
	check "a credential with HTTP Basic is added" add_credential basic lenient
	check "enrolled with HTTP Basic, a secret of special characters" \
		enrolled basic@example.test --credential basic
	check "a public client is added" add_credential open public
	check "enrolled with a public client (PKCE alone)" \
		enrolled open@example.test --credential open
	before=$(control /count)
	check "enroll --if-needed on a healthy account does nothing" \
		mb enroll open@example.test --if-needed
	equal "and asks the server for nothing" "$before" "$(control /count)"
}

# A token that is 1 to 3 KB long is ordinary.
long_token() {
	control '/set?pad=2957' >/dev/null
	check "an account with a token of 3000 characters enrols" \
		enrolled long@example.test --credential bed
	mb token long@example.test >"$RUN/oidc/token"
	equal "and the tool prints it" 3001 "$(wc -c <"$RUN/oidc/token")"
	control '/set?pad=0' >/dev/null
}

# The stock openssl opens the credentials file with the key.
rescue() {
	openssl cms -decrypt -binary -inform DER -in "$1/credentials.conf" \
		-out "$RUN/oidc/rescued" -secretkey "$(xxd -p -c64 "$2")" &&
		grep -q 'client_secret = "e2e+secret%of&strict' "$RUN/oidc/rescued"
}

# Killed while it waits: neither a core file nor the terminal has a secret.
killed() {
	mkdir -p "$RUN/core"
	[ "$OTHER_UID" = "$(id -u)" ] || chown "$OTHER_UID" "$RUN/core"
	( cd "$RUN/core" && ulimit -c unlimited
	# shellcheck disable=SC2086 # words wanted
	exec $AS "$STAGE/bin/mailbearer" enroll killed@example.test --no-browser \
		--credential bed </dev/null ) >"$RUN/killed.out" 2>&1 &
	killed_pid=$!
	await 10 grep -q "$ISSUER/auth" "$RUN/killed.out"
	kill -ABRT "$killed_pid"
	wait "$killed_pid" 2>/dev/null
	equal "a tool that is killed leaves no core file" "" "$(ls "$RUN/core")"
}

system_store() {
	AS=env
	mkdir -p "$STAGE/etc" "$STAGE/var/lib"
	need "root makes the system's store for postfix" \
		mb init --service-user postfix
	need "root adds a client credential" add_credential relay strict
	if [ -n "$BROWSER_HOW" ]; then
		enrol browse "$USER_NAME" "$USER_NAME" consent
		check "root enrols with a browser elsewhere" ends_well
	fi
	records=$STAGE/var/lib/mailbearer/accounts
	equal "the records belong to postfix" "postfix 700" \
		"$(stat -c '%U %a' "$records")"
	equal "every record does" "" \
		"$(find "$records" -type f ! -user postfix)"
	equal "the key is root's alone" "root 400" \
		"$(stat -c '%U %a' "$STAGE/var/lib/mailbearer/key")"
	equal "the credentials file is readable for postfix" "root:postfix 640" \
		"$(stat -c '%U:%G %a' "$STAGE/etc/mailbearer/credentials.conf")"
	check "openssl cms opens the system's credentials file with the key" \
		rescue "$STAGE/etc/mailbearer" "$STAGE/var/lib/mailbearer/key"
}

user_store
signed_in_by_browser
signed_in_as_another
other_clients
long_token
check "openssl cms opens the credentials file with the key" \
	rescue "$RUN/home/.config/mailbearer" "$RUN/home/.local/share/mailbearer/key"
killed
if is_root && getent passwd postfix >/dev/null; then
	system_store
else
	skip "root enrols for postfix" "needs root and the user postfix"
fi
tap_end
