//go:build cgo && linux

/* SPDX-License-Identifier: Apache-2.0 */

/*
 * Sending and receiving.
 *
 * Out: a frame goes to Go at once; Go keeps the frames of an unfinished message,
 * and when the call returns it has copied the octets, or holds a reference of the
 * content that it was lent.
 * In: Go fills the socket's buffer with whole messages, as records; frames are
 * taken from there without Go until it is empty.
 */

#include "library.h"

#include <limits.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/uio.h>

/* Waits until something may have changed, with the program's mask. Called between
 * enter_go and leave_go with the socket locked. That holds after it, too, but on an
 * errno neither does. */
static int wait_change(socket_ *s, int64_t deadline, const sigset_t *program)
{
    uint32_t turn = waiter_join(s);
    struct pollfd p = {.fd = s->event, .events = POLLIN};
    pthread_mutex_unlock(&s->mu);
    int rc = wait_fds(&p, 1, deadline, program), e = rc < 0 ? errno : rc == 0 ? EAGAIN : 0;
    pthread_mutex_lock(&s->mu);
    if (!waiter_leave(s, turn)) {
        leave_go(program);
        return ENOTSOCK;
    }
    if (!e) {
        event_take(s);
        return 0;
    }
    pthread_mutex_unlock(&s->mu);
    leave_go(program);
    return e;
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

/* Sends a frame. The socket is locked. Where it returns false it has been unlocked
 * while waiting, and e says why. */
static bool send_locked(socket_ *s, const void *data, size_t size, content *lent, label *l, int flags, int *e)
{
    bool more = flags & ZMQ_SNDMORE;
    if (!more && !s->out_more && feed(&s->out, data, size)) {
        *e = 0;
        return true;
    }
    bool wait = !(flags & ZMQ_DONTWAIT) && s->send_timeout != 0;
    if (wait)
        socket_watch(s);
    int64_t deadline = 0;
    sigset_t program;
    enter_go(&program);
    for (bool first = true;; first = false) {
        bool goes_on = more;
        *e = calls->send(s->h.slot, (void *)(uintptr_t)data, size, lent, l, &goes_on, wait);
        s->out_more = goes_on;
        if (*e != EAGAIN || !wait)
            break;
        if (first)
            deadline = deadline_of(s->send_timeout);
        if ((*e = wait_change(s, deadline, &program)))
            return false;
    }
    leave_go(&program);
    return true;
}

/* Sends a frame that lies in lent, or is copied if that is NULL. */
static int send_frame(void *handle, const void *data, size_t size, content *lent, label *l, int flags)
{
    socket_ *s = socket_lock(handle);
    if (!s)
        return -1;
    int e;
    bool locked = true;
    if (too_large(size))
        e = ENOMEM; /* for a copy */
    else if (!data && size)
        e = EFAULT;
    else if (s->in_more && (s->type == ZMQ_REP || s->type == ZMQ_REQ))
        e = EFSM; /* the message before has not been read to its end */
    else
        locked = send_locked(s, data, size, lent, l, flags, &e);
    if (locked)
        socket_unlock(s);
    return outcome(e) ? -1 : capped(size);
}

/* The content of a message that is worth lending, or whose free function tells the
 * program when the octets have been sent. */
static content *to_lend(const message *m)
{
    if (m->kind != MSG_SHARED || !(m->u.shared->ffn || m->u.shared->size >= LEND))
        return NULL;
    return m->u.shared;
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
    label l = {.routing_id = m->routing_id, .group = m->group};
    int rc = send_frame(handle, message_data(m), message_size(m), to_lend(m), &l, flags);
    if (rc >= 0)
        message_release(m);
    return rc;
}

int zmq_send(void *handle, const void *buf, size_t len, int flags) { return send_frame(handle, buf, len, NULL, NULL, flags); }

int zmq_send_const(void *handle, const void *buf, size_t len, int flags)
{
    return send_frame(handle, buf, len, NULL, NULL, flags);
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

/* Has Go put the next messages into the buffer, which is empty, and the first of them
 * where the program wants it if that can be. Called between enter_go and leave_go. */
static int fetch(socket_ *s, landing *to, bool wait)
{
    for (;;) {
        int e;
        s->in.at = s->in.end = 0;
        e = calls->recv(s->h.slot, &s->in, to, wait);
        if (e != ENOBUFS)
            return e;
        char *b = realloc(s->in.buf, s->in.want); /* the next message needs more room */
        if (!b)
            return ENOMEM;
        s->in.buf = b;
        s->in.cap = s->in.want;
    }
}

/* Waits until a frame is in the buffer, or has landed. The socket is locked; on
 * failure it is unlocked, with errno set. */
static bool await_frame(socket_ *s, int flags, landing *to)
{
    if (inbound_any(&s->in))
        return true;
    bool wait = !(flags & ZMQ_DONTWAIT) && s->recv_timeout != 0;
    if (wait)
        socket_watch(s);
    int64_t deadline = 0;
    int e = 0;
    sigset_t program;
    enter_go(&program);
    /* Whenever the lock was given up another thread may have fetched messages. */
    for (bool first = true; !inbound_any(&s->in); first = false) {
        e = fetch(s, to, wait);
        if (e != EAGAIN || !wait)
            break;
        if (first)
            deadline = deadline_of(s->recv_timeout);
        if ((e = wait_change(s, deadline, &program))) {
            errno = e;
            return false;
        }
    }
    leave_go(&program);
    if (!e)
        return true;
    socket_unlock(s);
    errno = e;
    return false;
}

/* Makes a message of the next frame; ENOMEM leaves that where it is. */
static int take_message(socket_ *s, message *n)
{
    bool large;
    size_t size = inbound_peek(&s->in, &large);
    content *c = NULL;
    if (!large && size > INLINE_MAX && !(c = content_new(size)))
        return ENOMEM;
    char *group = NULL;
    if (inbound_group(&s->in, &group) != 0) {
        if (c)
            content_unref(c);
        return ENOMEM;
    }
    frame f = inbound_take(&s->in, true);
    message_init(n);
    n->meta = f.meta;
    n->routing_id = f.routing_id;
    n->group = group;
    n->flags = f.more ? MSG_MORE : 0;
    if (large || c) {
        n->kind = MSG_SHARED;
        n->u.shared = large ? f.large : c;
    } else {
        n->u.in.size = (unsigned char)size;
    }
    if (!large && size)
        memcpy(message_data(n), f.data, size);
    s->in_more = f.more;
    return 0;
}

int zmq_msg_recv(zmq_msg_t *msg, void *handle, int flags)
{
    message *m = message_of(msg), n;
    socket_ *s = socket_lock(handle);
    if (!s)
        return -1;
    if (!message_valid(m)) {
        socket_unlock(s);
        return outcome(EFAULT);
    }
    if (!await_frame(s, flags, NULL))
        return -1;
    int e = take_message(s, &n);
    socket_unlock(s);
    if (e)
        return outcome(e);
    message_release(m); /* may call a free function of the program */
    *m = n;
    return capped(message_size(m));
}

int zmq_recv(void *handle, void *buf, size_t len, int flags)
{
    socket_ *s = socket_lock(handle);
    if (!s)
        return -1;
    if (!buf && len) {
        socket_unlock(s);
        return outcome(EFAULT);
    }
    landing to = {.into = buf, .cap = len};
    if (!await_frame(s, flags, &to))
        return -1;
    if (to.used) {
        s->in_more = false;
        socket_unlock(s);
        return capped(to.size);
    }
    frame f = inbound_take(&s->in, false);
    size_t n = f.size < len ? f.size : len;
    if (n)
        memcpy(buf, f.large ? f.large->data : f.data, n);
    s->in_more = f.more;
    socket_unlock(s);
    if (f.large)
        content_unref(f.large);
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
    size_t most = *count;
    int n = 0;
    *count = 0;
    for (bool more = true; more && (size_t)n < most; n++) {
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
    int rc = -EINVAL;
    if (!too_large(routing_id_size) && (routing_id || !routing_id_size))
        IN_GO(rc = calls->peer_state(s->h.slot, (void *)(uintptr_t)routing_id, routing_id_size));
    socket_unlock(s);
    if (rc >= 0)
        return rc;
    errno = -rc;
    return -1;
}
