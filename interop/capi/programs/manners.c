/* SPDX-License-Identifier: Apache-2.0 */

/* What the library must leave alone in the process that it is loaded into. */

#include "tell.h"
#include <signal.h>
#include <sys/resource.h>

static void show(const char *when)
{
    struct rlimit r;
    getrlimit(RLIMIT_NOFILE, &r);
    printf("%s: %lu descriptors;", when, (unsigned long)r.rlim_cur);
    sigset_t set;
    pthread_sigmask(SIG_BLOCK, NULL, &set);
    for (int sig = 1; sig < _NSIG; sig++) {
        struct sigaction a;
        if (sigaction(sig, NULL, &a) == 0)
            printf(" %d%s%s", sig, a.sa_handler == SIG_DFL ? "" : a.sa_handler == SIG_IGN ? "i" : "h", sigismember(&set, sig) ? "b" : "");
    }
    printf("\n");
}

static void note(int sig) { (void)sig; }

int main(void)
{
    struct rlimit r;
    getrlimit(RLIMIT_NOFILE, &r);
    r.rlim_cur = 900;
    setrlimit(RLIMIT_NOFILE, &r);
    signal(SIGUSR1, note);
    signal(SIGUSR2, SIG_IGN);
    show("before");
    void *c = zmq_ctx_new(), *a = open_socket(c, ZMQ_PAIR), *b = open_socket(c, ZMQ_PAIR);
    join_tcp(a, b);
    show("sockets");
    zmq_send(a, "x", 1, 0);
    recv_text(b, 0);
    zmq_close(b);
    /* A connection whose peer is gone raises no SIGPIPE. */
    set_int(a, ZMQ_SNDTIMEO, 50);
    for (int i = 0; i < 50; i++)
        zmq_send(a, "x", 1, ZMQ_DONTWAIT);
    show("peer gone");
    zmq_close(a);
    TELL(zmq_ctx_term(c));
    show("after");
    return 0;
}
