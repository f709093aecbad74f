# Prints stream argv[3] from its beginning, format of docs/replay.md.
# usage: subscriber.py LIVE REPLAY STREAM
import struct, sys, zmq

live, replay = (zmq.Context.instance().socket(t) for t in (zmq.SUB, zmq.DEALER))
stream, epoch, number, tag = sys.argv[3].encode(), 0, 0, 0
live.subscribe(stream + b"\0")
live.connect(sys.argv[1])
replay.connect(sys.argv[2])

def parse(frames):
    label, rest = frames[0].split(b"\0", 1)
    return (label, *struct.unpack(">cBQQQ", rest[:26]), [rest[26:], *frames[1:]])

def deliver(n, frames):
    if n > number:
        print(f"lost {number} to {n - 1}")
    print(n, b"|".join(frames).decode(), flush=True)
    return n + 1

def catch_up():
    global epoch, number, tag
    resume, end = 0, 1
    while resume < end:  # an answer that does not come is asked for again
        tag += 1
        replay.send_multipart([b"%d" % tag, struct.pack(">cBcQQIQ", b"Q", 1, b"n", number, epoch, 1000, 1 << 20), stream])
        while replay.poll(5000):
            label, kind, _, e, n, _, frames = parse(replay.recv_multipart())
            if label != b"%d" % tag:
                continue  # of a request that was given up
            if e != epoch:
                epoch, number = e, 0
            if kind == b"M" and n >= number:
                number = deliver(n, frames)
            elif kind == b"E":
                resume, end = n, struct.unpack(">QQ", frames[0][:16])[1]
                break

catch_up()
while True:
    while not live.poll(1000):
        catch_up()  # the last message may have been lost
    _, _, _, e, n, _, frames = parse(live.recv_multipart())
    if e != epoch or n > number:
        catch_up()
    if e == epoch and n == number:
        number = deliver(n, frames)
