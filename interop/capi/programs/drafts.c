/* SPDX-License-Identifier: Apache-2.0 */

/* The draft functions, which libzmq has in draft builds only: what they return is
 * checked here. */

#define ZMQ_BUILD_DRAFT_API
#include "expect.h"
#include <signal.h>

static void poller(void *c)
{
    void *p = zmq_poller_new(), *none = NULL, *a = open_socket(c, ZMQ_DEALER), *b = open_socket(c, ZMQ_DEALER);
    zmq_poller_event_t e[4];
    join_tcp(a, b);
    EXPECT_FAIL(zmq_poller_destroy(NULL), EFAULT);
    EXPECT_FAIL(zmq_poller_destroy(&none), EFAULT);
    EXPECT_FAIL(zmq_poller_size(NULL), EFAULT);
    EXPECT_FAIL(zmq_poller_add(NULL, a, NULL, ZMQ_POLLIN), EFAULT);
    EXPECT_FAIL(zmq_poller_add(p, NULL, NULL, ZMQ_POLLIN), ENOTSOCK);
    EXPECT_FAIL(zmq_poller_add(p, a, NULL, 16), EINVAL);
    EXPECT_FAIL(zmq_poller_wait(p, e, -1), EFAULT);
    EXPECT_FAIL(zmq_poller_wait(p, e, 10), EAGAIN);
    EXPECT_FAIL(zmq_poller_wait(p, NULL, 10), EFAULT);
    EXPECT_FAIL(zmq_poller_wait_all(p, e, -1, 10), EINVAL);
    EXPECT(zmq_poller_add(p, a, &failed, ZMQ_POLLIN), 0);
    EXPECT_FAIL(zmq_poller_add(p, a, NULL, ZMQ_POLLIN), EINVAL);
    EXPECT_FAIL(zmq_poller_modify(p, b, ZMQ_POLLIN), EINVAL);
    EXPECT_FAIL(zmq_poller_remove(p, b), EINVAL);
    EXPECT_FAIL(zmq_poller_add_fd(p, -1, NULL, ZMQ_POLLIN), EBADF);
    EXPECT_FAIL(zmq_poller_modify_fd(p, -1, ZMQ_POLLIN), EBADF);
    EXPECT_FAIL(zmq_poller_remove_fd(p, -1), EBADF);
    int fds[2], fd;
    MUST(pipe(fds) == 0);
    EXPECT(zmq_poller_add_fd(p, fds[0], &fds, ZMQ_POLLIN), 0);
    EXPECT_FAIL(zmq_poller_add_fd(p, fds[0], NULL, ZMQ_POLLIN), EINVAL);
    EXPECT(zmq_poller_size(p), 2);
    EXPECT_FAIL(zmq_poller_fd(p, &fd), EINVAL);
    EXPECT_FAIL(zmq_poller_wait(p, e, 10), EAGAIN);
    EXPECT(e[0].socket == NULL && e[0].fd == -1 && e[0].user_data == NULL && e[0].events == 0, 1);
    MUST(zmq_send(b, "x", 1, 0) == 1);
    EXPECT(zmq_poller_wait(p, e, -1), 0);
    EXPECT(e[0].socket == a && e[0].fd == -1 && e[0].user_data == &failed && e[0].events == ZMQ_POLLIN, 1);
    MUST(write(fds[1], "y", 1) == 1);
    EXPECT(zmq_poller_wait_all(p, e, 4, -1), 2);
    EXPECT(e[1].socket == NULL && e[1].fd == fds[0] && e[1].user_data == fds && e[1].events == ZMQ_POLLIN, 1);
    EXPECT(e[2].socket == NULL && e[2].fd == -1, 1);
    EXPECT(zmq_poller_modify(p, a, ZMQ_POLLOUT), 0);
    EXPECT(zmq_poller_modify_fd(p, fds[0], 0), 0);
    EXPECT(zmq_poller_wait_all(p, e, 4, 100), 1);
    EXPECT(e[0].events, ZMQ_POLLOUT);
    EXPECT(zmq_poller_remove_fd(p, fds[0]), 0);
    EXPECT_FAIL(zmq_poller_remove_fd(p, fds[0]), EINVAL);
    EXPECT(zmq_poller_remove(p, a), 0);
    EXPECT(zmq_poller_destroy(&p), 0);
    EXPECT(p == NULL, 1);
    close(fds[0]);
    close(fds[1]);
    zmq_close(a);
    zmq_close(b);
}

static void messages(void)
{
    zmq_msg_t m, n;
    EXPECT(zmq_msg_init_buffer(&m, "0123456789012345678901234567890123456789", 40), 0);
    EXPECT(memcmp(zmq_msg_data(&m), "0123456789", 10), 0);
    EXPECT_FAIL(zmq_msg_set_routing_id(&m, 0), EINVAL);
    EXPECT(zmq_msg_routing_id(&m), 0);
    EXPECT(zmq_msg_set_routing_id(&m, 7), 0);
    EXPECT(strcmp(zmq_msg_group(&m), ""), 0);
    char group[300];
    memset(group, 'g', sizeof group);
    group[299] = 0;
    EXPECT(zmq_msg_set_group(&m, group), 0);
    EXPECT(strlen(zmq_msg_group(&m)), 255);
    zmq_msg_init(&n);
    EXPECT(zmq_msg_copy(&n, &m), 0);
    EXPECT(zmq_msg_routing_id(&n), 7);
    EXPECT(strlen(zmq_msg_group(&n)), 255);
    zmq_msg_close(&m);
    zmq_msg_close(&n);
    EXPECT_FAIL(zmq_msg_send(&m, NULL, 0), ENOTSOCK);
}

static void contexts(void)
{
    void *c = zmq_ctx_new();
    int v = 3;
    size_t n = sizeof v;
    EXPECT(zmq_ctx_set_ext(c, ZMQ_IO_THREADS, &v, n), 0);
    v = 0;
    EXPECT(zmq_ctx_get_ext(c, ZMQ_IO_THREADS, &v, &n), 0);
    EXPECT(v, 3);
    n = 8;
    EXPECT_FAIL(zmq_ctx_get_ext(c, ZMQ_IO_THREADS, &v, &n), EINVAL);
    EXPECT_FAIL(zmq_ctx_set_ext(c, ZMQ_IO_THREADS, &v, 2), EINVAL);
    EXPECT_FAIL(zmq_ctx_set_ext(NULL, ZMQ_IO_THREADS, &v, 4), EFAULT);
    EXPECT_FAIL(zmq_ctx_get_ext(NULL, ZMQ_IO_THREADS, &v, &n), EFAULT);
    EXPECT(zmq_ctx_set_ext(c, ZMQ_THREAD_NAME_PREFIX, "prefix", 6), 0);
    char text[32] = "";
    n = sizeof text;
    EXPECT(zmq_ctx_get_ext(c, ZMQ_THREAD_NAME_PREFIX, text, &n), 0);
    EXPECT(strcmp(text, "prefix"), 0);
    EXPECT(zmq_ctx_get(c, ZMQ_ZERO_COPY_RECV), 1);
    zmq_ctx_term(c);
}

static void note(int sig) { (void)sig; }

static void masked(void *c)
{
    void *s = open_socket(c, ZMQ_PULL);
    zmq_pollitem_t item = {s, 0, ZMQ_POLLIN, 0};
    sigset_t set, old;
    struct sigaction act;
    memset(&act, 0, sizeof act);
    act.sa_handler = note;
    sigaction(SIGUSR2, &act, NULL);
    sigemptyset(&set);
    sigaddset(&set, SIGUSR2);
    pthread_sigmask(SIG_BLOCK, &set, &old);
    raise(SIGUSR2);
    EXPECT(zmq_poll(&item, 1, 20), 0);
    EXPECT_FAIL(zmq_ppoll(&item, 1, 5000, &old), EINTR);
    pthread_sigmask(SIG_SETMASK, &old, NULL);
    EXPECT(zmq_ppoll(&item, 1, 20, NULL), 0);
    EXPECT_FAIL(zmq_ppoll(&item, -1, 0, NULL), EINVAL);
    EXPECT_FAIL(zmq_ppoll(NULL, 1, 0, NULL), EFAULT);
    zmq_close(s);
}

static void peers(void *c)
{
    void *r = open_socket(c, ZMQ_ROUTER), *d = open_socket(c, ZMQ_DEALER);
    EXPECT_FAIL(zmq_socket_get_peer_state(NULL, "x", 1), ENOTSOCK);
    EXPECT_FAIL(zmq_socket_get_peer_state(d, "x", 1), ENOTSUP);
    EXPECT_FAIL(zmq_socket_get_peer_state(r, "x", 1), EHOSTUNREACH);
    zmq_setsockopt(d, ZMQ_ROUTING_ID, "x", 1);
    join_tcp(r, d);
    zmq_send(d, "m", 1, 0);
    recv_text(r, 0);
    EXPECT(zmq_socket_get_peer_state(r, "x", 1), ZMQ_POLLOUT);
    EXPECT_FAIL(zmq_join(NULL, "group"), ENOTSOCK);
    EXPECT_FAIL(zmq_leave(NULL, "group"), ENOTSOCK);
    EXPECT_FAIL(zmq_disconnect_peer(NULL, 1), ENOTSOCK);
    EXPECT_FAIL(zmq_join(d, "group"), ENOTSUP);
    EXPECT_FAIL(zmq_leave(d, "group"), ENOTSUP);
    EXPECT_FAIL(zmq_disconnect_peer(d, 1), ENOTSUP);
    EXPECT(zmq_connect_peer(d, "tcp://127.0.0.1:1") == 0 && errno == ENOTSUP, 1);
    zmq_close(r);
    zmq_close(d);
}

static void statistics(void *c)
{
    void *s = open_socket(c, ZMQ_DEALER), *m = open_socket(c, ZMQ_PAIR);
    EXPECT_FAIL(zmq_socket_monitor_pipes_stats(NULL), ENOTSOCK);
    EXPECT_FAIL(zmq_socket_monitor_pipes_stats(s), EINVAL);
    EXPECT_FAIL(zmq_socket_monitor_versioned(s, "inproc://stats", ZMQ_EVENT_ALL_V2, 1, ZMQ_PAIR), EINVAL);
    EXPECT_FAIL(zmq_socket_monitor_versioned(s, "inproc://stats", ZMQ_EVENT_ALL_V2, 2, ZMQ_DEALER), EINVAL);
    EXPECT(zmq_socket_monitor_versioned(s, "inproc://stats", ZMQ_EVENT_PIPES_STATS, 2, ZMQ_PAIR), 0);
    EXPECT_FAIL(zmq_socket_monitor_pipes_stats(s), EAGAIN);
    MUST(zmq_connect(m, "inproc://stats") == 0 && zmq_connect(s, "tcp://127.0.0.1:1") == 0);
    MUST(zmq_send(s, "x", 1, 0) == 1 && zmq_send(s, "y", 1, 0) == 1);
    EXPECT(zmq_socket_monitor_pipes_stats(s), 0);
    uint64_t v[4];
    for (int i = 0; i < 4; i++)
        EXPECT(zmq_recv(m, &v[i], 8, 0), 8);
    EXPECT(v[0], ZMQ_EVENT_PIPES_STATS);
    EXPECT(v[1], 2);
    EXPECT(v[2], 2);
    EXPECT(v[3], 0);
    EXPECT(strcmp(recv_text(m, 0), ""), 0);
    EXPECT(strcmp(recv_text(m, 0), "tcp://127.0.0.1:1"), 0);
    EXPECT(zmq_socket_monitor(s, NULL, 0), 0);
    zmq_close(m);
    zmq_close(s);
}

/* A steerable proxy stops and goes on. (libzmq 4.3.5 has the two the wrong way
 * round.) */
static void *steered(void *arg)
{
    void **s = arg;
    EXPECT(zmq_proxy_steerable(s[0], s[1], NULL, s[2]), 0);
    return NULL;
}

static void steering(void *c)
{
    void *s[3] = {open_socket(c, ZMQ_PULL), open_socket(c, ZMQ_PUSH), open_socket(c, ZMQ_REP)};
    void *in = open_socket(c, ZMQ_PUSH), *out = open_socket(c, ZMQ_PULL), *control = open_socket(c, ZMQ_REQ);
    MUST(zmq_bind(s[0], "inproc://in") == 0 && zmq_bind(s[1], "inproc://out") == 0 && zmq_bind(s[2], "inproc://control") == 0);
    MUST(zmq_connect(in, "inproc://in") == 0 && zmq_connect(out, "inproc://out") == 0 && zmq_connect(control, "inproc://control") == 0);
    pthread_t t;
    pthread_create(&t, NULL, steered, s);
    zmq_send(in, "1", 1, 0);
    EXPECT(strcmp(recv_text(out, 0), "1"), 0);
    zmq_send(control, "PAUSE", 5, 0);
    EXPECT(zmq_recv(control, NULL, 0, 0), 0);
    zmq_send(in, "2", 1, 0);
    set_int(out, ZMQ_RCVTIMEO, 100);
    EXPECT_FAIL(zmq_recv(out, NULL, 0, 0), EAGAIN);
    zmq_send(control, "RESUME", 6, 0);
    EXPECT(zmq_recv(control, NULL, 0, 0), 0);
    set_int(out, ZMQ_RCVTIMEO, 30000);
    EXPECT(strcmp(recv_text(out, 0), "2"), 0);
    zmq_send(control, "TERMINATE", 9, 0);
    EXPECT(zmq_recv(control, NULL, 0, 0), 0);
    pthread_join(t, NULL);
    for (int i = 0; i < 3; i++)
        zmq_close(s[i]);
    zmq_close(in);
    zmq_close(out);
    zmq_close(control);
}

int main(void)
{
    void *c = zmq_ctx_new();
    poller(c);
    messages();
    contexts();
    masked(c);
    peers(c);
    statistics(c);
    steering(c);
    EXPECT(zmq_ctx_term(c), 0);
    if (!failed)
        printf("as expected\n");
    return failed;
}
