/* SPDX-License-Identifier: Apache-2.0 */

/* Every path on which memory changes hands, over and over, for leak checkers:
 * messages sent, received, dropped unread, refused, left in sockets and contexts
 * that end. With an argument it runs that many rounds. */

#include "tell.h"

static _Atomic long given;

static void give_back(void *data, void *hint)
{
    (void)hint;
    free(data);
    given--;
}

static void send_given(void *s, size_t size, int flags)
{
    zmq_msg_t m;
    char *data = malloc(size);
    memset(data, 'd', size);
    given++;
    MUST(zmq_msg_init_data(&m, data, size, give_back, NULL) == 0);
    if (zmq_msg_send(&m, s, flags) < 0)
        zmq_msg_close(&m);
}

static const size_t sizes[] = {0, 10, 33, 34, 1000, 9000, 100000};
enum { SIZES = sizeof sizes / sizeof *sizes };

static void pair(void *c, const char *endpoint, int read)
{
    void *a = open_socket(c, ZMQ_DEALER), *b = open_socket(c, ZMQ_DEALER);
    char bound[256];
    size_t n = sizeof bound;
    MUST(zmq_bind(a, endpoint) == 0 && zmq_getsockopt(a, ZMQ_LAST_ENDPOINT, bound, &n) == 0 && zmq_connect(b, bound) == 0);
    for (int i = 0; i < SIZES; i++) {
        send_given(b, sizes[i], ZMQ_SNDMORE);
        send_given(b, sizes[i], 0);
        MUST(zmq_send(b, "buffer", 6, 0) == 6);
    }
    for (int i = 0; i < read; i++) {
        zmq_msg_t m, k;
        zmq_msg_init(&m);
        zmq_msg_init(&k);
        MUST(zmq_msg_recv(&m, a, 0) >= 0);
        zmq_msg_copy(&k, &m);
        zmq_msg_gets(&k, "Socket-Type");
        zmq_msg_close(&m);
        if (i % 2)
            zmq_msg_send(&k, a, ZMQ_DONTWAIT);
        zmq_msg_close(&k);
    }
    send_given(b, 500, ZMQ_SNDMORE); /* never finished */
    zmq_close(a);
    zmq_close(b);
}

static void refused(void *c)
{
    void *a = open_socket(c, ZMQ_PULL), *b = open_socket(c, ZMQ_PUSH), *q = open_socket(c, ZMQ_REQ);
    for (int i = 0; i < SIZES; i++) {
        send_given(a, sizes[i], 0);
        send_given(b, sizes[i], ZMQ_DONTWAIT);
        send_given(q, sizes[i], ZMQ_DONTWAIT);
    }
    zmq_close(a);
    zmq_close(b);
    zmq_close(q);
}

static void published(void *c)
{
    void *p = open_socket(c, ZMQ_XPUB), *s = open_socket(c, ZMQ_SUB);
    join_tcp(p, s);
    zmq_setsockopt(s, ZMQ_SUBSCRIBE, "d", 1);
    recv_text(p, 0);
    for (int i = 0; i < 40; i++)
        send_given(p, 50, 0);
    recv_text(s, 0);
    zmq_setsockopt(s, ZMQ_UNSUBSCRIBE, "d", 1); /* with messages fetched ahead */
    zmq_close(p);
    zmq_close(s);
}

static void facilities(void)
{
    void *n = zmq_atomic_counter_new(), *t = zmq_timers_new(), *p = zmq_stopwatch_start();
    zmq_timers_add(t, 10, (zmq_timer_fn *)abort, NULL);
    zmq_atomic_counter_destroy(&n);
    zmq_timers_destroy(&t);
    zmq_stopwatch_stop(p);
}

int main(int argc, char **argv)
{
    long rounds = argc > 1 ? atol(argv[1]) : 3;
    for (long i = 0; i < rounds; i++) {
        void *c = zmq_ctx_new();
        pair(c, "inproc://pair", 0);
        pair(c, "inproc://pair-2", 20);
        pair(c, "tcp://127.0.0.1:*", 0);
        pair(c, "tcp://127.0.0.1:*", 21);
        refused(c);
        published(c);
        facilities();
        MUST(zmq_ctx_term(c) == 0);
    }
    printf("not given back: %ld\n", given);
    return given != 0;
}
