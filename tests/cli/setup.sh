#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# setup for an address that is not enrolled: the lines all the same, and the
# command that enrols it.
. "${srcdir:-.}/tests/cli/tap.sh"

# Where Postfix is, its own configuration is left alone.
mkdir "$T/postfix"
: >"$T/postfix/main.cf"
printf 'smtp unix - - y - - smtp\n' >"$T/postfix/master.cf"
programs="mbsync --imap imaps://h.example.test"
if [ -x /usr/sbin/postconf ]; then
	programs="$programs
postfix --smtp smtp://h.example.test --config-dir $T/postfix"
else
	skip "setup postfix" "no Postfix here"
fi

# hint WHEN COMMAND: what each program's user is told next
hint() {
	echo "$programs" | while read -r words; do
		# shellcheck disable=SC2086
		run setup $words new@x.org
		grep -q "^note: new@x.org is not enrolled, so no token goes out for it yet; enrol it first:$" "$T/err" &&
			grep -qxF "next: mailbearer --store $S $2" "$T/err" ||
			exit 1
	done
	result $? "$1"
}
run init
hint "no client credential: that comes first" \
	"add NAME --provider PROVIDER, then: mailbearer --store $S enroll new@x.org"
secret_file secret MARKER-client-secret-value-1
answers keep
endpoint "@$T/answers"
add_custom cred
hint "one client credential: it is in the command" \
	"enroll new@x.org --credential cred"
add_custom other
hint "several: they are named" \
	"enroll new@x.org --credential NAME (one of: cred, other)"
run setup mbsync you@gmail.com
in_out "the lines are there all the same" "Host imap.gmail.com"
enrolled new@x.org cred
run setup mbsync new@x.org --imap imaps://h.example.test
is "enrolled: no word of it" "" "$(grep enrol "$T/err")"

# Programs that log in to a server with one account, STARTTLS alone, or a path.
run setup sendmail new@x.org other@x.org --smtp smtp://h.example.test
exits "sendmail has one account for a server" 2
in_err "and says so" "one account: name one address"
run setup sendmail new@x.org --smtp smtps://h.example.test
exits "sendmail cannot begin with TLS" 2
in_err "and says what it needs" "it needs a server with STARTTLS"
run setup exim new@x.org --smtp smtp://h.example.test
in_out "Exim, which looks nowhere, gets the whole path" '${run{/'
in_out "and insists on the server's certificate" "tls_verify_hosts = *"
run setup mutt "o'brien@x.org" --imap imaps://h.example.test
in_err "an address that a shell would take apart is named" \
	"note: o'brien@x.org has characters"

run_bare --store "$T/no-store.d" setup mbsync you@gmail.com
ok "a store that was named and is none is an error" test "$status" -eq 3

done_testing
