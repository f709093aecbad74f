//go:build cgo && linux

/* SPDX-License-Identifier: Apache-2.0 */

/*
 * The Go runtime as a guest of a C program.
 *
 * It is started by the first socket, not when the library is loaded: a program
 * that does not use it does not pay for it, and one that forks first (a daemon, a
 * pool of workers) uses it in the child. A child of a process in which it runs
 * cannot use that runtime, whose threads are gone, and gets another: fork.c.
 *
 * Its effects on the program's signals are the subject of signals.c.
 */

#define _GNU_SOURCE
#include "library.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#include "_cgo_export.h"

/* The entry of the Go runtime, which build.sh moves out of .init_array. Not there
 * in an ordinary Go program, where the runtime has started already. */
typedef void (*entry)(int argc, char **argv, char **envp);
extern entry __start_go_init_array[] __attribute__((weak, visibility("hidden")));
extern entry __stop_go_init_array[] __attribute__((weak, visibility("hidden")));

extern char **environ;

/* GODEBUG as the environment has it, and the setting that keeps the runtime from
 * interrupting its threads with SIGURG, which would end system calls of the
 * program. */
static char *debug_setting(void)
{
    const char *own = getenv("GODEBUG");
    char *s = NULL;
    return asprintf(&s, "GODEBUG=%s,asyncpreemptoff=1", own ? own : "") < 0 ? NULL : s;
}

/* The Go runtime reads what the kernel gave the process from behind argv. The
 * program may have overwritten that, so it gets a copy: no arguments, the
 * environment, and an empty auxiliary vector, in place of which it reads that of
 * the process. It keeps pointers into it. */
static char **process_stack(void)
{
    size_t n = 0;
    while (environ && environ[n])
        n++;
    char **block = calloc(n + 7, sizeof *block);
    if (!block)
        return NULL;
    char **p = block;
    *p++ = "libzmq";
    *p++ = NULL;
    if (!(*p++ = debug_setting()))
        return NULL;
    for (size_t i = 0; i < n; i++)
        if (strncmp(environ[i], "GODEBUG=", 8) && (*p = strdup(environ[i])))
            p++;
    return block; /* the rest is zero: the end of both lists */
}

/* Starts the runtime of this copy of the library, and waits for it. */
static void boot(void)
{
    static char **stack; /* where leak checkers find it */
    if (&__start_go_init_array[0] != &__stop_go_init_array[0]) {
        if (!(stack = process_stack()))
            abort(); /* as the Go runtime does without memory */
        signals_disown();
        for (entry *e = __start_go_init_array; e < __stop_go_init_array; e++)
            (*e)(1, stack, stack + 2);
    }
    gozmq_start();
}

const go_calls calls_own = {
    .boot = boot,
    .admit = gozmq_admit,
    .ctx_start = gozmq_ctx_start,
    .ctx_shutdown = gozmq_ctx_shutdown,
    .ctx_term = gozmq_ctx_term,
    .socket = gozmq_socket,
    .close = gozmq_close,
    .endpoint = gozmq_endpoint,
    .setsockopt = gozmq_setsockopt,
    .getsockopt = gozmq_getsockopt,
    .wanted = gozmq_wanted,
    .watch = gozmq_watch,
    .monitor = gozmq_monitor,
    .pipes_stats = gozmq_pipes_stats,
    .events = gozmq_events,
    .peer_state = gozmq_peer_state,
    .regroup = gozmq_regroup,
    .connect_peer = gozmq_connect_peer,
    .disconnect_peer = gozmq_disconnect_peer,
    .send = gozmq_send,
    .recv = gozmq_recv,
    .z85_encode = gozmq_z85_encode,
    .z85_decode = gozmq_z85_decode,
    .curve_keypair = gozmq_curve_keypair,
    .curve_public = gozmq_curve_public,
};

const go_calls *calls = &calls_own;
uint32_t generation;

static pthread_mutex_t start_mu = PTHREAD_MUTEX_INITIALIZER;
static _Atomic bool started;

/* A fork takes place while no thread changes the tables of handles. */
static pool *const pools[] = {&contexts, &sockets, &pollers, &all_timers};
enum { POOLS = sizeof pools / sizeof *pools };

static void before_fork(void)
{
    pthread_mutex_lock(&start_mu);
    for (int i = 0; i < POOLS; i++)
        pthread_mutex_lock(&pools[i]->mu);
}

static void after_fork(void)
{
    for (int i = 0; i < POOLS; i++)
        pthread_mutex_unlock(&pools[i]->mu);
    pthread_mutex_unlock(&start_mu);
}

static void in_child(void)
{
    generation++;
    atomic_store(&started, false);
    after_fork();
}

static int start_locked(void)
{
    if (generation > 0) {
        const go_calls *copy = calls_of_copy();
        if (!copy)
            return ENOTSUP;
        calls = copy;
    }
    /* The runtime's threads inherit this mask: all signals, but for the two with
     * which glibc cancels threads and changes their user. */
    sigset_t all, program;
    struct rlimit files;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &program);
    bool limited = getrlimit(RLIMIT_NOFILE, &files) == 0;
    signals_admit(calls->boot);
    /* Go raises the number of descriptors to the most that is allowed. Programs that
     * use select, or close all there may be, count on theirs. */
    if (limited)
        setrlimit(RLIMIT_NOFILE, &files);
    pthread_sigmask(SIG_SETMASK, &program, NULL);
    static bool hooked;
    if (!hooked)
        pthread_atfork(before_fork, after_fork, in_child);
    hooked = true;
    atomic_store(&started, true);
    return 0;
}

int runtime_start(void)
{
    if (atomic_load_explicit(&started, memory_order_acquire))
        return 0;
    pthread_mutex_lock(&start_mu);
    int e = atomic_load(&started) ? 0 : start_locked();
    pthread_mutex_unlock(&start_mu);
    return e;
}

int refuse_inherited(void)
{
    errno = ENOTSUP;
    return -1;
}
