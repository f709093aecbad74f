//go:build cgo && linux

/* SPDX-License-Identifier: Apache-2.0 */

/* Contexts: zmq_ctx_* and their old names. */

#include "library.h"

#include <limits.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

pool contexts = {.size = sizeof(context), .tag = CONTEXT_TAG, .mu = PTHREAD_MUTEX_INITIALIZER};

static context *context_of(void *c)
{
    if (pool_live(&contexts, c))
        return c;
    errno = EFAULT;
    return NULL;
}

/* Whether a context was started before a fork that made this process. Its lock may
 * be held for ever then, by a thread that is not there. */
static bool inherited(const context *c) { return c->started && c->generation != generation; }

void *zmq_ctx_new(void)
{
    context *c = pool_take(&contexts);
    if (!c) {
        errno = EMFILE;
        return NULL;
    }
    pthread_mutex_init(&c->mu, NULL);
    c->started = c->shut = c->ending = false;
    c->done = -1;
    c->io_threads = ZMQ_IO_THREADS_DFLT;
    c->max_sockets = ZMQ_MAX_SOCKETS_DFLT;
    c->priority = ZMQ_THREAD_PRIORITY_DFLT;
    c->policy = ZMQ_THREAD_SCHED_POLICY_DFLT;
    c->max_msgsz = INT_MAX;
    c->ipv6 = 0;
    c->blocky = c->zero_copy = 1;
    c->prefix[0] = 0;
    memset(c->cpus, 0, sizeof c->cpus);
    return c;
}

int zmq_ctx_shutdown(void *context_)
{
    context *c = context_of(context_);
    if (!c)
        return -1;
    if (inherited(c)) {
        c->shut = true;
        return 0;
    }
    pthread_mutex_lock(&c->mu);
    c->shut = true;
    bool started = c->started;
    pthread_mutex_unlock(&c->mu);
    if (started)
        IN_GO(calls->ctx_shutdown(c->h.slot));
    return 0;
}

static void context_free(context *c)
{
    if (c->done >= 0)
        close(c->done);
    c->done = -1;
    pool_give(&contexts, c);
}

int zmq_ctx_term(void *context_)
{
    context *c = context_of(context_);
    if (!c)
        return -1;
    if (inherited(c)) { /* what there is is a copy */
        context_free(c);
        return 0;
    }
    pthread_mutex_lock(&c->mu);
    c->shut = true;
    if (!c->started) {
        pthread_mutex_unlock(&c->mu);
        context_free(c);
        return 0;
    }
    if (!c->ending) {
        c->done = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
        if (c->done < 0) {
            pthread_mutex_unlock(&c->mu);
            return -1;
        }
        c->ending = true;
        IN_GO(calls->ctx_term(c->h.slot, c->done));
    }
    pthread_mutex_unlock(&c->mu);
    struct pollfd p = {.fd = c->done, .events = POLLIN};
    if (wait_fds(&p, 1, -1, NULL) < 0)
        return -1; /* EINTR: the caller calls again */
    context_free(c);
    return 0;
}

int zmq_term(void *context_) { return zmq_ctx_term(context_); }
int zmq_ctx_destroy(void *context_) { return zmq_ctx_term(context_); }

void *zmq_init(int io_threads)
{
    if (io_threads < 0) {
        errno = EINVAL;
        return NULL;
    }
    void *c = zmq_ctx_new();
    if (c)
        zmq_ctx_set(c, ZMQ_IO_THREADS, io_threads);
    return c;
}

/* --- options ---------------------------------------------------------------- */

static int set_cpu(context *c, int cpu, bool on)
{
    if (cpu >= 1024) /* CPU_SETSIZE */
        return EINVAL;
    uint64_t bit = (uint64_t)1 << (cpu % 64);
    if (!on && !(c->cpus[cpu / 64] & bit))
        return EINVAL;
    if (on)
        c->cpus[cpu / 64] |= bit;
    else
        c->cpus[cpu / 64] &= ~bit;
    return 0;
}

/* The Go runtime has its own threads: what is set for I/O threads is kept, and
 * read back, and has no effect. */
static int set_int(context *c, int option, int v)
{
    if (option == ZMQ_THREAD_NAME_PREFIX) {
        snprintf(c->prefix, sizeof c->prefix, "%d", v);
        return 0;
    }
    if (v < 0) /* no other one takes it */
        return EINVAL;
    switch (option) {
    case ZMQ_IO_THREADS:
        c->io_threads = v;
        return 0;
    case ZMQ_MAX_SOCKETS:
        if (v == 0)
            return EINVAL;
        c->max_sockets = v;
        return 0;
    case ZMQ_THREAD_PRIORITY:
        c->priority = v;
        return 0;
    case ZMQ_THREAD_SCHED_POLICY:
        c->policy = v;
        return 0;
    case ZMQ_MAX_MSGSZ:
        c->max_msgsz = v;
        return 0;
    case ZMQ_THREAD_AFFINITY_CPU_ADD:
    case ZMQ_THREAD_AFFINITY_CPU_REMOVE:
        return set_cpu(c, v, option == ZMQ_THREAD_AFFINITY_CPU_ADD);
    case ZMQ_ZERO_COPY_RECV:
        c->zero_copy = v != 0;
        return 0;
    case ZMQ_IPV6:
        c->ipv6 = v != 0;
        return 0;
    case ZMQ_BLOCKY:
        c->blocky = v != 0;
        return 0;
    }
    return EINVAL;
}

int zmq_ctx_set_ext(void *context_, int option, const void *optval, size_t optvallen)
{
    context *c = context_of(context_);
    if (!c)
        return -1;
    int e = EINVAL;
    pthread_mutex_lock(&c->mu);
    if (optval && optvallen == sizeof(int)) {
        int v;
        memcpy(&v, optval, sizeof v);
        e = set_int(c, option, v);
    } else if (option == ZMQ_THREAD_NAME_PREFIX && optval && optvallen > 0 && optvallen <= 16) {
        memset(c->prefix, 0, sizeof c->prefix);
        memcpy(c->prefix, optval, optvallen);
        e = 0;
    }
    pthread_mutex_unlock(&c->mu);
    return outcome(e);
}

int zmq_ctx_set(void *context_, int option, int optval)
{
    return zmq_ctx_set_ext(context_, option, &optval, sizeof optval);
}

static int get_int(context *c, int option, int *v)
{
    switch (option) {
    case ZMQ_IO_THREADS:
        *v = c->io_threads;
        return 0;
    case ZMQ_MAX_SOCKETS:
        *v = c->max_sockets;
        return 0;
    case ZMQ_SOCKET_LIMIT:
        *v = MAX_HANDLES - 1;
        return 0;
    case ZMQ_THREAD_SCHED_POLICY:
        *v = c->policy;
        return 0;
    case ZMQ_MAX_MSGSZ:
        *v = c->max_msgsz;
        return 0;
    case ZMQ_MSG_T_SIZE:
        *v = (int)sizeof(zmq_msg_t);
        return 0;
    case ZMQ_THREAD_NAME_PREFIX:
        *v = atoi(c->prefix);
        return 0;
    case ZMQ_ZERO_COPY_RECV:
        *v = c->zero_copy;
        return 0;
    case ZMQ_IPV6:
        *v = c->ipv6;
        return 0;
    case ZMQ_BLOCKY:
        *v = c->blocky;
        return 0;
    }
    return EINVAL;
}

int zmq_ctx_get_ext(void *context_, int option, void *optval, size_t *optvallen)
{
    context *c = context_of(context_);
    if (!c)
        return -1;
    int e = EINVAL, v;
    pthread_mutex_lock(&c->mu);
    if (optval && optvallen && *optvallen == sizeof(int)) {
        e = get_int(c, option, &v);
        if (!e)
            memcpy(optval, &v, sizeof v);
    } else if (option == ZMQ_THREAD_NAME_PREFIX && optval && optvallen && *optvallen >= strlen(c->prefix)) {
        memcpy(optval, c->prefix, strlen(c->prefix));
        e = 0;
    }
    pthread_mutex_unlock(&c->mu);
    return outcome(e);
}

int zmq_ctx_get(void *context_, int option)
{
    int v;
    size_t n = sizeof v;
    return zmq_ctx_get_ext(context_, option, &v, &n) ? -1 : v;
}

/* --- sockets of a context --------------------------------------------------- */

/* Makes the Go side of a socket. The context is started by its first. */
static int open_socket(context *c, int type, socket_ *s, int event)
{
    pthread_mutex_lock(&c->mu);
    int e = 0;
    if (c->shut)
        e = ETERM;
    else if (!c->started) {
        IN_GO(calls->ctx_start(c->h.slot, c->max_sockets, c->io_threads));
        c->generation = generation;
        c->started = true;
    }
    int ipv6 = c->ipv6, blocky = c->blocky;
    pthread_mutex_unlock(&c->mu);
    if (!e)
        IN_GO(e = calls->socket(c->h.slot, s->h.slot, &s->out, type, event, ipv6, blocky));
    return e;
}

void *zmq_socket(void *context_, int type)
{
    context *c = context_of(context_);
    if (!c)
        return NULL;
    if (inherited(c)) {
        refuse_inherited();
        return NULL;
    }
    int e = runtime_start();
    if (!e && c->shut)
        e = ETERM;
    if (e) {
        errno = e;
        return NULL;
    }
    socket_ *s = pool_take(&sockets);
    if (!s) {
        errno = EMFILE;
        return NULL;
    }
    atomic_store(&s->h.tag, 0); /* until it is whole */
    int event = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    memset(&s->out, 0, sizeof s->out);
    e = event < 0 ? EMFILE : open_socket(c, type, s, event);
    if (e) {
        if (event >= 0)
            close(event);
        pool_give(&sockets, s);
        errno = e;
        return NULL;
    }
    if (!s->life++)
        pthread_mutex_init(&s->mu, NULL);
    pthread_mutex_lock(&s->mu);
    s->generation = generation;
    s->ctx = c;
    s->type = type;
    s->event = event;
    s->users = s->turn = s->owed = 0;
    s->closed = s->watched = s->in_more = s->out_more = false;
    s->send_timeout = s->recv_timeout = -1;
    s->in = (inbound){0};
    pthread_mutex_unlock(&s->mu);
    atomic_store(&s->h.tag, SOCKET_TAG);
    return s;
}
