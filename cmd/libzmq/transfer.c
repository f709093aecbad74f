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

#include <errno.h>
#include <limits.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/uio.h>

void socket_leave(socket_ *s);
void socket_watch(socket_ *s);

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

static int send_frame(void *handle, const void *data, size_t size, const message *m, int flags)
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
    bool wait = !(flags & ZMQ_DONTWAIT) && s->send_timeout != 0;
    if (wait)
        socket_watch(s);
    int64_t deadline = 0;
    int e;
    for (bool first = true;; first = false) {
        IN_GO(e, engine->send(s->h.slot, (void *)data, size, more, wait));
        if (e != EAGAIN || !wait)
            break;
        if (first)
            deadline = deadline_of(s->send_timeout);
        if ((e = wait_change(s, deadline))) {
            errno = e;
            return -1;
        }
    }
    (void)m;
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
    int rc = send_frame(handle, message_data(m), message_size(m), m, flags);
    if (rc >= 0)
        message_release(m);
    return rc;
}

int zmq_send(void *handle, const void *buf, size_t len, int flags) { return send_frame(handle, buf, len, NULL, flags); }

int zmq_send_const(void *handle, const void *buf, size_t len, int flags)
{
    return send_frame(handle, buf, len, NULL, flags);
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

/* Waits for a record. The socket is locked; on failure it is unlocked, with
 * errno set. */
static record *next_record(socket_ *s, int flags)
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
        IN_GO(e, engine->recv(s->h.slot, &s->in, wait));
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

/* Moves on behind a record; its content and metadata have been taken over. */
static void consume(socket_ *s, record *r)
{
    s->in_more = r->more;
    s->in.at += sizeof *r + (r->large ? sizeof(content *) : (r->size + 7) & ~(size_t)7);
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
    record *r = next_record(s, flags);
    if (!r)
        return -1;
    message n;
    message_init(&n);
    n.flags = r->more ? MSG_MORE : 0;
    if (r->large) {
        n.kind = MSG_SHARED;
        n.u.shared = *(content **)(r + 1);
    } else if (r->size <= INLINE_MAX) {
        n.u.in.size = (unsigned char)r->size;
        memcpy(n.u.in.octets, r + 1, r->size);
    } else {
        if (!(n.u.shared = content_new(r->size))) {
            socket_unlock(s);
            errno = ENOMEM;
            return -1;
        }
        n.kind = MSG_SHARED;
        memcpy(n.u.shared->data, r + 1, r->size);
    }
    n.meta = r->meta;
    size_t size = r->size;
    consume(s, r);
    socket_unlock(s);
    message_release(m); /* may call a free function of the program */
    *m = n;
    return capped(size);
}

int zmq_recv(void *handle, void *buf, size_t len, int flags)
{
    socket_ *s = socket_lock(handle);
    if (!s)
        return -1;
    record *r = next_record(s, flags);
    if (!r)
        return -1;
    size_t size = r->size, n = size < len ? size : len;
    content *c = r->large ? *(content **)(r + 1) : NULL;
    if (n)
        memcpy(buf, c ? c->data : (void *)(r + 1), n);
    metadata *meta = r->meta;
    consume(s, r);
    socket_unlock(s);
    if (c)
        content_unref(c);
    if (meta)
        metadata_unref(meta);
    return capped(size);
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
    IN_GO(rc, engine->peer_state(s->h.slot, (void *)routing_id, routing_id_size));
    socket_unlock(s);
    if (rc >= 0)
        return rc;
    errno = -rc;
    return -1;
}
