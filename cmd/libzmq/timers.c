//go:build cgo && linux

/* SPDX-License-Identifier: Apache-2.0 */

/* zmq_timers_*: periodic calls in the thread that asks for them. */

#include "library.h"

#include <stdlib.h>

enum { TIMERS_TAG = 0x7a746d72 };

typedef struct timer
{
    int id;
    bool live;
    uint64_t interval;
    int64_t due;
    uint64_t armed; /* order of arming, among those due at the same time */
    zmq_timer_fn *handler;
    void *arg;
} timer;

typedef struct timers
{
    handle h;
    size_t n, cap;
    int last_id;
    uint64_t armings;
    timer *list;
} timers;

pool all_timers = {.size = sizeof(timers), .tag = TIMERS_TAG, .mu = PTHREAD_MUTEX_INITIALIZER};

static timers *timers_of(void *t)
{
    if (pool_live(&all_timers, t))
        return t;
    errno = EFAULT;
    return NULL;
}

void *zmq_timers_new(void)
{
    timers *t = pool_take(&all_timers);
    if (!t) {
        errno = ENOMEM;
        return NULL;
    }
    t->n = t->cap = 0;
    t->last_id = 0;
    t->armings = 0;
    t->list = NULL;
    return t;
}

int zmq_timers_destroy(void **timers_p)
{
    timers *t = timers_p ? timers_of(*timers_p) : NULL;
    if (!t) {
        errno = EFAULT;
        return -1;
    }
    free(t->list);
    pool_give(&all_timers, t);
    *timers_p = NULL;
    return 0;
}

static void arm(timers *t, timer *x, int64_t now)
{
    x->due = x->interval > (uint64_t)(INT64_MAX - now) ? INT64_MAX : now + (int64_t)x->interval;
    x->armed = t->armings++;
}

int zmq_timers_add(void *timers_, size_t interval, zmq_timer_fn handler, void *arg)
{
    timers *t = timers_of(timers_);
    if (!t || !handler) {
        errno = EFAULT;
        return -1;
    }
    size_t i = 0; /* the place of a cancelled one is used again */
    while (i < t->n && t->list[i].live)
        i++;
    if (i == t->cap) {
        size_t cap = t->cap ? 2 * t->cap : 8;
        timer *list = realloc(t->list, cap * sizeof *list);
        if (!list) {
            errno = ENOMEM;
            return -1;
        }
        t->list = list;
        t->cap = cap;
    }
    if (i == t->n)
        t->n++;
    t->list[i] = (timer){.id = ++t->last_id, .live = true, .interval = interval, .handler = handler, .arg = arg};
    arm(t, &t->list[i], clock_ms());
    return t->last_id;
}

static timer *find(void *timers_, int id)
{
    timers *t = timers_of(timers_);
    if (!t)
        return NULL;
    for (size_t i = 0; i < t->n; i++)
        if (t->list[i].live && t->list[i].id == id)
            return &t->list[i];
    errno = EINVAL;
    return NULL;
}

int zmq_timers_cancel(void *timers_, int timer_id)
{
    timer *x = find(timers_, timer_id);
    if (!x)
        return -1;
    x->live = false;
    return 0;
}

int zmq_timers_set_interval(void *timers_, int timer_id, size_t interval)
{
    timer *x = find(timers_, timer_id);
    if (!x)
        return -1;
    x->interval = interval;
    arm(timers_, x, clock_ms());
    return 0;
}

int zmq_timers_reset(void *timers_, int timer_id)
{
    timer *x = find(timers_, timer_id);
    if (!x)
        return -1;
    arm(timers_, x, clock_ms());
    return 0;
}

/* The live timer that is due first, of those that were armed before limit. */
static timer *first(timers *t, uint64_t limit)
{
    timer *best = NULL;
    for (size_t i = 0; i < t->n; i++) {
        timer *x = &t->list[i];
        if (x->live && x->armed < limit && (!best || x->due < best->due || (x->due == best->due && x->armed < best->armed)))
            best = x;
    }
    return best;
}

long zmq_timers_timeout(void *timers_)
{
    timers *t = timers_of(timers_);
    if (!t)
        return -1;
    timer *x = first(t, UINT64_MAX);
    if (!x)
        return -1; /* there is no timer, which is no error */
    int64_t left = x->due - clock_ms();
    return left > 0 ? (long)left : 0;
}

int zmq_timers_execute(void *timers_)
{
    timers *t = timers_of(timers_);
    if (!t)
        return -1;
    int64_t now = clock_ms();
    /* Each timer has its turn once: one with an interval of zero would be due for
     * ever. */
    uint64_t limit = t->armings;
    for (timer *x; (x = first(t, limit)) && x->due <= now;) {
        zmq_timer_fn *handler = x->handler;
        void *arg = x->arg;
        int id = x->id;
        arm(t, x, now);
        handler(id, arg); /* may change everything */
    }
    return 0;
}
