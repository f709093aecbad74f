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
for work in (watch, send if job["Count"] else receive):
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
