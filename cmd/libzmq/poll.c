//go:build cgo && linux

/* SPDX-License-Identifier: Apache-2.0 */

/* zmq_poll and zmq_ppoll. Level-triggered: every pass asks every item. */

#include "library.h"

#include <poll.h>
#include <stdlib.h>

enum { ON_STACK = 16 };

/* What is waited for on behalf of an item of a socket. */
typedef struct waiting
{
    bool joined;
    uint32_t turn;
} waiting;

/* What an item of a socket has to say; -1 on failure. If that is nothing, and the call
 * may wait, it joins those that wait for the socket. Called between enter_go and
 * leave_go. */
static int socket_revents(zmq_pollitem_t *item, struct pollfd *fd, waiting *w, bool may_wait)
{
    socket_ *s = item->socket;
    if (w->joined) {
        w->joined = false;
        pthread_mutex_lock(&s->mu);
        if (!waiter_leave(s, w->turn))
            return outcome(ENOTSOCK);
    } else if (!(s = socket_lock(item->socket))) {
        return -1;
    }
    int events = socket_events(s);
    if (events >= 0 && !(events & item->events) && may_wait && item->events) {
        fd->fd = s->event;
        fd->events = POLLIN;
        w->joined = true;
        w->turn = waiter_join(s);
    }
    socket_unlock(s);
    return events < 0 ? -1 : events & item->events;
}

/* Ends waiting for the sockets among the items. */
static void leave(zmq_pollitem_t *items, int n, waiting *w)
{
    for (int i = 0; i < n; i++)
        if (w[i].joined) {
            socket_ *s = items[i].socket;
            pthread_mutex_lock(&s->mu);
            if (waiter_leave(s, w[i].turn))
                socket_unlock(s);
        }
}

static short fd_revents(short revents, short wanted)
{
    short r = 0;
    if (revents & POLLIN)
        r |= ZMQ_POLLIN;
    if (revents & POLLOUT)
        r |= ZMQ_POLLOUT;
    if (revents & POLLPRI)
        r |= ZMQ_POLLPRI;
    r &= wanted;
    if (revents & ~(POLLIN | POLLOUT | POLLPRI))
        r |= ZMQ_POLLERR;
    return r;
}

/* Fills fds with what is waited for; sockets come later. */
static void collect(zmq_pollitem_t *items, int n, struct pollfd *fds, waiting *w)
{
    for (int i = 0; i < n; i++) {
        w[i].joined = false;
        fds[i] = (struct pollfd){.fd = -1};
        if (items[i].socket)
            continue;
        fds[i].fd = items[i].fd;
        fds[i].events = (short)((items[i].events & ZMQ_POLLIN ? POLLIN : 0) | (items[i].events & ZMQ_POLLOUT ? POLLOUT : 0) |
                                (items[i].events & ZMQ_POLLPRI ? POLLPRI : 0));
    }
}

/* Asks every item. Returns how many have something; -1 on failure. */
static int check(zmq_pollitem_t *items, int n, struct pollfd *fds, waiting *w, bool may_wait)
{
    int ready = 0;
    for (int i = 0; i < n; i++) {
        int r = items[i].socket ? socket_revents(&items[i], &fds[i], &w[i], may_wait) : fd_revents(fds[i].revents, items[i].events);
        if (r < 0)
            return -1;
        items[i].revents = (short)r;
        ready += r != 0;
    }
    return ready;
}

static int poll_with(zmq_pollitem_t *items, int n, long timeout, const sigset_t *mask, struct pollfd *fds, waiting *w)
{
    int64_t deadline = deadline_of(timeout);
    bool any_socket = false, any_fd = false;
    for (int i = 0; i < n; i++)
        *(items[i].socket ? &any_socket : &any_fd) = true;
    sigset_t program;
    if (any_socket) {
        enter_go(&program);
        mask = mask ? mask : &program;
    }
    collect(items, n, fds, w);
    int rc = any_fd ? wait_fds(fds, (unsigned)n, 0, NULL) : 0;
    if (rc >= 0)
        rc = check(items, n, fds, w, timeout != 0);
    while (rc == 0 && timeout != 0) {
        rc = wait_fds(fds, (unsigned)n, deadline, mask);
        if (rc < 0)
            break;
        bool expired = rc == 0;
        rc = check(items, n, fds, w, !expired);
        if (expired)
            break;
    }
    int e = errno;
    leave(items, n, w);
    if (any_socket)
        leave_go(&program);
    errno = e;
    return rc;
}

int poll_items(zmq_pollitem_t *items, int n, long timeout, const sigset_t *mask)
{
    if (n <= ON_STACK) {
        struct pollfd fds[ON_STACK];
        waiting w[ON_STACK];
        return poll_with(items, n, timeout, mask, fds, w);
    }
    struct pollfd *fds = malloc(sizeof *fds * (size_t)n);
    waiting *w = malloc(sizeof *w * (size_t)n);
    int rc = fds && w ? poll_with(items, n, timeout, mask, fds, w) : outcome(ENOMEM), e = errno;
    free(fds);
    free(w);
    errno = e;
    return rc;
}

int zmq_ppoll(zmq_pollitem_t *items, int nitems, long timeout, const void *sigmask)
{
    if (nitems < 0) {
        errno = EINVAL;
        return -1;
    }
    if (nitems == 0 && timeout == 0)
        return 0;
    if (nitems > 0 && !items) {
        errno = EFAULT;
        return -1;
    }
    return poll_items(items, nitems, timeout, sigmask);
}

int zmq_poll(zmq_pollitem_t *items, int nitems, long timeout) { return zmq_ppoll(items, nitems, timeout, NULL); }
