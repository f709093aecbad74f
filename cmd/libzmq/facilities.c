//go:build cgo && linux

/* SPDX-License-Identifier: Apache-2.0 */

/* Errors, version, capabilities, counters, clocks, threads, text of keys. */

#include "library.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

/* --- errors, version, capabilities ------------------------------------------- */

int zmq_errno(void) { return errno; }

/* Programs compare these: the words are libzmq's. */
const char *zmq_strerror(int errnum)
{
    switch (errnum) {
    case EFSM:
        return "Operation cannot be accomplished in current state";
    case ENOCOMPATPROTO:
        return "The protocol is not compatible with the socket type";
    case ETERM:
        return "Context was terminated";
    case EMTHREAD:
        return "No thread available";
    case EHOSTUNREACH:
        return "Host unreachable";
    }
    return strerror(errnum);
}

void zmq_version(int *major, int *minor, int *patch)
{
    if (major)
        *major = ZMQ_VERSION_MAJOR;
    if (minor)
        *minor = ZMQ_VERSION_MINOR;
    if (patch)
        *patch = ZMQ_VERSION_PATCH;
}

/* What was built in, of the names that libzmq knows. */
static const char *const capabilities[] = {
    "ipc",
    "pgm",
    "curve",
    "ws",
    "wss",
    "tipc",
    "vmci",
    "vsock",
#ifdef LIBZMQ_DRAFT
    "draft",
#endif
};

int zmq_has(const char *capability)
{
    for (size_t i = 0; capability && i < sizeof capabilities / sizeof *capabilities; i++)
        if (strcmp(capability, capabilities[i]) == 0)
            return 1;
    return 0;
}

/* --- counters ----------------------------------------------------------------- */

void *zmq_atomic_counter_new(void)
{
    _Atomic int *c = malloc(sizeof *c);
    if (c)
        atomic_init(c, 0);
    return c;
}

/* A counter, or NULL with errno set. */
static _Atomic int *counter_of(void *counter)
{
    if (!counter)
        errno = EFAULT;
    return counter;
}

void zmq_atomic_counter_set(void *counter, int value)
{
    _Atomic int *c = counter_of(counter);
    if (c)
        atomic_store(c, value);
}

int zmq_atomic_counter_inc(void *counter)
{
    _Atomic int *c = counter_of(counter);
    return c ? atomic_fetch_add(c, 1) : 0;
}

int zmq_atomic_counter_dec(void *counter)
{
    _Atomic int *c = counter_of(counter);
    return c && atomic_fetch_sub(c, 1) != 1;
}

int zmq_atomic_counter_value(void *counter)
{
    _Atomic int *c = counter_of(counter);
    return c ? atomic_load(c) : 0;
}

void zmq_atomic_counter_destroy(void **counter_p)
{
    if (!counter_p)
        return;
    free(*counter_p);
    *counter_p = NULL;
}

/* --- clocks -------------------------------------------------------------------- */

static uint64_t clock_us(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (uint64_t)t.tv_sec * 1000000 + (uint64_t)t.tv_nsec / 1000;
}

void *zmq_stopwatch_start(void)
{
    uint64_t *w = malloc(sizeof *w);
    if (w)
        *w = clock_us();
    return w;
}

unsigned long zmq_stopwatch_intermediate(void *watch)
{
    if (!watch) {
        errno = EFAULT;
        return 0;
    }
    return (unsigned long)(clock_us() - *(uint64_t *)watch);
}

unsigned long zmq_stopwatch_stop(void *watch)
{
    unsigned long us = zmq_stopwatch_intermediate(watch);
    free(watch);
    return us;
}

void zmq_sleep(int seconds) { sleep((unsigned)seconds); }

/* --- threads ------------------------------------------------------------------- */

typedef struct thread
{
    pthread_t id;
    zmq_thread_fn *func;
    void *arg;
} thread;

static void *run(void *p)
{
    thread *t = p;
    t->func(t->arg);
    return NULL;
}

void *zmq_threadstart(zmq_thread_fn *func, void *arg)
{
    if (!func) {
        errno = EFAULT;
        return NULL;
    }
    thread *t = malloc(sizeof *t);
    if (!t)
        return NULL;
    t->func = func;
    t->arg = arg;
    int e = pthread_create(&t->id, NULL, run, t);
    if (e) {
        free(t);
        errno = e;
        return NULL;
    }
    return t;
}

void zmq_threadclose(void *thread_)
{
    thread *t = thread_;
    if (!t)
        return;
    pthread_join(t->id, NULL);
    free(t);
}

/* --- text of keys --------------------------------------------------------------- */

/* These need Go, and so its runtime. */

char *zmq_z85_encode(char *dest, const uint8_t *data, size_t size)
{
    int e = size % 4 || too_large(size) ? EINVAL : !dest || (!data && size) ? EFAULT : runtime_start();
    if (!e)
        IN_GO(e = calls->z85_encode(dest, (uint8_t *)(uintptr_t)data, size));
    return outcome(e) ? NULL : dest;
}

uint8_t *zmq_z85_decode(uint8_t *dest, const char *string)
{
    int e = !dest || !string ? EFAULT : runtime_start();
    if (!e)
        IN_GO(e = calls->z85_decode(dest, (char *)(uintptr_t)string, strlen(string)));
    return outcome(e) ? NULL : dest;
}

int zmq_curve_keypair(char *z85_public_key, char *z85_secret_key)
{
    int e = !z85_public_key || !z85_secret_key ? EFAULT : runtime_start();
    if (!e)
        IN_GO(e = calls->curve_keypair(z85_public_key, z85_secret_key));
    return outcome(e);
}

int zmq_curve_public(char *z85_public_key, const char *z85_secret_key)
{
    int e = !z85_public_key || !z85_secret_key ? EFAULT : runtime_start();
    if (!e)
        IN_GO(e = calls->curve_public(z85_public_key, (char *)(uintptr_t)z85_secret_key, strlen(z85_secret_key)));
    return outcome(e);
}
