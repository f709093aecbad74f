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
    if (deadline < 0)
        return ppoll(fds, n, NULL, mask);
    struct timespec now, left;
    clock_gettime(CLOCK_MONOTONIC, &now);
    int64_t ns = deadline * 1000000 - ((int64_t)now.tv_sec * 1000000000 + now.tv_nsec);
    if (ns < 0)
        ns = 0;
    left.tv_sec = (time_t)(ns / 1000000000);
    left.tv_nsec = (long)(ns % 1000000000);
    return ppoll(fds, n, &left, mask);
}
