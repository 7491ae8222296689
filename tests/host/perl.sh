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

# A sanitizer's runtime has to be in perl first; perl itself leaks.
module=$build/tests/stage/sasl2/libmailbearer.so
[ -e "$module" ] || module=$build/tests/stage/sasl2/.libs/libmailbearer.so
asan=$(ldd "$module" 2>/dev/null | awk '/lib(clang_rt\.)?asan/ { print $3 }')
ubsan=$(ldd "$module" 2>/dev/null | awk '/libubsan/ { print $3 }')

# What a login yields: code, bytes, code and bytes after a refusal.
login() {	# ACCOUNT SERVER
	MAILBEARER_HOME=$store SASL_PATH=$build/tests/stage/sasl2 \
	ASAN_OPTIONS=detect_leaks=0 LD_PRELOAD="$asan $ubsan" \
	perl -e '
		use Authen::SASL qw(Cyrus);
		my ($account, $server) = @ARGV;
		my $sasl = Authen::SASL->new(mechanism => "XOAUTH2",
			callback => { user => "", authname => $account,
				pass => "unused" });
		my $conn = $sasl->client_new("imap", $server);
		my $out = $conn->client_start;
		print $conn->code, " ", $out // "", "\n";
		exit if $conn->code < 0;
		$conn->client_step(q({"status":"401"}));
		print $conn->code, "\n";
	' "$1" "$2" | tr '\001' '^'
}

n=0
is() {	# WANTED FOUND TEXT
	n=$((n + 1))
	if [ "$1" = "$2" ]; then
		echo "ok $n - $3"
	else
		echo "not ok $n - $3"
		printf '%s\n' "$2" | sed 's/^/# /'
	fi
}

is '0 user=perl@example.test^auth=Bearer perl-token^^
0' "$(login perl@example.test imap.example.test)" \
	"Perl logs in, and its refusal is answered"
is '-14 ' "$(login perl@example.test imap.attacker.example)" \
	"Perl gets no token for another server"
is '-4 ' "$(login other@example.test imap.example.test)" \
	"Perl may try a password for another account"
echo "1..$n"
