/* SPDX-License-Identifier: Apache-2.0 */

/* The end of sockets and contexts, from wherever it comes. */

#include "tell.h"

struct call
{
    void *socket, *context;
    int rc, e;
};

static void *receive(void *arg)
{
    struct call *x = arg;
    errno = 0;
    x->rc = zmq_recv(x->socket, NULL, 0, 0);
    x->e = zmq_errno();
    zmq_close(x->socket);
    return NULL;
}

static void *terminate(void *arg)
{
    struct call *x = arg;
    x->rc = zmq_ctx_term(x->context);
    return NULL;
}

/* A thread that waits hears of the end and closes its socket. */
static void woken(void)
{
    void *c = zmq_ctx_new();
    struct call x = {open_socket(c, ZMQ_PULL), c, 0, 0};
    set_int(x.socket, ZMQ_RCVTIMEO, -1);
    pthread_t t;
    pthread_create(&t, NULL, receive, &x);
    usleep(50000);
    TELL(zmq_ctx_term(c));
    pthread_join(t, NULL);
    printf("%d %s\n", x.rc, name_of(x.e));
}

/* A context ends when its last socket is closed, in another thread. */
static void waited_for(void)
{
    void *c = zmq_ctx_new(), *s = open_socket(c, ZMQ_PULL);
    struct call x = {NULL, c, -9, 0};
    pthread_t t;
    pthread_create(&t, NULL, terminate, &x);
    usleep(50000);
    printf("term has not returned: %d\n", x.rc == -9);
    TELL(zmq_recv(s, NULL, 0, 0));
    TELL(zmq_close(s));
    pthread_join(t, NULL);
    printf("term %d\n", x.rc);
}

/* What was sent before the close arrives. */
static void lingering(int linger, int expected)
{
    void *c = zmq_ctx_new(), *d = zmq_ctx_new(), *b = open_socket(d, ZMQ_PULL);
    char endpoint[256];
    bind_free(b, endpoint, sizeof endpoint);
    void *a = open_socket(c, ZMQ_PUSH);
    set_int(a, ZMQ_LINGER, linger);
    MUST(zmq_connect(a, endpoint) == 0);
    for (int i = 0; i < 900; i++)
        MUST(zmq_send(a, &i, sizeof i, 0) == (int)sizeof i);
    TELL(zmq_close(a));
    TELL(zmq_ctx_term(c));
    int n = 0;
    if (expected)
        while (n < 900 && zmq_recv(b, NULL, 0, 0) >= 0)
            n++;
    printf("linger %d: %d\n", linger, n);
    zmq_close(b);
    zmq_ctx_term(d);
}

/* There is no peer to take it: LINGER bounds the wait. */
static void in_vain(void)
{
    void *c = zmq_ctx_new(), *a = open_socket(c, ZMQ_PUSH);
    set_int(a, ZMQ_LINGER, 100);
    MUST(zmq_connect(a, "tcp://127.0.0.1:1") == 0);
    TELL(zmq_send(a, "x", 1, 0));
    TELL(zmq_close(a));
    void *w = zmq_stopwatch_start();
    TELL(zmq_ctx_term(c));
    unsigned long us = zmq_stopwatch_stop(w);
    printf("%d\n", us >= 80000 && us < 3000000);
}

/* A socket may move from thread to thread. */
static void *echo(void *arg)
{
    struct call *x = arg;
    x->rc = zmq_recv(x->socket, NULL, 0, 0);
    zmq_send(x->socket, "y", 1, 0);
    return NULL;
}

static void moved(void)
{
    void *c = zmq_ctx_new(), *p = open_socket(c, ZMQ_REP), *q = open_socket(c, ZMQ_REQ);
    join_tcp(p, q);
    int good = 0;
    for (int i = 0; i < 50; i++) {
        struct call x = {p, c, 0, 0};
        pthread_t t;
        MUST(zmq_send(q, "x", 1, 0) == 1);
        pthread_create(&t, NULL, echo, &x);
        good += zmq_recv(q, NULL, 0, 0) == 1;
        pthread_join(t, NULL);
        good += x.rc == 1;
    }
    printf("%d\n", good);
    zmq_close(p);
    zmq_close(q);
    TELL(zmq_ctx_term(c));
}

int main(void)
{
    woken();
    waited_for();
    lingering(-1, 1);
    lingering(5000, 1);
    lingering(0, 0);
    in_vain();
    moved();
    /* The process exits with sockets open and messages under way. */
    void *c = zmq_ctx_new(), *a = zmq_socket(c, ZMQ_PUSH), *b = zmq_socket(c, ZMQ_PULL);
    join_tcp(b, a);
    for (int i = 0; i < 100; i++)
        zmq_send(a, "x", 1, 0);
    printf("exit\n");
    return 0;
}
