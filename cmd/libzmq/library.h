/* SPDX-License-Identifier: Apache-2.0 */

/* What the C files of the library share with each other and with Go. */

#ifndef LIBRARY_H
#define LIBRARY_H

#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define ZMQ_BUILD_DRAFT_API
#include "zmq.h"

/* --- handles: memory that is never given back, so that any pointer can be
 *     checked (handle.c) --------------------------------------------------- */

enum { MAX_HANDLES = 1 << 16 };

/* The first member of everything that has a handle. */
typedef struct handle
{
    _Atomic uint32_t tag; /* 0: not in use */
    uint32_t slot;        /* index in its pool, constant */
    struct handle *next;  /* in the pool's free list */
} handle;

typedef struct pool
{
    size_t size;  /* of one object */
    uint32_t tag; /* of live objects */
    pthread_mutex_t mu;
    char *base;
    uint32_t used; /* slots that were ever in use */
    handle *first, *last;
} pool;

void *pool_take(pool *p);        /* zeroed but for the handle; NULL when out of slots */
void pool_give(pool *p, void *o); /* the tag is 0 from here on */
bool pool_live(pool *p, const void *o);

/* --- the Go runtime (runtime.c, fork.c) ------------------------------------ */

/* Starts the Go runtime if it has not been, and says whether it can be used:
 * 0, or the errno that a call is to fail with. */
int runtime_start(void);

/* How often this process is a copy of one in which the Go runtime ran. What was
 * made in another generation cannot be used, only closed. */
extern uint32_t generation;

/* Sets errno for the use of something of another generation; returns -1. */
int refuse_inherited(void);

/* What engine_t.endpoint is to do. */
enum { ENDPOINT_BIND, ENDPOINT_CONNECT, ENDPOINT_UNBIND, ENDPOINT_DISCONNECT };

/* What C calls in Go. Calls go through a table because the child of a fork gets
 * another Go runtime, at other addresses. */
struct inbound;
struct outbound;
typedef struct engine
{
    void (*boot)(void);
    void (*ctx_start)(uint32_t slot, int max_sockets, int io_threads);
    void (*ctx_shutdown)(uint32_t slot);
    void (*ctx_term)(uint32_t slot, int done);
    int (*socket)(uint32_t ctx, uint32_t slot, struct outbound *out, int type, int event, int ipv6, int blocky);
    void (*close)(uint32_t slot);
    int (*endpoint)(uint32_t slot, int what, char *addr, size_t n);
    int (*setsockopt)(uint32_t slot, int option, void *value, size_t n);
    int (*getsockopt)(uint32_t slot, int option, void *value, size_t *n);
    bool (*wanted)(uint32_t slot, void *head, size_t n);
    void (*watch)(uint32_t slot);
    int (*monitor)(uint32_t slot, char *addr, size_t n, uint64_t events, int version, int type);
    int (*pipes_stats)(uint32_t slot);
    int (*events)(uint32_t slot);
    int (*peer_state)(uint32_t slot, void *id, size_t n);
    int (*send)(uint32_t slot, void *data, size_t n, bool more, bool wait);
    int (*recv)(uint32_t slot, struct inbound *in, bool wait);
    int (*z85_encode)(char *dest, uint8_t *data, size_t n);
    int (*z85_decode)(uint8_t *dest, char *text, size_t n);
    int (*curve_keypair)(char *public_key, char *secret_key);
    int (*curve_public)(char *public_key, char *secret_key, size_t n);
} engine_t;

extern const engine_t engine_own; /* of this copy of the library */
extern const engine_t *engine;    /* to be used */

/* Loads another copy of this library and returns its table; NULL if that cannot
 * be done. */
const engine_t *engine_copy(void);

/* Blocks the signals whose handlers cannot run on a small stack while Go code
 * runs in this thread, if there are any. */
typedef struct guard
{
    bool masked;
    sigset_t old;
} guard;

void guard_look(void);
extern _Atomic bool guard_needed;
void guard_mask(guard *g);
void guard_unmask(guard *g);

static inline void enter_go(guard *g)
{
    guard_look();
    g->masked = false;
    if (atomic_load_explicit(&guard_needed, memory_order_relaxed))
        guard_mask(g);
}

static inline void leave_go(guard *g)
{
    if (g->masked)
        guard_unmask(g);
}

/* Runs a statement that calls Go code. */
#define IN_GO(statement)                                                       \
    do {                                                                       \
        guard g_;                                                              \
        enter_go(&g_);                                                         \
        statement;                                                             \
        leave_go(&g_);                                                         \
    } while (0)

/* What a call returns that ends with an errno, or with 0. */
static inline int outcome(int e)
{
    if (!e)
        return 0;
    errno = e;
    return -1;
}

/* --- messages (message.c) -------------------------------------------------- */

enum { INLINE_MAX = 33 }; /* octets that a message holds itself, as in libzmq */

/* Octets that several messages may share. */
typedef struct content
{
    _Atomic uint32_t refs;
    size_t size;
    void *data;
    zmq_free_fn *ffn; /* NULL: data is behind this struct, or constant */
    void *hint;
} content;

/* What is known of the peer of a message: names and values, each ended by a
 * NUL, and an empty name at the end. */
typedef struct metadata
{
    _Atomic uint32_t refs;
    char text[];
} metadata;

content *content_new(size_t size); /* one reference; NULL when out of memory */
void content_unref(content *c);
metadata *metadata_new(size_t size);
void metadata_unref(metadata *m);

enum {
    MSG_INLINE = 0xa1, /* octets are in the message */
    MSG_SHARED = 0xa2, /* octets are in a content */
    MSG_CONST = 0xa3,  /* octets are the caller's, for ever */
};

enum { MSG_MORE = 1, MSG_COPIED = 2 };

/* What zmq_msg_t is inside. */
typedef struct message
{
    metadata *meta;
    union {
        struct
        {
            unsigned char octets[INLINE_MAX];
            unsigned char size;
        } in;
        content *shared;
        struct
        {
            void *data;
            size_t size;
        } constant;
    } u;
    unsigned char kind;
    unsigned char flags;
    uint32_t routing_id;
    char *group; /* malloc'ed, or NULL */
} message;

_Static_assert(sizeof(message) <= sizeof(zmq_msg_t), "a message must fit into zmq_msg_t");

static inline message *message_of(const zmq_msg_t *m) { return (message *)(uintptr_t)m; }
bool message_valid(const message *m);
void message_init(message *m);
void message_release(message *m); /* leaves an empty message */
void *message_data(message *m);
size_t message_size(const message *m);

/* --- contexts (context.c) -------------------------------------------------- */

enum { CONTEXT_TAG = 0x7a637478, SOCKET_TAG = 0x7a736f63 };

typedef struct context
{
    handle h;
    uint32_t generation; /* in which it was started */
    pthread_mutex_t mu; /* guards what follows */
    bool started, shut, ending;
    int done; /* eventfd, readable when the end is over; -1 */
    int io_threads, max_sockets, priority, policy, max_msgsz, ipv6, blocky, zero_copy;
    char prefix[17];
    uint64_t cpus[16];
} context;

/* --- sockets (socket.c, transfer.c) ---------------------------------------- */

/* What Go has put into a socket's buffer, followed by as many octets as it says,
 * padded to 8. */
typedef struct record
{
    uint64_t size;  /* of the frame, or of what follows */
    metadata *meta; /* a reference of its own, or NULL */
    uint32_t kind;
    uint32_t more; /* RECORD_RUN: how many messages */
} record;

enum {
    RECORD_FRAME, /* the frame's octets follow */
    RECORD_LARGE, /* a pointer to a content follows */
    RECORD_TAKEN, /* nothing follows: the frame has been written to into */
    RECORD_RUN,   /* messages of one frame each follow, framed as ZMTP 2.0 and later do */
};

enum { LARGE_FRAME = 8 << 10 }; /* from here on a frame travels in a content of its own */

typedef struct inbound
{
    char *buf;
    size_t cap;
    size_t at, end; /* records between them are to be read */
    size_t want;    /* Go: so much would have been needed */
    char *run;      /* the next frame of the run at at; NULL before its first */
    void *into;     /* where the program wants a large frame to go, or NULL */
    size_t room;    /* there */
} inbound;

/* What the socket sends while its connection is busy: see pipe.Feed. Shared with
 * Go; whoever has set lock may touch the rest. */
typedef struct outbound
{
    _Atomic uint32_t lock;
    _Atomic uint32_t credit; /* how many messages may be added */
    uint32_t count, used;    /* messages and octets that are there */
    char *buf;
} outbound;

enum { OUTBOUND = 64 << 10, OUTBOUND_FRAME = 4 << 10 };

/* The largest header of a frame (RFC 23, Framing). */
enum { FRAME_HEADER = 9 };

typedef struct socket_
{
    handle h;
    uint32_t generation;
    context *ctx;
    int type;
    int event;          /* eventfd, readable when something may have changed */
    pthread_mutex_t mu; /* guards what follows; released while waiting */
    uint32_t users;     /* calls that wait */
    uint32_t life;      /* counts the sockets that had this slot */
    bool closed;
    bool watched; /* Go writes to event */
    bool in_more; /* the last frame that was read has others behind it */
    bool out_more;
    int send_timeout, recv_timeout;
    inbound in;
    outbound out;
} socket_;

extern pool contexts, sockets, pollers, all_timers;
static inline socket_ *socket_of(void *s) { return pool_live(&sockets, s) ? s : NULL; }

/* Locks a socket; NULL with errno set if it is none. */
socket_ *socket_lock(void *s);
void socket_unlock(socket_ *s);

/* Ends a call that waited: unlocks the socket, and gives its slot back if it was
 * closed meanwhile and this is the last call that uses it. */
void socket_leave(socket_ *s);

/* Has Go write to the socket's descriptor when something may have changed. The
 * socket is locked. */
void socket_watch(socket_ *s);

/* Drops the records from a place on, and the references they hold. */
void records_drop(inbound *in, size_t from);

/* Moves on behind a record and drops its reference to metadata. */
void record_done(socket_ *s, record *r);

/* What the socket can do: ZMQ_POLLIN, ZMQ_POLLOUT, or -1 with errno set. The
 * socket is locked. */
int socket_events(socket_ *s);

/* --- waiting (wait.c) ------------------------------------------------------ */

struct pollfd;

int64_t clock_ms(void);
/* Waits for descriptors up to deadline (in clock_ms; negative: for ever).
 * Returns what poll does; errno EINTR if a signal of the program came. */
int wait_fds(struct pollfd *fds, unsigned n, int64_t deadline, const sigset_t *mask);
int64_t deadline_of(long timeout);
void event_drain(int fd);
void event_set(int fd);

/* One pass over poll items. Returns the number of items that are ready, or -1. */
int poll_items(zmq_pollitem_t *items, int n, long timeout, const sigset_t *mask);

#endif
