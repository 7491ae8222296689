#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# rekey: a new host key while programs with the old one go on; recovery
# certificates.
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
key_size() {
	wc -c <"$S/key" | tr -d ' '
}
# What a program that was started before the rekey sees: its key is the one
# it read then, and no path leads it to another.
old_program() {
	rm -rf "$T/old"
	mkdir -m 700 "$T/old"
	cp "$T/key.0" "$T/old/key"
	cp -p "$S/credentials.conf" "$T/old/"
	ln -s "$S/accounts" "$T/old/accounts"
	"$TOOL" --store "$T/old" "$@" >"$T/out" 2>"$T/err"
	status=$?
}
opens_with() {
	openssl cms -decrypt -binary -inform DER -in "$1" -out /dev/null \
		-secretkey "$2" 2>/dev/null
}
hex() {
	od -An -v -tx1 "$1" | tr -d ' \n'
}

cp "$S/key" "$T/key.0"
cp -p "$S/key" "$T/key.1"
run rekey --finish
exits "rekey --finish without a rekey: 0" 0
ends "rekey --finish without a rekey changes nothing" unchanged
run rekey --check
exits "rekey --check: 0" 0
cmp -s "$S/key" "$T/key.0" && [ ! -e "$S/rekey.pending" ]
result $? "rekey --check leaves key and store alone"

run rekey
exits "rekey: 0" 0
in_out "rekey says for how many accounts" "(3 accounts)"
in_err "rekey says what comes next" "rekey --finish"
is "the key file holds both keys" 64 "$(key_size)"
new=$(hex "$S/key" | cut -c 1-64)
old=$(hex "$T/key.0")
is "the second is the old one" "$old" "$(hex "$S/key" | cut -c 65-)"
is "the key file keeps its mode" "$(stat -c %a "$T/key.1")" "$(stat -c %a "$S/key")"
for f in "$S/credentials.conf" "$S"/accounts/*.rec; do
	opens_with "$f" "$old" && opens_with "$f" "$new" || break
	f=
done
is "stock openssl opens every file with either key" "" "$f"
run rekey
exits "rekey once more: 0" 0
ends "rekey once more changes nothing" unchanged

# A program with both keys writes for both; the old one goes on reading.
quiet token a@x.org --min-validity 4000
exits "a new program refreshes" 0
old_program show a@x.org
exits "an old program reads what a new one wrote" 0
old_program refresh b@x.org --force
exits "an old program refreshes" 0
run show b@x.org
exits "a new program reads what an old one wrote" 0
run rekey --finish --check
exits "--finish --check sees that: 5" 5
run rekey --finish
exits "--finish refuses while an old program writes: 5" 5
says "and says whose record, and what to do" \
	"b@x.org: written by a program that has the old key alone; the old key stays; reload the mail programs (postfix reload), then: mailbearer --store $S rekey --finish [busy]"
is "both keys stay" 64 "$(key_size)"

run rekey --finish --json
exits "--finish, when they are gone: 0" 0
is "--json counts the accounts" 3 "$(json accounts)"
is "one key is left" 32 "$(key_size)"
is "it is the new one" "$new" "$(hex "$S/key")"
for f in "$S/credentials.conf" "$S"/accounts/*.rec; do
	opens_with "$f" "$new" && ! opens_with "$f" "$old" || break
	f=
done
is "nothing opens with the old key" "" "$f"
[ ! -e "$S/rekey.pending" ]
result $? "the mark is gone"
run rekey --finish
ends "--finish once more changes nothing" unchanged
old_program token a@x.org
exits "a key that opens nothing: 1" 1
in_err "and is told why" "[key-changed]"
for i in a b c; do
	quiet refresh $i@x.org --force
	[ $status -eq 0 ] || break
done
exits "every account refreshes" 0

# A writer that died at a first enrolment left ID.new alone.
rec=$(find "$S/accounts" -name '*.rec' | sort | head -n 1)
mv "$rec" "${rec%.rec}.new"
run rekey
exits "rekey with a new record that waits to be adopted: 0" 0
run rekey --finish
exits "and --finish: 0" 0
run list --json
! grep -q '"broken"' "$T/out" && [ "$(grep -c '"account":' "$T/out")" -eq 3 ]
result $? "it is a record of the new key's"

# A record that is damaged stops nothing.
rec=$(find "$S/accounts" -name '*.rec' | sort | head -n 1)
cp -p "$rec" "$T/saved.rec"
damage "$rec" 200
run rekey
exits "rekey with a damaged record: 0" 0
in_err "it is named" "[sealed-bad]"
run rekey --finish
exits "--finish with a damaged record: 0" 0
rm "$rec"

# One that a backup's hard link keeps from being read can be mended, as long as
# there is the key for it.
rec=$(find "$S/accounts" -name '*.rec' | sort | head -n 1)
ln "$rec" "$T/link"
run rekey
exits "rekey with a record that is not looked into: 0" 0
in_err "it is named" "[unsafe-file]"
run rekey --finish
exits "--finish keeps the old key for it: 1" 1
says "and says what to do" \
	"1 record: not looked into, and the old key may be needed to open it; the old key stays; mend or remove what is named above, then: mailbearer --store $S rekey --finish [unsafe-file]"
is "both keys stay for it" 64 "$(key_size)"
rm "$T/link"
run rekey --finish
exits "--finish, when that is mended, reseals it or asks for a reload" 5
run rekey --finish
exits "and then the old key goes: 0" 0
run list --json
! grep -q '"broken"' "$T/out"
result $? "the record can be read"

# Recovery certificates.
run rekey --recovery-cert "$data/recovery.crt"
exits "--recovery-cert: 0" 0
ends "it says how many there are" "sealed for 1 recovery certificate"
is "the key stays" 32 "$(key_size)"
openssl cms -decrypt -binary -inform DER -in "$S/credentials.conf" \
	-inkey "$data/recovery.key" -recip "$data/recovery.crt" \
	-passin pass:test 2>/dev/null | grep -q MARKER-client-secret ||
	openssl cms -decrypt -binary -inform DER -in "$S/credentials.conf" \
	-inkey "$data/recovery.key" -recip "$data/recovery.crt" \
	2>/dev/null | grep -q MARKER-client-secret
result $? "the recovery key opens the credentials file"
run rekey --recovery-cert "$data/recovery.crt"
ends "the same again" unchanged
openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes \
	-subj /CN=second -days 30 -keyout "$T/second.key" \
	-out "$T/second.crt" 2>/dev/null
run rekey --recovery-cert "$T/second.crt"
ends "a second one joins" "sealed for 2 recovery certificates"
run rekey
run rekey --finish
exits "a rekey with recovery certificates: 0" 0
openssl cms -decrypt -binary -inform DER -in "$S/credentials.conf" \
	-inkey "$T/second.key" -recip "$T/second.crt" 2>/dev/null |
	grep -q MARKER-client-secret
result $? "a rekey keeps them"
run rekey --remove-recovery "$data/recovery.crt"
ends "one is removed" "sealed for 1 recovery certificate"
run rekey --remove-recovery all --check
ends "--check" "would be sealed for 0 recovery certificates"
run rekey --remove-recovery all
ends "all are removed" "sealed for 0 recovery certificates"
run rekey --recovery-cert "$data/rsa.crt"
exits "an RSA certificate is refused" 4
run rekey --finish --recovery-cert "$T/second.crt"
exits "--finish goes alone: 2" 2
run rekey now
exits "no words: 2" 2

done_testing
