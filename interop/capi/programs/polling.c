/* SPDX-License-Identifier: Apache-2.0 */

/* zmq_poll, and the descriptor of a socket. */

#include "tell.h"
#include <poll.h>

static void arguments(void *c)
{
    zmq_pollitem_t items[3] = {{0}};
    TELL(zmq_poll(NULL, 0, 0));
    TELL(zmq_poll(items, 0, 0));
    TELL(zmq_poll(NULL, 0, 20));
    TELL(zmq_poll(items, -1, 0));
    TELL(zmq_poll(NULL, 1, 0));
    void *s = open_socket(c, ZMQ_PULL);
    items[0] = (zmq_pollitem_t){s, 0, ZMQ_POLLIN, -1};
    TELL(zmq_poll(items, 1, 0));
    printf("revents %d\n", items[0].revents);
    TELL(zmq_poll(items, 1, 30));
    items[1] = (zmq_pollitem_t){items, 0, ZMQ_POLLIN, -1}; /* no socket */
    TELL(zmq_poll(items, 2, 0));
    zmq_close(s);
}

static void events(void *c)
{
    void *a = open_socket(c, ZMQ_DEALER), *b = open_socket(c, ZMQ_DEALER);
    int fds[2];
    MUST(pipe(fds) == 0);
    zmq_pollitem_t items[5] = {
        {a, 0, ZMQ_POLLIN, 0}, {b, 0, ZMQ_POLLIN | ZMQ_POLLOUT, 0}, {NULL, fds[0], ZMQ_POLLIN, 0}, {NULL, fds[1], ZMQ_POLLOUT, 0}, {a, 0, 0, 0},
    };
#define SHOW                                                                   \
    printf("revents %d %d %d %d %d\n", items[0].revents, items[1].revents, items[2].revents, items[3].revents, items[4].revents)
    TELL(zmq_poll(items, 5, -1));
    SHOW;
    join_tcp(a, b);
    TELL(wait_for(b, ZMQ_POLLOUT));
    TELL(zmq_poll(items, 5, 0));
    SHOW;
    zmq_send(b, "x", 1, 0);
    TELL(wait_for(a, ZMQ_POLLIN));
    TELL(zmq_poll(items, 5, 1000));
    SHOW;
    MUST(write(fds[1], "y", 1) == 1);
    TELL(zmq_poll(items, 5, -1));
    SHOW;
    TELL(zmq_poll(items, 5, -1)); /* level-triggered */
    SHOW;
    recv_text(a, 0);
    char y;
    MUST(read(fds[0], &y, 1) == 1);
    close(fds[1]);
    items[3].fd = fds[0];
    items[3].events = 0;
    TELL(zmq_poll(items, 5, 0)); /* the end of a pipe is an error, asked for or not */
    SHOW;
    close(fds[0]);
    zmq_close(a);
    zmq_close(b);
}

/* The contract of ZMQ_FD: when EVENTS has said that nothing is there, the
 * descriptor becomes readable when something is. */
static void descriptor(void *c)
{
    void *a = open_socket(c, ZMQ_PULL), *b = open_socket(c, ZMQ_PUSH);
    join_tcp(a, b);
    int fd = get_int(a, ZMQ_FD);
    printf("there %d, the same again %d\n", fd >= 0, fd == get_int(a, ZMQ_FD));
    int got = 0;
    for (int round = 0; round < 100; round++) {
        if (get_int(a, ZMQ_EVENTS) & ZMQ_POLLIN)
            printf("there already\n");
        for (int i = 0; i <= round % 3; i++)
            MUST(zmq_send(b, "x", 1, 0) == 1);
        for (int left = round % 3 + 1; left > 0;) {
            struct pollfd p = {fd, POLLIN, 0};
            if (poll(&p, 1, 30000) != 1) {
                printf("not told in round %d\n", round);
                exit(1);
            }
            while (get_int(a, ZMQ_EVENTS) & ZMQ_POLLIN) {
                recv_text(a, ZMQ_DONTWAIT);
                got++;
                left--;
            }
        }
    }
    printf("%d messages\n", got);
    zmq_close(a);
    zmq_close(b);
}

static void many(void *c)
{
    enum { N = 40 };
    void *in[N], *out[N];
    zmq_pollitem_t items[N];
    for (int i = 0; i < N; i++) {
        in[i] = open_socket(c, ZMQ_PULL);
        out[i] = open_socket(c, ZMQ_PUSH);
        char name[32];
        snprintf(name, sizeof name, "inproc://many-%d", i);
        MUST(zmq_bind(in[i], name) == 0 && zmq_connect(out[i], name) == 0);
        items[i] = (zmq_pollitem_t){in[i], 0, ZMQ_POLLIN, 0};
    }
    for (int i = 0; i < N; i++) {
        MUST(zmq_send(out[i], "x", 1, 0) == 1);
        int rc = zmq_poll(items, N, 30000);
        printf("%d %d%s", rc, items[i].revents, i % 10 == 9 ? "\n" : " ");
        recv_text(in[i], 0);
    }
    for (int i = 0; i < N; i++) {
        zmq_close(in[i]);
        zmq_close(out[i]);
    }
}

int main(void)
{
    void *c = zmq_ctx_new();
    arguments(c);
    events(c);
    descriptor(c);
    many(c);
    return zmq_ctx_term(c);
}
