/* SPDX-License-Identifier: Apache-2.0 */

/* Messages: making, sharing, moving, freeing. */

#include "tell.h"

static int freed;

static void count(void *data, void *hint)
{
    freed++;
    if (hint)
        *(int *)hint += 1;
    (void)data;
}

static void print(const char *what, zmq_msg_t *m)
{
    printf("%s: size %zu more %d shared %d get more %d", what, zmq_msg_size(m), zmq_msg_more(m), zmq_msg_get(m, ZMQ_SHARED), zmq_msg_get(m, ZMQ_MORE));
    errno = 0;
    int fd = zmq_msg_get(m, ZMQ_SRCFD);
    printf(" fd %d %s\n", fd, name_of(errno));
}

static void sizes(void)
{
    const size_t list[] = {0, 1, 28, 29, 30, 31, 32, 33, 34, 64, 255, 256, 8192, 1 << 20};
    for (size_t i = 0; i < sizeof list / sizeof *list; i++) {
        zmq_msg_t m, n;
        TELL(zmq_msg_init_size(&m, list[i]));
        memset(zmq_msg_data(&m), 'x', list[i]);
        zmq_msg_init(&n);
        TELL(zmq_msg_copy(&n, &m));
        print("original", &m);
        print("copy", &n);
        printf("same data %d\n", zmq_msg_data(&m) == zmq_msg_data(&n));
        TELL(zmq_msg_close(&m));
        printf("still %d\n", list[i] == 0 || *(char *)zmq_msg_data(&n) == 'x');
        TELL(zmq_msg_close(&n));
        TELL(zmq_msg_close(&n));
    }
    zmq_msg_t m;
    TELL(zmq_msg_init_size(&m, SIZE_MAX));
    TELL(zmq_msg_init_size(&m, SIZE_MAX - 8));
}

static void given(void)
{
    char data[100] = "data";
    int hint = 0;
    zmq_msg_t m, n, o;
    TELL(zmq_msg_init_data(&m, data, sizeof data, count, &hint));
    printf("in place %d\n", zmq_msg_data(&m) == data);
    print("given", &m);
    zmq_msg_init(&n);
    zmq_msg_init(&o);
    TELL(zmq_msg_copy(&n, &m));
    TELL(zmq_msg_move(&o, &m));
    print("moved from", &m);
    print("moved to", &o);
    print("copied to", &n);
    printf("freed %d\n", freed);
    zmq_msg_close(&m);
    zmq_msg_close(&n);
    printf("freed %d\n", freed);
    zmq_msg_close(&o);
    printf("freed %d hint %d\n", freed, hint);
    TELL(zmq_msg_init_data(&m, data, 4, NULL, NULL));
    print("constant", &m);
    zmq_msg_init(&n);
    TELL(zmq_msg_copy(&n, &m));
    print("constant copy", &n);
    zmq_msg_close(&m);
    zmq_msg_close(&n);
    TELL(zmq_msg_init_data(&m, data, 4, count, NULL));
    zmq_msg_init_size(&n, 10);
    TELL(zmq_msg_move(&m, &n)); /* frees what m had */
    printf("freed %d size %zu\n", freed, zmq_msg_size(&m));
    zmq_msg_close(&m);
    zmq_msg_close(&n);
    TELL(zmq_msg_init_data(&m, NULL, 0, count, NULL));
    zmq_msg_close(&m);
    printf("freed %d\n", freed);
}

static void properties(void)
{
    zmq_msg_t m;
    zmq_msg_init(&m);
    for (int p = -1; p < 6; p++) {
        errno = 0;
        int v = zmq_msg_get(&m, p);
        printf("get %d: %d %s\n", p, v, name_of(errno));
        errno = 0;
        v = zmq_msg_set(&m, p, 1);
        printf("set %d: %d %s\n", p, v, name_of(errno));
    }
    TELL_PTR(zmq_msg_gets(&m, "Peer-Address"));
    TELL_PTR(zmq_msg_gets(&m, ""));
    zmq_msg_close(&m);
    memset(&m, 0, sizeof m);
    TELL(zmq_msg_close(&m));
    zmq_msg_t n;
    zmq_msg_init(&n);
    TELL(zmq_msg_copy(&n, &m));
    TELL(zmq_msg_move(&n, &m));
    zmq_msg_close(&n);
}

/* What sending does to a message, and which call frees the memory. */
static void sent(void)
{
    void *c = zmq_ctx_new(), *a = open_socket(c, ZMQ_PAIR), *b = open_socket(c, ZMQ_PAIR);
    MUST(zmq_bind(a, "inproc://sent") == 0 && zmq_connect(b, "inproc://sent") == 0);
    zmq_msg_t m;
    static char data[1000];
    freed = 0;
    zmq_msg_init_data(&m, data, sizeof data, count, NULL);
    TELL(zmq_msg_send(&m, a, ZMQ_SNDMORE));
    print("sent", &m);
    TELL(zmq_msg_close(&m));
    zmq_msg_init_size(&m, 3);
    memcpy(zmq_msg_data(&m), "end", 3);
    TELL(zmq_sendmsg(a, &m, 0));
    zmq_msg_close(&m);
    zmq_msg_init(&m);
    TELL(zmq_msg_recv(&m, b, 0));
    printf("size %zu more %d\n", zmq_msg_size(&m), zmq_msg_more(&m));
    TELL(get_int(b, ZMQ_RCVMORE));
    TELL(zmq_recvmsg(b, &m, 0));
    printf("size %zu more %d\n", zmq_msg_size(&m), zmq_msg_more(&m));
    TELL(get_int(b, ZMQ_RCVMORE));
    zmq_msg_close(&m);
    printf("freed %d\n", freed);
    /* A failed send leaves the message to the caller. */
    zmq_msg_init_data(&m, data, sizeof data, count, NULL);
    void *pull = open_socket(c, ZMQ_PULL);
    TELL(zmq_msg_send(&m, pull, 0));
    printf("freed %d size %zu\n", freed, zmq_msg_size(&m));
    zmq_msg_close(&m);
    printf("freed %d\n", freed);
    zmq_msg_init(&m);
    TELL(zmq_msg_recv(&m, b, ZMQ_DONTWAIT));
    zmq_msg_close(&m);
    TELL(zmq_msg_recv(&m, b, ZMQ_DONTWAIT));
    TELL(zmq_msg_recv(&m, NULL, 0));
    zmq_close(a);
    zmq_close(b);
    zmq_close(pull);
    TELL(zmq_ctx_term(c));
}

static void metadata(void)
{
    void *c = zmq_ctx_new(), *a = open_socket(c, ZMQ_DEALER), *b = open_socket(c, ZMQ_ROUTER);
    zmq_setsockopt(a, ZMQ_ROUTING_ID, "who", 3);
    join_tcp(b, a);
    TELL(zmq_send(a, "x", 1, 0));
    for (int i = 0; i < 2; i++) {
        zmq_msg_t m, n;
        zmq_msg_init(&m);
        zmq_msg_init(&n);
        TELL(zmq_msg_recv(&m, b, 0));
        zmq_msg_copy(&n, &m);
        const char *const names[] = {"Peer-Address", "Socket-Type", "Identity", "Routing-ID", "peer-address", "User-Id", "X-Nothing"};
        for (size_t k = 0; k < sizeof names / sizeof *names; k++) {
            const char *v = zmq_msg_gets(&n, names[k]);
            printf("%s: %s\n", names[k], v ? v : "NULL");
        }
        zmq_msg_close(&m);
        zmq_msg_close(&n);
    }
    zmq_close(a);
    zmq_close(b);
    TELL(zmq_ctx_term(c));
}

int main(void)
{
    printf("%zu\n", sizeof(zmq_msg_t));
    sizes();
    given();
    properties();
    sent();
    metadata();
    return 0;
}
