/* SPDX-License-Identifier: Apache-2.0 */

/* The peer goes between two frames of a message: the rest of it is discarded, and the
 * next message is clean. Data for peers that know no frames ends a message. */

#include "tell.h"

/* Waits until a socket has lost its peer. */
static void await_loss(void *monitor, void *s)
{
    for (int kind = 0; kind != ZMQ_EVENT_DISCONNECTED;) {
        zmq_msg_t m;
        zmq_msg_init(&m);
        MUST(zmq_msg_recv(&m, monitor, 0) == 6);
        kind = *(uint16_t *)zmq_msg_data(&m);
        zmq_msg_close(&m);
        recv_text(monitor, 0);
    }
    /* The event comes before the socket knows: it learns of that in calls. */
    for (int i = 0; i < 20; i++) {
        get_int(s, ZMQ_EVENTS);
        usleep(5000);
    }
}

static void abandon(void *c, int type, int peer, const char *name, int flags)
{
    char endpoint[256];
    void *s = open_socket(c, type), *p = open_socket(c, peer), *monitor = open_socket(c, ZMQ_PAIR);
    char events[32];
    snprintf(events, sizeof events, "inproc://%s-%d", name, flags);
    printf("%s, flags %d\n", name, flags);
    MUST(zmq_socket_monitor(s, events, ZMQ_EVENT_DISCONNECTED) == 0);
    MUST(zmq_connect(monitor, events) == 0);
    MUST(zmq_connect(p, bind_free(s, endpoint, sizeof endpoint)) == 0);
    MUST(wait_for(s, ZMQ_POLLOUT) == 1);
    TELL(zmq_send(s, "old1", 4, ZMQ_SNDMORE | flags));
    MUST(zmq_close(p) == 0);
    await_loss(monitor, s);
    TELL(zmq_send(s, "old2", 4, ZMQ_SNDMORE | flags));
    TELL(zmq_send(s, "old3", 4, flags));
    p = open_socket(c, peer);
    MUST(zmq_connect(p, endpoint) == 0);
    MUST(wait_for(s, ZMQ_POLLOUT) == 1);
    TELL(zmq_send(s, "new1", 4, ZMQ_SNDMORE | flags));
    TELL(zmq_send(s, "new2", 4, flags));
    printf("%s\n", recv_text(p, 0));
    printf("%s more %d\n", recv_text(p, 0), get_int(p, ZMQ_RCVMORE));
    printf("%s\n", recv_text(p, ZMQ_DONTWAIT));
    MUST(zmq_socket_monitor(s, NULL, 0) == 0);
    zmq_close(monitor);
    zmq_close(p);
    zmq_close(s);
}

static void raw(void *c, int type, const char *name)
{
    char endpoint[256];
    void *server = open_socket(c, ZMQ_STREAM), *s = open_socket(c, type);
    printf("%s\n", name);
    MUST(zmq_setsockopt(s, ZMQ_CONNECT_ROUTING_ID, "there", 5) == 0);
    if (type == ZMQ_ROUTER)
        set_int(s, ZMQ_ROUTER_RAW, 1);
    MUST(zmq_connect(s, bind_free(server, endpoint, sizeof endpoint)) == 0);
    recv_text(server, 0);
    printf("'%s'\n", recv_text(server, 0)); /* the connection */
    for (int i = 0; i < 2; i++) {
        TELL(zmq_send(s, "there", 5, ZMQ_SNDMORE));
        TELL(zmq_send(s, i ? "two" : "one", 3, ZMQ_SNDMORE));
        recv_text(server, 0);
        printf("'%s'\n", recv_text(server, 0));
    }
    zmq_close(s);
    zmq_close(server);
}

int main(void)
{
    void *c = zmq_ctx_new();
    for (int flags = 0; flags <= ZMQ_DONTWAIT; flags += ZMQ_DONTWAIT) {
        abandon(c, ZMQ_PUSH, ZMQ_PULL, "PUSH", flags);
        abandon(c, ZMQ_DEALER, ZMQ_DEALER, "DEALER", flags);
    }
    raw(c, ZMQ_STREAM, "STREAM");
    raw(c, ZMQ_ROUTER, "raw ROUTER");
    zmq_ctx_term(c);
    return 0;
}
