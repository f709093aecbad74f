//go:build cgo && linux

/* SPDX-License-Identifier: Apache-2.0 */

/* Sockets but for what they transfer: options, endpoints, end. */

#include "library.h"

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

static size_t record_size(const record *r)
{
    switch (r->kind) {
    case RECORD_LARGE:
        return sizeof *r + sizeof(content *);
    case RECORD_TAKEN:
        return sizeof *r;
    }
    return sizeof *r + ((r->size + 7) & ~(size_t)7);
}

/* Drops the references that a record holds. */
static void record_free(record *r)
{
    if (r->kind == RECORD_LARGE)
        content_unref(*(content **)(r + 1));
    if (r->meta)
        metadata_unref(r->meta);
}

void record_done(socket_ *s, record *r)
{
    if (r->meta)
        metadata_unref(r->meta);
    s->in.run = NULL;
    s->in.at += record_size(r);
}

void records_drop(inbound *in, size_t from)
{
    for (size_t at = from; at < in->end;) {
        record *r = (record *)(in->buf + at);
        at += record_size(r);
        record_free(r);
    }
    in->end = from;
}

/* Drops what was not read, and the buffer. */
static void drop_inbound(socket_ *s)
{
    records_drop(&s->in, s->in.at);
    free(s->in.buf);
    s->in = (inbound){0};
}

/* What was fetched ahead of the program has passed the filter of a SUB as it was:
 * drops what does not any more. */
static void refilter(socket_ *s)
{
    size_t to = s->in.at;
    bool head = !s->in_more, keep = true;
    for (size_t from = s->in.at; from < s->in.end;) {
        record *r = (record *)(s->in.buf + from);
        size_t size = record_size(r);
        from += size;
        if (head)
            IN_GO(keep = engine->wanted(s->h.slot, r->kind == RECORD_LARGE ? (*(content **)(r + 1))->data : r + 1, r->size));
        head = !r->more;
        if (keep) {
            memmove(s->in.buf + to, r, size);
            to += size;
        } else {
            record_free(r);
        }
    }
    s->in.end = to;
}

/* Gives the slot back. Nobody uses the socket any more; it is locked. */
static void socket_free(socket_ *s)
{
    drop_inbound(s);
    free(s->out.buf);
    s->out.buf = NULL;
    close(s->event);
    s->event = -1;
    pthread_mutex_unlock(&s->mu);
    pool_give(&sockets, s);
}

void socket_leave(socket_ *s)
{
    s->users--;
    if (s->closed && s->users == 0)
        socket_free(s);
    else
        pthread_mutex_unlock(&s->mu);
}

int zmq_close(void *handle)
{
    socket_ *s = socket_of(handle);
    if (!s) {
        errno = ENOTSOCK;
        return -1;
    }
    if (s->generation != generation) { /* what there is is a copy; its lock may be held for ever */
        close(s->event);
        atomic_store(&s->h.tag, 0);
        return 0;
    }
    if (!socket_lock(handle))
        return -1;
    atomic_store(&s->h.tag, 0);
    s->closed = true;
    IN_GO(engine->close(s->h.slot)); /* ends the calls that wait, in time */
    if (s->users)
        pthread_mutex_unlock(&s->mu);
    else
        socket_free(s);
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
        IN_GO(e = engine->endpoint(s->h.slot, what, (char *)addr, strlen(addr)));
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
    int e;
    IN_GO(e = engine->setsockopt(s->h.slot, option, (void *)optval, optvallen));
    if (!e && (option == ZMQ_SNDTIMEO || option == ZMQ_RCVTIMEO))
        memcpy(option == ZMQ_SNDTIMEO ? &s->send_timeout : &s->recv_timeout, optval, sizeof(int));
    if (!e && s->type == ZMQ_SUB)
        refilter(s);
    socket_unlock(s);
    return outcome(e);
}

void socket_watch(socket_ *s)
{
    if (s->watched)
        return;
    s->watched = true;
    IN_GO(engine->watch(s->h.slot));
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

int zmq_getsockopt(void *handle, int option, void *optval, size_t *optvallen)
{
    socket_ *s = socket_lock(handle);
    if (!s)
        return -1;
    int e = EINVAL;
    if (optval && optvallen)
        switch (option) {
        case ZMQ_RCVMORE:
            e = int_option(optval, optvallen, s->in_more);
            break;
        case ZMQ_FD:
            if (*optvallen >= sizeof s->event) {
                socket_watch(s);
                e = int_option(optval, optvallen, s->event);
            }
            break;
        case ZMQ_EVENTS: {
            if (*optvallen < sizeof(int))
                break;
            int events = socket_events(s);
            e = events < 0 ? errno : int_option(optval, optvallen, events);
            break;
        }
        default:
            IN_GO(e = engine->getsockopt(s->h.slot, option, optval, optvallen));
        }
    socket_unlock(s);
    return outcome(e);
}

int socket_events(socket_ *s)
{
    socket_watch(s);
    event_drain(s->event);
    int rc;
    IN_GO(rc = engine->events(s->h.slot));
    if (rc < 0) {
        if (s->in.at < s->in.end && -rc == ETERM)
            rc = 0; /* what was received is still there to be read */
        else {
            errno = -rc;
            return -1;
        }
    }
    if (s->in.at < s->in.end)
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
