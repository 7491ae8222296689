#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# A store with a wrong key, with a damaged file, with a name that is no text;
# and what a file given to apply gets told.
. "${srcdir:-.}/tests/cli/tap.sh"
. "${srcdir:-.}/tests/cli/damage.sh"

secret_file secret MARKER-client-secret-value-1
port=9
run init
add_custom cred
enrolled a@x.org cred 4000000000
cp -p "$S/key" "$T/key"
cp -p "$S/credentials.conf" "$T/sealed"

run init
ends "init on a store that is all right: unchanged" unchanged
chmod 600 "$S/key"
head -c 32 /dev/urandom >"$S/key"
chmod 750 "$S/accounts"
run init
exits "init with a wrong key: 1" 1
in_err "it says so" "[key-changed]"
is "and mends nothing" 750 "$(stat -c %a "$S/accounts")"
ok "the credentials file stays" cmp "$T/sealed" "$S/credentials.conf"
run token a@x.org
exits "token with a wrong key: 1" 1
in_err "it says so, too" "[key-changed]"

cat "$T/key" >"$S/key"
damage "$S/credentials.conf" 40
run init
exits "init with a damaged credentials file: 1" 1
ok "it says so" grep -q '\[sealed-bad\]\|\[key-changed\]' "$T/err"
is "and mends nothing" 750 "$(stat -c %a "$S/accounts")"
cat "$T/sealed" >"$S/credentials.conf"
run init
exits "with the right ones again it mends: 0" 0
is "the mode is right" 700 "$(stat -c %a "$S/accounts")"

# ---- errors in a file are errors in that file ----

printf 'credentials = ( { name = "w"; provider = "custom"; client_id = "x";
 token_endpoint = "http://x.org/t"; } );\n' >"$T/bad"
run apply "$T/bad"
exits "a bad endpoint in a file: 4, as bad syntax" 4
in_err "it is the endpoint" "[bad-endpoint]"
printf 'credentials = ( {\n' >"$T/bad"
run apply "$T/bad"
exits "bad syntax in a file: 4" 4
in_err "it is that file which is to be corrected" "correct $T/bad"
head -c 5000000 /dev/zero | tr '\0' '#' >"$T/bad"
run apply "$T/bad"
in_err "too large: has a remedy" "; name the right file [too-large]"

# ---- control bytes ----

S=$T/$(printf 'a\033[31mb')
run init
exits "a store of any name: 0" 0
! LC_ALL=C grep -q "$(printf '\033')" "$T/out" "$T/err"
result $? "its control bytes are not printed"
run init
! LC_ALL=C grep -q "$(printf '\033')" "$T/out" "$T/err"
result $? "nor the second time"

done_testing
