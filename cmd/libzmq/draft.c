//go:build cgo && linux

/* SPDX-License-Identifier: Apache-2.0 */

/* Groups, and the peers of PEER and SERVER. */

#include "library.h"

#include <string.h>

static int regroup(void *handle, const char *group, bool leave)
{
    socket_ *s = socket_lock(handle);
    if (!s)
        return -1;
    int e = EINVAL;
    if (group)
        IN_GO(e = calls->regroup(s->h.slot, (char *)(uintptr_t)group, strlen(group), leave));
    socket_unlock(s);
    return outcome(e);
}

int zmq_join(void *s, const char *group) { return regroup(s, group, false); }
int zmq_leave(void *s, const char *group) { return regroup(s, group, true); }

uint32_t zmq_connect_peer(void *handle, const char *addr)
{
    socket_ *s = socket_lock(handle);
    if (!s)
        return 0;
    int e = EINVAL;
    uint32_t id = 0;
    if (addr)
        IN_GO(e = calls->connect_peer(s->h.slot, (char *)(uintptr_t)addr, strlen(addr), &id));
    socket_unlock(s);
    return outcome(e) ? 0 : id;
}

int zmq_disconnect_peer(void *handle, uint32_t routing_id)
{
    socket_ *s = socket_lock(handle);
    if (!s)
        return -1;
    int e;
    IN_GO(e = calls->disconnect_peer(s->h.slot, routing_id));
    socket_unlock(s);
    return outcome(e);
}
