//go:build cgo && linux

/* SPDX-License-Identifier: Apache-2.0 */

/*
 * Signals, alternate stacks and masks belong to the program.
 *
 * The Go runtime is made for a program that is its own. Left alone it handles
 * signals, makes the program's handlers use the alternate stack (SA_ONSTACK),
 * gives the program's threads alternate stacks of its own, interrupts threads with
 * SIGURG, and runs Go code on stacks of a few KiB, on which a handler of the
 * program overwrites memory that is not its own. So:
 *
 * - The runtime's table of signals is emptied before it starts. It changes no
 *   action, and its own threads block every signal.
 * - It starts with asyncpreemptoff=1 (runtime.c), and so sends no SIGURG.
 * - While Go code runs in a thread of the program, that thread blocks every
 *   signal but those that a fault of the running code raises. A wait opens the
 *   program's mask again, in ppoll.
 * - The runtime takes possession of a thread when the thread first calls Go. It
 *   finds an alternate stack then, and installs none.
 */

#define _GNU_SOURCE
#include "library.h"

#include <sys/syscall.h>
#include <unistd.h>

/* --- the Go runtime's table of signals ---------------------------------------- */

/* An entry of runtime.sigtable, the type sigTabT in runtime/signal_unix.go. */
struct go_signal
{
    int32_t flags; /* 0: the runtime leaves the signal alone, and may block it */
    const char *name;
    intptr_t length;
};

/* build.sh makes it visible. It is not there in an ordinary Go program, in which the
 * runtime has started already. */
extern struct go_signal go_signals[_NSIG] __asm__("runtime.sigtable") __attribute__((weak, visibility("hidden")));

void signals_disown(void)
{
    if (go_signals)
        for (int i = 0; i < _NSIG; i++)
            go_signals[i].flags = 0;
}

/* --- the mask ----------------------------------------------------------------- */

#define BIT(sig) (1UL << ((sig) - 1))

/* All signals but those that a fault of the running code raises. Those go to the
 * program's handler, as faults in any library do. glibc uses two signals itself, to
 * cancel threads and to change their user, and leaves them out of every set that
 * pthread_sigmask is given: hence the system call. */
static const sigset_t asynchronous = {
    .__val = {~(BIT(SIGSEGV) | BIT(SIGBUS) | BIT(SIGFPE) | BIT(SIGILL) | BIT(SIGTRAP) | BIT(SIGSYS)), ~0UL}};

enum { KERNEL_SET = (_NSIG - 1) / 8 };

void signals_block(sigset_t *program) { syscall(SYS_rt_sigprocmask, SIG_BLOCK, &asynchronous, program, KERNEL_SET); }

void signals_restore(const sigset_t *program) { syscall(SYS_rt_sigprocmask, SIG_SETMASK, program, NULL, KERNEL_SET); }

/* --- the threads of the program ------------------------------------------------ */

__thread uint32_t admitted __attribute__((tls_model("initial-exec")));

void signals_admit(void (*first_call)(void))
{
    /* A stack that the runtime finds, and never uses, because it handles no signal.
     * All threads share it. */
    static char stand_in[64 << 10];
    stack_t old, stack = {.ss_sp = stand_in, .ss_size = sizeof stand_in};
    bool none = sigaltstack(NULL, &old) == 0 && old.ss_flags & SS_DISABLE && sigaltstack(&stack, NULL) == 0;
    first_call();
    if (none)
        sigaltstack(&old, NULL);
    admitted = generation + 1;
}

/* What the Go runtime wants to be called when a thread ends that it has taken
 * possession of. */
static void (*go_thread_end)(void *);
static pid_t owner; /* the process of that runtime */

static void thread_end(void *m)
{
    if (getpid() != owner)
        return; /* a fork has left that runtime behind */
    sigset_t program;
    signals_block(&program);
    go_thread_end(m); /* sets the mask of the thread's first call */
    signals_restore(&program);
    admitted = 0; /* another destructor may call Go */
}

/* build.sh links calls of pthread_key_create, of which the Go runtime has the only
 * one, to this. */
int __real_pthread_key_create(pthread_key_t *key, void (*destructor)(void *)) __attribute__((weak));
int __wrap_pthread_key_create(pthread_key_t *key, void (*destructor)(void *));

int __wrap_pthread_key_create(pthread_key_t *key, void (*destructor)(void *))
{
    go_thread_end = destructor;
    owner = getpid();
    return __real_pthread_key_create(key, thread_end);
}
