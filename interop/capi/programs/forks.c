/* SPDX-License-Identifier: Apache-2.0 */

/* Forks: before the first socket, with sockets open, and again in the child. */

#include "tell.h"
#include <sys/wait.h>

static void exchange(void)
{
    void *c = zmq_ctx_new(), *p = open_socket(c, ZMQ_REP), *q = open_socket(c, ZMQ_REQ);
    join_tcp(p, q);
    MUST(zmq_send(q, "x", 1, 0) == 1);
    printf("%s ", recv_text(p, 0));
    MUST(zmq_send(p, "y", 1, 0) == 1);
    printf("%s\n", recv_text(q, 0));
    zmq_close(p);
    zmq_close(q);
    TELL(zmq_ctx_term(c));
}

static void in_child(const char *what, void (*f)(int), int depth)
{
    fflush(stdout);
    pid_t pid = fork();
    if (pid == 0) {
        printf("%s %d\n", what, depth);
        f(depth);
        fflush(stdout);
        _exit(7);
    }
    int status = 0;
    MUST(waitpid(pid, &status, 0) == pid);
    printf("child ended: %d\n", WIFEXITED(status) ? WEXITSTATUS(status) : -WTERMSIG(status));
}

static void use(int depth)
{
    exchange();
    if (depth < 2)
        in_child("grandchild", use, depth + 1);
    exchange();
}

int main(void)
{
    void *early = zmq_ctx_new(); /* without sockets, it works in the child too */
    in_child("before the first socket", use, 2);
    exchange();
    void *c = zmq_ctx_new(), *s = open_socket(c, ZMQ_PUSH), *t = open_socket(c, ZMQ_PULL);
    join_tcp(t, s);
    MUST(zmq_send(s, "x", 1, 0) == 1);
    in_child("with sockets open", use, 1);
    printf("the parent goes on: %s\n", recv_text(t, 0));
    for (int i = 0; i < 5; i++)
        in_child("one of several", use, 2);
    zmq_close(s);
    zmq_close(t);
    TELL(zmq_ctx_term(c));
    TELL(zmq_ctx_term(early));
    exchange();
    return 0;
}
