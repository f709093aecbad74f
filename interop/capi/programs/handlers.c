/* SPDX-License-Identifier: Apache-2.0 */

/* A handler of the program runs on the stack that the program chose: on that of the
 * thread, or on the thread's alternate stack with SA_ONSTACK. It may use as much of it
 * as there is, and may be installed at any time and by any thread. */

#define _GNU_SOURCE
#include "tell.h"
#include <signal.h>
#include <stdbool.h>
#include <time.h>

enum { SMALL = 16 << 10, LARGE = 100 << 10, ALTERNATE = 256 << 10 };

typedef struct range { char *from, *to; } range;

static __thread range own, alternate; /* the stacks of this thread, if it is the program's */

static _Atomic int flags_now, runs, misplaced;

static bool within(const range *r, const char *p) { return p >= r->from && p < r->to; }

#define HANDLER(name, size)                                                    \
    static void name(int sig)                                                  \
    {                                                                          \
        (void)sig;                                                             \
        volatile char used[size];                                              \
        for (size_t i = 0; i < sizeof used; i += 64)                           \
            used[i] = 0x5a;                                                    \
        runs++;                                                                \
        if (!within(flags_now & SA_ONSTACK ? &alternate : &own, (char *)used)) \
            misplaced++;                                                       \
    }

HANDLER(small, SMALL)
HANDLER(large, LARGE)

static const int plain[] = {SIGALRM, SIGUSR1, SIGUSR2, SIGURG, SIGPROF, SIGCHLD, SIGIO};

enum { PLAIN = sizeof plain / sizeof *plain, REAL_TIME = 3 };

static int signal_at(int i) { return i < PLAIN ? plain[i] : SIGRTMIN + (i - PLAIN) * 5; }

static void *install(void *handler)
{
    struct sigaction a;
    memset(&a, 0, sizeof a);
    a.sa_handler = (void (*)(int))handler;
    a.sa_flags = flags_now;
    sigfillset(&a.sa_mask); /* one at a time */
    for (int i = 0; i < PLAIN + REAL_TIME; i++)
        sigaction(signal_at(i), &a, NULL);
    return NULL;
}

/* Asks the C library for the stack of this thread, and gives it an alternate one. */
static void know_stacks(void)
{
    pthread_attr_t a;
    void *from;
    size_t size;
    MUST(pthread_getattr_np(pthread_self(), &a) == 0);
    MUST(pthread_attr_getstack(&a, &from, &size) == 0);
    pthread_attr_destroy(&a);
    own = (range){from, (char *)from + size};
    stack_t s = {.ss_sp = malloc(ALTERNATE), .ss_size = ALTERNATE};
    MUST(s.ss_sp && sigaltstack(&s, NULL) == 0);
    alternate = (range){s.ss_sp, (char *)s.ss_sp + ALTERNATE};
}

static void forget_stacks(void)
{
    sigset_t all;
    sigfillset(&all);
    pthread_sigmask(SIG_BLOCK, &all, NULL); /* the thread ends */
    stack_t none = {.ss_flags = SS_DISABLE};
    MUST(sigaltstack(&none, NULL) == 0);
    free(alternate.from);
}

static _Atomic int wrong, rounds, ready;
static _Atomic bool over;

/* A call again, as long as a signal ends it. */
#define AGAIN(call)                                                            \
    ({                                                                         \
        int r_;                                                                \
        do                                                                     \
            r_ = (call);                                                       \
        while (r_ < 0 && zmq_errno() == EINTR);                                \
        r_;                                                                    \
    })

static void exchange(void *a, void *b)
{
    char out[3000], in[3000];
    for (int i = 1; !over; i++) {
        size_t n = 1 + (size_t)i * 37 % sizeof out;
        memset(out, i, n);
        wrong += AGAIN(zmq_send(a, out, n, 0)) != (int)n;
        zmq_pollitem_t item = {b, 0, ZMQ_POLLIN, 0};
        if (i % 3 == 0)
            wrong += AGAIN(zmq_poll(&item, 1, 30000)) != 1;
        wrong += AGAIN(zmq_recv(b, in, sizeof in, 0)) != (int)n || memcmp(out, in, n);
        wrong += AGAIN(zmq_setsockopt(a, ZMQ_SNDHWM, &(int){1000}, sizeof(int))) != 0;
        rounds++;
    }
}

static void *context;

static void *exchange_in_thread(void *arg)
{
    (void)arg;
    know_stacks();
    void *a = open_socket(context, ZMQ_PUSH), *b = open_socket(context, ZMQ_PULL);
    AGAIN(zmq_bind(b, "tcp://127.0.0.1:*"));
    char endpoint[256];
    size_t n = sizeof endpoint;
    MUST(zmq_getsockopt(b, ZMQ_LAST_ENDPOINT, endpoint, &n) == 0);
    MUST(zmq_connect(a, endpoint) == 0);
    ready++;
    exchange(a, b);
    zmq_close(a);
    zmq_close(b);
    forget_stacks();
    return NULL;
}

enum { STORMS = 2, SIGNALS = 3000 };

/* Sends signals to the threads that exchange messages, one by one and as fast as they
 * are taken, and by two timers to any thread of the program. */
static void storm(pthread_t *threads)
{
    struct itimerval every = {{0, 700}, {0, 700}};
    setitimer(ITIMER_REAL, &every, NULL);
    timer_t t;
    struct sigevent e;
    memset(&e, 0, sizeof e);
    e.sigev_notify = SIGEV_SIGNAL;
    e.sigev_signo = SIGRTMIN;
    MUST(timer_create(CLOCK_MONOTONIC, &e, &t) == 0);
    struct itimerspec often = {{0, 300000}, {0, 300000}};
    timer_settime(t, 0, &often, NULL);
    for (int i = 0; i < SIGNALS; i++) {
        pthread_kill(threads[i % STORMS], signal_at(i / STORMS % (PLAIN + REAL_TIME)));
        if (i % 10 == 0)
            nanosleep(&(struct timespec){0, 20000}, NULL); /* they have to get on, too */
    }
    timer_delete(t);
    memset(&every, 0, sizeof every);
    setitimer(ITIMER_REAL, &every, NULL);
}

/* The handlers are installed before the threads have a socket, or by another thread
 * while they use theirs. */
static void run(int flags, void (*handler)(int), bool late)
{
    runs = misplaced = wrong = rounds = ready = 0;
    over = false;
    if (!late) {
        flags_now = flags;
        install((void *)handler);
    }
    pthread_t threads[STORMS], other;
    for (int i = 0; i < STORMS; i++)
        pthread_create(&threads[i], NULL, exchange_in_thread, NULL);
    while (ready < STORMS || rounds < 100)
        nanosleep(&(struct timespec){0, 1000000}, NULL);
    if (late) {
        flags_now = flags;
        pthread_create(&other, NULL, install, (void *)handler);
        pthread_join(other, NULL);
    }
    storm(threads);
    over = true;
    for (int i = 0; i < STORMS; i++)
        pthread_join(threads[i], NULL);
    printf("%s%s, %d KiB, installed %s: wrong %d, on another stack %d, came %d\n", flags & SA_ONSTACK ? "SA_ONSTACK" : "thread's stack",
           flags & SA_RESTART ? ", restart" : "", handler == small ? SMALL >> 10 : LARGE >> 10, late ? "late" : "early", wrong, misplaced,
           runs > 100);
    fflush(stdout);
}

static void ignore(void)
{
    struct sigaction a;
    memset(&a, 0, sizeof a);
    a.sa_handler = SIG_IGN;
    for (int i = 0; i < PLAIN + REAL_TIME; i++)
        sigaction(signal_at(i), &a, NULL);
}

int main(void)
{
    know_stacks();
    context = zmq_ctx_new();
    static const int flags[] = {0, SA_RESTART, SA_ONSTACK | SA_RESTART, SA_ONSTACK};
    for (int f = 0; f < 4; f++)
        for (int late = 0; late < 2; late++) {
            ignore();
            run(flags[f], small, late);
            ignore();
            run(flags[f], large, late);
        }
    ignore();
    zmq_ctx_term(context);
    return 0;
}
