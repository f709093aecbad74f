//go:build cgo && linux

/* SPDX-License-Identifier: Apache-2.0 */

/* zmq_poller_*: a set of sockets and descriptors that is kept between waits. */

#include "library.h"

#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <unistd.h>

enum { POLLER_TAG = 0x7a706f6c };

typedef struct poller
{
    handle h;
    size_t n, cap;
    zmq_pollitem_t *items; /* in the order of registration */
    void **data;
    bool safe;             /* a socket that threads may share was added */
    int signal;            /* of these: readable when one may have news; -1 until it is asked for */
} poller;

pool pollers = {.size = sizeof(poller), .tag = POLLER_TAG, .mu = PTHREAD_MUTEX_INITIALIZER};

void *zmq_poller_new(void)
{
    poller *p = pool_take(&pollers);
    if (!p) {
        errno = EMFILE;
        return NULL;
    }
    p->n = p->cap = 0;
    p->items = NULL;
    p->data = NULL;
    p->safe = false;
    p->signal = -1;
    return p;
}

int zmq_poller_destroy(void **poller_p)
{
    if (!poller_p || !pool_live(&pollers, *poller_p))
        return outcome(EFAULT);
    poller *p = *poller_p;
    free(p->items);
    free(p->data);
    if (p->signal >= 0)
        close(p->signal);
    pool_give(&pollers, p);
    *poller_p = NULL;
    return 0;
}

int zmq_poller_size(void *poller_)
{
    if (!pool_live(&pollers, poller_))
        return outcome(EFAULT);
    return (int)((poller *)poller_)->n;
}

static const short all_events = ZMQ_POLLIN | ZMQ_POLLOUT | ZMQ_POLLERR | ZMQ_POLLPRI;

static zmq_pollitem_t *find(poller *p, void *socket, zmq_fd_t fd)
{
    for (size_t i = 0; i < p->n; i++)
        if (socket ? p->items[i].socket == socket : !p->items[i].socket && p->items[i].fd == fd)
            return &p->items[i];
    return NULL;
}

static int add(poller *p, void *socket, zmq_fd_t fd, void *data, short events)
{
    if (events & ~all_events || find(p, socket, fd))
        return outcome(EINVAL);
    if (p->n == p->cap) {
        size_t cap = p->cap ? 2 * p->cap : 8;
        zmq_pollitem_t *items = realloc(p->items, cap * sizeof *items);
        if (items)
            p->items = items;
        void **d = realloc(p->data, cap * sizeof *d);
        if (d)
            p->data = d;
        if (!items || !d)
            return outcome(ENOMEM);
        p->cap = cap;
    }
    p->items[p->n] = (zmq_pollitem_t){.socket = socket, .fd = fd, .events = events};
    p->data[p->n++] = data;
    return 0;
}

static int modify(poller *p, void *socket, zmq_fd_t fd, short events)
{
    zmq_pollitem_t *it = find(p, socket, fd);
    if (events & ~all_events || !it)
        return outcome(EINVAL);
    it->events = events;
    return 0;
}

static int drop(poller *p, void *socket, zmq_fd_t fd)
{
    zmq_pollitem_t *it = find(p, socket, fd);
    if (!it)
        return outcome(EINVAL);
    size_t i = (size_t)(it - p->items), rest = p->n - i - 1;
    memmove(&p->items[i], &p->items[i + 1], rest * sizeof *p->items);
    memmove(&p->data[i], &p->data[i + 1], rest * sizeof *p->data);
    p->n--;
    return 0;
}

/* The checks that all have in common, in libzmq's order. */
static int check_socket(void *poller_, void *socket)
{
    if (!pool_live(&pollers, poller_))
        return outcome(EFAULT);
    if (!socket_of(socket))
        return outcome(ENOTSOCK);
    return 0;
}

static int check_fd(void *poller_, zmq_fd_t fd)
{
    if (!pool_live(&pollers, poller_))
        return outcome(EFAULT);
    if (fd < 0)
        return outcome(EBADF);
    return 0;
}

/* Has the poller's signal tell of a socket. */
static int signal_of(poller *p, void *socket)
{
    socket_ *s = socket_lock(socket);
    if (!s)
        return -1;
    socket_watch(s);
    struct epoll_event on = {.events = EPOLLIN};
    int rc = epoll_ctl(p->signal, EPOLL_CTL_ADD, s->event, &on);
    socket_unlock(s);
    return rc;
}

int zmq_poller_add(void *poller_, void *socket, void *user_data, short events)
{
    if (check_socket(poller_, socket) || add(poller_, socket, -1, user_data, events))
        return -1;
    poller *p = poller_;
    if (!thread_safe(socket))
        return 0;
    p->safe = true;
    if (p->signal < 0 || !signal_of(p, socket))
        return 0;
    int e = errno;
    drop(p, socket, -1);
    return outcome(e);
}

int zmq_poller_modify(void *poller_, void *socket, short events)
{
    return check_socket(poller_, socket) ? -1 : modify(poller_, socket, -1, events);
}

int zmq_poller_remove(void *poller_, void *socket)
{
    if (check_socket(poller_, socket) || drop(poller_, socket, -1))
        return -1;
    poller *p = poller_;
    if (p->signal >= 0)
        epoll_ctl(p->signal, EPOLL_CTL_DEL, ((socket_ *)socket)->event, NULL); /* fails for others */
    return 0;
}

int zmq_poller_add_fd(void *poller_, zmq_fd_t fd, void *user_data, short events)
{
    return check_fd(poller_, fd) ? -1 : add(poller_, NULL, fd, user_data, events);
}

int zmq_poller_modify_fd(void *poller_, zmq_fd_t fd, short events)
{
    return check_fd(poller_, fd) ? -1 : modify(poller_, NULL, fd, events);
}

int zmq_poller_remove_fd(void *poller_, zmq_fd_t fd) { return check_fd(poller_, fd) ? -1 : drop(poller_, NULL, fd); }

int zmq_poller_fd(void *poller_, zmq_fd_t *fd)
{
    if (!pool_live(&pollers, poller_))
        return outcome(EFAULT);
    poller *p = poller_;
    if (!p->safe || !fd)
        return outcome(EINVAL);
    if (p->signal < 0) {
        if ((p->signal = epoll_create1(EPOLL_CLOEXEC)) < 0)
            return -1;
        for (size_t i = 0; i < p->n; i++)
            if (socket_of(p->items[i].socket) && thread_safe(p->items[i].socket))
                signal_of(p, p->items[i].socket);
    }
    *fd = p->signal;
    return 0;
}

int zmq_poller_wait_all(void *poller_, zmq_poller_event_t *events, int n_events, long timeout)
{
    if (!pool_live(&pollers, poller_))
        return outcome(EFAULT);
    if (!events)
        return outcome(EFAULT);
    if (n_events < 0)
        return outcome(EINVAL);
    poller *p = poller_;
    bool any = false;
    for (size_t i = 0; i < p->n; i++)
        any |= p->items[i].events != 0;
    if (!any && timeout < 0)
        return outcome(EFAULT);
    int rc = poll_items(p->items, (int)p->n, timeout, NULL), e = rc == 0 ? EAGAIN : errno, got = 0;
    for (size_t i = 0; rc > 0 && i < p->n && got < n_events; i++) {
        zmq_pollitem_t *it = &p->items[i];
        if (it->revents)
            events[got++] = (zmq_poller_event_t){it->socket, it->socket ? -1 : it->fd, p->data[i], it->revents};
    }
    for (int i = got; i < n_events; i++)
        events[i] = (zmq_poller_event_t){NULL, -1, NULL, 0};
    return got > 0 ? got : outcome(rc > 0 ? EAGAIN : e);
}

int zmq_poller_wait(void *poller_, zmq_poller_event_t *event, long timeout)
{
    int rc = zmq_poller_wait_all(poller_, event, 1, timeout);
    return rc < 0 ? rc : 0;
}
