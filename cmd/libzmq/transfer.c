//go:build cgo && linux

/* SPDX-License-Identifier: Apache-2.0 */

/*
 * Sending and receiving.
 *
 * Out: a frame goes to Go at once; Go keeps the frames of an unfinished message,
 * and has copied the octets when the call returns.
 * In: Go fills the socket's buffer with whole messages, as records; frames are
 * taken from there without Go until it is empty.
 */

#include "library.h"

#include <limits.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/uio.h>

/* Waits until something may have changed. The socket is locked before and, on 0,
 * after; on an errno it is not. */
static int wait_change(socket_ *s, int64_t deadline)
{
    uint32_t life = s->life;
    s->users++;
    pthread_mutex_unlock(&s->mu);
    struct pollfd p = {.fd = s->event, .events = POLLIN};
    int rc = wait_fds(&p, 1, deadline, NULL), e = rc < 0 ? errno : rc == 0 ? EAGAIN : 0;
    pthread_mutex_lock(&s->mu);
    if (s->closed || s->life != life) {
        socket_leave(s);
        return ENOTSOCK;
    }
    if (rc > 0)
        event_drain(s->event);
    if (e) {
        socket_leave(s);
        return e;
    }
    s->users--;
    return 0;
}

static int capped(size_t n) { return n > INT_MAX ? INT_MAX : (int)n; }

/* --- sending ----------------------------------------------------------------- */

/* Puts a message into the buffer in front of a busy connection, if it is open and
 * there is room. */
static bool feed(outbound *o, const void *data, size_t size)
{
    if (!atomic_load_explicit(&o->credit, memory_order_relaxed) || size > OUTBOUND_FRAME)
        return false;
    if (!o->buf && !(o->buf = malloc(OUTBOUND)))
        return false;
    if (atomic_exchange_explicit(&o->lock, 1, memory_order_acquire))
        return false; /* Go is taking what is there */
    uint32_t credit = atomic_load_explicit(&o->credit, memory_order_relaxed);
    bool ok = credit > 0 && o->used + size + FRAME_HEADER <= OUTBOUND;
    if (ok) {
        unsigned char *p = (unsigned char *)o->buf + o->used;
        if (size <= 255) {
            *p++ = 0;
            *p++ = (unsigned char)size;
        } else {
            *p++ = 2; /* a length of eight octets */
            for (int i = 7; i >= 0; i--)
                *p++ = (unsigned char)((uint64_t)size >> (8 * i));
        }
        if (size)
            memcpy(p, data, size);
        o->used = (uint32_t)((char *)p - o->buf + (long)size);
        o->count++;
        atomic_store_explicit(&o->credit, credit - 1, memory_order_relaxed);
    }
    atomic_store_explicit(&o->lock, 0, memory_order_release);
    return ok;
}

static int send_frame(void *handle, const void *data, size_t size, int flags)
{
    socket_ *s = socket_lock(handle);
    if (!s)
        return -1;
    bool more = flags & ZMQ_SNDMORE;
    if (s->in_more && (s->type == ZMQ_REP || s->type == ZMQ_REQ)) {
        socket_unlock(s);
        errno = EFSM; /* the message before has not been read to its end */
        return -1;
    }
    if (!more && !s->out_more && feed(&s->out, data, size)) {
        socket_unlock(s);
        return capped(size);
    }
    bool wait = !(flags & ZMQ_DONTWAIT) && s->send_timeout != 0;
    if (wait)
        socket_watch(s);
    int64_t deadline = 0;
    int e;
    for (bool first = true;; first = false) {
        IN_GO(e = engine->send(s->h.slot, (void *)data, size, more, wait));
        if (e != EAGAIN || !wait)
            break;
        if (first)
            deadline = deadline_of(s->send_timeout);
        if ((e = wait_change(s, deadline))) {
            errno = e;
            return -1;
        }
    }
    if (!e)
        s->out_more = more;
    socket_unlock(s);
    if (!e)
        return capped(size);
    errno = e;
    return -1;
}

int zmq_msg_send(zmq_msg_t *msg, void *handle, int flags)
{
    message *m = message_of(msg);
    if (!socket_of(handle)) {
        errno = ENOTSOCK;
        return -1;
    }
    if (!message_valid(m)) {
        errno = EFAULT;
        return -1;
    }
    int rc = send_frame(handle, message_data(m), message_size(m), flags);
    if (rc >= 0)
        message_release(m);
    return rc;
}

int zmq_send(void *handle, const void *buf, size_t len, int flags) { return send_frame(handle, buf, len, flags); }

int zmq_send_const(void *handle, const void *buf, size_t len, int flags)
{
    return send_frame(handle, buf, len, flags);
}

int zmq_sendmsg(void *handle, zmq_msg_t *msg, int flags) { return zmq_msg_send(msg, handle, flags); }

int zmq_sendiov(void *handle, struct iovec *iov, size_t count, int flags)
{
    if (!socket_of(handle)) {
        errno = ENOTSOCK;
        return -1;
    }
    if (count == 0 || !iov) {
        errno = EINVAL;
        return -1;
    }
    int rc = 0;
    for (size_t i = 0; i < count && rc >= 0; i++) {
        if (i == count - 1)
            flags &= ~ZMQ_SNDMORE;
        rc = zmq_send(handle, iov[i].iov_base, iov[i].iov_len, flags);
    }
    return rc;
}

/* --- receiving --------------------------------------------------------------- */

/* A frame in the socket's buffer. */
typedef struct frame
{
    record *r;
    const void *data;
    size_t size;
    bool more;
} frame;

/* Waits for a record. The socket is locked; on failure it is unlocked, with
 * errno set. A large frame may go into the caller's memory at once. */
static record *next_record(socket_ *s, int flags, void *into, size_t room)
{
    if (s->in.at < s->in.end)
        return (record *)(s->in.buf + s->in.at);
    bool wait = !(flags & ZMQ_DONTWAIT) && s->recv_timeout != 0;
    if (wait)
        socket_watch(s);
    int64_t deadline = 0;
    int e;
    for (bool first = true;;) {
        s->in.at = s->in.end = 0;
        s->in.into = into;
        s->in.room = room;
        IN_GO(e = engine->recv(s->h.slot, &s->in, wait));
        s->in.into = NULL;
        if (!e)
            return (record *)s->in.buf;
        if (e == ENOBUFS) { /* the next message needs more room */
            char *b = realloc(s->in.buf, s->in.want);
            if (!b) {
                e = ENOMEM;
                break;
            }
            s->in.buf = b;
            s->in.cap = s->in.want;
            continue;
        }
        if (e != EAGAIN || !wait)
            break;
        if (first)
            deadline = deadline_of(s->recv_timeout);
        first = false;
        if ((e = wait_change(s, deadline))) {
            errno = e;
            return NULL;
        }
    }
    socket_unlock(s);
    errno = e;
    return NULL;
}

/* Finds the next frame; as next_record. */
static bool next_frame(socket_ *s, int flags, void *into, size_t room, frame *f)
{
    record *r = next_record(s, flags, into, room);
    if (!r)
        return false;
    f->r = r;
    switch (r->kind) {
    case RECORD_FRAME:
        f->data = r + 1;
        f->size = r->size;
        f->more = r->more;
        break;
    case RECORD_TAKEN:
        f->data = NULL;
        f->size = r->size;
        f->more = false;
        break;
    case RECORD_LARGE:
        f->data = (*(content **)(r + 1))->data;
        f->size = r->size;
        f->more = r->more;
        break;
    case RECORD_RUN: {
        const unsigned char *p = (unsigned char *)(s->in.run ? s->in.run : (char *)(r + 1));
        f->size = p[1];
        f->data = p + 2;
        if (p[0] & 2) {
            for (int i = 1; i < 9; i++)
                f->size = f->size << 8 | p[i]; /* what was there goes out at the top */
            f->data = p + 9;
        }
        f->more = false;
    }
    }
    return true;
}

/* Moves on behind a frame. A content has been taken over; the metadata have not. */
static void consume(socket_ *s, frame *f)
{
    record *r = f->r;
    s->in_more = f->more;
    if (r->kind == RECORD_RUN && --r->more > 0)
        s->in.run = (char *)f->data + f->size;
    else
        record_done(s, r);
}

int zmq_msg_recv(zmq_msg_t *msg, void *handle, int flags)
{
    message *m = message_of(msg);
    socket_ *s = socket_lock(handle);
    if (!s)
        return -1;
    if (!message_valid(m)) {
        socket_unlock(s);
        errno = EFAULT;
        return -1;
    }
    frame f;
    if (!next_frame(s, flags, NULL, 0, &f))
        return -1;
    message n;
    message_init(&n);
    n.flags = f.more ? MSG_MORE : 0;
    if (f.r->kind == RECORD_LARGE) {
        n.kind = MSG_SHARED;
        n.u.shared = *(content **)(f.r + 1);
    } else if (f.size <= INLINE_MAX) {
        n.u.in.size = (unsigned char)f.size;
        memcpy(n.u.in.octets, f.data, f.size);
    } else {
        if (!(n.u.shared = content_new(f.size))) {
            socket_unlock(s);
            errno = ENOMEM;
            return -1;
        }
        n.kind = MSG_SHARED;
        memcpy(n.u.shared->data, f.data, f.size);
    }
    if ((n.meta = f.r->meta))
        atomic_fetch_add_explicit(&n.meta->refs, 1, memory_order_relaxed);
    consume(s, &f);
    socket_unlock(s);
    message_release(m); /* may call a free function of the program */
    *m = n;
    return capped(f.size);
}

int zmq_recv(void *handle, void *buf, size_t len, int flags)
{
    socket_ *s = socket_lock(handle);
    if (!s)
        return -1;
    frame f;
    if (!next_frame(s, flags, buf, len, &f))
        return -1;
    size_t n = f.size < len ? f.size : len;
    if (n && f.data)
        memcpy(buf, f.data, n);
    content *c = f.r->kind == RECORD_LARGE ? *(content **)(f.r + 1) : NULL;
    consume(s, &f);
    socket_unlock(s);
    if (c)
        content_unref(c);
    return capped(f.size);
}

int zmq_recvmsg(void *handle, zmq_msg_t *msg, int flags) { return zmq_msg_recv(msg, handle, flags); }

int zmq_recviov(void *handle, struct iovec *iov, size_t *count, int flags)
{
    if (!socket_of(handle)) {
        errno = ENOTSOCK;
        return -1;
    }
    if (!count || *count == 0 || !iov) {
        errno = EINVAL;
        return -1;
    }
    size_t room = *count;
    int n = 0;
    *count = 0;
    for (bool more = true; more && (size_t)n < room; n++) {
        zmq_msg_t msg;
        zmq_msg_init(&msg);
        if (zmq_msg_recv(&msg, handle, flags) < 0)
            return -1;
        size_t size = zmq_msg_size(&msg);
        iov[n].iov_base = malloc(size);
        if (!iov[n].iov_base && size) {
            zmq_msg_close(&msg);
            errno = ENOMEM;
            return -1;
        }
        if (size)
            memcpy(iov[n].iov_base, zmq_msg_data(&msg), size);
        iov[n].iov_len = size;
        more = zmq_msg_more(&msg);
        zmq_msg_close(&msg);
        ++*count;
    }
    return n;
}

/* --- peers ------------------------------------------------------------------- */

int zmq_socket_get_peer_state(void *handle, const void *routing_id, size_t routing_id_size)
{
    socket_ *s = socket_lock(handle);
    if (!s)
        return -1;
    int rc;
    IN_GO(rc = engine->peer_state(s->h.slot, (void *)routing_id, routing_id_size));
    socket_unlock(s);
    if (rc >= 0)
        return rc;
    errno = -rc;
    return -1;
}
