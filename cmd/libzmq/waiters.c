//go:build cgo && linux

/* SPDX-License-Identifier: Apache-2.0 */

/*
 * Several calls, of several threads, may wait for one socket. They share its
 * descriptor, which the first of them to wake empties; a change that it was rung for
 * may concern any of them. So each change begins a new turn, in which all calls that
 * wait have to look at the socket once: the descriptor stays readable until they have.
 */

#include "library.h"

#include <unistd.h>

/* What keeps the descriptor readable for those that have to look. Go adds ones, so
 * that the two can be told apart. */
static const uint64_t owing = (uint64_t)1 << 32;

static void add(int fd, uint64_t n)
{
    ssize_t r = write(fd, &n, sizeof n);
    (void)r; /* it has room */
}

void event_set(int fd) { add(fd, 1); }

void event_take(socket_ *s)
{
    uint64_t n = 0;
    if (read(s->event, &n, sizeof n) != sizeof n)
        return; /* nothing there is fine: it does not block */
    if ((uint32_t)n) {
        s->turn++;
        s->owed = s->users;
    }
    if (s->owed)
        add(s->event, owing);
}

uint32_t waiter_join(socket_ *s)
{
    s->users++;
    return s->turn;
}

bool waiter_leave(socket_ *s, uint32_t turn)
{
    s->users--;
    if (turn != s->turn)
        s->owed--;
    if (!s->closed)
        return true;
    socket_leave(s);
    return false;
}
