//go:build cgo && linux

/* SPDX-License-Identifier: Apache-2.0 */

/* Sockets but for what they transfer: options, endpoints, end. */

#include "library.h"

#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

pool sockets = {.size = sizeof(socket_), .tag = SOCKET_TAG, .mu = PTHREAD_MUTEX_INITIALIZER};

socket_ *socket_lock(void *handle)
{
    socket_ *s = socket_of(handle);
    if (!s) {
        errno = ENOTSOCK;
        return NULL;
    }
    if (s->generation != generation) {
        refuse_inherited();
        return NULL;
    }
    pthread_mutex_lock(&s->mu);
    if (!socket_of(s)) { /* closed meanwhile */
        pthread_mutex_unlock(&s->mu);
        errno = ENOTSOCK;
        return NULL;
    }
    return s;
}

void socket_unlock(socket_ *s) { pthread_mutex_unlock(&s->mu); }

void socket_leave(socket_ *s)
{
    if (s->users) {
        pthread_mutex_unlock(&s->mu);
        return;
    }
    close(s->event);
    s->event = -1;
    pthread_mutex_unlock(&s->mu);
    pool_give(&sockets, s);
}

/* Nothing of a closed socket is left in Go. Until then its descriptor stays open:
 * programs make the names of monitors of its number. */
static void socket_gone(void *p)
{
    socket_ *s = p;
    pthread_mutex_lock(&s->mu);
    s->users--;
    socket_leave(s);
}

/* How long zmq_close waits until what was sent last is on its way, so that the
 * messages of sockets that are opened, sent on and closed one after the other arrive in
 * that order. It is far more than a connection on the same network takes, and little
 * where there is no socket to connect to. */
enum { SETTLE_MS = 50 };

static void settle(socket_ *s)
{
    uint32_t turn = waiter_join(s);
    struct pollfd p = {.fd = s->event, .events = POLLIN};
    pthread_mutex_unlock(&s->mu);
    wait_fds(&p, 1, deadline_of(SETTLE_MS), NULL); /* a signal ends it, and that is fine */
    pthread_mutex_lock(&s->mu);
    waiter_leave(s, turn);
}

int zmq_close(void *handle)
{
    socket_ *s = socket_of(handle);
    if (!s)
        return outcome(ENOTSOCK);
    if (s->generation != generation) { /* what there is is a copy; its lock may be held for ever */
        close(s->event);
        atomic_store(&s->h.tag, 0);
        return 0;
    }
    if (!socket_lock(handle))
        return -1;
    atomic_store(&s->h.tag, 0);
    s->closed = true;
    bool others = s->users, pending;
    if (!others)
        event_take(s);
    s->users++; /* until it is gone */
    IN_GO(pending = calls->close(s->h.slot, s, socket_gone, others));
    content *dropped = records_drop(&s->in, s->in.at);
    free(s->in.buf);
    s->in = (inbound){0};
    free(s->out.buf);
    s->out.buf = NULL;
    if (pending && !others)
        settle(s);
    else
        pthread_mutex_unlock(&s->mu);
    contents_free(dropped);
    return 0;
}

/* --- endpoints --------------------------------------------------------------- */

static int endpoint_call(void *handle, const char *addr, int what)
{
    socket_ *s = socket_lock(handle);
    if (!s)
        return -1;
    int e = EINVAL;
    if (addr)
        IN_GO(e = calls->endpoint(s->h.slot, what, (char *)addr, strlen(addr)));
    /* libzmq sends itself a command here, so that ZMQ_FD is readable after it, and
     * programs have come to count on that. */
    if (!e && (what == ENDPOINT_BIND || what == ENDPOINT_CONNECT))
        event_set(s->event);
    socket_unlock(s);
    return outcome(e);
}

int zmq_bind(void *s, const char *addr) { return endpoint_call(s, addr, ENDPOINT_BIND); }
int zmq_connect(void *s, const char *addr) { return endpoint_call(s, addr, ENDPOINT_CONNECT); }
int zmq_unbind(void *s, const char *addr) { return endpoint_call(s, addr, ENDPOINT_UNBIND); }
int zmq_disconnect(void *s, const char *addr) { return endpoint_call(s, addr, ENDPOINT_DISCONNECT); }

/* --- options ----------------------------------------------------------------- */

int zmq_setsockopt(void *handle, int option, const void *optval, size_t optvallen)
{
    socket_ *s = socket_lock(handle);
    if (!s)
        return -1;
    int e = EINVAL;
    content *dropped = NULL;
    if (!too_large(optvallen))
        IN_GO(e = calls->setsockopt(s->h.slot, option, (void *)optval, optvallen));
    if (!e && (option == ZMQ_SNDTIMEO || option == ZMQ_RCVTIMEO))
        memcpy(option == ZMQ_SNDTIMEO ? &s->send_timeout : &s->recv_timeout, optval, sizeof(int));
    if (!e && s->type == ZMQ_SUB)
        dropped = inbound_filter(s);
    socket_unlock(s);
    contents_free(dropped);
    return outcome(e);
}

void socket_watch(socket_ *s)
{
    if (s->watched)
        return;
    s->watched = true;
    IN_GO(calls->watch(s->h.slot));
}

/* The options that have room to spare in their buffer. */
static int int_option(void *optval, size_t *optvallen, int v)
{
    if (*optvallen < sizeof v)
        return EINVAL;
    memset(optval, 0, *optvallen);
    memcpy(optval, &v, sizeof v);
    *optvallen = sizeof v;
    return 0;
}

/* Types whose sockets threads may share in libzmq, for which there is no descriptor. */
bool thread_safe(const socket_ *s) { return s->type > ZMQ_STREAM && s->type != ZMQ_DGRAM; }

int zmq_getsockopt(void *handle, int option, void *optval, size_t *optvallen)
{
    socket_ *s = socket_lock(handle);
    if (!s)
        return -1;
    int e = EINVAL;
    if (optval && optvallen && !too_large(*optvallen))
        switch (option) {
        case ZMQ_RCVMORE:
            e = int_option(optval, optvallen, s->in_more);
            break;
        case ZMQ_FD:
            if (*optvallen >= sizeof s->event && !thread_safe(s)) {
                socket_watch(s);
                e = int_option(optval, optvallen, s->event);
            }
            break;
        case ZMQ_EVENTS: {
            if (*optvallen < sizeof(int))
                break;
            int events;
            IN_GO(events = socket_events(s));
            e = events < 0 ? errno : int_option(optval, optvallen, events);
            break;
        }
        default:
            IN_GO(e = calls->getsockopt(s->h.slot, option, optval, optvallen));
        }
    socket_unlock(s);
    return outcome(e);
}

int socket_events(socket_ *s)
{
    socket_watch(s);
    event_take(s);
    int rc = calls->events(s->h.slot);
    if (rc < 0) {
        if (inbound_any(&s->in) && -rc == ETERM)
            rc = 0; /* what was received is still there to be read */
        else {
            errno = -rc;
            return -1;
        }
    }
    if (inbound_any(&s->in))
        rc |= ZMQ_POLLIN;
    /* The lockstep goes on when the last frame has been read. */
    if (s->in_more && (s->type == ZMQ_REP || s->type == ZMQ_REQ))
        rc &= ~ZMQ_POLLOUT;
    if (s->out_more) {
        rc |= ZMQ_POLLOUT;
        if (s->type == ZMQ_REP)
            rc &= ~ZMQ_POLLIN;
    }
    return rc;
}
