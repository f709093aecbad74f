/* SPDX-License-Identifier: Apache-2.0 */

/* What is free once a socket has been closed. libzmq closes sockets in a thread of its
 * own, and fails now and then. */

#include "expect.h"

/* Programs name monitors after the descriptor, which is free for another socket only
 * when the name is. */
static void monitors_by_descriptor(void)
{
    void *c = zmq_ctx_new();
    int failures = 0;
    for (int i = 0; i < 100; i++) {
        char name[64], endpoint[256];
        void *in = open_socket(c, ZMQ_PULL), *out = open_socket(c, ZMQ_PUSH), *events = open_socket(c, ZMQ_PAIR);
        snprintf(name, sizeof name, "inproc://monitor-%d", get_int(in, ZMQ_FD));
        failures += zmq_socket_monitor(in, name, ZMQ_EVENT_ALL) != 0;
        failures += zmq_connect(events, name) != 0;
        MUST(zmq_connect(out, bind_free(in, endpoint, sizeof endpoint)) == 0);
        MUST(zmq_send(out, "x", 1, 0) == 1);
        failures += strcmp(recv_text(in, 0), "x") != 0;
        zmq_close(out);
        zmq_close(in);
        zmq_close(events);
    }
    EXPECT(failures, 0);
    EXPECT(zmq_ctx_term(c), 0);
}

/* Names in process and addresses are free when zmq_close returns. */
static void names(void)
{
    void *c = zmq_ctx_new();
    char endpoint[256];
    void *s = open_socket(c, ZMQ_PAIR);
    EXPECT(zmq_bind(s, "inproc://name"), 0);
    bind_free(s, endpoint, sizeof endpoint);
    for (int i = 0; i < 20; i++) {
        zmq_close(s);
        s = open_socket(c, ZMQ_PAIR);
        EXPECT(zmq_bind(s, "inproc://name"), 0);
        EXPECT(zmq_bind(s, endpoint), 0);
    }
    zmq_close(s);
    EXPECT(zmq_ctx_term(c), 0);
}

int main(void)
{
    monitors_by_descriptor();
    names();
    return failed;
}
