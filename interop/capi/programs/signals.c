/* SPDX-License-Identifier: Apache-2.0 */

/* A signal ends every call that waits, whatever flags its handler has, and other
 * threads and later calls go on. */

#include "tell.h"
#include <signal.h>

static volatile sig_atomic_t caught;

static void note(int sig)
{
    (void)sig;
    char deep[6000]; /* more stack than the Go runtime has to spare */
    memset(deep, 1, sizeof deep);
    caught += deep[caught % sizeof deep];
}

static pthread_t waiter;
static int returned; /* the call that a signal is to end; atomic */

/* The first signal may come before the call waits. */
static void *poke(void *arg)
{
    (void)arg;
    while (!__atomic_load_n(&returned, __ATOMIC_SEQ_CST)) {
        usleep(50000);
        pthread_kill(waiter, SIGUSR1);
    }
    return NULL;
}

#define INTERRUPTED(call)                                                      \
    do {                                                                       \
        pthread_t p;                                                           \
        caught = returned = 0;                                                 \
        pthread_create(&p, NULL, poke, NULL);                                  \
        TELL(call);                                                            \
        __atomic_store_n(&returned, 1, __ATOMIC_SEQ_CST);                      \
        pthread_join(p, NULL);                                                 \
        printf("caught %d\n", caught > 0);                                      \
    } while (0)

/* Signals all the time, while messages pass. */
static void storm(void *c)
{
    void *a = open_socket(c, ZMQ_PUSH), *b = open_socket(c, ZMQ_PULL);
    join_tcp(b, a);
    struct itimerval every = {{0, 500}, {0, 500}};
    setitimer(ITIMER_REAL, &every, NULL);
    int wrong = 0;
    for (int i = 0; i < 20000; i++) {
        int got;
        while (zmq_send(a, &i, sizeof i, 0) < 0)
            wrong += zmq_errno() != EINTR;
        while (zmq_recv(b, &got, sizeof got, 0) < 0)
            wrong += zmq_errno() != EINTR;
        wrong += got != i;
    }
    memset(&every, 0, sizeof every);
    setitimer(ITIMER_REAL, &every, NULL);
    printf("wrong %d, caught some %d\n", wrong, caught > 0);
    zmq_close(a);
    zmq_close(b);
}

static void run(int flags)
{
    struct sigaction act;
    memset(&act, 0, sizeof act);
    act.sa_handler = note;
    act.sa_flags = flags;
    sigaction(SIGUSR1, &act, NULL);
    sigaction(SIGALRM, &act, NULL);
    waiter = pthread_self();
    void *c = zmq_ctx_new(), *s = open_socket(c, ZMQ_PULL), *t = open_socket(c, ZMQ_PUSH);
    zmq_pollitem_t item = {s, 0, ZMQ_POLLIN, 0};
    set_int(s, ZMQ_RCVTIMEO, -1);
    set_int(t, ZMQ_SNDTIMEO, -1);
    zmq_msg_t m;
    zmq_msg_init(&m);
    INTERRUPTED(zmq_recv(s, NULL, 0, 0));
    INTERRUPTED(zmq_msg_recv(&m, s, 0));
    INTERRUPTED(zmq_send(t, "x", 1, 0));
    INTERRUPTED(zmq_poll(&item, 1, -1));
    INTERRUPTED(zmq_poll(&item, 1, 5000));
    void *f = open_socket(c, ZMQ_PULL), *b = open_socket(c, ZMQ_PUSH);
    INTERRUPTED(zmq_proxy(f, b, NULL));
    zmq_close(f);
    zmq_close(b);
    storm(c);
    zmq_close(t);
    INTERRUPTED(zmq_ctx_term(c)); /* s is open */
    zmq_close(s);
    TELL(zmq_ctx_term(c));
    zmq_msg_close(&m);
}

int main(void)
{
    run(0);
    run(SA_RESTART);
    run(SA_ONSTACK);
    return 0;
}
