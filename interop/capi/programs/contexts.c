/* SPDX-License-Identifier: Apache-2.0 */

/* Contexts: life, options, old names. */

#include "tell.h"

static void options(void)
{
    void *c = zmq_ctx_new();
    for (int option = 0; option <= 80; option++) {
        if (option == 10) /* a draft option */
            continue;
        errno = 0;
        int v = zmq_ctx_get(c, option);
        printf("get %d = %d %s\n", option, v, v < 0 ? name_of(errno) : "");
        for (int value = -2; value <= 2; value++) {
            errno = 0;
            int rc = zmq_ctx_set(c, option, value);
            printf("set %d to %d = %d %s; now %d\n", option, value, rc, rc ? name_of(errno) : "", zmq_ctx_get(c, option));
        }
    }
    TELL(zmq_ctx_set(c, ZMQ_IO_THREADS, 4));
    TELL(zmq_ctx_get(c, ZMQ_IO_THREADS));
    TELL(zmq_ctx_set(c, ZMQ_MAX_SOCKETS, 3));
    TELL(zmq_ctx_get(c, ZMQ_MAX_SOCKETS));
    TELL(zmq_ctx_term(c));
    TELL(zmq_ctx_set(c, ZMQ_IO_THREADS, 1));
    TELL(zmq_ctx_get(c, ZMQ_IO_THREADS));
}

static void limits(void)
{
    void *c = zmq_ctx_new(), *s[4];
    TELL(zmq_ctx_set(c, ZMQ_MAX_SOCKETS, 2));
    TELL_PTR(s[0] = zmq_socket(c, ZMQ_PUSH));
    TELL_PTR(s[1] = zmq_socket(c, ZMQ_PULL));
    TELL_PTR(s[2] = zmq_socket(c, ZMQ_PULL));
    zmq_close(s[0]);
    zmq_close(s[1]);
    TELL(zmq_ctx_term(c));
}

static void types(void)
{
    void *c = zmq_ctx_new();
    for (int type = -2; type < 24; type++)
        if (type < 0 || type > 20) {
            errno = 0;
            void *x = zmq_socket(c, type);
            printf("type %d: %s %s\n", type, x ? "there" : "NULL", name_of(errno));
        }
    TELL(zmq_ctx_term(c));
}

static void no_threads(void)
{
    void *c = zmq_ctx_new();
    zmq_ctx_set(c, ZMQ_IO_THREADS, 0);
    void *s = zmq_socket(c, ZMQ_PUSH);
    MUST(s != NULL);
    TELL(zmq_bind(s, "inproc://works"));
    TELL(zmq_bind(s, "tcp://127.0.0.1:*"));
    TELL(zmq_connect(s, "tcp://127.0.0.1:1"));
    zmq_close(s);
    TELL(zmq_ctx_term(c));
    c = zmq_ctx_new();
    s = zmq_socket(c, ZMQ_PUSH);
    uint64_t mask = 2;
    TELL(zmq_setsockopt(s, ZMQ_AFFINITY, &mask, sizeof mask));
    TELL(zmq_connect(s, "tcp://127.0.0.1:1"));
    mask = 1;
    TELL(zmq_setsockopt(s, ZMQ_AFFINITY, &mask, sizeof mask));
    set_int(s, ZMQ_LINGER, 0);
    TELL(zmq_connect(s, "tcp://127.0.0.1:1"));
    zmq_close(s);
    TELL(zmq_ctx_term(c));
}

static void inherited(void)
{
    void *c = zmq_ctx_new();
    void *s = zmq_socket(c, ZMQ_DEALER);
    printf("linger %d ipv6 %d\n", get_int(s, ZMQ_LINGER), get_int(s, ZMQ_IPV6));
    TELL(zmq_ctx_set(c, ZMQ_BLOCKY, 0));
    TELL(zmq_ctx_set(c, ZMQ_IPV6, 1));
    printf("linger %d ipv6 %d\n", get_int(s, ZMQ_LINGER), get_int(s, ZMQ_IPV6));
    zmq_close(s);
    s = zmq_socket(c, ZMQ_DEALER);
    printf("linger %d ipv6 %d\n", get_int(s, ZMQ_LINGER), get_int(s, ZMQ_IPV6));
    zmq_close(s);
    TELL(zmq_ctx_term(c));
}

static void shut_down(void)
{
    void *c = zmq_ctx_new();
    TELL(zmq_ctx_shutdown(c));
    TELL(zmq_ctx_shutdown(c));
    TELL_PTR(zmq_socket(c, ZMQ_PUSH));
    TELL(zmq_ctx_term(c));
    c = zmq_ctx_new();
    void *s = zmq_socket(c, ZMQ_PULL);
    TELL(zmq_bind(s, "inproc://x"));
    TELL(zmq_ctx_shutdown(c));
    TELL(zmq_recv(s, NULL, 0, 0));
    TELL(zmq_recv(s, NULL, 0, ZMQ_DONTWAIT));
    TELL(zmq_bind(s, "inproc://y"));
    TELL(zmq_connect(s, "inproc://y"));
    TELL(zmq_unbind(s, "inproc://x"));
    TELL(zmq_disconnect(s, "inproc://x"));
    TELL(get_int(s, ZMQ_EVENTS));
    TELL(get_int(s, ZMQ_TYPE));
    zmq_pollitem_t item = {s, 0, ZMQ_POLLIN, 0};
    TELL(zmq_poll(&item, 1, -1));
    TELL(zmq_socket_monitor(s, "inproc://m", ZMQ_EVENT_ALL));
    TELL_PTR(zmq_socket(c, ZMQ_PUSH));
    TELL(zmq_close(s));
    TELL(zmq_ctx_term(c));
}

static void several(void)
{
    void *a = zmq_ctx_new(), *b = zmq_ctx_new();
    void *s = zmq_socket(a, ZMQ_PAIR), *t = zmq_socket(b, ZMQ_PAIR);
    TELL(zmq_bind(s, "inproc://same"));
    TELL(zmq_bind(t, "inproc://same"));
    zmq_close(s);
    zmq_close(t);
    TELL(zmq_ctx_term(b));
    TELL(zmq_ctx_term(a));
}

int main(void)
{
    TELL(zmq_ctx_term(NULL));
    TELL(zmq_ctx_shutdown(NULL));
    TELL(zmq_ctx_set(NULL, 1, 1));
    TELL(zmq_ctx_get(NULL, 1));
    TELL_PTR(zmq_socket(NULL, ZMQ_PUSH));
    options();
    limits();
    types();
    no_threads();
    inherited();
    shut_down();
    several();
    void *c;
    TELL_PTR(zmq_init(-1));
    TELL_PTR(c = zmq_init(3));
    TELL(zmq_ctx_get(c, ZMQ_IO_THREADS));
    TELL(zmq_term(c));
    TELL_PTR(c = zmq_init(1));
    TELL(zmq_ctx_destroy(c));
    return 0;
}
