//go:build cgo && linux

/* SPDX-License-Identifier: Apache-2.0 */

/*
 * Waiting. It happens in C, on descriptors, so that a signal ends it with EINTR,
 * as programs made for libzmq expect.
 */

#define _GNU_SOURCE
#include "library.h"

#include <poll.h>
#include <time.h>
#include <unistd.h>

int64_t clock_ms(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

int64_t deadline_of(long timeout) { return timeout < 0 ? -1 : clock_ms() + timeout; }

int wait_fds(struct pollfd *fds, unsigned n, int64_t deadline, const sigset_t *mask)
{
    /* The Go runtime interrupts its threads with SIGURG, and this one may have been
     * one a moment ago; that is no signal of the program. */
    sigset_t set;
    if (mask)
        set = *mask;
    else
        pthread_sigmask(SIG_BLOCK, NULL, &set);
    sigaddset(&set, SIGURG);
    if (deadline < 0)
        return ppoll(fds, n, NULL, &set);
    struct timespec now, left;
    clock_gettime(CLOCK_MONOTONIC, &now);
    int64_t ns = deadline * 1000000 - ((int64_t)now.tv_sec * 1000000000 + now.tv_nsec);
    if (ns < 0)
        ns = 0;
    left.tv_sec = (time_t)(ns / 1000000000);
    left.tv_nsec = (long)(ns % 1000000000);
    return ppoll(fds, n, &left, &set);
}

void event_drain(int fd)
{
    uint64_t n;
    ssize_t r = read(fd, &n, sizeof n);
    (void)r; /* nothing there is fine: it does not block */
}

void event_set(int fd)
{
    uint64_t one = 1;
    ssize_t r = write(fd, &one, sizeof one);
    (void)r; /* it has room */
}
