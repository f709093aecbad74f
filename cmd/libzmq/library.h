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

/* What go_calls.endpoint is to do. */
enum { ENDPOINT_BIND, ENDPOINT_CONNECT, ENDPOINT_UNBIND, ENDPOINT_DISCONNECT };

/* What Go calls when nothing of a closed socket is left there. It is passed along with
 * each: in the child of a fork it belongs to another copy of the library than Go does. */
typedef void (*gone_fn)(void *s);
static inline void call_gone(gone_fn gone, void *s) { gone(s); }

/* What C calls in Go. Calls go through a table because the child of a fork gets
 * another Go runtime, at other addresses. */
struct content;
struct label;
struct inbound;
struct landing;
struct outbound;
typedef struct go_calls
{
    void (*boot)(void);
    void (*admit)(void); /* the first call of a thread */
    void (*ctx_start)(uint32_t slot, int max_sockets, int io_threads);
    void (*ctx_shutdown)(uint32_t slot);
    void (*ctx_term)(uint32_t slot, int done);
    int (*socket)(uint32_t ctx, uint32_t slot, struct outbound *out, int type, int event, int ipv6, int blocky);
    bool (*close)(uint32_t slot, void *s, gone_fn gone, bool ring);
    int (*endpoint)(uint32_t slot, int what, char *addr, size_t n);
    int (*setsockopt)(uint32_t slot, int option, void *value, size_t n);
    int (*getsockopt)(uint32_t slot, int option, void *value, size_t *n);
    bool (*wanted)(uint32_t slot, void *head, size_t n);
    void (*watch)(uint32_t slot);
    int (*monitor)(uint32_t slot, char *addr, size_t n, uint64_t events, int version, int type);
    int (*pipes_stats)(uint32_t slot);
    int (*events)(uint32_t slot);
    int (*peer_state)(uint32_t slot, void *id, size_t n);
    int (*regroup)(uint32_t slot, char *group, size_t n, bool leave);
    int (*connect_peer)(uint32_t slot, char *addr, size_t n, uint32_t *routing_id);
    int (*disconnect_peer)(uint32_t slot, uint32_t routing_id);
    int (*send)(uint32_t slot, void *data, size_t n, struct content *lent, struct label *to, bool *more, bool wait);
    int (*recv)(uint32_t slot, struct inbound *in, struct landing *to, bool wait);
    int (*z85_encode)(char *dest, uint8_t *data, size_t n);
    int (*z85_decode)(uint8_t *dest, char *text, size_t n);
    int (*curve_keypair)(char *public_key, char *secret_key);
    int (*curve_public)(char *public_key, char *secret_key, size_t n);
} go_calls;

extern const go_calls calls_own; /* of this copy of the library */
extern const go_calls *calls;    /* to be used */

/* Loads another copy of this library and returns its table; NULL if that cannot
 * be done. */
const go_calls *calls_of_copy(void);

/* --- signals (signals.c) ---------------------------------------------------- */

/* Has the Go runtime leave all signals alone. To be called before it starts. */
void signals_disown(void);

/* Blocks signals in this thread for as long as Go code runs in it, and stores the
 * mask that the program has set, which is to be restored. */
void signals_block(sigset_t *program);
void signals_restore(const sigset_t *program);

/* Makes the first call of this thread into Go, with signals blocked. */
void signals_admit(void (*first_call)(void));

/* The generation, plus 1, of the Go runtime that this thread has called. */
extern __thread uint32_t admitted __attribute__((tls_model("initial-exec")));

/* Go code is called between the two. What waits in between waits with the mask of
 * the program. No function of the program may be called in between. */
static inline void enter_go(sigset_t *program)
{
    signals_block(program);
    if (admitted != generation + 1)
        signals_admit(calls->admit);
}

static inline void leave_go(const sigset_t *program) { signals_restore(program); }

/* Runs a statement that calls Go code. */
#define IN_GO(statement)                                                       \
    do {                                                                       \
        sigset_t program_;                                                     \
        enter_go(&program_);                                                   \
        statement;                                                             \
        leave_go(&program_);                                                   \
    } while (0)

/* The most octets that a buffer of the program can have: pointers have 47 bits, or
 * a process is smaller than half of its addresses. */
enum { ADDRESS_BITS = sizeof(void *) > 4 ? 47 : 31 };
static inline bool too_large(size_t n) { return n >> ADDRESS_BITS; }

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
    struct content *dropped; /* the next in a list of contents that nothing refers to */
} content;

/* What is known of the peer of a message: names and values, each ended by a
 * NUL, and an empty name at the end. */
typedef struct metadata
{
    _Atomic uint32_t refs;
    char text[];
} metadata;

/* From here on a content is lent to Go rather than copied. */
enum { LEND = 64 << 10 };

content *content_new(size_t size); /* one reference; NULL when out of memory */
void content_unref(content *c); /* may call a function of the program */

/* The same in two steps, where a lock is held: content_drop puts a content that nothing
 * refers to any more in front of a list, and contents_free frees that without the lock. */
content *content_drop(content *c, content *dropped);
void contents_free(content *dropped);
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

/* What Go has put into a socket's buffer, followed by the group, and then by as many
 * octets as it says, each padded to 8. */
typedef struct record
{
    uint64_t size;  /* of the frame, or of what follows */
    metadata *meta; /* a reference of its own, or NULL */
    uint32_t kind;
    uint32_t more;  /* RECORD_RUN: how many messages */
    uint32_t routing_id;
    uint32_t group; /* octets of its text */
} record;

/* What a message carries beside its frames, for the types that route by it. */
typedef struct label
{
    uint32_t routing_id;
    const char *group; /* NULL: the empty one */
} label;

enum {
    RECORD_FRAME, /* the frame's octets follow */
    RECORD_LARGE, /* a pointer to a content follows, of which the record holds a reference */
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
} inbound;

/* The memory that zmq_recv was given, which Go may write the first message of a call
 * to if that is one large frame. It lasts for that call and is never stored, so that
 * no other message can end up there. */
typedef struct landing
{
    void *into;
    size_t cap;
    bool used;   /* the frame is there, cut to cap, and is not in the buffer */
    size_t size; /* of the frame */
} landing;

/* What the socket sends while its connection is busy: see pipe.Feed. Shared with
 * Go; the side that has set lock may touch the rest. */
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
    uint32_t users;     /* calls that wait: see waiters.c; one more while Go closes it */
    uint32_t turn, owed;
    uint32_t life;      /* counts the sockets that had this slot; mu lasts for all of them */
    bool closed;
    bool watched; /* Go writes to event */
    bool in_more; /* the last frame that was read has others behind it */
    bool out_more;
    int send_timeout, recv_timeout;
    inbound in;
    outbound out;
} socket_;

bool thread_safe(const socket_ *s);

extern pool contexts, sockets, pollers, all_timers;
static inline socket_ *socket_of(void *s) { return pool_live(&sockets, s) ? s : NULL; }

/* Locks a socket; NULL with errno set if it is none. */
socket_ *socket_lock(void *s);
void socket_unlock(socket_ *s);

/* Unlocks a closed socket, and gives its slot back if nothing uses it any more. */
void socket_leave(socket_ *s);

/* Has Go write to the socket's descriptor when something may have changed. The
 * socket is locked. */
void socket_watch(socket_ *s);

/* Drops the records from a place on, and the references they hold. What is to be freed
 * without the socket's lock is returned. */
content *records_drop(inbound *in, size_t from);

/* A frame that has been taken out of a socket's buffer. What it refers to is its
 * owner's, but for data, which is in the buffer and is valid while the socket stays
 * locked. */
typedef struct frame
{
    size_t size;
    const void *data; /* NULL: the octets are in large */
    content *large;
    metadata *meta;
    bool more;
    uint32_t routing_id;
} frame;

/* Whether a frame is in the buffer. */
static inline bool inbound_any(const inbound *in) { return in->at < in->end; }

/* The size of the next frame in the buffer, which there must be, and whether it has a
 * content of its own. */
size_t inbound_peek(const inbound *in, bool *large);

/* Copies the group of the next frame in the buffer, or NULL for the empty one; ENOMEM
 * if there is no memory for that. */
int inbound_group(const inbound *in, char **group);

/* Takes the next frame out of the buffer, with what is known of its peer or without. */
frame inbound_take(inbound *in, bool known);

/* Drops what is left of a SUB's messages that it does not want any more, and returns
 * what records_drop does. */
content *inbound_filter(socket_ *s);

/* --- calls that wait for a socket (waiters.c) ------------------------------ */

/* Begins to wait: returns what waiter_leave is to be given. The socket is locked. */
uint32_t waiter_join(socket_ *s);

/* Ends waiting. It returns false, and has unlocked the socket, if that was closed
 * meanwhile. The socket is locked before. */
bool waiter_leave(socket_ *s, uint32_t turn);

/* Empties the socket's descriptor, and has all calls that wait look at the socket
 * again. The socket is locked. */
void event_take(socket_ *s);

/* Makes a socket's descriptor readable, for all calls that wait. */
void event_set(int fd);

/* What the socket can do: ZMQ_POLLIN, ZMQ_POLLOUT, or -1 with errno set. The
 * socket is locked. Called between enter_go and leave_go. */
int socket_events(socket_ *s);

/* --- waiting (wait.c) ------------------------------------------------------ */

struct pollfd;

int64_t clock_ms(void);
/* Waits for descriptors up to deadline (in clock_ms; negative: for ever), with that
 * mask of signals if there is one. Returns what poll does; errno EINTR if a signal
 * of the program came. */
int wait_fds(struct pollfd *fds, unsigned n, int64_t deadline, const sigset_t *mask);
int64_t deadline_of(long timeout);

/* One pass over poll items. Returns the number of items that are ready, or -1. */
int poll_items(zmq_pollitem_t *items, int n, long timeout, const sigset_t *mask);

#endif
