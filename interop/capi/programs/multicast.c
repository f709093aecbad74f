/* SPDX-License-Identifier: Apache-2.0 */

/* Reliable multicast: that it is there, its options, and a publisher and a subscriber at
 * the endpoint that is the argument. Without one, libzmq does the same. */

#define ZMQ_BUILD_DRAFT_API
#include "expect.h"

static int value(void *s, int option)
{
    int v = -1;
    size_t n = sizeof v;
    EXPECT(zmq_getsockopt(s, option, &v, &n), 0);
    return v;
}

static void set(void *s, int option, int v) { EXPECT(zmq_setsockopt(s, option, &v, sizeof v), 0); }

static void options(void *c)
{
    void *s = open_socket(c, ZMQ_PUB);
    EXPECT(zmq_has("pgm"), 1);
    EXPECT(value(s, ZMQ_RATE), 100);
    EXPECT(value(s, ZMQ_RECOVERY_IVL), 10000);
    EXPECT(value(s, ZMQ_MULTICAST_HOPS), 1);
    EXPECT(value(s, ZMQ_MULTICAST_MAXTPDU), 1500);
    set(s, ZMQ_RATE, 50000);
    EXPECT(value(s, ZMQ_RATE), 50000);
    EXPECT(zmq_connect(s, "epgm://nosuch0;239.193.1.1:5555"), -1);
    EXPECT(zmq_connect(s, "epgm://127.0.0.1;10.1.1.1:5555"), -1);
    zmq_close(s);
    s = open_socket(c, ZMQ_PUSH);
    EXPECT_FAIL(zmq_connect(s, "epgm://127.0.0.1;239.193.1.1:5555"), ENOCOMPATPROTO);
    zmq_close(s);
}

/* A subscriber gets what is published once it has heard the publisher. Its monitor, which
 * wants everything, tells what libzmq has numbers for. */
static void talk(void *c, const char *at)
{
    void *pub = open_socket(c, ZMQ_PUB), *sub = open_socket(c, ZMQ_SUB), *monitor = open_socket(c, ZMQ_PAIR);
    uint64_t kind;
    char text[32];
    set(pub, ZMQ_RATE, 50000);
    set(sub, ZMQ_RATE, 50000);
    EXPECT(zmq_setsockopt(sub, ZMQ_SUBSCRIBE, "", 0), 0);
    EXPECT(zmq_socket_monitor_versioned(sub, "inproc://monitor", (uint64_t)-1, 2, ZMQ_PAIR), 0);
    EXPECT(zmq_connect(monitor, "inproc://monitor"), 0);
    EXPECT(zmq_connect(sub, at), 0);
    EXPECT(zmq_bind(pub, at), 0);
    set(sub, ZMQ_RCVTIMEO, 10);
    do
        EXPECT(zmq_send(pub, "probe", 5, 0), 5);
    while (zmq_recv(sub, text, sizeof text, 0) != 5);
    set(sub, ZMQ_RCVTIMEO, 30000);
    EXPECT(zmq_send(pub, "a", 1, ZMQ_SNDMORE), 1);
    EXPECT(zmq_send(pub, "message", 7, 0), 7);
    while (strcmp(recv_text(sub, 0), "a") != 0)
        ;
    EXPECT(strcmp(recv_text(sub, 0), "message"), 0);
    EXPECT(zmq_socket_monitor(sub, NULL, 0), 0);
    do {
        int more = 1;
        EXPECT(zmq_recv(monitor, &kind, sizeof kind, 0), 8);
        EXPECT((kind & ~(uint64_t)ZMQ_EVENT_ALL_V2) != 0, 0);
        while (more) {
            size_t n = sizeof more;
            EXPECT(zmq_getsockopt(monitor, ZMQ_RCVMORE, &more, &n), 0);
            if (more)
                zmq_recv(monitor, text, sizeof text, 0);
        }
    } while (kind != ZMQ_EVENT_MONITOR_STOPPED);
    zmq_close(monitor);
    zmq_close(pub);
    zmq_close(sub);
}

int main(int argc, char **argv)
{
    void *c = zmq_ctx_new();
    options(c);
    if (argc > 1)
        talk(c, argv[1]);
    EXPECT(zmq_ctx_term(c), 0);
    return failed;
}
