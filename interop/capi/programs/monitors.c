/* SPDX-License-Identifier: Apache-2.0 */

/* Monitors of version 1. */

#include "tell.h"

static void arguments(void *c)
{
    void *s = open_socket(c, ZMQ_DEALER), *t = open_socket(c, ZMQ_PAIR);
    TELL(zmq_socket_monitor(NULL, "inproc://m", ZMQ_EVENT_ALL));
    TELL(zmq_socket_monitor(s, "tcp://127.0.0.1:5555", ZMQ_EVENT_ALL));
    TELL(zmq_socket_monitor(s, "nonsense", ZMQ_EVENT_ALL));
    TELL(zmq_socket_monitor(s, "unknown://m", ZMQ_EVENT_ALL));
    TELL(zmq_socket_monitor(s, "inproc://m", 0x10000));
    TELL(zmq_socket_monitor(s, "inproc://m", -1));
    TELL(zmq_socket_monitor(s, NULL, 0));
    MUST(zmq_bind(t, "inproc://taken") == 0);
    TELL(zmq_socket_monitor(s, "inproc://taken", ZMQ_EVENT_ALL));
    /* libzmq waits until MONITOR_STOPPED is taken. */
    TELL(zmq_socket_monitor(s, "inproc://m", ZMQ_EVENT_ALL & ~ZMQ_EVENT_MONITOR_STOPPED));
    TELL(zmq_socket_monitor(s, "inproc://n", ZMQ_EVENT_ALL & ~ZMQ_EVENT_MONITOR_STOPPED)); /* in place of the other */
    TELL(zmq_socket_monitor(s, NULL, 0));
    zmq_close(s);
    zmq_close(t);
}

/* Reads one event; 0 if there is none in time. */
static int next(void *m, const char *who)
{
    unsigned char b[6];
    char address[256];
    if (zmq_recv(m, b, sizeof b, 0) != 6)
        return 0;
    uint16_t event;
    uint32_t value;
    memcpy(&event, b, 2);
    memcpy(&value, b + 2, 4);
    int n = zmq_recv(m, address, sizeof address - 1, 0);
    address[n < 0 ? 0 : n] = 0;
    printf("%s: %#x", who, event);
    if (event == ZMQ_EVENT_CONNECT_DELAYED || event == ZMQ_EVENT_HANDSHAKE_SUCCEEDED || event == ZMQ_EVENT_MONITOR_STOPPED)
        printf(" value %u", value);
    printf(" %.9s more %d\n", address, get_int(m, ZMQ_RCVMORE));
    return event;
}

static void life(void *c)
{
    void *a = open_socket(c, ZMQ_REP), *b = open_socket(c, ZMQ_REQ), *ma = open_socket(c, ZMQ_PAIR), *mb = open_socket(c, ZMQ_PAIR);
    MUST(zmq_socket_monitor(a, "inproc://a", ZMQ_EVENT_ALL) == 0 && zmq_connect(ma, "inproc://a") == 0);
    MUST(zmq_socket_monitor(b, "inproc://b", ZMQ_EVENT_ALL) == 0 && zmq_connect(mb, "inproc://b") == 0);
    join_tcp(a, b);
    zmq_send(b, "x", 1, 0);
    recv_text(a, 0);
    zmq_send(a, "y", 1, 0);
    recv_text(b, 0);
    for (int i = 0; i < 3; i++)
        next(ma, "bound");
    for (int i = 0; i < 3; i++)
        next(mb, "connected");
    zmq_close(b);
    while (next(mb, "connected") != ZMQ_EVENT_MONITOR_STOPPED)
        ;
    next(ma, "bound");
    zmq_close(a);
    while (next(ma, "bound") != ZMQ_EVENT_MONITOR_STOPPED)
        ;
    zmq_close(ma);
    zmq_close(mb);
}

/* A connect without an answer, and a bind to what is taken. */
static void failures(void *c)
{
    void *a = open_socket(c, ZMQ_PUSH), *b = open_socket(c, ZMQ_PUSH), *m = open_socket(c, ZMQ_PAIR);
    char endpoint[256];
    bind_free(a, endpoint, sizeof endpoint);
    MUST(zmq_socket_monitor(b, "inproc://f", ZMQ_EVENT_BIND_FAILED | ZMQ_EVENT_CONNECT_RETRIED | ZMQ_EVENT_CLOSED) == 0);
    MUST(zmq_connect(m, "inproc://f") == 0);
    TELL(zmq_bind(b, endpoint));
    next(m, "bind");
    next(m, "bind");
    zmq_unbind(a, endpoint);
    zmq_close(a);
    TELL(zmq_connect(b, "tcp://127.0.0.1:1"));
    next(m, "connect");
    next(m, "connect");
    zmq_close(b);
    zmq_close(m);
}

int main(void)
{
    void *c = zmq_ctx_new();
    arguments(c);
    life(c);
    failures(c);
    return zmq_ctx_term(c);
}
