# SPDX-License-Identifier: Apache-2.0
"""A libzmq peer in a process of its own, steered over standard input and output.

One JSON object a line: a command comes in, an answer with the command's id goes
out. Bytes are base64 text. Every socket has its own thread, which runs the
commands for that socket in order; commands for different sockets overlap.

    {"id": 1, "op": "socket", "type": "PUSH", "opts": {"SNDHWM": 5, "IDENTITY": {"b64": "QQ=="}}}
    {"id": 1, "socket": 1}
    {"id": 2, "op": "bind", "socket": 1, "endpoint": "tcp://127.0.0.1:*"}
    {"id": 2, "endpoint": "tcp://127.0.0.1:40123"}
    {"id": 3, "op": "recv", "socket": 2, "timeout": 1000}
    {"id": 3, "error": "Resource temporarily unavailable", "errno": 11}
"""

import base64
import ctypes
import json
import os
import queue
import sys
import threading
import time

import zmq
import zmq.utils.monitor

# What pyzmq itself runs on, to reach options that pyzmq has no name for.
libzmq = ctypes.CDLL("libzmq.so.5", use_errno=True)

# A numbered message begins with its number, big-endian.
NUMBER = 8

context = zmq.Context()
sockets = {}
write_lock = threading.Lock()


def answer(fields):
    line = json.dumps(fields)
    with write_lock:
        sys.stdout.write(line + "\n")
        sys.stdout.flush()


def encode(data):
    return base64.b64encode(data).decode("ascii")


def made(size, seed):
    """The frame of that size that Go's Shape makes from the same seed."""
    period = bytes((i * 7 + seed) % 251 for i in range(251))
    return (period * (size // len(period) + 1))[:size]


def option(name):
    """The number of an option: SNDHWM, ZMQ_SNDHWM or the number itself."""
    if name.isdigit():
        return int(name)
    return int(getattr(zmq, name.removeprefix("ZMQ_")))


def option_value(value):
    if isinstance(value, dict):
        return base64.b64decode(value["b64"])
    if isinstance(value, bool):
        return int(value)
    if isinstance(value, str):
        return value.encode()
    return value


class Socket(threading.Thread):
    """One libzmq socket and the thread that owns it."""

    def __init__(self, number):
        super().__init__(daemon=True)
        self.number = number
        self.commands = queue.SimpleQueue()
        self.zmq = None
        self.monitor = None

    def run(self):
        while True:
            command = self.commands.get()
            op = command["op"]
            try:
                fields = getattr(self, "do_" + op)(command) or {}
            except zmq.ZMQError as e:
                fields = {"error": e.strerror, "errno": e.errno}
            except Exception as e:  # the steering side reports it
                fields = {"error": f"{type(e).__name__}: {e}", "errno": 0}
            answer({"id": command["id"], **fields})
            if op == "close" or self.zmq is None:
                return

    def do_socket(self, c):
        created = context.socket(getattr(zmq, c["type"]))
        try:
            for name, value in (c.get("opts") or {}).items():
                created.setsockopt(option(name), option_value(value))
        except BaseException:
            created.close(0)
            raise
        self.zmq = created
        return {"socket": self.number}

    def do_bind(self, c):
        self.zmq.bind(c["endpoint"])
        return {"endpoint": self.last_endpoint()}

    def do_connect(self, c):
        self.zmq.connect(c["endpoint"])
        return {"endpoint": self.last_endpoint()}

    def last_endpoint(self):
        return self.zmq.getsockopt(zmq.LAST_ENDPOINT).rstrip(b"\0").decode()

    def do_unbind(self, c):
        self.zmq.unbind(c["endpoint"])

    def do_disconnect(self, c):
        self.zmq.disconnect(c["endpoint"])

    def do_subscribe(self, c):
        self.zmq.setsockopt(zmq.SUBSCRIBE, base64.b64decode(c["topic"]))

    def do_unsubscribe(self, c):
        self.zmq.setsockopt(zmq.UNSUBSCRIBE, base64.b64decode(c["topic"]))

    def do_set(self, c):
        self.zmq.setsockopt(option(c["name"]), option_value(c["value"]))

    def do_get(self, c):
        value = self.zmq.getsockopt(option(c["name"]))
        return {"b64": encode(value)} if isinstance(value, bytes) else {"value": int(value)}

    def do_setraw(self, c):
        value = base64.b64decode(c["b64"]) if c["b64"] is not None else None
        self.checked(libzmq.zmq_setsockopt, c["number"], value, ctypes.c_size_t(len(value or b"")))

    def do_getraw(self, c):
        buffer = ctypes.create_string_buffer(c["size"])
        length = ctypes.c_size_t(c["size"])
        self.checked(libzmq.zmq_getsockopt, c["number"], buffer, ctypes.byref(length))
        return {"b64": encode(buffer.raw[:length.value])}

    def checked(self, function, *arguments):
        if function(ctypes.c_void_p(self.zmq.underlying), *arguments) != 0:
            raise zmq.ZMQError(ctypes.get_errno())

    def do_monitor(self, c):
        # pyzmq names the endpoint after the descriptor, which may have been used before.
        self.monitor = self.zmq.get_monitor_socket(addr="inproc://monitor-%d" % self.number)

    def do_event(self, c):
        """Waits for one of the events in the mask; others are dropped."""
        end = time.monotonic() + c["timeout"] / 1000
        while True:
            left = int((end - time.monotonic()) * 1000)
            if not self.monitor.poll(max(left, 0)):
                raise zmq.ZMQError(zmq.EAGAIN)
            event = zmq.utils.monitor.recv_monitor_message(self.monitor)
            if event["event"] & c["mask"]:
                return {"event": event["event"], "value": event["value"],
                        "endpoint": event["endpoint"].decode()}

    def do_close(self, c):
        if self.monitor:
            # Without its reader the next event would block libzmq's I/O thread for ever.
            self.zmq.disable_monitor()
            self.monitor.close(0)
        self.zmq.close(c.get("linger"))

    def do_send(self, c):
        self.zmq.setsockopt(zmq.SNDTIMEO, c["timeout"])
        self.zmq.send_multipart([base64.b64decode(f) for f in c["frames"]])

    def do_recv(self, c):
        self.zmq.setsockopt(zmq.RCVTIMEO, c["timeout"])
        return {"frames": [encode(f) for f in self.zmq.recv_multipart()]}

    def do_recv_properties(self, c):
        self.zmq.setsockopt(zmq.RCVTIMEO, c["timeout"])
        frame = self.zmq.recv_multipart(copy=False)[-1]
        found = {}
        for name in c["names"]:
            try:
                found[name] = frame.get(name)
            except zmq.ZMQError:
                pass
        return {"properties": found}

    def do_send_shape(self, c):
        self.zmq.setsockopt(zmq.SNDTIMEO, c["timeout"])
        prefix = [base64.b64decode(f) for f in c["prefix"] or []]
        self.zmq.send_multipart(prefix + [made(n, c["seed"] + i) for i, n in enumerate(c["sizes"])])

    def do_recv_shape(self, c):
        self.zmq.setsockopt(zmq.RCVTIMEO, c["timeout"])
        frames = self.zmq.recv_multipart()
        prefix = [base64.b64decode(f) for f in c["prefix"] or []]
        want = prefix + [made(n, c["seed"] + i) for i, n in enumerate(c["sizes"])]
        if frames == want:
            return {"wrong": ""}
        for i, (got, right) in enumerate(zip(frames, want)):
            if got != right:
                return {"wrong": f"frame {i} has {len(got)} bytes {got[:40]!r}, want {len(right)} {right[:40]!r}"}
        return {"wrong": f"{len(frames)} frames, want {len(want)}"}

    def do_send_many(self, c):
        self.zmq.setsockopt(zmq.SNDTIMEO, c["timeout"])
        first, count = c["first"], c["count"]
        prefix = [base64.b64decode(f) for f in c["prefix"] or []]
        padding = bytes(max(0, c["size"] - NUMBER))
        start = time.monotonic()
        sent, failure = 0, None
        for n in range(first, first + count):
            try:
                self.zmq.send_multipart(prefix + [n.to_bytes(NUMBER, "big") + padding])
            except zmq.ZMQError as e:
                failure = e
                break
            sent += 1
        return self.report(sent, start, failure)

    def do_recv_many(self, c):
        self.zmq.setsockopt(zmq.RCVTIMEO, c["timeout"])
        count, size = c["count"], max(c["size"], NUMBER)
        expected, received, wrong, failure = c["first"], 0, None, None
        start = None
        while received < count:
            try:
                frames = self.zmq.recv_multipart()
            except zmq.ZMQError as e:
                failure = e
                break
            start = start or time.monotonic()
            received += 1
            body = frames[-1]
            number = int.from_bytes(body[:NUMBER], "big")
            if wrong is None and (len(frames) != c["skip"] + 1 or len(body) != size
                                  or number != expected):
                wrong = (f"message {received}: {len(frames)} frames, the last of {len(body)} bytes"
                         f" with number {number}, want {c['skip'] + 1}, {size}, {expected}")
            expected = number + 1
        return {**self.report(received, start, failure), "wrong": wrong or ""}

    def do_echo(self, c):
        self.zmq.setsockopt(zmq.RCVTIMEO, c["timeout"])
        self.zmq.setsockopt(zmq.SNDTIMEO, c["timeout"])
        start = time.monotonic()
        done, failure = 0, None
        while done < c["count"]:
            try:
                self.zmq.send_multipart(self.zmq.recv_multipart())
            except zmq.ZMQError as e:
                failure = e
                break
            done += 1
        return self.report(done, start, failure)

    @staticmethod
    def report(count, start, failure):
        fields = {"count": count, "seconds": time.monotonic() - start if start else 0.0}
        if failure is not None:
            fields.update(error=failure.strerror, errno=failure.errno)
        return fields


def main():
    created = 0
    answer({"id": 0, "pyzmq": zmq.pyzmq_version(), "libzmq": zmq.zmq_version()})
    for line in sys.stdin:
        command = json.loads(line)
        if command["op"] == "exit":
            break
        if command["op"] == "socket":
            created += 1
            socket = sockets[created] = Socket(created)
            socket.start()
        elif command["op"] == "close":
            # Its thread ends with this command: nothing may be queued behind it.
            socket = sockets.pop(command["socket"], None)
        else:
            socket = sockets.get(command["socket"])
        if socket is None:
            answer({"id": command["id"], "error": "no such socket", "errno": 0})
            continue
        socket.commands.put(command)
    # The steering process has gone or wants us gone: nothing here is worth waiting for.
    os._exit(0)


main()
