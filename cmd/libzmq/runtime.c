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
 * Signals belong to the program. All threads of the Go runtime have them
 * blocked, so that they reach the program's threads, and end blocking calls.
 * While Go code runs in a thread of the program its stack is a small one: a
 * handler that does not use the alternate stack (SA_ONSTACK) must not run then,
 * so that the signals of such handlers are blocked meanwhile.
 */

#include "library.h"

#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>

#include "_cgo_export.h"

/* The entry of the Go runtime, which build.sh moves out of .init_array. Not there
 * in an ordinary Go program, where the runtime has started already. */
typedef void (*entry)(int argc, char **argv, char **envp);
extern entry __start_go_init_array[] __attribute__((weak, visibility("hidden")));
extern entry __stop_go_init_array[] __attribute__((weak, visibility("hidden")));

extern char **environ;

/* The Go runtime reads what the kernel gave the process from behind argv. The
 * program may have overwritten that, so it gets a copy: no arguments, the
 * environment, and an empty auxiliary vector, in place of which it reads that of
 * the process. It keeps pointers into it. */
static char **process_stack(void)
{
    size_t n = 0;
    while (environ && environ[n])
        n++;
    char **block = calloc(n + 6, sizeof *block);
    if (!block)
        return NULL;
    char **p = block;
    *p++ = "libzmq";
    *p++ = NULL;
    for (size_t i = 0; i < n; i++)
        if ((*p = strdup(environ[i])))
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
        for (entry *e = __start_go_init_array; e < __stop_go_init_array; e++)
            (*e)(1, stack, stack + 2);
    }
    gozmq_start();
}

const engine_t engine_own = {
    .boot = boot,
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
    .send = gozmq_send,
    .recv = gozmq_recv,
    .z85_encode = gozmq_z85_encode,
    .z85_decode = gozmq_z85_decode,
    .curve_keypair = gozmq_curve_keypair,
    .curve_public = gozmq_curve_public,
};

const engine_t *engine = &engine_own;
uint32_t generation;

static pthread_mutex_t start_mu = PTHREAD_MUTEX_INITIALIZER;
static pthread_mutex_t guard_mu = PTHREAD_MUTEX_INITIALIZER;
static _Atomic bool started;

/* A fork takes place while nobody changes the tables of handles. */
static pool *const pools[] = {&contexts, &sockets, &pollers, &all_timers};
enum { POOLS = sizeof pools / sizeof *pools };

static void before_fork(void)
{
    pthread_mutex_lock(&start_mu);
    pthread_mutex_lock(&guard_mu);
    for (int i = 0; i < POOLS; i++)
        pthread_mutex_lock(&pools[i]->mu);
}

static void after_fork(void)
{
    for (int i = 0; i < POOLS; i++)
        pthread_mutex_unlock(&pools[i]->mu);
    pthread_mutex_unlock(&guard_mu);
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
        const engine_t *copy = engine_copy();
        if (!copy)
            return ENOTSUP;
        engine = copy;
    }
    sigset_t all, old;
    struct sigaction pipe;
    struct rlimit files;
    sigfillset(&all);
    sigdelset(&all, SIGURG); /* by which the Go runtime interrupts itself */
    pthread_sigmask(SIG_BLOCK, &all, &old);
    sigaction(SIGPIPE, NULL, &pipe);
    bool limited = getrlimit(RLIMIT_NOFILE, &files) == 0;
    engine->boot();
    /* What SIGPIPE does is the program's business: connections are written to
     * without raising it. */
    sigaction(SIGPIPE, &pipe, NULL);
    /* Go raises the number of descriptors to the most that is allowed. Programs that
     * use select, or close all there may be, count on theirs. */
    if (limited)
        setrlimit(RLIMIT_NOFILE, &files);
    pthread_sigmask(SIG_SETMASK, &old, NULL);
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

/* --- signals --------------------------------------------------------------- */

_Atomic bool guard_needed;
static _Atomic long guard_next; /* when to look again, in 10 ms */
static sigset_t guard_set;      /* only ever grows */

/* Whether a signal is one that a fault of the running code raises. */
static bool synchronous(int sig)
{
    return sig == SIGSEGV || sig == SIGBUS || sig == SIGFPE || sig == SIGILL || sig == SIGTRAP || sig == SIGSYS || sig == SIGKILL ||
           sig == SIGSTOP;
}

/* Looks for handlers that do not use the alternate stack, a hundred times a
 * second at most. */
void guard_look(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC_COARSE, &t);
    long now = t.tv_sec * 100 + t.tv_nsec / 10000000 + 1;
    if (now < atomic_load_explicit(&guard_next, memory_order_relaxed))
        return;
    atomic_store_explicit(&guard_next, now + 1, memory_order_relaxed);
    if (pthread_mutex_trylock(&guard_mu))
        return;
    for (int sig = 1; sig < 32; sig++) {
        struct sigaction a;
        if (synchronous(sig) || sigaction(sig, NULL, &a))
            continue;
        bool plain = !(a.sa_flags & SA_SIGINFO) && (a.sa_handler == SIG_DFL || a.sa_handler == SIG_IGN);
        if (!plain && !(a.sa_flags & SA_ONSTACK) && !sigismember(&guard_set, sig)) {
            sigaddset(&guard_set, sig);
            atomic_store(&guard_needed, true);
        }
    }
    pthread_mutex_unlock(&guard_mu);
}

void guard_mask(guard *g)
{
    g->masked = pthread_sigmask(SIG_BLOCK, &guard_set, &g->old) == 0;
}

void guard_unmask(guard *g)
{
    int e = errno;
    pthread_sigmask(SIG_SETMASK, &g->old, NULL);
    errno = e;
}
