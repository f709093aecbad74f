/* SPDX-License-Identifier: Apache-2.0 */

/* Frames for integrity.c: what is in them follows from a number, so that they can be
 * compared wherever they arrive; and every way to send them. */

#include <errno.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/uio.h>
#include <time.h>
#include <unistd.h>
#include <zmq.h>

static uint64_t first_seed;
static char round_name[128];

static void fail(const char *format, ...)
{
    va_list a;
    va_start(a, format);
    fprintf(stderr, "seed %llu, %s: ", (unsigned long long)first_seed, round_name);
    vfprintf(stderr, format, a);
    fprintf(stderr, " (errno %d)\n", errno);
    _exit(1);
}

#define MUST(condition)                     \
    do {                                    \
        if (!(condition))                   \
            fail("%s fails", #condition);   \
    } while (0)

/* --- what is sent -------------------------------------------------------------- */

static uint64_t mixed(uint64_t x)
{
    x += 0x9e3779b97f4a7c15;
    x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9;
    x = (x ^ (x >> 27)) * 0x94d049bb133111eb;
    return x ^ (x >> 31);
}

static uint64_t state;
static size_t below(size_t n) { return (size_t)(mixed(state++) % n); }

enum { MARKED = 16 }; /* from this size on a frame tells its number, behind eight bytes */

typedef struct sent
{
    uint64_t number;
    size_t size;
    char topic;
    bool more;
} sent;

/* Eight bytes of a frame, from i on. */
static uint64_t word_of(const sent *f, size_t i)
{
    uint64_t w = mixed((f->size < MARKED ? f->size << 32 : f->number << 20) + i);
    if (i == 8 && f->size >= MARKED)
        w = f->number;
    return i ? w : (w & ~(uint64_t)0xff) | (unsigned char)f->topic;
}

static void fill(unsigned char *b, const sent *f)
{
    for (size_t i = 0; i < f->size; i += 8) {
        uint64_t w = word_of(f, i);
        memcpy(b + i, &w, f->size - i < 8 ? f->size - i : 8);
    }
}

/* Compares the first n bytes of a frame. */
static void compare(const unsigned char *b, size_t n, const sent *f, const char *how)
{
    for (size_t i = 0; i < n; i += 8) {
        uint64_t w = word_of(f, i);
        if (memcmp(b + i, &w, n - i < 8 ? n - i : 8))
            fail("%s: frame %llu of %zu bytes is wrong from byte %zu on", how, (unsigned long long)f->number, f->size, i);
    }
}

static size_t any_size(void)
{
    static const size_t edges[] = {0, 1, 33, 255, 4096, 8192, 16384, 32768, 65536, 131072, 1 << 20};
    size_t last = sizeof edges / sizeof *edges - 1;
    size_t i = below(last + 1);
    if (i == last && below(4)) /* one in so many is enough */
        i = below(last);
    switch (below(4)) {
    case 0:
        return below(edges[i] + 1);
    case 1:
        return edges[i] + 1;
    case 2:
        return edges[i] ? edges[i] - 1 : 0;
    }
    return edges[i];
}

/* --- sending ------------------------------------------------------------------- */

static _Atomic long lent; /* buffers of zmq_msg_init_data that have not come back */

static void give_back(void *data, void *hint)
{
    memset(data, 0xdd, *(size_t *)hint); /* it must not be read from here on */
    free(data);
    free(hint);
    lent--;
}

static void send_frame(void *s, const sent *f, unsigned how)
{
    int flags = f->more ? ZMQ_SNDMORE : 0, n = -1;
    unsigned char *b = malloc(f->size ? f->size : 1);
    zmq_msg_t m;
    fill(b, f);
    switch (how % 4) {
    case 0:
        n = zmq_send(s, b, f->size, flags);
        break;
    case 1:
        MUST(zmq_msg_init_size(&m, f->size) == 0);
        memcpy(zmq_msg_data(&m), b, f->size);
        n = zmq_msg_send(&m, s, flags);
        break;
    case 2: {
        size_t *hint = malloc(sizeof *hint);
        *hint = f->size;
        lent++;
        MUST(zmq_msg_init_data(&m, b, f->size, give_back, hint) == 0);
        b = NULL;
        zmq_msg_t copy;
        zmq_msg_init(&copy);
        if (how & 4) {
            zmq_msg_copy(&copy, &m);
            compare(zmq_msg_data(&copy), f->size, f, "a copy");
        }
        n = zmq_msg_send(&m, s, flags);
        zmq_msg_close(&copy);
        break;
    }
    case 3: {
        struct iovec io = {b, f->size};
        n = f->more ? zmq_send(s, b, f->size, flags) : zmq_sendiov(s, &io, 1, 0);
    }
    }
    if (b) {
        memset(b, 0xcc, f->size);
        free(b);
    }
    if ((size_t)n != f->size)
        fail("sending %zu bytes: %d", f->size, n);
}
