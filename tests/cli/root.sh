#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# A store whose records belong to a service user: root changes the credentials
# file, and never touches a record as root.
. "${srcdir:-.}/tests/cli/tap.sh"

if [ "$(id -u)" -ne 0 ] || ! id nobody >/dev/null 2>&1; then
	echo "1..0 # SKIP needs root and the user nobody"
	exit 0
fi

# The tool becomes nobody and has to get at the store.
chmod 711 "$T"
secret_file secret MARKER-client-secret-value-1
secret_file secret2 MARKER-client-secret-value-2
answers keep
endpoint "@$T/answers"

run init --service-user no-such-user
exits "an unknown service user: 2" 2
run init --service-user nobody
exits "init for a service user" 0
is "the records belong to it" "nobody 700" "$(stat -c '%U %a' "$S/accounts")"
is "the key is root's" "root 400" "$(stat -c '%U %a' "$S/key")"
run init --service-user nobody
ends "init again is unchanged" unchanged
chmod 711 "$S"
add_custom cred
exits "add works as root" 0
is "the credentials file is root's, its group reads it" "root 640" \
	"$(stat -c '%U %a' "$S/credentials.conf")"
enrolled a@x.org cred
exits "enroll works" 0
is "the record belongs to the service user" "nobody 600" \
	"$(stat -c '%U %a' "$S"/accounts/*.rec)"
quiet token a@x.org
is "token refreshes" MARKER-access-1 "$(cat "$T/out")"
is "and the record still belongs to the service user" nobody \
	"$(stat -c %U "$S"/accounts/*.rec)"
run set cred --client-secret-file "$T/secret2"
in_err "a new secret is proved" "the new secret works: a@x.org was refreshed"
answers 'error=invalid_client:401:wrong'
run set cred --client-secret-file "$T/secret"
exits "one that the provider refuses is not kept" 4
quiet show cred --secrets
in_out "the old one is" MARKER-client-secret-value-2
run rename cred renamed
ends "rename takes the records along" "renamed cred to renamed (1 account)"
run remove renamed
in_err "a credential that is used is counted" "1 account uses it: a@x.org"
run list
in_out "list reads the records" a@x.org
is "no lock or record was left to root" "" \
	"$(find "$S/accounts" -user root)"

# What the service user plants does not hurt root.
ln -s /etc/shadow "$S/accounts/1123456789abcdef0123456789abcdef.rec"
chown -h nobody "$S/accounts/1123456789abcdef0123456789abcdef.rec"
run refresh --all
in_err "a planted link is refused" "[unsafe-file]"
run remove a@x.org --yes
ends "remove works as the service user" "removed a@x.org"

done_testing
