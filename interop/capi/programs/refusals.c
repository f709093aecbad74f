/* SPDX-License-Identifier: Apache-2.0 */

/* Calls at the wrong time, on the wrong socket or with wrong values, and text that is no
 * Z85: with which errno they are refused. */

#include "tell.h"

/* Every type of socket without a peer, and with flags that nothing knows. */
static void without_peers(void *c)
{
    static const int flags[] = {ZMQ_DONTWAIT, ZMQ_DONTWAIT | ZMQ_SNDMORE, ZMQ_DONTWAIT | 0x100, ZMQ_DONTWAIT | INT_MIN};
    for (int type = ZMQ_PAIR; type <= ZMQ_STREAM; type++) {
        printf("type %d\n", type);
        for (int i = 0; i < 4; i++) {
            void *s = open_socket(c, type);
            char buf[8];
            zmq_msg_t m;
            zmq_msg_init_size(&m, 3);
            TELL(zmq_recv(s, buf, sizeof buf, flags[i]));
            TELL(zmq_send(s, "abc", 3, flags[i]));
            TELL(zmq_send(s, "abc", 3, flags[i]));
            TELL(zmq_send_const(s, "abc", 3, flags[i]));
            TELL(zmq_msg_send(&m, s, flags[i]));
            TELL(zmq_msg_size(&m));
            TELL(zmq_msg_recv(&m, s, flags[i]));
            TELL(get_int(s, ZMQ_RCVMORE));
            TELL(get_int(s, ZMQ_EVENTS));
            zmq_msg_close(&m);
            zmq_close(s);
        }
    }
}

/* Endpoints that do not go with the call, one socket after the other. */
static void endpoints(void *c)
{
    static const char *const list[] = {
        "", ":", "tcp", "tcp:", "tcp:/", "tcp://", "tcp://*", "tcp://*:", "tcp://127.0.0.1", "tcp://127.0.0.1:", "tcp://:5555",
        "tcp://127.0.0.1:x", "tcp://256.0.0.1:5555", "tcp://999.999.999.999:1", "tcp://no such host:1", "tcp://127.0.0.1:5555;", "tcp://127.0.0.1:5555;x:1",
        "TCP://127.0.0.1:5555", "udp://127.0.0.1:5555", "inproc://", "inproc", "ipc://", "ipc:///", "ipc:///no/such/folder/x", "ipc://@", "nothing://x", "://x", "inproc://x://y",
    };
    static const int types[] = {ZMQ_PUSH, ZMQ_SUB};
    for (int t = 0; t < 2; t++)
        for (size_t i = 0; i < sizeof list / sizeof *list; i++) {
            void *s = open_socket(c, types[t]);
            printf("type %d '%s'\n", types[t], list[i]);
            TELL(zmq_unbind(s, list[i]));
            TELL(zmq_disconnect(s, list[i]));
            int skip_bind = strncmp(list[i], "tcp://127.0.0.1:5555", 20) == 0 || strncmp(list[i], "tcp://:5555", 11) == 0; /* may be in use */
            if (!skip_bind)
                TELL(zmq_bind(s, list[i]));
            zmq_close(s);
            s = open_socket(c, types[t]);
            TELL(zmq_connect(s, list[i]));
            zmq_close(s);
        }
}

static void twice(void *c)
{
    void *a = open_socket(c, ZMQ_PULL), *b = open_socket(c, ZMQ_PULL);
    char endpoint[256];
    bind_free(a, endpoint, sizeof endpoint);
    TELL(zmq_bind(b, endpoint));
    TELL(zmq_bind(a, endpoint));
    TELL(zmq_disconnect(a, endpoint));
    TELL(zmq_unbind(a, endpoint));
    TELL(zmq_unbind(a, endpoint));
    TELL(zmq_connect(b, endpoint));
    TELL(zmq_connect(b, endpoint));
    TELL(zmq_unbind(b, endpoint));
    TELL(zmq_disconnect(b, endpoint));
    TELL(zmq_disconnect(b, endpoint));
    TELL(zmq_disconnect(b, endpoint));
    TELL(zmq_bind(a, "inproc://twice"));
    TELL(zmq_bind(a, "inproc://twice"));
    TELL(zmq_bind(b, "inproc://twice"));
    TELL(zmq_disconnect(a, "inproc://twice"));
    TELL(zmq_connect(b, "inproc://twice"));
    TELL(zmq_unbind(a, "inproc://twice"));
    TELL(zmq_unbind(a, "inproc://twice"));
    TELL(zmq_connect(b, "inproc://later"));
    TELL(zmq_disconnect(b, "inproc://later"));
    TELL(zmq_disconnect(b, "inproc://later"));
    TELL(zmq_disconnect(b, "inproc://never"));
    TELL(zmq_unbind(b, "inproc://never"));
    zmq_close(a);
    zmq_close(b);
}

static void out_of_step(void *c)
{
    void *rep = open_socket(c, ZMQ_REP), *req = open_socket(c, ZMQ_REQ);
    char buf[16];
    join_tcp(rep, req);
    TELL(zmq_recv(req, buf, sizeof buf, 0));
    TELL(zmq_send(rep, "x", 1, 0));
    TELL(zmq_send(req, "a", 1, ZMQ_SNDMORE));
    TELL(zmq_recv(req, buf, sizeof buf, 0));
    TELL(zmq_send(req, "b", 1, 0));
    TELL(zmq_send(req, "c", 1, ZMQ_DONTWAIT));
    TELL(zmq_recv(rep, buf, sizeof buf, 0));
    TELL(zmq_send(rep, "early", 5, 0));
    TELL(zmq_recv(rep, buf, sizeof buf, 0));
    TELL(zmq_recv(rep, buf, sizeof buf, 0));
    TELL(zmq_send(rep, "d", 1, ZMQ_SNDMORE));
    TELL(zmq_recv(rep, buf, sizeof buf, 0));
    TELL(zmq_send(rep, "e", 1, 0));
    TELL(zmq_send(rep, "f", 1, 0));
    TELL(zmq_recv(req, buf, sizeof buf, 0));
    TELL(zmq_send(req, "g", 1, ZMQ_DONTWAIT));
    TELL(zmq_recv(req, buf, sizeof buf, 0));
    TELL(zmq_recv(req, buf, sizeof buf, 0));
    zmq_close(rep);
    zmq_close(req);
}

static void routing(void *c)
{
    void *r = open_socket(c, ZMQ_ROUTER), *d = open_socket(c, ZMQ_DEALER);
    char endpoint[256], buf[16];
    TELL(zmq_setsockopt(r, ZMQ_CONNECT_ROUTING_ID, "", 0));
    TELL(zmq_setsockopt(r, ZMQ_CONNECT_ROUTING_ID, "\0a", 2));
    TELL(zmq_setsockopt(r, ZMQ_ROUTING_ID, "\0a", 2));
    TELL(zmq_setsockopt(r, ZMQ_ROUTING_ID, "", 0));
    TELL(zmq_setsockopt(d, ZMQ_CONNECT_ROUTING_ID, "x", 1));
    TELL(zmq_setsockopt(d, ZMQ_ROUTING_ID, "me", 2));
    set_int(r, ZMQ_ROUTER_MANDATORY, 1);
    zmq_connect(d, bind_free(r, endpoint, sizeof endpoint));
    TELL(zmq_send(r, "nobody", 6, ZMQ_SNDMORE));
    TELL(zmq_send(r, "nobody", 6, 0));
    TELL(zmq_send(r, "", 0, ZMQ_SNDMORE));
    TELL(zmq_send(d, "hello", 5, 0));
    TELL(zmq_recv(r, buf, sizeof buf, 0));
    TELL(zmq_setsockopt(r, ZMQ_ROUTER_MANDATORY, "", 0));
    TELL(zmq_send(r, "nobody", 6, ZMQ_SNDMORE));
    TELL(zmq_recv(r, buf, sizeof buf, 0));
    TELL(zmq_recv(r, buf, sizeof buf, ZMQ_DONTWAIT));
    TELL(zmq_send(r, "me", 2, ZMQ_SNDMORE));
    TELL(zmq_send(r, "x", 1, 0));
    zmq_close(d);
    zmq_close(r);
    void *p = open_socket(c, ZMQ_PUSH);
    TELL(zmq_setsockopt(p, ZMQ_SUBSCRIBE, "", 0));
    TELL(zmq_setsockopt(p, ZMQ_UNSUBSCRIBE, "", 0));
    TELL(zmq_setsockopt(p, ZMQ_XPUB_VERBOSE, buf, 4));
    TELL(zmq_setsockopt(p, ZMQ_REQ_CORRELATE, buf, 4));
    TELL(zmq_setsockopt(p, ZMQ_ROUTER_MANDATORY, buf, 4));
    TELL(zmq_setsockopt(p, ZMQ_STREAM_NOTIFY, buf, 4));
    zmq_close(p);
    void *s = open_socket(c, ZMQ_SUB);
    TELL(zmq_setsockopt(s, ZMQ_UNSUBSCRIBE, "never", 5));
    TELL(zmq_setsockopt(s, ZMQ_SUBSCRIBE, "a", 1));
    TELL(zmq_setsockopt(s, ZMQ_SUBSCRIBE, "a", 1));
    TELL(zmq_setsockopt(s, ZMQ_UNSUBSCRIBE, "a", 1));
    TELL(zmq_setsockopt(s, ZMQ_UNSUBSCRIBE, "a", 1));
    TELL(zmq_setsockopt(s, ZMQ_UNSUBSCRIBE, "a", 1));
    zmq_close(s);
}

static void polls(void *c)
{
    void *s = open_socket(c, ZMQ_PULL);
    zmq_pollitem_t it[2] = {{s, 0, ZMQ_POLLIN, 0}, {NULL, -1, ZMQ_POLLIN, 0}};
    TELL(zmq_poll(it, 0, 0));
    TELL(zmq_poll(it, 1, 0));
    TELL(zmq_poll(it, 2, 0));
    printf("%d %d\n", it[0].revents, it[1].revents);
    it[1].fd = 1 << 20;
    TELL(zmq_poll(it, 2, 0));
    it[1].fd = 0;
    it[1].events = 0;
    TELL(zmq_poll(it, 2, 0));
    it[0].events = 0x4000;
    TELL(zmq_poll(it, 1, 0));
    it[0].socket = c;
    TELL(zmq_poll(it, 1, 0));
    zmq_close(s);
}

static void objects(void *c)
{
    void *s = open_socket(c, ZMQ_PULL), *q = open_socket(c, ZMQ_PUSH);
    TELL(zmq_close(c));
    TELL(zmq_bind(c, "inproc://x"));
    TELL(zmq_send(c, "x", 1, 0));
    TELL(zmq_ctx_term(s));
    TELL(zmq_ctx_shutdown(s));
    TELL(zmq_ctx_shutdown(NULL));
    TELL(zmq_ctx_set(s, ZMQ_IO_THREADS, 1));
    TELL(zmq_ctx_get(s, ZMQ_IO_THREADS));
    TELL_PTR(zmq_socket(s, ZMQ_PULL));
    TELL(zmq_socket_monitor(s, "tcp://127.0.0.1:5555", ZMQ_EVENT_ALL));
    TELL(zmq_socket_monitor(s, "ipc://x", ZMQ_EVENT_ALL));
    TELL(zmq_socket_monitor(s, "x", ZMQ_EVENT_ALL));
    TELL(zmq_socket_monitor(s, "", ZMQ_EVENT_ALL));
    TELL(zmq_socket_monitor(s, "inproc://m", ZMQ_EVENT_ALL));
    TELL(zmq_socket_monitor(q, "inproc://m", ZMQ_EVENT_ALL));

    TELL(zmq_socket_monitor(NULL, "inproc://n", 1));
    TELL(zmq_proxy(NULL, s, NULL));
    TELL(zmq_proxy(s, NULL, NULL));
    TELL(zmq_close(s));
    TELL(zmq_close(s));
    TELL(zmq_bind(s, "inproc://x"));
    TELL(zmq_connect(s, "inproc://x"));
    TELL(zmq_unbind(s, "inproc://x"));
    TELL(zmq_setsockopt(s, ZMQ_LINGER, "aaaa", 4));
    TELL(zmq_socket_monitor(s, "inproc://n", 1));
    zmq_pollitem_t it = {s, 0, ZMQ_POLLIN, 0};
    TELL(zmq_poll(&it, 1, 0));
    TELL(zmq_close(q));
}

/* A context that has been shut down. */
static void terminated(void)
{
    void *c = zmq_ctx_new(), *s = open_socket(c, ZMQ_DEALER);
    char buf[8];
    int v = 0;
    size_t n = sizeof v;
    zmq_msg_t m;
    zmq_msg_init(&m);
    TELL(zmq_ctx_shutdown(c));
    TELL(zmq_ctx_shutdown(c));
    TELL_PTR(zmq_socket(c, ZMQ_PULL));
    TELL(zmq_send(s, "x", 1, ZMQ_DONTWAIT));
    TELL(zmq_recv(s, buf, sizeof buf, ZMQ_DONTWAIT));
    TELL(zmq_recv(s, buf, sizeof buf, 0));
    TELL(zmq_msg_send(&m, s, 0));
    TELL(zmq_msg_recv(&m, s, 0));
    TELL(zmq_bind(s, "inproc://x"));
    TELL(zmq_connect(s, "inproc://x"));
    TELL(zmq_unbind(s, "inproc://x"));
    TELL(zmq_disconnect(s, "inproc://x"));
    TELL(zmq_setsockopt(s, ZMQ_LINGER, &v, sizeof v));
    TELL(zmq_getsockopt(s, ZMQ_LINGER, &v, &n));
    TELL(zmq_getsockopt(s, ZMQ_EVENTS, &v, &n));
    TELL(zmq_getsockopt(s, ZMQ_RCVMORE, &v, &n));
    TELL(zmq_socket_monitor(s, "inproc://m", ZMQ_EVENT_ALL));
    zmq_pollitem_t it = {s, 0, ZMQ_POLLIN | ZMQ_POLLOUT, 0};
    TELL(zmq_poll(&it, 1, 0));
    printf("%d\n", it.revents);
    TELL(zmq_ctx_get(c, ZMQ_MAX_SOCKETS));
    TELL(zmq_ctx_set(c, ZMQ_MAX_SOCKETS, 9));
    TELL(zmq_close(s));
    TELL(zmq_ctx_term(c));
    TELL(zmq_ctx_term(c));
    TELL(zmq_ctx_shutdown(c));
    TELL_PTR(zmq_socket(c, ZMQ_PULL));
}

static void messages(void *c)
{
    zmq_msg_t m, d;
    zmq_msg_init_size(&m, 5);
    zmq_msg_init(&d);
    TELL(zmq_msg_get(&m, 0));
    TELL(zmq_msg_get(&m, ZMQ_MORE));
    TELL(zmq_msg_get(&m, ZMQ_SHARED));
    TELL(zmq_msg_get(&m, 99));
    TELL(zmq_msg_set(&m, ZMQ_MORE, 1));
    TELL(zmq_msg_set(&m, 99, 1));
    TELL_PTR(zmq_msg_gets(&m, "Socket-Type"));
    TELL_PTR(zmq_msg_gets(&m, ""));
    TELL(zmq_msg_close(&m));
    TELL(zmq_msg_close(&m));
    TELL(zmq_msg_copy(&d, &m));
    TELL(zmq_msg_move(&d, &m));
    TELL(zmq_msg_close(&d));
    TELL(zmq_msg_recv(&d, c, 0));
}

/* Text that is no Z85: which octets, which lengths, values that are too great. */
static void z85(void)
{
    char text[64];
    uint8_t octets[64];
    for (int c = 1; c < 256; c++)
        for (int at = 0; at < 5; at += 4) {
            strcpy(text, "00000");
            text[at] = (char)c;
            memset(octets, 0, sizeof octets);
            errno = 0;
            uint8_t *r = zmq_z85_decode(octets, text);
            printf("%d at %d: %s %s", c, at, r ? "there" : "NULL", name_of(r ? 0 : errno));
            if (r)
                printf(" %02x%02x%02x%02x", octets[0], octets[1], octets[2], octets[3]);
            puts("");
        }
    for (size_t n = 0; n < 16; n++) {
        memset(text, '0', n);
        text[n] = 0;
        errno = 0;
        uint8_t *r = zmq_z85_decode(octets, text);
        printf("%zu: %s %s\n", n, r ? "there" : "NULL", name_of(r ? 0 : errno));
        errno = 0;
        memset(octets, 0xff, sizeof octets);
        char *e = zmq_z85_encode(text, octets, n);
        printf("%zu: %s %s\n", n, e ? e : "NULL", name_of(e ? 0 : errno));
    }
}

int main(void)
{
    void *c = zmq_ctx_new();
    zmq_ctx_set(c, ZMQ_MAX_SOCKETS, 30000); /* closed ones count for some time */
    without_peers(c);
    endpoints(c);
    twice(c);
    out_of_step(c);
    routing(c);
    polls(c);
    objects(c);
    messages(c);
    z85();
    terminated();
    return 0;
}
