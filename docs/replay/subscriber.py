# Prints stream argv[3] from its beginning, format of docs/replay.md.
# usage: subscriber.py LIVE REPLAY STREAM
import struct, sys, zmq

live, replay = (zmq.Context.instance().socket(t) for t in (zmq.SUB, zmq.DEALER))
stream = sys.argv[3].encode()
live.subscribe(stream + b"\0")
live.connect(sys.argv[1])
replay.connect(sys.argv[2])
epoch, number, tag = 0, 0, 0

def parse(frames):
    label, rest = frames[0].split(b"\0", 1)
    return (label, *struct.unpack(">cBQQQ", rest[:26]), [rest[26:], *frames[1:]])

def deliver(e, n, frames):
    global epoch, number
    if e != epoch:
        epoch, number = e, 0
    if n > number:
        print(f"lost {number} to {n - 1}", flush=True)
    if n >= number:
        print(n, b"|".join(frames).decode(), flush=True)
        number = n + 1

def catch_up():
    global tag
    while True:
        tag += 1
        replay.send_multipart([b"%d" % tag, struct.pack(">cBcQQIQ", b"Q", 1, b"n", number, 0, 1000, 1 << 20), stream])
        while replay.poll(5000):
            label, kind, _, e, n, _, frames = parse(replay.recv_multipart())
            if label == b"%d" % tag and kind == b"M":
                deliver(e, n, frames)
            elif label == b"%d" % tag:
                first, end = struct.unpack(">QQ", frames[0][:16])
                break
        else:
            continue  # no answer: ask again
        if number >= end or e == epoch and n >= end:
            return

catch_up()
while True:
    if not live.poll(1000):
        catch_up()  # the last message may have been lost
        continue
    _, _, _, e, n, _, frames = parse(live.recv_multipart())
    if e != epoch or n > number:
        catch_up()
    if e == epoch and n == number:
        deliver(e, n, frames)
