#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# Making, mending and finding a store.
. "${srcdir:-.}/tests/cli/tap.sh"

run_bare list
exits "without a store the exit status is 3" 3
says "without a store the message says how to make one" \
	"no store: neither this user's nor the system's exists; run: mailbearer init, or sudo mailbearer init for Postfix [no-store]"
run_bare --json token a@x.org
is "the same in JSON" no-store "$(json id)"
run list
exits "a named store that does not exist: 3" 3
says "a named store that does not exist is named" \
	"no store: there is none in $S; run: mailbearer --store $S init [no-store]"

run init --check
exits "init --check exits 0" 0
in_out "init --check says what it would make" "would be made"
ok "init --check makes nothing" test ! -e "$S"
is "init --check names each thing once" "" "$(sort "$T/out" | uniq -d)"
run init
exits "init exits 0" 0
ends "init says what it did" "set up $S"
in_err "init names the store on stderr" "store: $S (directory)"
in_err "init says to leave the key out of backups" "out of backups"
in_err "init says how to recover without the key" "--recovery-cert FILE"
is "the key is 32 bytes" 32 "$(wc -c <"$S/key" | tr -d ' ')"
is "the directory is private" 700 "$(stat -c %a "$S")"
is "the records are private" 700 "$(stat -c %a "$S/accounts")"
ok "the key is nobody else's" test "$(stat -c %a "$S/key")" -le 600

for verb in token refresh; do
	run "$verb" nobody@x.org
	says "$verb of an unknown account names the store to enrol it in" \
		"nobody@x.org is not enrolled in $S; run: mailbearer --store $S enroll nobody@x.org; if it uses a password: mailbearer explain not-enrolled [not-enrolled]"
done
mkdir "$T/taken"
: >"$T/taken/mail"
chmod 755 "$T/taken"
run_bare --store "$T/taken" init
exits "init of a directory that holds other things: 1" 1
in_err "init of a directory that holds other things says so" \
	"is no store, but holds other files"
is "init leaves the mode of a directory that is no store" 755 \
	"$(stat -c %a "$T/taken")"

cp "$S/key" "$T/key"
run init
exits "init again exits 0" 0
is "init again ends with unchanged and nothing else" unchanged \
	"$(cat "$T/out")"
run --json init
is "init again is unchanged in JSON" false "$(json changed)"
chmod 755 "$S/accounts"
chmod 644 "$S/key"
run list
says "a key that others can read is refused" \
	"$(grep -o '.*\[key-exposed\]' "$T/err" | tail -n 1)"
exits "a key that others can read: 1" 1
run init
exits "init mends" 0
in_out "init says what it mended" "mended $S/accounts"
is "the records are private again" 700 "$(stat -c %a "$S/accounts")"
ok "the key is nobody else's again" test "$(stat -c %a "$S/key")" -le 600
ok "the key was not replaced" cmp "$T/key" "$S/key"
run init
is "then init is content" unchanged "$(cat "$T/out")"

run
exits "the first screen with a store exits 0" 0
in_out "the first screen names the store" "Store $S (directory): 0 accounts"
in_out "the first screen says what comes next" \
	"Next: mailbearer --store $S add NAME --provider PROVIDER"
run --json list
is "an empty list is an answer" 1 "$(json schema)"

# A person without rights; for root that is somebody else.
if [ "$(id -u)" -eq 0 ]; then
	as="setpriv --reuid 65534 --regid 65534 --clear-groups"
	$as true 2>/dev/null || as="setpriv-is-missing"
	chmod 711 "$T"
	chmod 755 "$HOME"
else
	as=env
fi
denied() {
	$as "$TOOL" "$@" >"$T/out" 2>"$T/err" </dev/null
	status=$?
	cat "$T/out" "$T/err" >>"$T/all"
}
if $as test -x "$TOOL" 2>/dev/null; then
	denied --system init
	exits "init of the system's store by a person: 1" 1
	says "init of the system's store by a person says what to do" \
		"/nonexistent/mailbearer/etc belongs to root; run: sudo mailbearer …, or mailbearer --user init [not-permitted]"
	denied --store /usr add x --provider google
	says "changing a store that belongs to root says what to do" \
		"/usr belongs to root; run: sudo mailbearer …, or mailbearer --user init [not-permitted]"
else
	skip "init of the system's store by a person: 1" "tool out of reach"
	skip "init of the system's store by a person says what to do" "same"
	skip "changing a store that belongs to root says what to do" "same"
fi

# One's own store.
XDG_CONFIG_HOME=$T/config XDG_DATA_HOME=$T/data XDG_STATE_HOME=$T/state
export XDG_CONFIG_HOME XDG_DATA_HOME XDG_STATE_HOME
run_bare --user init
exits "one's own store is made" 0
ok "its key lies where XDG_DATA_HOME says" test -f "$T/data/mailbearer/key"
ok "its records lie where XDG_STATE_HOME says" \
	test -d "$T/state/mailbearer/accounts"
in_err "it is named" "store: $T/config/mailbearer (user)"
run_bare --user list
exits "and found" 0
unset XDG_CONFIG_HOME XDG_DATA_HOME XDG_STATE_HOME
MAILBEARER_HOME=$S
export MAILBEARER_HOME
run_bare list
exits "MAILBEARER_HOME names a store" 0
unset MAILBEARER_HOME

# Damage.
S=$T/damaged
run init
printf 'credentials = ( );\n' >"$S/credentials.conf"
chmod 600 "$S/credentials.conf"
run list credentials
exits "plain text where a sealed file belongs: 1" 1
says "plain text where a sealed file belongs says what to do" \
	"credentials.conf is plain text, a sealed file is expected; run: mailbearer --store $S apply FILE, then delete it [not-sealed]"
run apply "$S/credentials.conf"
exits "apply takes that very file" 0
run list credentials
exits "and then it is sealed" 0
head -c 20 "$S/credentials.conf" >"$T/cut"
cp "$T/cut" "$S/credentials.conf"
run list credentials
exits "a truncated credentials file: 1" 1
in_err "a truncated credentials file has an id" "[sealed-bad]"
: >"$S/key.new"
chmod 600 "$S/key"
head -c 31 "$T/key" >"$S/key"
run list
in_err "a key of 31 bytes is refused" "[key-bad]"
run init
exits "init never replaces a damaged key" 1
is "the damaged key is still there" 31 "$(wc -c <"$S/key" | tr -d ' ')"

# The key elsewhere.
S=$T/elsewhere
mkdir -m 700 "$T/safe"
run init --key relative
exits "--key wants an absolute path" 2
run init --key "$T/safe/key"
if [ "$(id -u)" -eq 0 ]; then
	# Links count only when all directories belong to root, $T's too.
	is "--key makes a link" "$T/safe/key" "$(readlink "$S/key")"
fi

# Recovery without the key.
S=$T/recovery
run init
if openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes \
	-keyout "$T/rec.key" -out "$T/rec.pem" -subj /CN=rec -days 2 \
	2>/dev/null
then
	run init --recovery-cert "$T/rec.key"
	exits "a private key is no certificate" 4
	run init --recovery-cert "$T/rec.pem"
	exits "init --recovery-cert exits 0" 0
	run init --recovery-cert "$T/rec.pem"
	ends "the same certificate again is unchanged" unchanged
	printf 'MARKER-recovered\n' >"$T/secret"
	run add rec --provider google --client-id \
		x.apps.googleusercontent.com --client-secret-file "$T/secret"
	openssl cms -decrypt -binary -inform DER -in "$S/credentials.conf" \
		-recip "$T/rec.pem" -inkey "$T/rec.key" -out "$T/plain" \
		2>"$T/err"
	ok "stock openssl opens it with the recovery key" \
		grep -q MARKER-recovered "$T/plain"
	run list credentials
	in_out "and the host key still does" rec
else
	skip "recovery" "openssl makes no certificate"
fi
openssl cms -decrypt -binary -inform DER -in "$S/credentials.conf" \
	-secretkey "$(od -An -v -tx1 "$S/key" | tr -d ' \n')" \
	-out "$T/plain2" 2>"$T/err"
ok "stock openssl opens it with the host key" \
	grep -q MARKER-recovered "$T/plain2"

# The key is gone, what it sealed is not.
S=$T/lost
run init
run add work --provider custom --client-id id --public \
	--authorization-endpoint https://idp.example.test/a \
	--token-endpoint https://idp.example.test/t --scope mail
mv "$S/key" "$T/lost.key"
run init
exits "init makes no new key over files sealed with a lost one" 1
in_err "it says which file, and to restore the key" "is missing, and $S/credentials.conf is sealed with it; restore the key"
ok "no key was made" test ! -e "$S/key"
mv "$T/lost.key" "$S/key"
run list credentials
in_out "with the key back all is there" work

done_testing
