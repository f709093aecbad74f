# Publishes lines of standard input as stream argv[3], format of docs/replay.md.
# usage: publisher.py LIVE REPLAY STREAM
import secrets, struct, sys, time, zmq

live, replay = (zmq.Context.instance().socket(t) for t in (zmq.PUB, zmq.ROUTER))
replay.sndhwm = 0  # at the mark a ROUTER drops; a page is bounded anyway
live.bind(sys.argv[1])
replay.bind(sys.argv[2])
stream, epoch, kept = sys.argv[3].encode(), secrets.randbits(64) | 1, []

def frame(label, kind, number, when, body):
    return label + b"\0" + struct.pack(">cBQQQ", kind, 1, epoch, number, when) + body

def answer():
    *envelope, tag, request, name = replay.recv_multipart()
    _, _, start, value, of, most, size = struct.unpack(">cBcQQIQ", request[:31])
    number, page = 0, []
    if of in (0, epoch):
        recent = (i for i, (when, _) in enumerate(kept) if when >= value)
        number = {b"n": value, b"b": 0, b"t": next(recent, len(kept))}.get(start, len(kept))
        page = kept[number:number + max(1, most)]
    for when, body in page:
        replay.send_multipart(envelope + [frame(tag, b"M", number, when, body)])
        number, size = number + 1, size - len(body)
        if size <= 0:
            break
    span = struct.pack(">QQ", 0, len(kept))  # the oldest that is kept, and the next
    replay.send_multipart(envelope + [frame(tag, b"E", number, time.time_ns(), span)])

poller = zmq.Poller()
poller.register(replay, zmq.POLLIN)
poller.register(sys.stdin.fileno(), zmq.POLLIN)
while True:
    for ready, _ in poller.poll():
        if ready == replay:
            answer()
        elif line := sys.stdin.buffer.raw.readline():
            kept.append((time.time_ns(), line.rstrip(b"\n")))
            live.send(frame(stream, b"M", len(kept) - 1, *kept[-1]))
        else:
            sys.exit()
