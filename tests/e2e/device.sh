# SPDX-License-Identifier: BSD-2-Clause
# The device flow and discovery against a real OAuth2 server: a code is shown
# here and typed into the server's page in Chromium.
. "$E2E/tap.sh"
. "$E2E/bed.sh"
suite_begin device

mkdir -p "$RUN/home"
[ "$OTHER_UID" = "$(id -u)" ] || chown "$OTHER_UID" "$RUN/home"
AS="$AS_USER HOME=$RUN/home"
need "a user makes a store" mb --user init

# published NAME CLIENT [OPTION...]: a client credential by its issuer alone
published() {
	published_name=$1 client=$2
	shift 2
	printf 'e2e+secret%%of&%s:~/=?\n' "$client" |
		mb add "$published_name" --issuer "$ISSUER" \
			--client-id "$client" --ca-file "$CA" \
			--host localhost "$@"
}

need "the server's own document fills a client credential" \
	published found public --public --scope "openid email mail"
mb show found --json >"$RUN/show.out" 2>&1
check "with its device endpoint" has "$RUN/show.out" "$ISSUER/device/auth"
check "its revocation endpoint" has "$RUN/show.out" "$ISSUER/token/revocation"
check "and offline_access in the scope" has "$RUN/show.out" \
	"openid email mail offline_access"
check "the same again changes nothing" published found public --public \
	--scope "openid email mail"
mb add wrong --issuer "https://127.0.0.1:$OIDC_PORT" --client-id public \
	--public --ca-file "$CA" --host localhost >"$RUN/wrong.out" 2>&1
check "a server that calls itself by another name is refused" \
	has "$RUN/wrong.out" "the document there is of another issuer, \"$ISSUER\""
untrusted() {
	! mb add untrusted --issuer "$ISSUER" --client-id public --public \
		--host localhost
}
check "its certificate has to be trusted" untrusted
check "a client with a secret is added" published secret strict \
	--client-secret-file - --scope "openid email mail"

shown() {
	[ "$(grep -c . "$RUN/device.out")" -ge 2 ] || ! alive "$device_pid"
}

# device ADDRESS LOGIN DECISION [OPTION...]; $STATUS, device.out, device.page
device() {
	address=$1 login=$2 decision=$3
	shift 3
	: >"$RUN/device.out"
	# shellcheck disable=SC2086 # words wanted
	$AS timeout 100 "$STAGE/bin/mailbearer" enroll "$address" --device "$@" \
		</dev/null >"$RUN/device.out" 2>"$RUN/device.err" &
	device_pid=$!
	track "$device_pid"
	await 20 shown
	profile=$(mktemp -d "$RUN/profile.XXXXXX")
	sed -n 1p "$RUN/device.out" |
		timeout 100 node "$NODE/browser.mjs" "$(command -v chromium)" \
			"$profile" "$SPKI" "$login" "$decision" \
			"$(sed -n 2p "$RUN/device.out")" \
			>"$RUN/device.page" 2>&1
	wait "$device_pid"
	STATUS=$?
}

not_enrolled() {
	mb show "$1" >"$RUN/show.out" 2>&1
	[ $? -eq 3 ]
}

ends_well() {
	[ "$STATUS" -eq 0 ] || {
		cat "$RUN/device.out" "$RUN/device.err" "$RUN/device.page"
		return 1
	}
	has "$RUN/device.out" "enrolled $1"
}

by_device() {
	device "$USER_NAME" "$USER_NAME" consent --credential found
	equal "the address to open is the server's" "$ISSUER/device" \
		"$(sed -n 1p "$RUN/device.out")"
	check "a user enrols with a code typed into the server's page" \
		ends_well "$USER_NAME"
	check "which says that it went well" has "$RUN/device.page" Success
	equal "with one grant of the device flow" 1 \
		"$(control '/count?grant=urn:ietf:params:oauth:grant-type:device_code&status=200')"
	mb token "$USER_NAME" >"$RUN/oidc/token"
	check "and has a token" test -s "$RUN/oidc/token"
	check "it is refreshed like any other" mb refresh "$USER_NAME"
	device secret@example.test secret@example.test consent --credential secret
	check "a client with a secret" ends_well secret@example.test
	device other@example.test somebody@example.test consent --credential found
	equal "somebody else's code: status 4" 4 "$STATUS"
	check "both are named" has "$RUN/device.err" \
		"signed in as somebody@example.test, wanted other@example.test; nothing saved"
	check "and nothing was saved" not_enrolled other@example.test
	device denied@example.test denied@example.test deny --credential found
	equal "a denied sign-in ends with status 4" 4 "$STATUS"
	check "and says so" has "$RUN/device.err" "the sign-in was declined"
	check "and nothing was saved" not_enrolled denied@example.test
}

if command -v chromium >/dev/null; then
	by_device
else
	skip "a user enrols with a code typed into the server's page" \
		"no chromium"
fi
tap_end
