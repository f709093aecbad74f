//go:build cgo && linux

/* SPDX-License-Identifier: Apache-2.0 */

/* zmq_poll and zmq_ppoll. Level-triggered: every pass asks every item. */

#include "library.h"

#include <poll.h>
#include <stdlib.h>

enum { ON_STACK = 16 };

/* What an item of a socket has to say; -1 on failure. */
static int socket_revents(void *handle, short wanted)
{
    socket_ *s = socket_lock(handle);
    if (!s)
        return -1;
    int events = socket_events(s);
    socket_unlock(s);
    return events < 0 ? -1 : events & wanted;
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

/* Fills fds with what is to be waited on; -1 if an item is no socket. */
static int collect(zmq_pollitem_t *items, int n, struct pollfd *fds)
{
    for (int i = 0; i < n; i++) {
        fds[i] = (struct pollfd){.fd = items[i].fd};
        if (!items[i].socket) {
            fds[i].events = (short)((items[i].events & ZMQ_POLLIN ? POLLIN : 0) | (items[i].events & ZMQ_POLLOUT ? POLLOUT : 0) |
                                    (items[i].events & ZMQ_POLLPRI ? POLLPRI : 0));
            continue;
        }
        socket_ *s = socket_lock(items[i].socket);
        if (!s)
            return -1;
        fds[i].fd = s->event;
        fds[i].events = items[i].events ? POLLIN : 0;
        socket_unlock(s);
    }
    return 0;
}

/* Asks every item, and the descriptors without waiting. Returns how many have
 * something; -1 on failure. */
static int check(zmq_pollitem_t *items, int n, struct pollfd *fds, bool fresh)
{
    int ready = 0;
    bool any_fd = false;
    for (int i = 0; i < n; i++)
        any_fd |= !items[i].socket;
    if (any_fd && fresh && wait_fds(fds, (unsigned)n, 0, NULL) < 0)
        return -1;
    for (int i = 0; i < n; i++) {
        int r = items[i].socket ? socket_revents(items[i].socket, items[i].events) : fd_revents(fds[i].revents, items[i].events);
        if (r < 0)
            return -1;
        items[i].revents = (short)r;
        ready += r != 0;
    }
    return ready;
}

int poll_items(zmq_pollitem_t *items, int n, long timeout, const sigset_t *mask)
{
    struct pollfd small[ON_STACK], *fds = small;
    int64_t deadline = deadline_of(timeout);
    if (n > ON_STACK && !(fds = malloc(sizeof *fds * (size_t)n))) {
        errno = ENOMEM;
        return -1;
    }
    int rc = collect(items, n, fds);
    if (rc == 0)
        rc = check(items, n, fds, true);
    while (rc == 0 && timeout != 0) {
        rc = wait_fds(fds, (unsigned)n, deadline, mask);
        if (rc < 0)
            break;
        bool expired = rc == 0;
        rc = check(items, n, fds, false);
        if (expired)
            break;
    }
    if (fds != small) {
        int e = errno;
        free(fds);
        errno = e;
    }
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
