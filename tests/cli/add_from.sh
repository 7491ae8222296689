#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# add --from: client credentials as other programs write them down.
. "${srcdir:-.}/tests/cli/tap.sh"

id=1234567890-abc.apps.googleusercontent.com
google='"client_id": "'$id'", "project_id": "p", "client_secret":
	"GOCSPX-MARKER-google-secret",
	"auth_uri": "https://accounts.google.com/o/oauth2/auth",
	"token_uri": "https://oauth2.googleapis.com/token"'
run init

# file TEXT: as $T/file
file() {
	printf '%s\n' "$1" >"$T/file"
}

# shown NAME MEMBER WANTED TEST
shown() {
	quiet --json show "$1" --secrets
	is "$4" "$3" "$(json "$2")"
}

# ---- Google's download ----

file "{ \"installed\": { $google, \"redirect_uris\": [\"http://localhost\"] } }"
run add desk --from "$T/file" --check
ends "--check says what it would do" "would add desk"
ok "and writes nothing" test ! -e "$S/credentials.conf"
run add desk --from "$T/file" </dev/null
exits "Google's download is enough: 0" 0
ends "it is added" "added desk"
shown desk client_id "$id" "its client id"
shown desk client_secret GOCSPX-MARKER-google-secret "its client secret"
shown desk provider google "its provider"
shown desk token_endpoint https://oauth2.googleapis.com/token \
	"its endpoints are the preset's"
shown desk authorization_endpoint \
	https://accounts.google.com/o/oauth2/v2/auth "not those of the file"
shown desk callback_url http://127.0.0.1/ "a desktop app: any loopback port"
run add desk --from - <"$T/file"
ends "the same again, by stdin: unchanged" unchanged
run --json add desk --from "$T/file"
is "unchanged in JSON" false "$(json changed)"
run add two --from "$T/file" --client-id "2$id"
shown two client_id "2$id" "an option counts more than the file"

file "{ \"web\": { $google, \"redirect_uris\": [\"https://x.org/cb\",
	\"http://localhost:4711/cb\"] } }"
run add web --from "$T/file"
exits "an app for the web: 0" 0
shown web callback_url http://localhost:4711/cb \
	"of its redirect URIs the one on this host"
file "{ \"web\": { $google } }"
run add web2 --from "$T/file"
in_err "without a redirect URI it says so" "without a redirect URI"

# ---- what is something else ----

# refused NAME TEXT CAUSE REMEDY
refused() {
	file "$2"
	run add no --from "$T/file" </dev/null
	is "$1 is refused" 4 "$status"
	in_err "$1 is named" "$3"
	in_err "$1: what to do" "$4"
}
refused "a service account" '{"type": "service_account",
	"client_id": "1", "private_key": "MARKER", "client_email": "a@b"}' \
	"is the key of a service account, not an OAuth client" --key-file
refused "a user's sign-in" '{"type": "authorized_user", "client_id": "1",
	"client_secret": "MARKER", "refresh_token": "MARKER"}' \
	'is of type "authorized_user"' "the OAuth client"
refused "a token file" '{"refresh_token": "MARKER", "client_id": "x"}' \
	"holds the tokens of a sign-in" "enroll ADDRESS --import FILE"
refused "JSON of another kind" '{"a": "MARKER"}' "neither installed, web" give
refused "broken JSON" '{"installed": MARKER' "line 1: not valid JSON" give
refused "an empty object" '{}' "neither installed" give
refused "a client that is none" '{"installed": []}' "has no client" give
refused "a client without id" '{"installed": {"client_secret": "MARKER"}}' \
	"has no client_id" give
refused "PEM" '-----BEGIN PRIVATE KEY-----' "is PEM: a key" give
refused "an empty file" '' "is empty" give
refused "any text" 'MARKER' "neither JSON nor" give
run add no --from "$T/nosuch"
exits "a file that is not there: 1" 1
run add no --section a@x.org --provider google
exits "--section alone: 2" 2
head -c 300000 /dev/zero | tr '\0' ' ' >"$T/file"
run add no --from "$T/file"
in_err "a file too large" "[too-large]"

# ---- sasl-xoauth2.conf ----

file "{ \"client_id\": \"$id\", \"client_secret\": \"GOCSPX-MARKER-3\",
	\"proxy\": \"http://proxy.example.test:3128\" }"
run add sasl --from "$T/file" </dev/null
exits "sasl-xoauth2's configuration: 0" 0
shown sasl provider google "without an endpoint it is Google's"
shown sasl proxy http://proxy.example.test:3128 "its proxy"
guid=11111111-2222-3333-4444-555555555555
file "{ \"client_id\": \"$guid\", \"client_secret\": \"\", \"token_endpoint\":
 \"https://login.microsoftonline.com/consumers/oauth2/v2.0/token\" }"
run add ms --from "$T/file" --public </dev/null
exits "of Microsoft, without a secret: 0" 0
shown ms provider microsoft "its provider is known by the endpoint"
shown ms tenant consumers "its tenant, too"

# ---- email-oauth2-proxy's ----

ini='[Server setup]
documentation = MARKER
	[not.a@section]
	client_id = no

[IMAP-1993]
server_address = imap.example.test

[sample@example.com]
client_id = *** your client id here ***
token_url = https://oauth2.googleapis.com/token

[a@Contoso.com]
permission_url = https://login.microsoftonline.com/contoso.com/oauth2/v2.0/authorize
token_url = https://login.microsoftonline.com/contoso.com/oauth2/v2.0/token
oauth2_scope = https://outlook.office365.com/IMAP.AccessAsUser.All offline_access
redirect_uri = http://localhost:8080
client_id = '$guid'
client_secret = MARKER-contoso-secret-value
access_token = MARKER-encrypted

[b@contoso.com]
token_url = https://login.microsoftonline.com/contoso.com/oauth2/v2.0/token
client_id = '$guid'
'
file "$ini"
run add m365 --from "$T/file" </dev/null
exits "email-oauth2-proxy's configuration: 0" 0
in_err "it names the accounts" "$T/file: a@Contoso.com, b@contoso.com"
shown m365 provider microsoft "its provider"
shown m365 tenant contoso.com "its tenant"
shown m365 client_secret MARKER-contoso-secret-value "its secret"
shown m365 callback_url http://localhost:8080 "its redirect URI"

file "$ini
[c@x.org]
Client_ID : own-client
token_url = https://idp.example.test/token
permission_url = https://idp.example.test/auth
oauth2_scope = mail.read
	mail.send
redirect_uri = http://localhost
client_secret_encrypted = MARKER"
run add m366 --from "$T/file" </dev/null
in_err "several clients: it asks which" "has different clients, for"
in_err "and how to say it" "--section ADDRESS"
run add own --from "$T/file" --section C@x.org </dev/null
exits "a secret that is encrypted is missing: 2" 2
in_err "it says why" "is encrypted; pass it with --client-secret-file"
secret_file secret MARKER-client-secret-value-1
run add own --from "$T/file" --section C@x.org \
	--client-secret-file "$T/secret" </dev/null
exits "--section picks one: 0" 0
shown own provider custom "no known provider: custom"
shown own token_endpoint https://idp.example.test/token "its endpoint"
shown own scope "mail.read mail.send" "its scope, of two lines"
run add own2 --from "$T/file" --section d@x.org
in_err "a section that is not there" "has no account d@x.org with a client_id"
refused "an INI file of others" '[main]
a = MARKER' "has no account with a client_id" "another file"
refused "a JSON list" '["MARKER"]' "is JSON, but no object" ""
refused "a password flow" '[a@x.org]
client_id = x
oauth2_flow = password' "has oauth2_flow password" "enroll ADDRESS"

# ---- pizauth.conf ----

pizauth='// two accounts of one client
auth_notify_cmd = "notify \"$PIZAUTH_ACCOUNT\"";
refresh_at_least = 90m;
https_listen = none;
account "office" {
    auth_uri = "https://login.microsoftonline.com/contoso.com/oauth2/v2.0/authorize";
    token_uri = "https://login.microsoftonline.com/contoso.com/oauth2/v2.0/token";
    client_id = "'$guid'"; // the id
    client_secret = "MARKER-piz\"auth";
    scopes = [ "https://outlook.office365.com/IMAP.AccessAsUser.All",
      "offline_access" ];
    auth_uri_fields = { "prompt": "x", "login_hint": "a@contoso.com" };
}
account "second" {
    token_uri = "https://login.microsoftonline.com/contoso.com/oauth2/v2.0/token";
    client_id = "'$guid'";
    login_hint = "b@contoso.com";
}'
file "$pizauth"
run add piz --from "$T/file" </dev/null
exits "pizauth's configuration: 0" 0
in_err "it names the accounts" "$T/file: a@contoso.com, b@contoso.com"
shown piz provider microsoft "its provider"
shown piz tenant contoso.com "its tenant"
shown piz callback_url http://localhost/ "the redirect URI that pizauth takes"
file "$pizauth
account \"own\" {
    auth_uri = \"https://idp.example.test/auth\";
    token_uri = \"https://idp.example.test/token\";
    client_id = \"own-client\"; client_secret = \"MARKER-own-secret-value\";
    redirect_uri = \"http://localhost:8080/cb\";
    scopes = [\"mail.read\", \"mail.send\",];
}"
run add piz2 --from "$T/file" </dev/null
in_err "several clients: it asks which" "has different clients, for"
run add piz2 --from "$T/file" --section own </dev/null
exits "--section takes an account's name: 0" 0
shown piz2 provider custom "no known provider: custom"
shown piz2 scope "mail.read mail.send" "its scopes"
shown piz2 callback_url http://localhost:8080/cb "its redirect URI"
shown piz2 client_secret MARKER-own-secret-value "its client secret"
refused "a pizauth.conf with an error" '// x
account "a" {
    client_id = "MARKER"
    scopes = [];
}' "$T/file line 4: not valid in a pizauth.conf; nothing changed" "correct the file"
refused "one with a string that does not end" 'account "a" {
    client_id = "MARKER;
}' "not valid in a pizauth.conf" "correct the file"
refused "an account without a client" 'account "a" {
    token_uri = "https://x.org/";
}' "line 3: the account that ends here has no client_id" "correct the file"

done_testing
