# SPDX-License-Identifier: BSD-2-Clause
# login.pl ACCOUNT SERVER: a login through libsasl2, as a mail program does it.
use strict;
use warnings;
use Authen::SASL qw(Cyrus);

my ($account, $server) = @ARGV;
my $sasl = Authen::SASL->new(mechanism => 'XOAUTH2',
	callback => { user => '', authname => $account, pass => 'unused' });
my $conn = $sasl->client_new('imap', $server);
my $out = $conn->client_start // '';
$out =~ tr/\001/^/;
print $conn->code, " $out\n";
print scalar($conn->error), "\n" if $conn->code < 0;
