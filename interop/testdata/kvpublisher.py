# Publishes lines of standard input as inference servers publish KV-cache events. Every
# fifth is kept but not sent, as if it had been lost.
# usage: kvpublisher.py LIVE REPLAY TOPIC plain|topic [connect]
import sys, zmq

ctx = zmq.Context.instance()
live, replay = ctx.socket(zmq.PUB), ctx.socket(zmq.ROUTER)
if sys.argv[5:]:
    live.connect(sys.argv[1])
else:
    live.bind(sys.argv[1])
replay.bind(sys.argv[2])
topic, newer = sys.argv[3].encode(), sys.argv[4] == "topic"
kept = []

def part(topic, number, payload):
    return ([b""] + ([topic] if newer else []) + [number, payload])

poller = zmq.Poller()
poller.register(replay, zmq.POLLIN)
poller.register(sys.stdin.fileno(), zmq.POLLIN)
print("ready 0", flush=True)
while True:
    for ready, _ in poller.poll():
        if ready == replay:
            peer, empty, number = replay.recv_multipart()
            for n, payload in enumerate(kept):
                if n >= int.from_bytes(number, "big"):
                    replay.send_multipart([peer] + part(topic, n.to_bytes(8, "big"), payload))
            replay.send_multipart([peer] + part(b"", b"\xff" * 8, b""))
            continue
        line = sys.stdin.buffer.raw.readline()
        if not line:
            sys.exit()
        kept.append(line.rstrip(b"\n"))
        if len(kept) % 5:
            live.send_multipart([topic, (len(kept) - 1).to_bytes(8, "big"), kept[-1]])
