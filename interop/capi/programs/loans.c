/* SPDX-License-Identifier: Apache-2.0 */

/* The memory of zmq_msg_init_data is given back once, whatever becomes of the message,
 * and not before its octets are out: the free function overwrites them. Every way is
 * tried with a size that is copied elsewhere, and with large ones. */

#include "expect.h"

#include <stdatomic.h>

static const size_t sizes[] = {1, 40, 9000, 100 << 10, 1200 << 10};

enum { SIZES = sizeof sizes / sizeof *sizes, KNOWN = 4096 };

static struct loan
{
    size_t size;
    _Atomic int freed;
} loans[KNOWN];
static int used;

static unsigned char mark(size_t i, size_t size) { return (unsigned char)(i * 7 + size); }

static void give_back(void *data, void *hint)
{
    struct loan *l = hint;
    memset(data, 0xee, l->size);
    atomic_fetch_add(&l->freed, 1);
    free(data);
}

/* Sends lent memory, behind another frame if that is not NULL. */
static int lend(void *s, size_t size, const char *first, int flags)
{
    MUST(used < KNOWN);
    struct loan *l = &loans[used++];
    l->size = size;
    unsigned char *p = malloc(size);
    for (size_t i = 0; i < size; i++)
        p[i] = mark(i, size);
    zmq_msg_t m;
    MUST(zmq_msg_init_data(&m, p, size, give_back, l) == 0);
    int rc = 0;
    if (first)
        rc = zmq_send(s, first, strlen(first), ZMQ_SNDMORE | flags);
    if (rc >= 0)
        rc = zmq_msg_send(&m, s, flags);
    if (rc < 0)
        zmq_msg_close(&m);
    return rc;
}

/* Receives a frame as a message, or with into in memory of its own. */
static void receive(void *s, size_t size, int into)
{
    zmq_msg_t m;
    unsigned char *p, *own = NULL;
    if (into) {
        p = own = malloc(size);
        EXPECT(zmq_recv(s, own, size, 0), size);
    } else {
        zmq_msg_init(&m);
        EXPECT(zmq_msg_recv(&m, s, 0), size);
        p = zmq_msg_data(&m);
    }
    size_t wrong = 0;
    for (size_t i = 0; i < size; i++)
        wrong += p[i] != mark(i, size);
    EXPECT(wrong, 0);
    if (own)
        free(own);
    else
        zmq_msg_close(&m);
}

/* Ends a context, after which every loan has ended. */
static void end(void *c, const char *how)
{
    EXPECT(zmq_ctx_term(c), 0);
    for (int i = 0; i < used; i++)
        if (loans[i].freed != 1) {
            printf("%s: %zu octets freed %d times\n", how, loans[i].size, loans[i].freed);
            failed = 1;
        }
    for (int i = 0; i < used; i++)
        loans[i].freed = 0;
    used = 0;
}

static void *make(void *c, int type, int linger)
{
    void *s = open_socket(c, type);
    zmq_setsockopt(s, ZMQ_LINGER, &linger, sizeof linger);
    return s;
}

static void join(void *bound, void *other, const char *how)
{
    char at[256];
    size_t n = sizeof at;
    MUST(zmq_bind(bound, how) == 0);
    MUST(zmq_getsockopt(bound, ZMQ_LAST_ENDPOINT, at, &n) == 0);
    MUST(zmq_connect(other, at) == 0);
}

static const char *const ways[] = {"tcp://127.0.0.1:*", "ipc://*", "inproc://here"};

static void received(const char *way, int types[2], const char *first)
{
    void *c = zmq_ctx_new(), *in = make(c, types[0], -1), *out = make(c, types[1], -1);
    join(in, out, way);
    for (int k = 0; k < 8; k++)
        for (int i = 0; i < SIZES; i++) {
            EXPECT(lend(out, sizes[i], first, 0), sizes[i]);
            if (first) {
                char part[16];
                EXPECT(zmq_recv(in, part, sizeof part, 0), strlen(first));
            }
            receive(in, sizes[i], k & 1);
        }
    for (int i = 0; i < SIZES; i++) /* all at once */
        EXPECT(lend(out, sizes[i], first, 0), sizes[i]);
    zmq_close(out);
    for (int i = 0; i < SIZES; i++) {
        if (first) {
            char part[16];
            EXPECT(zmq_recv(in, part, sizeof part, 0), strlen(first));
        }
        receive(in, sizes[i], 0);
    }
    zmq_close(in);
    end(c, way);
}

/* The receiver goes and has read nothing; the sender before or after it. */
static void unread(const char *way, int sender_first)
{
    void *c = zmq_ctx_new(), *in = make(c, ZMQ_PULL, 0), *out = make(c, ZMQ_PUSH, 0);
    join(in, out, way);
    for (int i = 0; i < 2 * SIZES; i++)
        EXPECT(lend(out, sizes[i % SIZES], NULL, 0), sizes[i % SIZES]);
    if (sender_first)
        receive(in, sizes[0], 0);
    zmq_close(sender_first ? out : in);
    zmq_close(sender_first ? in : out);
    end(c, sender_first ? "unread, sender first" : "unread");
}

/* What was fetched and is not wanted any more, or is too large for the buffer yet. */
static void unsubscribed(void)
{
    void *c = zmq_ctx_new(), *in = make(c, ZMQ_SUB, 0), *out = make(c, ZMQ_PUB, 0);
    join(out, in, "inproc://here");
    zmq_setsockopt(in, ZMQ_SUBSCRIBE, "t", 1);
    for (int i = 0; i < SIZES; i++)
        EXPECT(lend(out, sizes[i], "t", 0), sizes[i]);
    char part[16];
    EXPECT(zmq_recv(in, part, sizeof part, 0), 1);
    receive(in, sizes[0], 0);
    EXPECT(zmq_setsockopt(in, ZMQ_UNSUBSCRIBE, "t", 1), 0);
    EXPECT_FAIL(zmq_recv(in, part, sizeof part, ZMQ_DONTWAIT), EAGAIN);
    zmq_close(in);
    zmq_close(out);
    end(c, "unsubscribed");
}

/* The memory of a message that waits for a peer is in use, and goes with LINGER 0. */
static void waiting(const char *to)
{
    void *c = zmq_ctx_new(), *out = make(c, ZMQ_PUSH, 0);
    MUST(zmq_connect(out, to) == 0);
    for (int i = 0; i < SIZES; i++)
        EXPECT(lend(out, sizes[i], i & 1 ? "head" : NULL, ZMQ_DONTWAIT), sizes[i]);
    for (int i = 0; i < used; i++)
        EXPECT(loans[i].freed, 0);
    zmq_close(out);
    end(c, to);
}

static void full(const char *to)
{
    void *c = zmq_ctx_new(), *out = make(c, ZMQ_PUSH, 0);
    int one = 1;
    zmq_setsockopt(out, ZMQ_SNDHWM, &one, sizeof one);
    MUST(zmq_connect(out, to) == 0);
    for (int i = 0; i < SIZES; i++) {
        if (i == 0)
            EXPECT(lend(out, sizes[i], NULL, ZMQ_DONTWAIT), sizes[i]);
        else
            EXPECT_FAIL(lend(out, sizes[i], NULL, ZMQ_DONTWAIT), EAGAIN);
        EXPECT(loans[i].freed, i > 0);
    }
    zmq_close(out);
    end(c, "full");
}

static void conflated(const char *way)
{
    void *c = zmq_ctx_new(), *in = open_socket(c, ZMQ_PULL), *out = open_socket(c, ZMQ_PUSH);
    int one = 1, none = 0;
    zmq_setsockopt(in, ZMQ_CONFLATE, &one, sizeof one);
    zmq_setsockopt(out, ZMQ_CONFLATE, &one, sizeof one);
    zmq_setsockopt(out, ZMQ_LINGER, &none, sizeof none);
    zmq_setsockopt(in, ZMQ_LINGER, &none, sizeof none);
    join(in, out, way);
    for (int i = 0; i < 4 * SIZES; i++)
        EXPECT(lend(out, sizes[i % SIZES], NULL, 0), sizes[i % SIZES]);
    zmq_close(out);
    zmq_close(in);
    end(c, "conflated");
}

static void published(const char *way, int subscribers)
{
    void *c = zmq_ctx_new(), *out = make(c, ZMQ_XPUB, -1), *in[6];
    MUST(zmq_bind(out, way) == 0);
    char at[256];
    size_t n = sizeof at;
    MUST(zmq_getsockopt(out, ZMQ_LAST_ENDPOINT, at, &n) == 0);
    for (int i = 0; i < subscribers; i++) {
        in[i] = make(c, ZMQ_SUB, -1);
        int all = 1;
        zmq_setsockopt(out, ZMQ_XPUB_VERBOSE, &all, sizeof all);
        zmq_setsockopt(in[i], ZMQ_SUBSCRIBE, "", 0);
        MUST(zmq_connect(in[i], at) == 0);
    }
    for (int i = 0; i < subscribers; i++) {
        char sub[4];
        EXPECT(zmq_recv(out, sub, sizeof sub, 0), 1);
    }
    for (int i = 0; i < SIZES; i++)
        EXPECT(lend(out, sizes[i], NULL, 0), sizes[i]);
    for (int k = 0; k < subscribers; k++) {
        for (int i = 0; i < SIZES; i++)
            receive(in[k], sizes[i], k & 1);
        zmq_close(in[k]);
    }
    zmq_close(out);
    end(c, way);
}

/* The peer goes while a message is on its way. */
static void broken(const char *way)
{
    void *c = zmq_ctx_new(), *d = zmq_ctx_new(), *in = make(d, ZMQ_PULL, 0), *out = make(c, ZMQ_PUSH, 0);
    join(in, out, way);
    for (int i = 0; i < 8; i++)
        EXPECT(lend(out, 1200 << 10, i & 1 ? "head" : NULL, 0), 1200 << 10);
    receive(in, 1200 << 10, 0);
    zmq_close(in);
    zmq_ctx_term(d);
    zmq_close(out);
    end(c, "broken");
}

int main(void)
{
    for (size_t i = 0; i < sizeof ways / sizeof *ways; i++) {
        received(ways[i], (int[]){ZMQ_PULL, ZMQ_PUSH}, NULL);
        received(ways[i], (int[]){ZMQ_PULL, ZMQ_PUSH}, "head");
        received(ways[i], (int[]){ZMQ_PAIR, ZMQ_PAIR}, NULL);
        received(ways[i], (int[]){ZMQ_DEALER, ZMQ_DEALER}, "head");
        unread(ways[i], 0);
        unread(ways[i], 1);
        conflated(ways[i]);
        published(ways[i], 0);
        published(ways[i], 1);
        published(ways[i], 6);
        if (i < 2)
            broken(ways[i]);
    }
    unsubscribed();
    waiting("tcp://127.0.0.1:1");
    waiting("inproc://nowhere");
    full("tcp://127.0.0.1:1");
    full("inproc://nowhere");
    return failed;
}
