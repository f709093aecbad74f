//go:build cgo && linux

/* SPDX-License-Identifier: Apache-2.0 */

/*
 * The Go runtime as a guest of a C program.
 *
 * It is started by the first socket, not when the library is loaded, so that a
 * program which forks first and uses ZeroMQ then (a daemon, a pool of workers)
 * works. A child of a process in which it runs cannot use it: the threads are
 * gone. Calls say so there instead of hanging.
 *
 * Signals belong to the program. All threads of the Go runtime have them
 * blocked, so that they reach the program's threads, and end blocking calls.
 * While Go code runs in a thread of the program its stack is a small one: a
 * handler that does not use the alternate stack (SA_ONSTACK) must not run then,
 * so that the signals of such handlers are blocked meanwhile.
 */

#include "library.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "_cgo_export.h"

/* The entry of the Go runtime, which the makefile moves out of .init_array. Not
 * there in an ordinary Go program, where the runtime has started already. */
typedef void (*entry)(int argc, char **argv, char **envp);
extern entry __start_go_init_array[] __attribute__((weak, visibility("hidden")));
extern entry __stop_go_init_array[] __attribute__((weak, visibility("hidden")));

extern char **environ;

static pthread_mutex_t start_mu = PTHREAD_MUTEX_INITIALIZER;
static _Atomic bool started;
_Atomic bool runtime_forked;

static void in_child(void)
{
    if (atomic_load(&started))
        atomic_store(&runtime_forked, true);
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

int runtime_start(void)
{
    if (atomic_load(&runtime_forked)) {
        refuse_forked();
        return ENOTSUP;
    }
    if (atomic_load(&started))
        return 0;
    pthread_mutex_lock(&start_mu);
    if (!atomic_load(&started)) {
        sigset_t all, old;
        struct sigaction pipe;
        sigfillset(&all);
        sigdelset(&all, SIGURG); /* by which the Go runtime interrupts itself */
        pthread_sigmask(SIG_BLOCK, &all, &old);
        sigaction(SIGPIPE, NULL, &pipe);
        if (&__start_go_init_array[0] != &__stop_go_init_array[0]) {
            static char **stack;
            stack = process_stack();
            if (!stack) {
                pthread_sigmask(SIG_SETMASK, &old, NULL);
                pthread_mutex_unlock(&start_mu);
                return ENOMEM;
            }
            for (entry *e = __start_go_init_array; e < __stop_go_init_array; e++)
                (*e)(1, stack, stack + 2);
        }
        gozmq_start();
        /* What SIGPIPE does is the program's business: connections are written to
         * without raising it. */
        sigaction(SIGPIPE, &pipe, NULL);
        pthread_atfork(NULL, NULL, in_child);
        atomic_store(&started, true);
        pthread_sigmask(SIG_SETMASK, &old, NULL);
    }
    pthread_mutex_unlock(&start_mu);
    return 0;
}

int refuse_forked(void)
{
    static _Atomic bool told;
    static const char text[] = "libzmq: this process was forked from one that uses ZeroMQ and cannot use it itself: "
                               "fork before the first socket, or exec\n";
    if (!atomic_exchange(&told, true)) {
        ssize_t n = write(STDERR_FILENO, text, sizeof text - 1);
        (void)n;
    }
    errno = ENOTSUP;
    return -1;
}

/* --- signals --------------------------------------------------------------- */

_Atomic bool guard_needed;
static _Atomic long guard_next; /* when to look again, in 10 ms */
static sigset_t guard_set;      /* only ever grows */
static pthread_mutex_t guard_mu = PTHREAD_MUTEX_INITIALIZER;

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
