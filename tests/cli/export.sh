#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# export and import: a whole store, sealed for a certificate, to another host.
. "${srcdir:-.}/tests/cli/tap.sh"
. "${srcdir:-.}/tests/cli/damage.sh"

data=${srcdir:-.}/tests/data
secret_file secret MARKER-client-secret-value-1
endpoint --log "$T/log" keep
run init
add_custom cred
for i in a b c; do
	enrolled $i@x.org cred
done
for i in to other; do
	openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes \
		-subj /CN=$i -days 30 -keyout "$T/$i.key" -out "$T/$i.crt" \
		2>/dev/null
done
openssl pkcs8 -topk8 -in "$T/to.key" -out "$T/locked.key" \
	-passout pass:MARKER-pass 2>/dev/null

run export "$T/x" --to "$T/to.crt" --check
exits "export --check: 0" 0
ends "export --check counts" \
	"would export 3 accounts and the client credentials to $T/x"
[ ! -e "$T/x" ]
result $? "export --check writes nothing"
echo precious >"$T/x.new"
run export "$T/x" --to "$T/to.crt"
exits "export: 0" 0
is "a file beside it is left alone" precious "$(cat "$T/x.new")"
in_err "it reminds of retire" "retire, here"
is "the file is its owner's alone" 600 "$(stat -c %a "$T/x")"
! grep -aq MARKER "$T/x"
result $? "no secret can be read in it"
openssl cms -decrypt -binary -inform DER -in "$T/x" -out "$T/plain" \
	-inkey "$T/to.key" -recip "$T/to.crt" 2>/dev/null &&
	[ "$(head -n 1 "$T/plain")" = "mailbearer-export 1" ] &&
	[ "$(tail -n 1 "$T/plain")" = "end 3" ] &&
	grep -q 'refresh_token MARKER-refresh-0' "$T/plain" &&
	grep -q MARKER-client-secret "$T/plain"
result $? "stock openssl opens it"
run export "$T/x" --to "$T/to.crt"
exits "a file that is there is not overwritten: 1" 1
run export "$T/y" --to "$data/rsa.crt"
exits "an RSA certificate is refused: 4" 4
[ -z "$(ls "$T"/y* 2>/dev/null)" ]
result $? "and leaves no file"
run export "$T/y"
exits "--to is needed: 2" 2
run export /dev/full/y --to "$T/to.crt"
exits "a file that cannot be made: 1" 1
"$TOOL" --store "$S" export - --to "$T/to.crt" 2>/dev/null |
	openssl cms -decrypt -binary -inform DER -inkey "$T/to.key" \
	-recip "$T/to.crt" 2>/dev/null | tail -n 1 | grep -q '^end 3$'
result $? "export - goes through a pipe"

mv "$S" "$T/first"
run init
run import "$T/x" --recovery-key "$T/to.key" --check
exits "import --check: 0" 0
ends "import --check counts" \
	"would import 1 client credential and 3 of 3 accounts (0 newer here)"
[ ! -e "$S/credentials.conf" ] && [ -z "$(ls "$S"/accounts/*.rec 2>/dev/null)" ]
result $? "import --check writes nothing"
run import "$T/x" --recovery-key "$T/to.key" --json
exits "import: 0" 0
is "--json counts them" 3 "$(json added)"
quiet show cred --secrets
in_out "the client secret came along" MARKER-client-secret-value-1
quiet token a@x.org
exits "an account works here" 0
run import "$T/x" --recovery-key "$T/to.key"
exits "import once more: 0" 0
in_err "what was refreshed here is newer" \
	"a@x.org: the sign-in here is newer and stays"
ends "so nothing changes" unchanged
is "the newer one stays" 2 "$("$TOOL" --store "$S" show a@x.org --json |
	sed -n 's/.*"generation": \([0-9]*\).*/\1/p' | head -n 1 |
	awk '{ print ($1 > 2) ? 2 : $1 }')"
run import "$T/x" --recovery-key "$T/to.key" --replace
ends "--replace overwrites it" \
	"imported 1 client credential and 1 of 3 accounts (0 newer here)"

run set cred --client-id another --no-verify
run import "$T/x" --recovery-key "$T/to.key"
exits "a client credential that differs: 1" 1
says "is named" \
	"client credential cred is here already and differs; nothing was imported; to take over the file's: --replace [exists]"

refused() {
	cp -a "$S" "$T/before"
	run import "$2" --recovery-key "$3"
	exits "$1" "$4"
	diff -r "$S" "$T/before" >/dev/null
	result $? "$1: nothing changes"
	rm -rf "$T/before"
}
refused "another key" "$T/x" "$T/other.key" 1
refused "a certificate in place of the key" "$T/x" "$T/to.crt" 1
head -c 900 "$T/x" >"$T/cut"
refused "a file that is cut" "$T/cut" "$T/to.key" 1
cp "$T/x" "$T/bent"
damage "$T/bent" 1500
refused "a file that was changed" "$T/bent" "$T/to.key" 1
in_err "it says so" "[sealed-bad]"
echo hello >"$T/text"
refused "plain text" "$T/text" "$T/to.key" 1
refused "an empty file" /dev/null "$T/to.key" 1
printf 'mailbearer-export 1\naccount 99\nshort\nend 1\n' |
	openssl cms -encrypt -binary -aes-256-gcm -outform DER -out "$T/short" \
	"$T/to.crt" 2>/dev/null
refused "parts that do not add up" "$T/short" "$T/to.key" 1
in_err "it says what is expected" "is not what mailbearer export writes"
refused "a file that is not there" "$T/none" "$T/to.key" 1

run import "$T/x" --recovery-key "$T/locked.key" --check --replace </dev/null
exits "a passphrase and no terminal: 2" 2
echo MARKER-pass >"$T/pass"
run import "$T/x" --recovery-key "$T/locked.key" --passphrase-file "$T/pass" \
	--check --replace
exits "--passphrase-file: 0" 0
echo wrong >"$T/pass"
run import "$T/x" --recovery-key "$T/locked.key" --passphrase-file "$T/pass" \
	--check --replace
exits "a wrong one: 1" 1

# A credentials file that a recovery key opens.
rm -rf "$S"
cp -a "$T/first" "$S"
run rekey --recovery-cert "$T/to.crt"
cp "$S/credentials.conf" "$T/recovered"
rm -rf "$S"
run init
run import "$T/recovered" --recovery-key "$T/to.key"
exits "a credentials file from a backup, without its host key: 0" 0
quiet show cred --secrets
in_out "is recovered" MARKER-client-secret-value-1

done_testing
