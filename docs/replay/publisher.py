# Publishes lines of standard input as stream argv[3], format of docs/replay.md.
# usage: publisher.py LIVE REPLAY STREAM
import secrets, struct, sys, time, zmq

live, replay = (zmq.Context.instance().socket(t) for t in (zmq.PUB, zmq.ROUTER))
replay.sndhwm = 0  # at the mark a ROUTER drops; a page is bounded anyway
live.bind(sys.argv[1])
replay.bind(sys.argv[2])
stream, epoch, kept, first = sys.argv[3].encode(), secrets.randbits(64) | 1, [], 0

def header(kind, number, when):
    return struct.pack(">cBQQQ", kind, 1, epoch, number, when)

def publish(body):
    kept.append((time.time_ns(), body))
    live.send(stream + b"\0" + header(b"M", first + len(kept) - 1, kept[-1][0]) + body)

def answer():
    *envelope, tag, request, name = replay.recv_multipart()
    kind, version, start, value, of, most, size = struct.unpack(">cBcQQIQ", request[:31])
    end = first + len(kept)
    if of in (0, epoch):
        number = {b"n": value, b"b": first, b"e": end}.get(start, end)
        if start == b"t":
            number = next((first + i for i, k in enumerate(kept) if k[0] >= value), end)
        number = max(number, first)
        for when, body in kept[number - first:][:max(1, most)]:
            replay.send_multipart(envelope + [tag + b"\0" + header(b"M", number, when) + body])
            number, size = number + 1, size - len(body)
            if size <= 0:
                break
    else:
        number = 0
    replay.send_multipart(envelope + [tag + b"\0" + header(b"E", number, time.time_ns()) + struct.pack(">QQ", first, end)])

poller = zmq.Poller()
poller.register(replay, zmq.POLLIN)
poller.register(sys.stdin.fileno(), zmq.POLLIN)
while True:
    for ready, _ in poller.poll():
        if ready == replay:
            answer()
        elif line := sys.stdin.buffer.raw.readline():
            publish(line.rstrip(b"\n"))
        else:
            sys.exit()
