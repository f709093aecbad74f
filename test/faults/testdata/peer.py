# SPDX-License-Identifier: Apache-2.0
#
# A peer with libzmq for the tests of package faults: see peer_linux_test.go.

import json, os, resource, struct, sys, threading, time
import zmq

job = json.loads(sys.argv[1])
if job["Descriptors"]:
    resource.setrlimit(resource.RLIMIT_NOFILE, (job["Descriptors"], job["Descriptors"]))
journal = os.open(job["Journal"], os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
context = zmq.Context()
socket = context.socket(getattr(zmq, job["Socket"]))
for option, name in (
    (zmq.HEARTBEAT_IVL, "HeartbeatInterval"), (zmq.HEARTBEAT_TIMEOUT, "HeartbeatTimeout"),
    (zmq.CONNECT_TIMEOUT, "ConnectTimeout"), (zmq.HANDSHAKE_IVL, "HandshakeInterval"),
    (zmq.RECONNECT_IVL, "ReconnectInterval"), (zmq.RECONNECT_IVL_MAX, "ReconnectMax"),
):
    if job[name]:
        socket.setsockopt(option, max(job[name], 0))
if job["Socket"] == "REQ":
    socket.setsockopt(zmq.REQ_RELAXED, 1)
    socket.setsockopt(zmq.REQ_CORRELATE, 1)
    socket.setsockopt(zmq.RCVTIMEO, 500)
if job["Socket"] == "SUB":
    socket.setsockopt(zmq.SUBSCRIBE, b"")

monitor = socket.get_monitor_socket(zmq.EVENT_DISCONNECTED | zmq.EVENT_HANDSHAKE_SUCCEEDED)
counts = {"up": 0, "down": 0}


def watch():
    from zmq.utils.monitor import recv_monitor_message
    while True:
        event = recv_monitor_message(monitor)["event"]
        counts["up" if event == zmq.EVENT_HANDSHAKE_SUCCEEDED else "down"] += 1


def send():
    following = time.monotonic()
    rest = b"\0" * max(job["Size"] - 8, 0)
    for n in range(1, job["Count"] + 1):
        number = struct.pack(">Q", n)
        socket.send(number + rest)
        os.write(journal, number)
        following += job["Interval"] / 1e9
        time.sleep(max(following - time.monotonic(), 0))


def request():
    """Makes each request until there is a reply to it."""
    replies = os.open(job["Replies"], os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
    following = time.monotonic()
    rest = b"\0" * max(job["Size"] - 8, 0)
    for n in range(1, job["Count"] + 1):
        number = struct.pack(">Q", n)
        os.write(journal, number)
        answer = None
        while answer is None:
            socket.send(number + rest)
            try: # a poll would also tell of the reply to a request that was given up
                answer = socket.recv()
            except zmq.Again:
                pass
        os.write(replies, answer[:8])
        following += job["Interval"] / 1e9
        time.sleep(max(following - time.monotonic(), 0))


def ask():
    """Sends requests at a pace, and takes the replies meanwhile and afterwards."""
    replies = os.open(job["Replies"], os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
    following = time.monotonic()
    rest = b"\0" * max(job["Size"] - 8, 0)
    n = 0
    while True:
        if n < job["Count"] and time.monotonic() >= following and socket.poll(0, zmq.POLLOUT):
            n += 1
            number = struct.pack(">Q", n)
            socket.send(number + rest)
            os.write(journal, number)
            following += job["Interval"] / 1e9
        if socket.poll(1):
            os.write(replies, socket.recv()[:8])


def echo():
    while True:
        socket.send_multipart(socket.recv_multipart())


def receive():
    while True:
        os.write(journal, socket.recv()[:8])
        if job["Pause"]:
            time.sleep(job["Pause"] / 1e9)


if job.get("Bind"):
    socket.bind(job["Bind"])
else:
    socket.connect(job["Connect"])
print("{}", flush=True)
works = {"PUSH": send, "PUB": send, "REQ": request, "REP": echo, "DEALER": ask, "ROUTER": echo}
for work in (watch, works.get(job["Socket"], receive)):
    threading.Thread(target=work, daemon=True).start()

held = []
for line in sys.stdin:
    line = line.strip()
    if line == "report":
        answer = {"Peers": counts["up"] - counts["down"], "Disconnected": counts["down"]}
    else:
        answer = {}
        if line == "hold descriptors":
            try:
                while True:
                    held.append(os.open("/dev/null", os.O_RDONLY))
            except OSError:
                pass
        elif line == "release descriptors":
            for fd in held:
                os.close(fd)
            held = []
    print(json.dumps(answer), flush=True)
os._exit(0)
