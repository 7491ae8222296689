#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# add NAME --issuer URL: endpoints from what a server publishes.
# shellcheck source=tests/cli/enroll_bed.sh
. "${srcdir:?}/tests/cli/enroll_bed.sh"

mkdir -p "$RUN/docs/.well-known/oauth-authorization-server/realms" \
	"$RUN/docs/realms/mail/.well-known"
"$fake/tokend" --docs "$RUN/docs" --log "$RUN/log.docs" rotate \
	>"$RUN/port.docs" 2>>"$RUN/tokend.err" &
track $!
await 10 test -s "$RUN/port.docs"
at=http://127.0.0.1:$(cat "$RUN/port.docs")
issuer=$at/realms/mail
openid=$RUN/docs/realms/mail/.well-known/openid-configuration
oauth=$RUN/docs/.well-known/oauth-authorization-server/realms/mail

# document FILE ISSUER [MORE]
document() {
	cat >"$1" <<END
{ "issuer": "$2", "authorization_endpoint": "$at/auth",
  "token_endpoint": "$at/token", "revocation_endpoint": "$at/revoke",
  "device_authorization_endpoint": "$at/device"${3:+, }${3-} }
END
}

field() {
	mb show "$1" --json 2>/dev/null | sed -n "s/.*\"$2\": \"\\([^\"]*\\)\".*/\\1/p"
}

unknown() {
	mb show "$1"
	[ $? -eq 3 ]
}

run add none --issuer "$issuer" --client-id cid --public --host 127.0.0.1
equal "a server that publishes nothing: 4" 4 "$status"
check "which is said for both places" has "$err" \
	"publishes nothing (HTTP 404 below oauth-authorization-server, 404 at openid-configuration)"

document "$openid" "$issuer" '"scopes_supported": ["openid", "email", "offline_access", "x"]'
run add oidc --issuer "$issuer" --client-id cid --public --host 127.0.0.1
equal "OpenID Connect discovery: added" 0 "$status"
equal "the authorization endpoint" "$at/auth" "$(field oidc authorization_endpoint)"
equal "the token endpoint" "$at/token" "$(field oidc token_endpoint)"
equal "the device endpoint" "$at/device" "$(field oidc device_endpoint)"
equal "the revocation endpoint" "$at/revoke" "$(field oidc revocation_endpoint)"
equal "the issuer" "$issuer" "$(field oidc issuer)"
equal "the scope" "openid email offline_access" "$(field oidc scope)"
run add oidc --issuer "$issuer" --client-id cid --public --host 127.0.0.1
check "the same again: unchanged" has "$out" unchanged
run add own --issuer "$issuer" --client-id cid --public --host 127.0.0.1 --scope "mail"
equal "offline_access is added to a scope of one's own" "mail offline_access" \
	"$(field own scope)"
check "which is said" has "$err" "offline_access is added"

rm "$openid"
document "$oauth" "$issuer" '"token_endpoint_auth_methods_supported": ["client_secret_basic"]'
printf 's3cret\n' | mb add oauth --issuer "$issuer" --client-id cid \
	--client-secret-file - --host 127.0.0.1 >"$out" 2>"$err"
equal "RFC 8414: added" 0 $?
equal "the secret goes the way the server takes it" client_secret_basic \
	"$(field oauth auth_method)"

before=$(grep -c . "$RUN/log")
document "$oauth" https://id.evil.example/realms/mail
run add wrong --issuer "$issuer" --client-id cid --public --host 127.0.0.1
equal "a document of another issuer: refused" 4 "$status"
check "and both are named" has "$err" \
	"$issuer: the document there is of another issuer, \"https://id.evil.example/realms/mail\"; nothing was saved"
check "nothing was saved" unknown wrong
document "$openid" "$issuer"
run add wrong --issuer "$issuer" --client-id cid --public --host 127.0.0.1
check "the other place is not tried then" unknown wrong
rm "$openid"

document "$oauth" "$issuer" '"code_challenge_methods_supported": ["plain"]'
run add plain --issuer "$issuer" --client-id cid --public --host 127.0.0.1
check "PKCE without S256: refused" has "$err" "PKCE without S256"
check "nothing was saved" unknown plain
run add plain --issuer http://id.example.org/ --client-id cid --public
check "an issuer that is not https: refused" has "$err" "[bad-endpoint]"
document "$oauth" "$issuer"
run add would --issuer "$issuer" --client-id cid --public --host 127.0.0.1 --check
equal "--check would have to ask: usage" 2 "$status"
run add given --provider custom --issuer "$issuer" --client-id cid --public \
	--host 127.0.0.1 --authorization-endpoint "$at/a" \
	--token-endpoint "$at/t" --callback-url http://127.0.0.1/
equal "endpoints of one's own are not looked for" "$at/t" \
	"$(field given token_endpoint)"
equal "nothing but documents was asked for" "$before" "$(grep -c . "$RUN/log")"
tap_end
