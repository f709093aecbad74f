//go:build cgo && linux

/* SPDX-License-Identifier: Apache-2.0 */

/* zmq_socket_monitor*: events of a socket as messages. */

#include "library.h"

#include <string.h>

int zmq_socket_monitor_versioned(void *handle, const char *addr, uint64_t events, int event_version, int type)
{
    socket_ *s = socket_lock(handle);
    if (!s)
        return -1;
    int e;
    IN_GO(e = calls->monitor(s->h.slot, (char *)addr, addr ? strlen(addr) : 0, events, event_version, type));
    socket_unlock(s);
    return outcome(e);
}

int zmq_socket_monitor(void *handle, const char *addr, int events)
{
    /* A negative mask has bits that version 1 does not have. */
    return zmq_socket_monitor_versioned(handle, addr, (uint64_t)(int64_t)events, ZMQ_CURRENT_EVENT_VERSION, ZMQ_PAIR);
}

int zmq_socket_monitor_pipes_stats(void *handle)
{
    socket_ *s = socket_lock(handle);
    if (!s)
        return -1;
    int e;
    IN_GO(e = calls->pipes_stats(s->h.slot));
    socket_unlock(s);
    return outcome(e);
}
