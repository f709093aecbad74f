# Prints messages in the format of KV-cache events, from 0, until there are as many as
# it is told.
# usage: kvsubscriber.py LIVE REPLAY TOPIC COUNT
import sys, zmq

ctx = zmq.Context.instance()
live, replay = ctx.socket(zmq.SUB), ctx.socket(zmq.DEALER)
live.setsockopt(zmq.SUBSCRIBE, sys.argv[3].encode())
live.connect(sys.argv[1])
replay.connect(sys.argv[2])
last, count = -1, int(sys.argv[4])

def deliver(number, payload):
    global last
    if number > last:
        assert number == last + 1, (number, last)
        print(payload.decode(), flush=True)
        last = number

def ask():
    replay.send_multipart([b"", (last + 1).to_bytes(8, "big")])
    while True:
        frames = replay.recv_multipart()
        assert len(frames) in (3, 4) and frames[0] == b"", frames
        number, payload = frames[-2:]
        if number == b"\xff" * 8:
            assert payload == b"", frames
            return
        deliver(int.from_bytes(number, "big"), payload)

while last + 1 < count:
    if not live.poll(100):
        ask()
        continue
    topic, number, payload = live.recv_multipart()
    assert topic == sys.argv[3].encode()
    number = int.from_bytes(number, "big")
    if number > last + 1:
        ask()
    deliver(number, payload)
