//go:build cgo && linux

/* SPDX-License-Identifier: Apache-2.0 */

/* Messages: zmq_msg_*. Nothing here needs Go. */

#include "library.h"

#include <stdlib.h>
#include <string.h>

content *content_new(size_t size)
{
    if (size > SIZE_MAX - sizeof(content) - 16)
        return NULL;
    content *c = malloc(sizeof(content) + 16 + size);
    if (!c)
        return NULL;
    atomic_init(&c->refs, 1);
    c->size = size;
    c->data = (void *)(((uintptr_t)(c + 1) + 15) & ~(uintptr_t)15);
    c->ffn = NULL;
    c->hint = NULL;
    return c;
}

content *content_drop(content *c, content *dropped)
{
    if (atomic_fetch_sub_explicit(&c->refs, 1, memory_order_acq_rel) != 1)
        return dropped;
    c->dropped = dropped;
    return c;
}

void contents_free(content *dropped)
{
    while (dropped) {
        content *c = dropped;
        dropped = c->dropped;
        if (c->ffn)
            c->ffn(c->data, c->hint);
        free(c);
    }
}

void content_unref(content *c) { contents_free(content_drop(c, NULL)); }

metadata *metadata_new(size_t size)
{
    metadata *m = malloc(sizeof(metadata) + size);
    if (m)
        atomic_init(&m->refs, 1);
    return m;
}

void metadata_unref(metadata *m)
{
    if (m && atomic_fetch_sub_explicit(&m->refs, 1, memory_order_acq_rel) == 1)
        free(m);
}

bool message_valid(const message *m)
{
    return m && (m->kind == MSG_INLINE || m->kind == MSG_SHARED || m->kind == MSG_CONST);
}

void message_init(message *m)
{
    m->meta = NULL;
    m->u.in.size = 0;
    m->kind = MSG_INLINE;
    m->flags = 0;
    m->routing_id = 0;
    m->group = NULL;
}

void message_release(message *m)
{
    if (m->kind == MSG_SHARED)
        content_unref(m->u.shared);
    if (m->meta)
        metadata_unref(m->meta);
    if (m->group)
        free(m->group);
    message_init(m);
}

void *message_data(message *m)
{
    switch (m->kind) {
    case MSG_INLINE:
        return m->u.in.octets;
    case MSG_SHARED:
        return m->u.shared->data;
    case MSG_CONST:
        return m->u.constant.data;
    }
    return NULL;
}

size_t message_size(const message *m)
{
    switch (m->kind) {
    case MSG_INLINE:
        return m->u.in.size;
    case MSG_SHARED:
        return m->u.shared->size;
    case MSG_CONST:
        return m->u.constant.size;
    }
    return 0;
}

int zmq_msg_init(zmq_msg_t *msg)
{
    if (!msg)
        return outcome(EFAULT);
    message_init(message_of(msg));
    return 0;
}

int zmq_msg_init_size(zmq_msg_t *msg, size_t size)
{
    message *m = message_of(msg);
    if (!m)
        return outcome(EFAULT);
    if (size <= INLINE_MAX) {
        message_init(m);
        m->u.in.size = (unsigned char)size;
        return 0;
    }
    content *c = content_new(size);
    if (!c) {
        errno = ENOMEM;
        return -1;
    }
    message_init(m);
    m->kind = MSG_SHARED;
    m->u.shared = c;
    return 0;
}

int zmq_msg_init_buffer(zmq_msg_t *msg, const void *buf, size_t size)
{
    if (!buf && size)
        return outcome(EFAULT);
    if (zmq_msg_init_size(msg, size) != 0)
        return -1;
    if (size)
        memcpy(message_data(message_of(msg)), buf, size);
    return 0;
}

int zmq_msg_init_data(zmq_msg_t *msg, void *data, size_t size, zmq_free_fn *ffn, void *hint)
{
    message *m = message_of(msg);
    if (!m || (!data && size))
        return outcome(EFAULT);
    if (!ffn) {
        message_init(m);
        m->kind = MSG_CONST;
        m->u.constant.data = data;
        m->u.constant.size = size;
        return 0;
    }
    content *c = malloc(sizeof *c);
    if (!c) {
        errno = ENOMEM;
        return -1;
    }
    atomic_init(&c->refs, 1);
    c->size = size;
    c->data = data;
    c->ffn = ffn;
    c->hint = hint;
    message_init(m);
    m->kind = MSG_SHARED;
    m->u.shared = c;
    return 0;
}

int zmq_msg_close(zmq_msg_t *msg)
{
    message *m = message_of(msg);
    if (!message_valid(m)) {
        errno = EFAULT;
        return -1;
    }
    message_release(m);
    m->kind = 0;
    return 0;
}

int zmq_msg_move(zmq_msg_t *dest, zmq_msg_t *src)
{
    message *d = message_of(dest), *s = message_of(src);
    if (!message_valid(s) || !message_valid(d)) {
        errno = EFAULT;
        return -1;
    }
    if (d == s)
        return 0;
    message_release(d);
    *d = *s;
    message_init(s);
    return 0;
}

int zmq_msg_copy(zmq_msg_t *dest, zmq_msg_t *src)
{
    message *d = message_of(dest), *s = message_of(src);
    if (!message_valid(s) || !message_valid(d)) {
        errno = EFAULT;
        return -1;
    }
    if (d == s)
        return 0;
    char *group = NULL;
    if (s->group && !(group = strdup(s->group))) {
        errno = ENOMEM;
        return -1;
    }
    message_release(d);
    *d = *s;
    d->group = group;
    if (s->kind == MSG_SHARED) {
        atomic_fetch_add_explicit(&s->u.shared->refs, 1, memory_order_relaxed);
        s->flags |= MSG_COPIED;
        d->flags |= MSG_COPIED;
    }
    if (s->meta)
        atomic_fetch_add_explicit(&s->meta->refs, 1, memory_order_relaxed);
    return 0;
}

void *zmq_msg_data(zmq_msg_t *msg) { return msg ? message_data(message_of(msg)) : NULL; }

size_t zmq_msg_size(const zmq_msg_t *msg) { return msg ? message_size(message_of(msg)) : 0; }

int zmq_msg_more(const zmq_msg_t *msg) { return zmq_msg_get(msg, ZMQ_MORE); }

int zmq_msg_get(const zmq_msg_t *msg, int property)
{
    const message *m = message_of(msg);
    if (!message_valid(m))
        return outcome(EFAULT);
    switch (property) {
    case ZMQ_MORE:
        return m->flags & MSG_MORE ? 1 : 0;
    case ZMQ_SHARED:
        return m->kind == MSG_CONST || m->flags & MSG_COPIED ? 1 : 0;
    case ZMQ_SRCFD: {
        const char *fd = zmq_msg_gets(msg, "__fd");
        if (fd)
            return atoi(fd);
        break;
    }
    }
    errno = EINVAL;
    return -1;
}

int zmq_msg_set(zmq_msg_t *msg, int property, int optval)
{
    (void)msg, (void)property, (void)optval;
    errno = EINVAL; /* no property can be set */
    return -1;
}

const char *zmq_msg_gets(const zmq_msg_t *msg, const char *property)
{
    const message *m = message_of(msg);
    if (message_valid(m) && m->meta && property && *property)
        for (const char *p = m->meta->text; *p;) {
            const char *value = p + strlen(p) + 1;
            if (strcmp(p, property) == 0)
                return value;
            p = value + strlen(value) + 1;
        }
    errno = EINVAL;
    return NULL;
}

int zmq_msg_set_routing_id(zmq_msg_t *msg, uint32_t routing_id)
{
    if (!message_valid(message_of(msg)))
        return outcome(EFAULT);
    if (!routing_id)
        return outcome(EINVAL);
    message_of(msg)->routing_id = routing_id;
    return 0;
}

uint32_t zmq_msg_routing_id(zmq_msg_t *msg) { return message_valid(message_of(msg)) ? message_of(msg)->routing_id : 0; }

int zmq_msg_set_group(zmq_msg_t *msg, const char *group)
{
    message *m = message_of(msg);
    if (!message_valid(m) || !group)
        return outcome(EFAULT);
    char *copy = strndup(group, ZMQ_GROUP_MAX_LENGTH);
    if (!copy) {
        errno = ENOMEM;
        return -1;
    }
    free(m->group);
    m->group = copy;
    return 0;
}

const char *zmq_msg_group(zmq_msg_t *msg)
{
    const message *m = message_of(msg);
    return message_valid(m) && m->group ? m->group : "";
}
