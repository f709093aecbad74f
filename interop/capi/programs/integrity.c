/* SPDX-License-Identifier: Apache-2.0 */

/* Every way to receive, at sizes around every threshold, into buffers that are too
 * small, exact and large, over every transport: each frame is compared byte by byte with
 * what was sent, and so is the memory around it.
 *
 *   integrity SECONDS THREADS [SEED]
 *
 * With THREADS above 1 several threads receive from one socket, which libzmq does not
 * allow. It ends with 0 if all was right. */

#define ZMQ_BUILD_DRAFT_API
#include "integrity.h"

/* There in draft builds only. */
#pragma weak zmq_poller_new
#pragma weak zmq_poller_add
#pragma weak zmq_poller_wait
#pragma weak zmq_poller_destroy

/* --- a round: a socket at each end, and what goes from one to the other ------- */

typedef struct round_
{
    void *from, *to;
    bool routed; /* the receiver is given a routing id in front of each message */
    const char *address;
    size_t n;
    sent *frames;
} round_;

static void *sender(void *arg)
{
    round_ *r = arg;
    for (size_t i = 0; i < r->n; i++) {
        if (r->address && (i == 0 || !r->frames[i - 1].more))
            MUST(zmq_send(r->from, r->address, strlen(r->address), ZMQ_SNDMORE) > 0);
        send_frame(r->from, &r->frames[i], (unsigned)mixed(i));
    }
    return NULL;
}

static void *ctx;

static void *open_socket(int type)
{
    void *s = zmq_socket(ctx, type);
    int none = 0, patience = 30000;
    MUST(s);
    MUST(zmq_setsockopt(s, ZMQ_LINGER, &none, sizeof none) == 0);
    MUST(zmq_setsockopt(s, ZMQ_SNDHWM, &none, sizeof none) == 0);
    MUST(zmq_setsockopt(s, ZMQ_RCVHWM, &none, sizeof none) == 0);
    MUST(zmq_setsockopt(s, ZMQ_SNDTIMEO, &patience, sizeof patience) == 0);
    MUST(zmq_setsockopt(s, ZMQ_RCVTIMEO, &patience, sizeof patience) == 0);
    return s;
}

static void join_sockets(void *a, void *b, int transport)
{
    static unsigned count;
    char endpoint[256];
    size_t n = sizeof endpoint;
    count++;
    if (transport == 0)
        snprintf(endpoint, sizeof endpoint, "inproc://%u", count);
    else
        snprintf(endpoint, sizeof endpoint, transport == 1 ? "ipc://@integrity-%d-%u" : "tcp://127.0.0.1:*", (int)getpid(), count);
    MUST(zmq_bind(a, endpoint) == 0);
    MUST(zmq_getsockopt(a, ZMQ_LAST_ENDPOINT, endpoint, &n) == 0);
    MUST(zmq_connect(b, endpoint) == 0);
}

static const struct
{
    int from, to;
    const char *name;
    bool shared; /* several threads can tell whole messages */
} pairs[] = {
    {ZMQ_PUSH, ZMQ_PULL, "PUSH-PULL", true},     {ZMQ_PAIR, ZMQ_PAIR, "PAIR-PAIR", true},        {ZMQ_DEALER, ZMQ_DEALER, "DEALER-DEALER", true},
    {ZMQ_XPUB, ZMQ_SUB, "XPUB-SUB", true},       {ZMQ_DEALER, ZMQ_ROUTER, "DEALER-ROUTER", false}, {ZMQ_ROUTER, ZMQ_DEALER, "ROUTER-DEALER", true},
    {ZMQ_XPUB, ZMQ_XSUB, "XPUB-XSUB", true},
};
enum { PAIRS = sizeof pairs / sizeof *pairs };

static void subscribe(round_ *r, int type)
{
    char b[8];
    for (const char *t = "ab"; *t; t++) {
        if (type == ZMQ_SUB) {
            MUST(zmq_setsockopt(r->to, ZMQ_SUBSCRIBE, t, 1) == 0);
        } else {
            char m[2] = {1, *t};
            MUST(zmq_send(r->to, m, 2, 0) == 2);
        }
        MUST(zmq_recv(r->from, b, sizeof b, 0) == 2);
    }
}

static round_ begin(int pair, int transport, bool parts)
{
    enum { MOST = 120, BYTES = 2 << 20 };
    round_ r = {.from = open_socket(pairs[pair].from), .to = open_socket(pairs[pair].to)};
    r.routed = pairs[pair].to == ZMQ_ROUTER;
    if (pairs[pair].from == ZMQ_ROUTER) {
        char b[8];
        r.address = "there";
        MUST(zmq_setsockopt(r.to, ZMQ_ROUTING_ID, "there", 5) == 0);
        join_sockets(r.from, r.to, transport);
        MUST(zmq_send(r.to, "hi", 2, 0) == 2);
        MUST(zmq_recv(r.from, b, sizeof b, 0) == 5 && zmq_recv(r.from, b, sizeof b, 0) == 2);
    } else {
        join_sockets(r.from, r.to, transport);
    }
    bool topics = pairs[pair].from == ZMQ_XPUB;
    if (topics)
        subscribe(&r, pairs[pair].to);
    r.frames = malloc(MOST * sizeof *r.frames);
    size_t most = 1 + below(MOST), bytes = 0;
    bool head = true;
    static uint64_t number;
    while (r.n < most && bytes < BYTES) {
        sent *f = &r.frames[r.n++];
        *f = (sent){.number = ++number, .size = any_size(), .topic = below(2) ? 'a' : 'b'};
        if (topics && head && f->size == 0)
            f->size = 1; /* there is no subscription to that */
        f->more = parts && r.n < most && below(4) == 0;
        head = !f->more;
        bytes += f->size;
    }
    r.frames[r.n - 1].more = false;
    return r;
}

static void end(round_ *r)
{
    MUST(zmq_close(r->from) == 0);
    MUST(zmq_close(r->to) == 0);
    free(r->frames);
}

/* --- receiving by one thread ----------------------------------------------------- */

enum { AROUND = 64 };

/* zmq_recv into a buffer of its own, which has to stay as it was behind the frame. */
static void by_recv(void *s, const sent *f, int flags)
{
    size_t room = (size_t[]){f->size, f->size + 1 + below(AROUND), f->size ? below(f->size) : 0, 0, f->size + (64 << 10)}[below(5)];
    unsigned char *b = malloc(room ? room : 1);
    memset(b, 0xee, room);
    int n = zmq_recv(s, b, room, flags);
    if (n < 0 || (size_t)n != f->size)
        fail("zmq_recv into %zu bytes returns %d, not %zu", room, n, f->size);
    size_t there = f->size < room ? f->size : room;
    compare(b, there, f, "zmq_recv");
    for (size_t i = there; i < room; i++)
        if (b[i] != 0xee)
            fail("zmq_recv of %zu bytes into %zu writes to byte %zu", f->size, room, i);
    free(b);
}

static void check_message(zmq_msg_t *m, int n, const sent *f, const char *how)
{
    if (n < 0 || (size_t)n != f->size || zmq_msg_size(m) != f->size)
        fail("%s returns %d, size %zu, not %zu", how, n, zmq_msg_size(m), f->size);
    if (zmq_msg_more(m) != f->more)
        fail("%s: more is %d", how, zmq_msg_more(m));
    compare(zmq_msg_data(m), f->size, f, how);
    zmq_msg_gets(m, "Peer-Address");
}

/* Messages that are kept until the end of the round. */
enum { KEPT = 16 };
static struct
{
    zmq_msg_t m;
    const sent *f;
} kept[KEPT];
static int kept_count;

static void keep(zmq_msg_t *m, const sent *f)
{
    int i = kept_count < KEPT ? kept_count++ : (int)below(KEPT);
    if (kept[i].f)
        zmq_msg_close(&kept[i].m);
    zmq_msg_init(&kept[i].m);
    if (below(2))
        zmq_msg_move(&kept[i].m, m);
    else
        zmq_msg_copy(&kept[i].m, m);
    kept[i].f = f;
}

static void check_kept(void)
{
    for (int i = 0; i < kept_count; i++) {
        compare(zmq_msg_data(&kept[i].m), kept[i].f->size, kept[i].f, "kept");
        zmq_msg_close(&kept[i].m);
        kept[i].f = NULL;
    }
    kept_count = 0;
}

static void await_input(void *s)
{
    int events;
    size_t n = sizeof events;
    if (zmq_poller_new && below(2)) {
        void *p = zmq_poller_new();
        zmq_poller_event_t e;
        MUST(p && zmq_poller_add(p, s, NULL, ZMQ_POLLIN) == 0);
        MUST(zmq_poller_wait(p, &e, 30000) == 0 && e.socket == s);
        MUST(zmq_poller_destroy(&p) == 0);
    } else {
        zmq_pollitem_t item = {.socket = s, .events = ZMQ_POLLIN};
        MUST(zmq_poll(&item, 1, 30000) == 1);
    }
    MUST(zmq_getsockopt(s, ZMQ_EVENTS, &events, &n) == 0 && events & ZMQ_POLLIN);
}

static zmq_msg_t again; /* received into more than once; it holds the message before */

/* Receives one frame in some way; n frames are to come. Returns how many it was. */
static size_t receive(void *s, const sent *f, size_t n)
{
    int flags = 0;
    if (below(3) == 0) {
        await_input(s);
        flags = ZMQ_DONTWAIT;
    }
    size_t took = 1;
    switch (below(5)) {
    case 0:
    case 1:
        by_recv(s, f, flags);
        break;
    case 2: {
        zmq_msg_t m;
        zmq_msg_init(&m);
        check_message(&m, below(2) ? zmq_msg_recv(&m, s, flags) : zmq_recvmsg(s, &m, flags), f, "zmq_msg_recv");
        keep(&m, f);
        zmq_msg_close(&m);
        break;
    }
    case 3:
        check_message(&again, zmq_msg_recv(&again, s, flags), f, "zmq_msg_recv into a message");
        break;
    case 4: {
        struct iovec io[4];
        size_t count = 1 + below(4);
        int rc = zmq_recviov(s, io, &count, flags);
        MUST(rc > 0 && (size_t)rc == count && count <= n);
        for (size_t i = 0; i < count; i++) {
            if (io[i].iov_len != f[i].size)
                fail("zmq_recviov: %zu bytes, not %zu", io[i].iov_len, f[i].size);
            compare(io[i].iov_base, f[i].size, &f[i], "zmq_recviov");
            free(io[i].iov_base);
        }
        took = count;
    }
    }
    int more;
    size_t size = sizeof more;
    MUST(zmq_getsockopt(s, ZMQ_RCVMORE, &more, &size) == 0);
    if (more != f[took - 1].more)
        fail("RCVMORE is %d behind frame %llu", more, (unsigned long long)f[took - 1].number);
    return took;
}

/* Drops what a subscriber does not want any more from the list. */
static size_t without_b(sent *f, size_t n)
{
    size_t to = 0;
    bool head = true, wanted = true;
    for (size_t i = 0; i < n; i++) {
        if (head)
            wanted = f[i].topic == 'a';
        head = !f[i].more;
        if (wanted)
            f[to++] = f[i];
    }
    return to;
}

static void one_thread(int pair, int transport)
{
    round_ r = begin(pair, transport, true);
    sent *list = malloc(r.n * sizeof *list);
    size_t n = r.n;
    memcpy(list, r.frames, n * sizeof *list);
    pthread_t t;
    MUST(pthread_create(&t, NULL, sender, &r) == 0);
    bool first = below(2);
    if (first)
        pthread_join(t, NULL);
    size_t leave_at = pairs[pair].to == ZMQ_SUB && below(2) ? below(n) : n;
    for (size_t i = 0; i < n;) {
        if (i >= leave_at && (i == 0 || !list[i - 1].more)) {
            /* With all sent, what waits must be filtered. */
            leave_at = n;
            if (first) {
                MUST(zmq_setsockopt(r.to, ZMQ_UNSUBSCRIBE, "b", 1) == 0);
                n = i + without_b(list + i, n - i);
                continue;
            }
        }
        if (r.routed && (i == 0 || !list[i - 1].more)) {
            char id[8];
            MUST(zmq_recv(r.to, id, sizeof id, 0) == 5);
        }
        i += receive(r.to, &list[i], n - i);
    }
    char b;
    if (zmq_recv(r.to, &b, 1, ZMQ_DONTWAIT) >= 0 || errno != EAGAIN)
        fail("something is left");
    check_kept();
    if (!first)
        pthread_join(t, NULL);
    end(&r);
    free(list);
}

/* --- receiving by several threads ------------------------------------------------ */

static round_ *shared_round;
static _Atomic size_t arrived;
static _Atomic unsigned char *seen; /* by number, from the first of the round on */
static _Atomic long small[MARKED][2];

static void check_any(const unsigned char *b, size_t size, size_t room)
{
    round_ *r = shared_round;
    size_t there = size < room ? size : room;
    sent f = {.size = size, .topic = there ? (char)b[0] : 'a'};
    if (size >= MARKED && there >= MARKED) {
        memcpy(&f.number, b + 8, sizeof f.number);
        uint64_t i = f.number - r->frames[0].number;
        if (i >= r->n || r->frames[i].size != size || seen[i]++)
            fail("frame %llu of %zu bytes: not sent, or received twice", (unsigned long long)f.number, size);
        f = r->frames[i];
    } else if (size >= MARKED) {
        arrived++;
        return;
    }
    compare(b, there, &f, "a thread");
    if (size < MARKED && (there || !size))
        small[size][size && f.topic == 'b']++;
    arrived++;
}

static void *receiver(void *arg)
{
    unsigned how = (unsigned)(uintptr_t)arg;
    while (arrived < shared_round->n) {
        how++;
        if (mixed(how) % 2) {
            size_t room = mixed(how) & 4 ? 2 << 20 : 5000;
            unsigned char *b = malloc(room);
            int n = zmq_recv(shared_round->to, b, room, mixed(how) & 8 ? ZMQ_DONTWAIT : 0);
            if (n >= 0)
                check_any(b, (size_t)n, room);
            else if (errno != EAGAIN)
                fail("zmq_recv");
            free(b);
        } else {
            zmq_msg_t m;
            zmq_msg_init(&m);
            if (mixed(how) & 16) {
                zmq_pollitem_t item = {.socket = shared_round->to, .events = ZMQ_POLLIN};
                zmq_poll(&item, 1, 50);
            }
            int n = zmq_msg_recv(&m, shared_round->to, mixed(how) & 8 ? ZMQ_DONTWAIT : 0);
            if (n >= 0)
                check_any(zmq_msg_data(&m), (size_t)n, (size_t)n);
            else if (errno != EAGAIN)
                fail("zmq_msg_recv");
            zmq_msg_close(&m);
        }
    }
    return NULL;
}

static void many_threads(int pair, int transport, int threads)
{
    enum { MOST = 16 };
    pthread_t t[MOST], from;
    int patience = 50;
    round_ r = begin(pair, transport, false);
    MUST(zmq_setsockopt(r.to, ZMQ_RCVTIMEO, &patience, sizeof patience) == 0);
    shared_round = &r;
    arrived = 0;
    seen = calloc(r.n, 1);
    for (int i = 0; i < MARKED; i++)
        small[i][0] = small[i][1] = 0;
    for (int i = 0; i < threads; i++)
        MUST(pthread_create(&t[i], NULL, receiver, (void *)(uintptr_t)below(1 << 20)) == 0);
    MUST(pthread_create(&from, NULL, sender, &r) == 0);
    pthread_join(from, NULL);
    size_t was = arrived;
    for (int idle = 0; arrived < r.n; idle++) {
        usleep(10000);
        if (arrived != was)
            idle = 0;
        was = arrived;
        if (idle > 3000)
            fail("%zu of %zu messages have arrived", was, r.n);
    }
    for (int i = 0; i < threads; i++)
        pthread_join(t[i], NULL);
    if (arrived != r.n)
        fail("%zu messages for %zu", (size_t)arrived, r.n);
    for (size_t i = 0; i < r.n; i++)
        if (r.frames[i].size < MARKED)
            small[r.frames[i].size][r.frames[i].size && r.frames[i].topic == 'b']--;
    for (int i = 0; i < MARKED; i++)
        if (small[i][0] || small[i][1])
            fail("messages of %d bytes: %ld and %ld too many", i, (long)small[i][0], (long)small[i][1]);
    free((void *)seen);
    end(&r);
}

int main(int argc, char **argv)
{
    static const char *const transports[] = {"inproc", "ipc", "tcp"};
    int seconds = argc > 1 ? atoi(argv[1]) : 1, threads = argc > 2 ? atoi(argv[2]) : 1;
    first_seed = argc > 3 ? strtoull(argv[3], NULL, 10) : (uint64_t)time(NULL) * 1000 + (uint64_t)getpid();
    state = mixed(first_seed);
    ctx = zmq_ctx_new();
    zmq_msg_init(&again);
    time_t stop = time(NULL) + seconds;
    long rounds = 0;
    do {
        int pair = (int)below(PAIRS), transport = (int)below(3);
        int n = pairs[pair].shared && threads > 1 ? 1 + (int)below((size_t)threads) : 1;
        snprintf(round_name, sizeof round_name, "round %ld, %s over %s, %d threads", ++rounds, pairs[pair].name, transports[transport], n);
        if (n > 1)
            many_threads(pair, transport, n);
        else
            one_thread(pair, transport);
    } while (time(NULL) < stop);
    zmq_msg_close(&again);
    MUST(zmq_ctx_term(ctx) == 0);
    if (lent)
        fail("%ld buffers have not come back", (long)lent);
    printf("seed %llu, %ld rounds: as expected\n", (unsigned long long)first_seed, rounds);
    return 0;
}
