# shellcheck shell=sh
# SPDX-License-Identifier: BSD-2-Clause
# shellcheck disable=SC2154 # build and store are set by those who source it
# What the tests in hosts that are scripts share.  Sourced.
plugins=$build/tests/stage/sasl2
before=

# A sanitizer's runtime has to be in perl first; perl itself leaks.
module=$build/tests/stage/sasl2/libmailbearer.so
[ -e "$module" ] || module=$build/tests/stage/sasl2/.libs/libmailbearer.so
asan=$(ldd "$module" 2>/dev/null | awk '/lib(clang_rt\.)?asan/ { print $3 }')
ubsan=$(ldd "$module" 2>/dev/null | awk '/libubsan/ { print $3 }')

# What a login yields: code, bytes, code and bytes after a refusal.
login() {	# ACCOUNT SERVER
	MAILBEARER_HOME=$store SASL_PATH=$plugins \
	ASAN_OPTIONS=detect_leaks=0 LD_PRELOAD="$asan $ubsan $before" \
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
