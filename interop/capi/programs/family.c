/* SPDX-License-Identifier: Apache-2.0 */

/* The draft socket types: CLIENT, SERVER, RADIO, DISH, SCATTER, GATHER, PEER, CHANNEL and
 * DGRAM. Debian's libzmq has them, but not the functions that they need. */

#define ZMQ_BUILD_DRAFT_API
#include "expect.h"

static const int family[] = {ZMQ_SERVER, ZMQ_CLIENT, ZMQ_RADIO, ZMQ_DISH, ZMQ_GATHER, ZMQ_SCATTER, ZMQ_PEER, ZMQ_CHANNEL};

static void send_label(void *s, const char *text, uint32_t id, const char *group)
{
    zmq_msg_t m;
    zmq_msg_init_size(&m, strlen(text));
    memcpy(zmq_msg_data(&m), text, strlen(text));
    if (id)
        EXPECT(zmq_msg_set_routing_id(&m, id), 0);
    if (group)
        EXPECT(zmq_msg_set_group(&m, group), 0);
    EXPECT(zmq_msg_send(&m, s, 0), strlen(text));
    zmq_msg_close(&m);
}

/* Receives a message of that text and group, and returns the number of its sender. */
static uint32_t recv_label(void *s, const char *text, const char *group)
{
    zmq_msg_t m;
    zmq_msg_init(&m);
    EXPECT(zmq_msg_recv(&m, s, 0), strlen(text));
    EXPECT(memcmp(zmq_msg_data(&m), text, strlen(text)), 0);
    EXPECT(zmq_msg_more(&m), 0);
    EXPECT(strcmp(zmq_msg_group(&m), group), 0);
    uint32_t id = zmq_msg_routing_id(&m);
    zmq_msg_close(&m);
    return id;
}

static void options(void *c)
{
    for (size_t i = 0; i < sizeof family / sizeof *family; i++) {
        void *s = open_socket(c, family[i]);
        int v = 0;
        size_t n = sizeof v;
        EXPECT(zmq_getsockopt(s, ZMQ_THREAD_SAFE, &v, &n), 0);
        EXPECT(v, 1);
        EXPECT(zmq_getsockopt(s, ZMQ_TYPE, &v, &n), 0);
        EXPECT(v, family[i]);
        EXPECT_FAIL(zmq_getsockopt(s, ZMQ_FD, &v, &n), EINVAL);
        EXPECT(zmq_getsockopt(s, ZMQ_RCVMORE, &v, &n), 0);
        EXPECT(v, 0);
        EXPECT(zmq_getsockopt(s, ZMQ_EVENTS, &v, &n), 0);
        int receives_only = family[i] == ZMQ_DISH || family[i] == ZMQ_GATHER;
        EXPECT_FAIL(zmq_send(s, "x", 1, ZMQ_DONTWAIT | ZMQ_SNDMORE), receives_only ? ENOTSUP : EINVAL);
        zmq_close(s);
    }
    void *s = open_socket(c, ZMQ_DGRAM);
    int v = 1;
    size_t n = sizeof v;
    EXPECT(zmq_getsockopt(s, ZMQ_THREAD_SAFE, &v, &n), 0);
    EXPECT(v, 0);
    EXPECT(zmq_getsockopt(s, ZMQ_FD, &v, &n), 0);
    zmq_close(s);
}

static void client_server(void *c)
{
    void *server = open_socket(c, ZMQ_SERVER), *client = open_socket(c, ZMQ_CLIENT);
    join_tcp(server, client);
    EXPECT_FAIL(zmq_send(server, "x", 1, 0), EHOSTUNREACH);
    send_label(client, "ask", 0, NULL);
    uint32_t id = recv_label(server, "ask", "");
    EXPECT(id != 0, 1);
    send_label(server, "answer", id, NULL);
    EXPECT(recv_label(client, "answer", ""), 0);
    /* A message that was received carries its sender. */
    zmq_msg_t m;
    zmq_msg_init(&m);
    send_label(client, "echo", 0, NULL);
    EXPECT(zmq_msg_recv(&m, server, 0), 4);
    EXPECT(zmq_msg_send(&m, server, 0), 4);
    recv_label(client, "echo", "");
    EXPECT_FAIL(zmq_disconnect_peer(server, id + 1), EHOSTUNREACH);
    EXPECT(zmq_disconnect_peer(server, id), 0);
    EXPECT_FAIL(zmq_disconnect_peer(server, id), EHOSTUNREACH);
    zmq_msg_init_size(&m, 1);
    zmq_msg_set_routing_id(&m, id);
    EXPECT_FAIL(zmq_msg_send(&m, server, 0), EHOSTUNREACH);
    zmq_msg_close(&m);
    zmq_close(server);
    zmq_close(client);
}

static void large(void *c)
{
    void *server = open_socket(c, ZMQ_SERVER), *client = open_socket(c, ZMQ_CLIENT);
    join_tcp(server, client);
    size_t size = 1 << 20;
    char *octets = malloc(size);
    memset(octets, 'x', size);
    EXPECT(zmq_send(client, octets, size, 0), size);
    zmq_msg_t m;
    zmq_msg_init(&m);
    EXPECT(zmq_msg_recv(&m, server, 0), size);
    EXPECT(zmq_msg_routing_id(&m) != 0, 1);
    EXPECT(zmq_msg_send(&m, server, 0), size);
    char *back = malloc(size);
    EXPECT(zmq_recv(client, back, size, 0), size);
    EXPECT(memcmp(octets, back, size), 0);
    free(octets);
    free(back);
    zmq_close(server);
    zmq_close(client);
}

static void radio_dish(void *c)
{
    void *radio = open_socket(c, ZMQ_RADIO), *dish = open_socket(c, ZMQ_DISH);
    char group[257];
    memset(group, 'g', 256);
    group[256] = 0;
    EXPECT_FAIL(zmq_join(dish, group), EINVAL);
    group[255] = 0;
    EXPECT(zmq_join(dish, group), 0);
    EXPECT_FAIL(zmq_join(dish, group), EINVAL);
    EXPECT_FAIL(zmq_leave(dish, "other"), EINVAL);
    EXPECT(zmq_join(dish, "a"), 0);
    EXPECT(zmq_join(dish, ""), 0);
    EXPECT_FAIL(zmq_join(radio, "a"), ENOTSUP);
    EXPECT_FAIL(zmq_leave(radio, "a"), ENOTSUP);
    MUST(zmq_bind(radio, "inproc://radio") == 0 && zmq_connect(dish, "inproc://radio") == 0);
    send_label(radio, "1", 0, "b");
    send_label(radio, "2", 0, "a");
    send_label(radio, "", 0, group);
    EXPECT(zmq_send(radio, "4", 1, 0), 1);
    recv_label(dish, "2", "a");
    recv_label(dish, "", group);
    recv_label(dish, "4", "");
    send_label(radio, "5", 0, "a");
    EXPECT(zmq_leave(dish, "a"), 0);
    EXPECT_FAIL(zmq_recv(dish, NULL, 0, ZMQ_DONTWAIT), EAGAIN);
    EXPECT_FAIL(zmq_send(dish, "x", 1, 0), ENOTSUP);
    EXPECT_FAIL(zmq_recv(radio, NULL, 0, 0), ENOTSUP);
    /* A message keeps its group when it is sent on. */
    void *other = open_socket(c, ZMQ_RADIO), *last = open_socket(c, ZMQ_DISH);
    MUST(zmq_bind(other, "inproc://other") == 0 && zmq_join(last, group) == 0 && zmq_connect(last, "inproc://other") == 0);
    send_label(radio, "on", 0, group);
    zmq_msg_t m;
    zmq_msg_init(&m);
    EXPECT(zmq_msg_recv(&m, dish, 0), 2);
    EXPECT(zmq_msg_send(&m, other, 0), 2);
    recv_label(last, "on", group);
    zmq_close(radio);
    zmq_close(dish);
    zmq_close(other);
    zmq_close(last);
}

static int given_back;

static void give_back(void *data, void *hint)
{
    (void)data, (void)hint;
    __atomic_add_fetch(&given_back, 1, __ATOMIC_SEQ_CST);
}

/* In process nothing keeps a DEALER from a DISH: what is no message of a group, or of one
 * that is not joined, is dropped, and its memory is the program's again. */
static void foreign(void *c)
{
    enum { SIZE = 100000 };
    static char memory[SIZE];
    void *dish = open_socket(c, ZMQ_DISH), *dealer = open_socket(c, ZMQ_DEALER);
    MUST(zmq_bind(dealer, "inproc://foreign") == 0 && zmq_join(dish, "g") == 0 && zmq_connect(dish, "inproc://foreign") == 0);
    zmq_msg_t m;
    for (int i = 0; i < 2; i++) {
        if (i == 1)
            EXPECT(zmq_send(dealer, "other", 5, ZMQ_SNDMORE), 5);
        EXPECT(zmq_msg_init_data(&m, memory, SIZE, give_back, NULL), 0);
        EXPECT(zmq_msg_send(&m, dealer, 0), SIZE);
    }
    EXPECT(zmq_send(dealer, "g", 1, ZMQ_SNDMORE), 1);
    EXPECT(zmq_send(dealer, "x", 1, 0), 1);
    recv_label(dish, "x", "g");
    for (int i = 0; i < 3000 && __atomic_load_n(&given_back, __ATOMIC_SEQ_CST) < 2; i++)
        usleep(10000);
    EXPECT(given_back, 2);
    zmq_close(dish);
    zmq_close(dealer);
}

static void peers(void *c)
{
    void *a = open_socket(c, ZMQ_PEER), *b = open_socket(c, ZMQ_PEER);
    MUST(zmq_bind(a, "tcp://127.0.0.1:*") == 0);
    char at[100];
    size_t n = sizeof at;
    zmq_getsockopt(a, ZMQ_LAST_ENDPOINT, at, &n);
    uint32_t id = zmq_connect_peer(b, at);
    EXPECT(id != 0, 1);
    send_label(b, "ask", id, NULL);
    send_label(a, "answer", recv_label(a, "ask", ""), NULL);
    EXPECT(recv_label(b, "answer", ""), id);
    EXPECT(zmq_disconnect_peer(b, id), 0);
    EXPECT_FAIL(zmq_disconnect_peer(b, id), EHOSTUNREACH);
    set_int(b, ZMQ_IMMEDIATE, 1);
    EXPECT(zmq_connect_peer(b, at) == 0 && errno == EFAULT, 1);
    EXPECT(zmq_connect_peer(b, "nonsense") == 0 && errno != 0, 1);
    EXPECT(zmq_connect_peer(NULL, at) == 0 && errno == ENOTSOCK, 1);
    zmq_close(a);
    zmq_close(b);
}

static void pipelines(void *c)
{
    void *scatter = open_socket(c, ZMQ_SCATTER), *gather = open_socket(c, ZMQ_GATHER);
    void *x = open_socket(c, ZMQ_CHANNEL), *y = open_socket(c, ZMQ_CHANNEL);
    EXPECT_FAIL(zmq_send(scatter, "x", 1, ZMQ_DONTWAIT), EAGAIN);
    join_tcp(scatter, gather);
    join_tcp(x, y);
    EXPECT(zmq_send(scatter, "x", 1, 0), 1);
    recv_label(gather, "x", "");
    EXPECT(zmq_send(x, "ping", 4, 0), 4);
    recv_label(y, "ping", "");
    EXPECT(zmq_send(y, "pong", 4, 0), 4);
    recv_label(x, "pong", "");
    EXPECT_FAIL(zmq_recv(scatter, NULL, 0, 0), ENOTSUP);
    EXPECT_FAIL(zmq_send(gather, "x", 1, 0), ENOTSUP);
    zmq_close(scatter);
    zmq_close(gather);
    zmq_close(x);
    zmq_close(y);
}

static void datagrams(void *c)
{
    void *a = open_socket(c, ZMQ_DGRAM), *b = open_socket(c, ZMQ_DGRAM);
    char from[100], at[100];
    size_t n = sizeof from;
    MUST(zmq_bind(a, "udp://127.0.0.1:*") == 0 && zmq_bind(b, "udp://127.0.0.1:*") == 0);
    zmq_getsockopt(a, ZMQ_LAST_ENDPOINT, from, &n);
    n = sizeof at;
    zmq_getsockopt(b, ZMQ_LAST_ENDPOINT, at, &n);
    const char *to = strstr(at, "//") ? strstr(at, "//") + 2 : at;
    const char *sender = strstr(from, "//") ? strstr(from, "//") + 2 : from;
    EXPECT_FAIL(zmq_send(a, to, strlen(to), 0), EINVAL);
    EXPECT(zmq_send(a, to, strlen(to), ZMQ_SNDMORE), strlen(to));
    EXPECT_FAIL(zmq_send(a, "x", 1, ZMQ_SNDMORE), EINVAL);
    EXPECT(zmq_send(a, "x", 1, 0), 1);
    char text[100];
    EXPECT(zmq_recv(b, text, sizeof text, 0), strlen(sender) + 1);
    EXPECT(strcmp(text, sender), 0);
    EXPECT(zmq_recv(b, text, sizeof text, 0), 1);
    EXPECT_FAIL(zmq_connect(a, "udp://127.0.0.1:5"), ENOCOMPATPROTO);
    EXPECT_FAIL(zmq_bind(a, "tcp://127.0.0.1:*"), ENOCOMPATPROTO);
    zmq_close(a);
    zmq_close(b);
}

enum { THREADS = 4, EACH = 1000 };

static void *serve(void *s)
{
    for (int i = 0; i < EACH; i++) {
        zmq_msg_t m;
        zmq_msg_init(&m);
        EXPECT(zmq_msg_recv(&m, s, 0), 4);
        EXPECT(zmq_msg_send(&m, s, 0), 4);
    }
    return NULL;
}

static void *ask(void *s)
{
    char text[8];
    for (int i = 0; i < EACH; i++) {
        EXPECT(zmq_send(s, "text", 4, 0), 4);
        EXPECT(zmq_recv(s, text, 8, 0), 4);
    }
    return NULL;
}

/* Threads share the two sockets, and wait in them. */
static void threads(void *c)
{
    void *server = open_socket(c, ZMQ_SERVER), *client = open_socket(c, ZMQ_CLIENT);
    join_tcp(server, client);
    pthread_t t[2 * THREADS];
    for (int i = 0; i < THREADS; i++) {
        pthread_create(&t[i], NULL, serve, server);
        pthread_create(&t[THREADS + i], NULL, ask, client);
    }
    for (int i = 0; i < 2 * THREADS; i++)
        pthread_join(t[i], NULL);
    zmq_close(server);
    zmq_close(client);
}

static void polling(void *c)
{
    void *server = open_socket(c, ZMQ_SERVER), *client = open_socket(c, ZMQ_CLIENT), *p = zmq_poller_new();
    zmq_poller_event_t e;
    int fd = -1;
    EXPECT_FAIL(zmq_poller_fd(p, &fd), EINVAL);
    EXPECT(zmq_poller_add(p, server, &failed, ZMQ_POLLIN), 0);
    EXPECT(zmq_poller_fd(p, &fd), 0);
    EXPECT(fd >= 0, 1);
    EXPECT_FAIL(zmq_poller_wait(p, &e, 10), EAGAIN);
    join_tcp(server, client);
    MUST(zmq_send(client, "x", 1, 0) == 1);
    zmq_pollitem_t item = {NULL, fd, ZMQ_POLLIN, 0};
    EXPECT(zmq_poll(&item, 1, 30000), 1);
    EXPECT(zmq_poller_wait(p, &e, -1), 0);
    EXPECT(e.socket == server && e.user_data == &failed && e.events == ZMQ_POLLIN, 1);
    EXPECT(zmq_poller_remove(p, server), 0);
    EXPECT(zmq_poller_destroy(&p), 0);
    zmq_close(server);
    zmq_close(client);
}

int main(void)
{
    void *c = zmq_ctx_new();
    EXPECT(zmq_has("draft"), 1);
    options(c);
    client_server(c);
    large(c);
    radio_dish(c);
    foreign(c);
    peers(c);
    pipelines(c);
    datagrams(c);
    threads(c);
    polling(c);
    EXPECT(zmq_ctx_term(c), 0);
    if (!failed)
        printf("as expected\n");
    return failed;
}
