//go:build cgo && linux

/* SPDX-License-Identifier: Apache-2.0 */

/* What stands behind features that are not there yet. The handles are checked
 * first, as they will be. */

#include "library.h"


static int not_yet(void *handle)
{
    errno = socket_of(handle) ? ENOTSUP : ENOTSOCK;
    return -1;
}

int zmq_join(void *s, const char *group) { return (void)group, not_yet(s); }
int zmq_leave(void *s, const char *group) { return (void)group, not_yet(s); }
uint32_t zmq_connect_peer(void *s, const char *addr) { return (void)addr, (void)not_yet(s), 0; }
int zmq_disconnect_peer(void *s, uint32_t routing_id) { return (void)routing_id, not_yet(s); }
