# SPDX-License-Identifier: Apache-2.0
use strict;
use warnings;
use ZMQ::FFI qw(ZMQ_REQ ZMQ_REP ZMQ_LAST_ENDPOINT);
my $c = ZMQ::FFI->new(soname => $ARGV[0]);
my ($p, $q) = ($c->socket(ZMQ_REP), $c->socket(ZMQ_REQ));
$p->bind('tcp://127.0.0.1:*');
$q->connect($p->get(ZMQ_LAST_ENDPOINT, 'string'));
for my $i (1 .. 200) {
    $q->send_multipart(["a$i", 'b' x ($i * 100)]);
    my @m = $p->recv_multipart();
    die 'wrong' unless $m[0] eq "a$i" && length $m[1] == $i * 100;
    $p->send($m[0]);
    die 'wrong' unless $q->recv() eq "a$i";
}
print join('.', $c->version()), " as expected\n";
