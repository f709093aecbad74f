<?php
// SPDX-License-Identifier: Apache-2.0
$c = new ZMQContext();
$p = $c->getSocket(ZMQ::SOCKET_REP);
$q = $c->getSocket(ZMQ::SOCKET_REQ);
$p->bind("tcp://127.0.0.1:*");
$q->connect($p->getSockOpt(ZMQ::SOCKOPT_LAST_ENDPOINT));
for ($i = 0; $i < 200; $i++) {
    $q->sendMulti(["a$i", str_repeat("b", $i * 100)]);
    $m = $p->recvMulti();
    if (strlen($m[1]) !== $i * 100) exit(1);
    $p->send($m[0]);
    if ($q->recv() !== "a$i") exit(2);
}
$poll = new ZMQPoll();
$poll->add($q, ZMQ::POLL_OUT);
$r = [];
$w = [];
if ($poll->poll($r, $w, 1000) !== 1) exit(3);
echo "as expected\n";
