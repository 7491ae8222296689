#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# Perl loads libsasl2 with local symbols and has no place for prompts.
build=${top_builddir:-.}

if ! perl -MAuthen::SASL::Cyrus -e 1 2>/dev/null; then
	echo "1..0 # SKIP Authen::SASL::Cyrus is not installed"
	exit 0
fi
store=$("$build/tests/host/mkstore" perl@example.test perl-token \
	imap.example.test) || { echo 'Bail out! no store'; exit 1; }
trap '"$build/tests/host/mkstore" -d "$store"' EXIT

. "${srcdir:-.}/tests/host/perl_bed.sh"

is '0 user=perl@example.test^auth=Bearer perl-token^^
0' "$(login perl@example.test imap.example.test)" \
	"Perl logs in, and its refusal is answered"
is '-14 ' "$(login perl@example.test imap.attacker.example)" \
	"Perl gets no token for another server"
is '-4 ' "$(login other@example.test imap.example.test)" \
	"Perl may try a password for another account"
echo "1..$n"
