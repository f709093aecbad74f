//go:build cgo && linux

/* SPDX-License-Identifier: Apache-2.0 */

/*
 * The buffer of what a socket has received and the program has not: records that Go
 * has written. A record owns what it refers to, and whatever is taken out of the
 * buffer takes that over.
 */

#include "library.h"

#include <string.h>

static size_t padded(size_t n) { return (n + 7) & ~(size_t)7; }

static size_t record_size(const record *r)
{
    size_t body = r->kind == RECORD_LARGE ? sizeof(content *) : padded(r->size);
    return sizeof *r + padded(r->group) + body;
}

/* What is behind a record and its group. */
static char *record_body(const record *r) { return (char *)(uintptr_t)(r + 1) + padded(r->group); }

static content **record_content(const record *r) { return (content **)(uintptr_t)record_body(r); }

/* Drops the references that a record holds. */
static content *record_drop(record *r, content *dropped)
{
    metadata_unref(r->meta);
    return r->kind == RECORD_LARGE ? content_drop(*record_content(r), dropped) : dropped;
}

content *records_drop(inbound *in, size_t from)
{
    content *dropped = NULL;
    for (size_t at = from; at < in->end;) {
        record *r = (record *)(in->buf + at);
        at += record_size(r);
        dropped = record_drop(r, dropped);
    }
    in->end = from;
    return dropped;
}

/* The next frame of a run. */
static const void *run_frame(const inbound *in, const record *r, size_t *size)
{
    const unsigned char *p = (const unsigned char *)(in->run ? in->run : record_body(r));
    if (!(p[0] & 2)) {
        *size = p[1];
        return p + 2;
    }
    *size = 0;
    for (int i = 1; i < 9; i++)
        *size = *size << 8 | p[i];
    return p + FRAME_HEADER;
}

size_t inbound_peek(const inbound *in, bool *large)
{
    const record *r = (record *)(in->buf + in->at);
    size_t size = r->size;
    if (r->kind == RECORD_RUN)
        run_frame(in, r, &size);
    *large = r->kind == RECORD_LARGE;
    return size;
}

int inbound_group(const inbound *in, char **group)
{
    const record *r = (record *)(in->buf + in->at);
    *group = r->group ? strndup((const char *)(r + 1), r->group) : NULL;
    return r->group && !*group ? ENOMEM : 0;
}

frame inbound_take(inbound *in, bool known)
{
    record *r = (record *)(in->buf + in->at);
    frame f = {.size = r->size, .meta = r->meta, .routing_id = r->routing_id};
    switch (r->kind) {
    case RECORD_RUN:
        f.data = run_frame(in, r, &f.size);
        if (--r->more > 0) { /* others follow, and the record keeps its reference */
            if (!known)
                f.meta = NULL;
            else if (f.meta)
                atomic_fetch_add_explicit(&f.meta->refs, 1, memory_order_relaxed);
            in->run = (char *)(uintptr_t)f.data + f.size;
            return f;
        }
        in->run = NULL;
        break;
    case RECORD_LARGE:
        f.large = *record_content(r);
        f.more = r->more;
        break;
    default:
        f.data = record_body(r);
        f.more = r->more;
    }
    in->at += record_size(r);
    if (!known) {
        metadata_unref(f.meta);
        f.meta = NULL;
    }
    return f;
}

/* What was fetched ahead of the program has passed the filter of a SUB as it was. */
content *inbound_filter(socket_ *s)
{
    content *dropped = NULL;
    inbound *in = &s->in;
    size_t to = in->at;
    bool head = !s->in_more, keep = true;
    for (size_t from = in->at; from < in->end;) {
        record *r = (record *)(in->buf + from);
        size_t size = record_size(r);
        from += size;
        if (head)
            IN_GO(keep = calls->wanted(s->h.slot, r->kind == RECORD_LARGE ? (*record_content(r))->data : record_body(r), r->size));
        head = !r->more;
        if (keep) {
            memmove(in->buf + to, r, size);
            to += size;
        } else {
            dropped = record_drop(r, dropped);
        }
    }
    in->end = to;
    return dropped;
}
