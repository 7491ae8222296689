# SPDX-License-Identifier: BSD-2-Clause
# A token endpoint on loopback: prints its port, answers each POST with the
# next token, ends with its standard input's reader. perl-base is enough.
use strict;
use warnings;
use IO::Socket::INET;

my $server = IO::Socket::INET->new(Listen => 5, LocalAddr => '127.0.0.1')
	or die "listen: $!";
$| = 1;
print $server->sockport, "\n";
for (my $n = 1; my $c = $server->accept; $n++) {
	my ($length, $refresh) = (0, '');
	while (defined(my $line = <$c>)) {
		$length = $1 if $line =~ /^content-length:\s*(\d+)/i;
		last if $line =~ /^\r?\n$/;
	}
	read($c, my $body, $length);
	my $known = $body =~ /grant_type=refresh_token/ &&
		$body =~ /refresh_token=smoke-refresh/;
	my $json = $known ?
		qq({"access_token":"smoke-access-$n","token_type":"Bearer",) .
		qq("expires_in":3600}) : '{"error":"invalid_grant"}';
	printf $c "HTTP/1.1 %s\r\nContent-Type: application/json\r\n" .
		"Content-Length: %d\r\nConnection: close\r\n\r\n%s",
		$known ? '200 OK' : '400 Bad Request', length($json), $json;
	close($c);
}
