#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# Run by deb.sh in the clean root, after smoke: Debian's Postfix, in its chroot,
# sends a message to a server that takes it only with smoke's token.
set -eu
work=$(mktemp -d)
postfix=
cleanup() {
	[ -z "$postfix" ] || postfix stop >/dev/null 2>&1
	rm -rf "$work"
}
trap cleanup EXIT

cat >"$work/sink.pl" <<'EOF'
use strict; use warnings; use IO::Socket::INET; use MIME::Base64; $| = 1;
my $token = shift;
my $server = IO::Socket::INET->new(Listen => 5, LocalAddr => '127.0.0.1')
	or die "listen: $!";
print $server->sockport, "\n";
my $good = "user=smoke\@example.test\001auth=Bearer $token\001\001";
while (my $c = $server->accept) {
	my ($known, $data) = (0, 0);
	print $c "220 mail.example.test\r\n";
	while (defined(my $line = <$c>)) {
		my $answer = "250 fine";
		if ($data) {
			next if $line ne ".\r\n";
			($data, $answer) = (0, "250 taken");
			print "taken\n";
		} elsif ($line =~ /^EHLO/i) {
			$answer = "250-mail.example.test\r\n250 AUTH XOAUTH2";
		} elsif ($line =~ /^AUTH XOAUTH2 (\S+)/i) {
			$known = decode_base64($1) eq $good;
			$answer = $known ? "235 welcome" : "535 who is it";
		} elsif ($line =~ /^(MAIL|RCPT|DATA)/i) {
			$data = $known && $1 eq 'DATA';
			$answer = "530 log in first" if !$known;
			$answer = "354 go on" if $data;
		} elsif ($line =~ /^QUIT/i) {
			print $c "221 bye\r\n";
			last;
		}
		print $c "$answer\r\n";
	}
}
EOF
perl "$work/sink.pl" "$(mailbearer token smoke@example.test)" >"$work/sink" &
trap 'cleanup; kill $!' EXIT
until [ -s "$work/sink" ]; do
	sleep 0.1
done
port=$(head -n 1 "$work/sink")

# In the chroot names are looked up in its own copy.
echo "127.0.0.1 mail.example.test" >>/etc/hosts
echo "[mail.example.test]:$port smoke@example.test:unused" >/etc/postfix/users
postconf -e "relayhost=[mail.example.test]:$port" smtp_host_lookup=native \
	smtp_sasl_auth_enable=yes smtp_sasl_password_maps=texthash:/etc/postfix/users \
	smtp_sasl_security_options=noanonymous smtp_tls_security_level=none \
	inet_interfaces=loopback-only mydestination= maillog_file=/var/log/postfix.log \
	myhostname=relay.example.test
postconf -F 'smtp/unix/chroot=y'
/usr/lib/postfix/configure-instance.sh -
postfix=started
postfix start
sendmail -f smoke@example.test somebody@elsewhere.test <<'EOF'
Subject: through the plugin

It came.
EOF
tries=0
until grep -q taken "$work/sink"; do
	tries=$((tries + 1))
	[ $tries -lt 100 ] || {
		cat /var/log/postfix.log
		exit 1
	}
	sleep 0.2
done
grep -q 'status=sent (250 taken)' /var/log/postfix.log || sleep 1
grep 'status=sent (250 taken)' /var/log/postfix.log
