#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# The real libsasl2 and the real plugin with another layout of sasl_utils_t
# between them, in a host that is linked to libsasl2, in one that keeps its
# symbols to itself, and in Perl: the plugin works, or it says one line and is
# as good as not there.
build=${top_builddir:-.}
store=$("$build/tests/host/mkstore" perl@example.test perl-token \
	imap.example.test) || { echo 'Bail out! no store'; exit 1; }
err=$(mktemp "${TMPDIR:-/tmp}/mb-layouts-XXXXXX") || exit 1
trap '"$build/tests/host/mkstore" -d "$store"; rm -f "$err"' EXIT
. "${srcdir:-.}/tests/host/perl_bed.sh"
before=$build/tests/host/.libs/syslogged.so

# What a program says of a login; then the lines that went to syslog.
host() {	# PROGRAM
	MAILBEARER_HOME=$store SASL_PATH=$plugins \
	ASAN_OPTIONS=detect_leaks=0 LD_PRELOAD="$asan $ubsan $before" \
		"$build/tests/host/$1" perl@example.test imap.example.test \
		>/dev/null 2>"$err"
	echo $?
}

syslogged() {
	sed -n 's/^syslog: //p' "$err"
}

off='mailbearer: this libsasl2 has an unknown layout, OAuth2 is off in'

plugins=$build/tests/host/short/.libs
for program in login login-local; do
	is 0 "$(host $program)" "the short layout: $program logs in"
	is '' "$(syslogged)" "the short layout: $program has nothing to log"
done
plugins=$build/tests/host/odd/.libs
for program in login login-local; do
	is 1 "$(host $program)" "an unknown layout: $program goes on without us"
	is "$off" "$(syslogged | sed 's/ in [^ ]*$/ in/')" \
		"an unknown layout: $program logs one line"
done

if perl -MAuthen::SASL::Cyrus -e 1 2>/dev/null; then
	plugins=$build/tests/host/short/.libs
	is '0 user=perl@example.test^auth=Bearer perl-token^^
0' "$(login perl@example.test imap.example.test 2>"$err")" \
		"the short layout: Perl logs in, and its refusal is answered"
	is '-4 ' "$(login other@example.test imap.example.test)" \
		"the short layout: Perl may try a password for another account"
	plugins=$build/tests/host/odd/.libs
	is '-4 ' "$(login perl@example.test imap.example.test 2>"$err")" \
		"an unknown layout: Perl goes on without us"
	is "$off perl" "$(syslogged)" "an unknown layout: Perl logs one line"
else
	n=$((n + 1))
	echo "ok $n - Perl # SKIP Authen::SASL::Cyrus is not installed"
fi
echo "1..$n"
