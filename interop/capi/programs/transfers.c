/* SPDX-License-Identifier: Apache-2.0 */

/* Sending and receiving: every type's errors, frames, limits of time. */

#include "tell.h"

static const char *const names[] = {"PAIR", "PUB", "SUB", "REQ", "REP", "DEALER", "ROUTER", "PULL", "PUSH", "XPUB", "XSUB", "STREAM"};

/* Without a peer. */
static void alone(void *c)
{
    TELL(zmq_send(NULL, "x", 1, 0));
    TELL(zmq_send_const(NULL, "x", 1, 0));
    TELL(zmq_recv(NULL, NULL, 0, 0));
    TELL(zmq_close(NULL));
    for (int type = ZMQ_PAIR; type <= ZMQ_STREAM; type++) {
        printf("%s\n", names[type]);
        void *s = open_socket(c, type);
        printf("events %d\n", get_int(s, ZMQ_EVENTS));
        TELL(zmq_recv(s, NULL, 0, ZMQ_DONTWAIT));
        TELL(zmq_send(s, "x", 1, ZMQ_DONTWAIT));
        TELL(zmq_close(s));
        s = open_socket(c, type);
        TELL(zmq_send(s, "x", 1, ZMQ_DONTWAIT | ZMQ_SNDMORE));
        printf("events %d\n", get_int(s, ZMQ_EVENTS));
        set_int(s, ZMQ_SNDTIMEO, 0);
        set_int(s, ZMQ_RCVTIMEO, 0);
        TELL(zmq_send(s, "x", 1, 0));
        TELL(zmq_recv(s, NULL, 0, 0));
        TELL(zmq_close(s));
        TELL(zmq_close(s));
    }
}

/* The lockstep of REQ and REP, frame by frame. */
static void lockstep(void *c)
{
    void *p = open_socket(c, ZMQ_REP), *q = open_socket(c, ZMQ_REQ);
    join_tcp(p, q);
    TELL(zmq_recv(q, NULL, 0, ZMQ_DONTWAIT));
    TELL(zmq_send(p, "x", 1, ZMQ_DONTWAIT));
    TELL(zmq_send(q, "one", 3, ZMQ_SNDMORE));
    TELL(zmq_recv(q, NULL, 0, ZMQ_DONTWAIT));
    TELL(zmq_send(q, "two", 3, 0));
    printf("REQ events %d\n", get_int(q, ZMQ_EVENTS));
    TELL(zmq_send(q, "early", 5, ZMQ_DONTWAIT));
    TELL(wait_for(p, ZMQ_POLLIN));
    printf("REP events %d\n", get_int(p, ZMQ_EVENTS));
    printf("%s\n", recv_text(p, 0));
    printf("more %d REP events %d\n", get_int(p, ZMQ_RCVMORE), get_int(p, ZMQ_EVENTS));
    TELL(zmq_send(p, "early", 5, ZMQ_DONTWAIT));
    printf("%s\n", recv_text(p, 0));
    printf("more %d REP events %d\n", get_int(p, ZMQ_RCVMORE), get_int(p, ZMQ_EVENTS));
    TELL(zmq_recv(p, NULL, 0, ZMQ_DONTWAIT));
    TELL(zmq_send(p, "three", 5, ZMQ_SNDMORE));
    printf("REP events %d\n", get_int(p, ZMQ_EVENTS));
    TELL(zmq_recv(p, NULL, 0, ZMQ_DONTWAIT));
    TELL(zmq_send(p, "four", 4, 0));
    TELL(wait_for(q, ZMQ_POLLIN));
    printf("REQ events %d\n", get_int(q, ZMQ_EVENTS));
    printf("%s\n", recv_text(q, 0));
    TELL(zmq_send(q, "early", 5, ZMQ_DONTWAIT));
    printf("%s\n", recv_text(q, 0));
    printf("REQ events %d\n", get_int(q, ZMQ_EVENTS));
    TELL(zmq_recv(q, NULL, 0, ZMQ_DONTWAIT));
    zmq_close(p);
    zmq_close(q);
}

static void routing(void *c)
{
    void *r = open_socket(c, ZMQ_ROUTER), *d = open_socket(c, ZMQ_DEALER);
    zmq_setsockopt(d, ZMQ_ROUTING_ID, "peer", 4);
    TELL(zmq_send(r, "nobody", 6, ZMQ_SNDMORE));
    TELL(zmq_send(r, "x", 1, 0));
    set_int(r, ZMQ_ROUTER_MANDATORY, 1);
    printf("events %d\n", get_int(r, ZMQ_EVENTS));
    TELL(zmq_send(r, "nobody", 6, ZMQ_SNDMORE));
    TELL(zmq_send(r, "nobody", 6, 0));
    join_tcp(r, d);
    zmq_send(d, "hello", 5, 0);
    printf("%s\n", recv_text(r, 0));
    printf("%s\n", recv_text(r, 0));
    printf("events %d\n", get_int(r, ZMQ_EVENTS));
    TELL(zmq_send(r, "peer", 4, ZMQ_SNDMORE));
    TELL(zmq_send(r, "a", 1, ZMQ_SNDMORE));
    TELL(zmq_send(r, "b", 1, 0));
    printf("%s\n", recv_text(d, 0));
    printf("more %d\n", get_int(d, ZMQ_RCVMORE));
    printf("%s\n", recv_text(d, 0));
    printf("more %d\n", get_int(d, ZMQ_RCVMORE));
    zmq_close(r);
    zmq_close(d);
}

/* What fits into a queue, exactly. */
static void marks(void *c)
{
    for (int hwm = 1; hwm <= 5; hwm++) {
        void *a = open_socket(c, ZMQ_PUSH), *b = open_socket(c, ZMQ_PULL);
        set_int(a, ZMQ_SNDHWM, hwm);
        set_int(b, ZMQ_RCVHWM, hwm);
        char name[] = "inproc://marks0"; /* a name is free some time after its socket's close */
        name[14] = (char)('0' + hwm);
        MUST(zmq_bind(b, name) == 0 && zmq_connect(a, name) == 0);
        int n = 0;
        while (zmq_send(a, "x", 1, ZMQ_DONTWAIT) == 1)
            n++;
        printf("hwm %d: %d then %s, events %d\n", hwm, n, name_of(zmq_errno()), get_int(a, ZMQ_EVENTS));
        /* Credit comes back in batches. */
        for (int i = 0; i < n; i++) {
            printf("read %d: %s", i + 1, recv_text(b, 0));
            printf(" events %d", get_int(a, ZMQ_EVENTS));
            int more = 0;
            if (i < n / 2)
                while (zmq_send(a, "x", 1, ZMQ_DONTWAIT) == 1)
                    more++;
            printf(" room for %d\n", more);
        }
        zmq_close(a);
        zmq_close(b);
    }
}

/* What a connect without an answer holds. */
static void unanswered(void *c)
{
    const int list[] = {1, 2, 7, 100, 1000};
    for (size_t i = 0; i < sizeof list / sizeof *list; i++) {
        void *s = open_socket(c, ZMQ_PUSH);
        set_int(s, ZMQ_SNDHWM, list[i]);
        MUST(zmq_connect(s, "tcp://127.0.0.1:1") == 0);
        int n = 0;
        while (n < 5000 && zmq_send(s, "x", 1, ZMQ_DONTWAIT) == 1)
            n++;
        printf("hwm %d: %d then %s, events %d\n", list[i], n, name_of(zmq_errno()), get_int(s, ZMQ_EVENTS));
        TELL(zmq_send(s, "x", 1, ZMQ_DONTWAIT | ZMQ_SNDMORE));
        set_int(s, ZMQ_SNDHWM, list[i] + 3);
        n = 0;
        while (n < 5000 && zmq_send(s, "x", 1, ZMQ_DONTWAIT) == 1)
            n++;
        printf("raised by 3: %d\n", n);
        zmq_close(s);
    }
}

/* Over a socket file, and under the least marks there are. */
static void narrow(void *c)
{
    char endpoint[64];
    snprintf(endpoint, sizeof endpoint, "ipc:///tmp/capi-%d", (int)getpid());
    void *a = open_socket(c, ZMQ_PUSH), *b = open_socket(c, ZMQ_PULL);
    set_int(a, ZMQ_SNDHWM, 1);
    set_int(b, ZMQ_RCVHWM, 1);
    MUST(zmq_bind(b, endpoint) == 0 && zmq_connect(a, endpoint) == 0);
    int wrong = 0;
    for (int i = 0; i < 2000; i++) {
        int got = -1;
        wrong += zmq_send(a, &i, sizeof i, 0) != (int)sizeof i;
        wrong += zmq_recv(b, &got, sizeof got, 0) != (int)sizeof got || got != i;
    }
    printf("%d wrong\n", wrong);
    zmq_close(a);
    zmq_close(b);
}

static void cut(void *c)
{
    void *a = open_socket(c, ZMQ_PAIR), *b = open_socket(c, ZMQ_PAIR);
    join_tcp(a, b);
    char big[20000], buf[20000];
    memset(big, 'b', sizeof big);
    const size_t sizes[] = {0, 1, 33, 34, 255, 256, 8191, 8192, 20000};
    for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++)
        for (size_t room = 0; room <= 10; room += 5) {
            TELL(zmq_send(a, big, sizes[i], 0));
            memset(buf, 'z', sizeof buf);
            TELL(zmq_recv(b, buf, room, 0));
            size_t n = 0;
            while (n < sizeof buf && buf[n] == 'b')
                n++;
            printf("%zu of %zu\n", n, sizes[i]);
        }
    TELL(zmq_send_const(a, "constant", 8, 0));
    printf("%s\n", recv_text(b, 0));
    zmq_close(a);
    zmq_close(b);
}

static void vectors(void *c)
{
    void *a = open_socket(c, ZMQ_PAIR), *b = open_socket(c, ZMQ_PAIR);
    join_tcp(a, b);
    struct iovec v[4] = {{"one", 3}, {"", 0}, {"three", 5}, {"four", 4}}, w[4];
    TELL(zmq_sendiov(NULL, v, 3, 0));
    TELL(zmq_sendiov(a, v, 0, 0));
    TELL(zmq_sendiov(a, NULL, 3, 0));
    TELL(zmq_sendiov(a, v, 4, ZMQ_SNDMORE));
    size_t n = 4;
    TELL(zmq_recviov(NULL, w, &n, 0));
    TELL(zmq_recviov(b, w, NULL, 0));
    TELL(zmq_recviov(b, NULL, &n, 0));
    n = 0;
    TELL(zmq_recviov(b, w, &n, 0));
    n = 3;
    TELL(zmq_recviov(b, w, &n, 0));
    printf("%zu\n", n);
    for (size_t i = 0; i < n; i++) {
        printf("%zu '%.*s'\n", w[i].iov_len, (int)w[i].iov_len, (char *)w[i].iov_base);
        free(w[i].iov_base);
    }
    n = 4;
    TELL(zmq_recviov(b, w, &n, 0));
    printf("%zu '%.*s'\n", n, (int)w[0].iov_len, (char *)w[0].iov_base);
    free(w[0].iov_base);
    TELL(zmq_sendiov(a, v, 2, 0));
    printf("'%s' more %d\n", recv_text(b, 0), get_int(b, ZMQ_RCVMORE));
    printf("'%s' more %d\n", recv_text(b, 0), get_int(b, ZMQ_RCVMORE));
    zmq_close(a);
    zmq_close(b);
}

static void times(void *c)
{
    void *s = open_socket(c, ZMQ_PULL), *t = open_socket(c, ZMQ_PUSH);
    set_int(s, ZMQ_RCVTIMEO, 60);
    set_int(t, ZMQ_SNDTIMEO, 60);
    void *w = zmq_stopwatch_start();
    TELL(zmq_recv(s, NULL, 0, 0));
    unsigned long us = zmq_stopwatch_intermediate(w);
    printf("in time %d\n", us >= 59000 && us < 50000000);
    TELL(zmq_send(t, "x", 1, 0));
    us = zmq_stopwatch_stop(w) - us;
    printf("in time %d\n", us >= 59000 && us < 50000000);
    zmq_close(s);
    zmq_close(t);
}

/* Many messages, in order and whole, through every path there is. */
static void streams(void *c)
{
    enum { N = 20000 };
    void *a = open_socket(c, ZMQ_PUSH), *b = open_socket(c, ZMQ_PULL);
    join_tcp(b, a);
    int wrong = 0;
    char body[6000] = {0}, got[6000];
    int sent = 0, read = 0;
    while (read < N) {
        for (int i = 0; i < 700 && sent < N; i++, sent++) {
            size_t size = sent % 97 == 0 ? 5000 : sent % 31 == 0 ? 300 : 8;
            memcpy(body, &sent, sizeof sent);
            body[size - 1] = (char)sent;
            if (sent % 41 == 0)
                MUST(zmq_send(a, &sent, sizeof sent, ZMQ_SNDMORE) == (int)sizeof sent);
            MUST(zmq_send(a, body, size, 0) == (int)size);
        }
        for (int i = 0; i < 500 && read < sent; i++, read++) {
            int n = zmq_recv(b, got, sizeof got, 0), first;
            memcpy(&first, got, sizeof first);
            wrong += n < 4 || first != read;
            if (read % 41 == 0) {
                wrong += get_int(b, ZMQ_RCVMORE) != 1;
                n = zmq_recv(b, got, sizeof got, 0);
            }
            size_t size = read % 97 == 0 ? 5000 : read % 31 == 0 ? 300 : 8;
            memcpy(&first, got, sizeof first);
            wrong += n != (int)size || first != read || got[size - 1] != (char)read || get_int(b, ZMQ_RCVMORE) != 0;
        }
    }
    printf("%d of %d wrong\n", wrong, N);
    zmq_close(a);
    zmq_close(b);
}

int main(void)
{
    void *c = zmq_ctx_new();
    alone(c);
    lockstep(c);
    routing(c);
    marks(c);
    unanswered(c);
    narrow(c);
    cut(c);
    vectors(c);
    times(c);
    streams(c);
    return zmq_ctx_term(c);
}
