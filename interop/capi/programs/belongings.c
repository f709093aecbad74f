/* SPDX-License-Identifier: Apache-2.0 */

/* The actions of all signals, the alternate stack and the mask of a thread are the
 * program's: no call changes them, in any thread, nor does the end of a thread or a
 * fork. */

#define _GNU_SOURCE
#include "tell.h"
#include <dirent.h>
#include <signal.h>
#include <sys/syscall.h>
#include <sys/wait.h>

enum { KERNEL_SET = (_NSIG - 1) / 8 };

/* As the kernel has it, also for the signals that the C library keeps for itself. */
typedef struct state
{
    struct { void *handler; unsigned long flags; void *restorer; unsigned long mask[2]; } actions[_NSIG];
    stack_t stack;
    sigset_t mask;
} state;

static void look(state *s)
{
    memset(s, 0, sizeof *s);
    for (int sig = 1; sig < _NSIG; sig++)
        MUST(syscall(SYS_rt_sigaction, sig, NULL, &s->actions[sig], KERNEL_SET) == 0);
    MUST(sigaltstack(NULL, &s->stack) == 0);
    MUST(syscall(SYS_rt_sigprocmask, SIG_BLOCK, NULL, &s->mask, KERNEL_SET) == 0);
}

static _Atomic int changes;
static __thread state before;

/* Compares with the state before. */
static void compare(const char *when)
{
    state now;
    look(&now);
    for (int sig = 1; sig < _NSIG; sig++)
        if (memcmp(&before.actions[sig], &now.actions[sig], sizeof now.actions[sig])) {
            printf("%s: signal %d: handler %p flags %lx, now %p %lx\n", when, sig, before.actions[sig].handler,
                   before.actions[sig].flags, now.actions[sig].handler, now.actions[sig].flags);
            changes++;
        }
    if (memcmp(&before.stack, &now.stack, sizeof now.stack)) {
        printf("%s: alternate stack %p %x %zu, now %p %x %zu\n", when, before.stack.ss_sp, before.stack.ss_flags, before.stack.ss_size,
               now.stack.ss_sp, now.stack.ss_flags, now.stack.ss_size);
        changes++;
    }
    if (memcmp(&before.mask, &now.mask, KERNEL_SET)) {
        printf("%s: mask %lx, now %lx\n", when, before.mask.__val[0], now.mask.__val[0]);
        changes++;
    }
}

/* A call that must succeed and change nothing. */
#define SAME(call)                                                             \
    do {                                                                       \
        look(&before);                                                         \
        MUST(call);                                                            \
        compare(#call);                                                        \
    } while (0)

/* Every kind of call, in the order of a life. */
static void live(void)
{
    void *c, *a, *b, *m;
    char endpoint[256], text[256], public_key[41], secret_key[41];
    size_t n = sizeof endpoint;
    int v = 30000;
    zmq_msg_t msg;
    SAME(c = zmq_ctx_new());
    SAME(zmq_ctx_set(c, ZMQ_MAX_SOCKETS, 100) == 0);
    SAME(a = zmq_socket(c, ZMQ_REP));
    SAME(b = zmq_socket(c, ZMQ_REQ));
    SAME(m = zmq_socket(c, ZMQ_PAIR));
    SAME(zmq_setsockopt(a, ZMQ_RCVTIMEO, &v, sizeof v) == 0);
    SAME(zmq_setsockopt(b, ZMQ_RCVTIMEO, &v, sizeof v) == 0);
    sprintf(text, "inproc://monitor-%p", c);
    SAME(zmq_socket_monitor(b, text, ZMQ_EVENT_ALL) == 0);
    SAME(zmq_connect(m, text) == 0);
    SAME(zmq_bind(a, "tcp://127.0.0.1:*") == 0);
    SAME(zmq_getsockopt(a, ZMQ_LAST_ENDPOINT, endpoint, &n) == 0);
    SAME(zmq_connect(b, endpoint) == 0);
    SAME(zmq_send(b, "question", 8, ZMQ_SNDMORE) == 8);
    SAME(zmq_send(b, "more", 4, 0) == 4);
    zmq_pollitem_t item = {a, 0, ZMQ_POLLIN, 0};
    SAME(zmq_poll(&item, 1, 30000) == 1);
    n = sizeof v;
    SAME(zmq_getsockopt(a, ZMQ_EVENTS, &v, &n) == 0);
    SAME(zmq_getsockopt(a, ZMQ_FD, &v, &n) == 0);
    SAME(zmq_recv(a, text, sizeof text, 0) == 8);
    SAME(zmq_recv(a, text, sizeof text, ZMQ_DONTWAIT) == 4);
    SAME(zmq_msg_init_size(&msg, 100000) == 0);
    memset(zmq_msg_data(&msg), 1, 100000);
    SAME(zmq_msg_send(&msg, a, 0) == 100000);
    SAME(zmq_msg_init(&msg) == 0);
    SAME(zmq_msg_recv(&msg, b, 0) == 100000);
    SAME(zmq_msg_close(&msg) == 0);
    SAME(zmq_recv(b, text, sizeof text, ZMQ_DONTWAIT) == -1 && zmq_errno() == EFSM);
    v = 1;
    SAME(zmq_setsockopt(a, ZMQ_RCVTIMEO, &v, sizeof v) == 0);
    SAME(zmq_recv(a, text, sizeof text, 0) == -1 && zmq_errno() == EAGAIN);
    SAME(zmq_msg_init(&msg) == 0 && zmq_msg_recv(&msg, m, 0) > 0);
    SAME(zmq_msg_close(&msg) == 0);
    SAME(zmq_curve_keypair(public_key, secret_key) == 0);
    SAME(zmq_curve_public(public_key, secret_key) == 0);
    SAME(zmq_z85_decode((uint8_t *)text, public_key));
    SAME(zmq_z85_encode(secret_key, (uint8_t *)text, 32));
    SAME(zmq_disconnect(b, endpoint) == 0);
    SAME(zmq_unbind(a, endpoint) == 0);
    SAME(zmq_close(m) == 0);
    SAME(zmq_close(b) == 0);
    SAME(zmq_ctx_shutdown(c) == 0);
    SAME(zmq_close(a) == 0);
    SAME(zmq_ctx_term(c) == 0);
}

/* --- threads ------------------------------------------------------------------- */

static pthread_key_t at_end;

/* Runs twice, so that one of the runs comes after the destructors of the library. */
static void thread_ends(void *rounds)
{
    compare("the end of a thread");
    if (rounds != (void *)1)
        pthread_setspecific(at_end, (char *)rounds - 1);
}

static char own_stack[64 << 10];

static void *in_thread(void *own)
{
    sigset_t some;
    sigemptyset(&some);
    sigaddset(&some, SIGUSR1);
    sigaddset(&some, SIGRTMIN + 3);
    pthread_sigmask(SIG_BLOCK, &some, NULL);
    stack_t s = {.ss_sp = own_stack, .ss_size = sizeof own_stack};
    if (own)
        sigaltstack(&s, NULL);
    pthread_setspecific(at_end, (void *)2);
    live();
    look(&before);
    return NULL;
}

static void threads(void)
{
    for (long own = 0; own < 2; own++) {
        pthread_t t;
        pthread_create(&t, NULL, in_thread, (void *)own);
        pthread_join(t, NULL);
        printf("a thread with%s an alternate stack: %d changes\n", own ? "" : "out", changes);
    }
}

/* Counts the threads other than this one that a signal of the program could reach.
 * The C library needs two signals in every thread. */
static int reachable(void)
{
    const unsigned long long never = 1ULL << (SIGKILL - 1) | 1ULL << (SIGSTOP - 1) | 3ULL << 31;
    int n = 0;
    DIR *d = opendir("/proc/self/task");
    MUST(d != NULL);
    for (struct dirent *e; (e = readdir(d));) {
        char name[300], line[256];
        unsigned long long blocked;
        if (e->d_name[0] == '.' || atoi(e->d_name) == getpid())
            continue;
        snprintf(name, sizeof name, "/proc/self/task/%s/status", e->d_name);
        FILE *f = fopen(name, "r");
        while (f && fgets(line, sizeof line, f))
            if (sscanf(line, "SigBlk: %llx", &blocked) == 1 && (blocked | never) != ~0ULL)
                n++;
        if (f)
            fclose(f);
    }
    closedir(d);
    return n;
}

/* --- interruptions -------------------------------------------------------------- */

static _Atomic int urgent;

static void note(int sig) { urgent += sig == SIGURG; }

static void traffic(void *c)
{
    static char large[100000];
    void *a = open_socket(c, ZMQ_PULL), *b = open_socket(c, ZMQ_PUSH);
    join_tcp(a, b);
    for (int i = 0; i < 4000; i++) {
        MUST(zmq_send(b, large, sizeof large, 0) == sizeof large);
        MUST(zmq_recv(a, large, sizeof large, 0) == sizeof large);
    }
    zmq_close(a);
    zmq_close(b);
}

static void *traffic_thread(void *c)
{
    traffic(c);
    return NULL;
}

/* Nothing but the program sends signals, whatever it does. */
static void interruptions(void)
{
    void *c = zmq_ctx_new();
    pthread_t t[2];
    for (int i = 0; i < 2; i++)
        pthread_create(&t[i], NULL, traffic_thread, c);
    traffic(c);
    for (int i = 0; i < 2; i++)
        pthread_join(t[i], NULL);
    printf("SIGURG came %d times unasked\n", urgent);
    printf("threads that a signal may reach: %d\n", reachable());
    /* The C library interrupts every thread for this, and waits for each. */
    printf("setuid: %d\n", setuid(getuid()));
    zmq_ctx_term(c);
    raise(SIGURG);
    printf("and %d times asked for\n", urgent);
}

static void *nothing(void *arg) { return arg; }

static void handle(int sig, void (*f)(int), int flags)
{
    struct sigaction a;
    memset(&a, 0, sizeof a);
    a.sa_handler = f;
    a.sa_flags = flags;
    sigaddset(&a.sa_mask, SIGTERM);
    sigaction(sig, &a, NULL);
}

int main(void)
{
    int other = 0;
    for (int sig = 1; sig < 32; sig++) {
        struct sigaction a;
        other += sigaction(sig, NULL, &a) == 0 && a.sa_handler != SIG_DFL && a.sa_handler != SIG_IGN;
    }
    printf("%d handlers of others\n", other);
    handle(SIGUSR1, note, 0);
    handle(SIGUSR2, SIG_IGN, 0);
    handle(SIGURG, note, 0);
    handle(SIGSEGV, note, SA_NODEFER);
    handle(SIGFPE, note, SA_ONSTACK);
    handle(SIGPIPE, note, SA_RESTART);
    handle(SIGPROF, note, SA_RESTART);
    handle(SIGRTMIN, note, 0);
    handle(SIGRTMIN + 1, note, SA_ONSTACK);
    handle(SIGRTMAX, note, SA_RESETHAND);
    pthread_key_create(&at_end, thread_ends);
    pthread_t t; /* the C library installs a handler of its own with the first */
    pthread_create(&t, NULL, nothing, NULL);
    pthread_join(t, NULL);
    live();
    printf("the first thread: %d changes\n", changes);
    threads();
    fflush(stdout);
    if (fork() == 0) {
        live();
        threads();
        fflush(stdout);
        _exit(changes);
    }
    int status = 0;
    wait(&status);
    printf("a child: %d changes\n", WIFEXITED(status) ? WEXITSTATUS(status) : -1);
    interruptions();
    return 0;
}
