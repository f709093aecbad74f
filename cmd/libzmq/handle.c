//go:build cgo && linux

/* SPDX-License-Identifier: Apache-2.0 */

/*
 * Handles. A program may pass any pointer for a socket, a closed one included,
 * and is promised ENOTSOCK. So the objects live in one range of addresses that is
 * reserved once and never given back: whether a pointer is a live object of its
 * pool can be told without touching what it points to. Slots are used again in
 * the order in which they became free, so that a stale handle stays invalid for
 * as long as possible.
 */

#include "library.h"

#include <sys/mman.h>

void *pool_take(pool *p)
{
    pthread_mutex_lock(&p->mu);
    if (!p->base) {
        void *m = mmap(NULL, p->size * MAX_HANDLES, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
        if (m == MAP_FAILED) {
            pthread_mutex_unlock(&p->mu);
            return NULL;
        }
        p->base = m;
    }
    handle *h = NULL;
    /* Slots that were never in use go first, up to a few, then the oldest. */
    if (p->first && p->used >= 64) {
        h = p->first;
        p->first = h->next;
        if (!p->first)
            p->last = NULL;
    } else if (p->used < MAX_HANDLES) {
        h = (handle *)(p->base + p->size * p->used);
        h->slot = p->used++;
    }
    if (h)
        atomic_store(&h->tag, p->tag);
    pthread_mutex_unlock(&p->mu);
    return h;
}

void pool_give(pool *p, void *o)
{
    handle *h = o;
    pthread_mutex_lock(&p->mu);
    atomic_store(&h->tag, 0);
    h->next = NULL;
    if (p->last)
        p->last->next = h;
    else
        p->first = h;
    p->last = h;
    pthread_mutex_unlock(&p->mu);
}

bool pool_live(pool *p, const void *o)
{
    uintptr_t at = (uintptr_t)o - (uintptr_t)p->base;
    if (!p->base || at >= p->size * MAX_HANDLES || at % p->size)
        return false;
    return atomic_load_explicit(&((handle *)(uintptr_t)o)->tag, memory_order_acquire) == p->tag;
}
