/* SPDX-License-Identifier: Apache-2.0 */

/* A whole topology on libzmq in one process, with the same command line and the
 * same output as cmd/peer:
 *
 *   libzmq_proxy proxy-thr ENDPOINT COUNT SIZE
 *
 * A PUSH, zmq_proxy between a PULL and a PUSH, and a PULL, each in a thread of its
 * own: in process in one context, over a network each with a context, and so an
 * I/O thread, of its own. Counted at the last one. */

#include <errno.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <zmq.h>

static void check(int ok, const char *what)
{
    if (!ok) {
        fprintf(stderr, "libzmq_proxy: %s: %s\n", what, zmq_strerror(zmq_errno()));
        exit(1);
    }
}

static double now(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static long count;
static size_t size;
static void *front, *back, *source, *sink;

static void *run_proxy(void *unused)
{
    (void)unused;
    check(zmq_proxy(front, back, NULL) == -1 && zmq_errno() == ETERM, "proxy");
    zmq_close(front);
    zmq_close(back);
    return NULL;
}

static void *run_source(void *unused)
{
    char *body = calloc(size + 1, 1);
    (void)unused;
    check(body != NULL, "memory");
    for (long i = 0; i < count; i++)
        check(zmq_send(source, body, size, 0) == (int)size, "send");
    zmq_close(source);
    free(body);
    return NULL;
}

static double run_sink(void)
{
    char *body = malloc(size + 1);
    double start = 0;
    check(body != NULL, "memory");
    for (long i = 0; i < count; i++) {
        check(zmq_recv(sink, body, size, 0) == (int)size, "receive");
        if (i == 0)
            start = now();
    }
    free(body);
    start = now() - start;
    zmq_close(sink);
    return start;
}

/* join binds one socket and connects the other. */
static void join(void *bound, void *connected, const char *endpoint, const char *side)
{
    char at[512];
    size_t n = sizeof at;
    if (strncmp(endpoint, "tcp:", 4) == 0)
        side = "";
    snprintf(at, sizeof at, "%s%s%s", endpoint, *side ? "-" : "", side);
    check(zmq_bind(bound, at) == 0, "bind");
    check(zmq_getsockopt(bound, ZMQ_LAST_ENDPOINT, at, &n) == 0, "last endpoint");
    check(zmq_connect(connected, at) == 0, "connect");
}

int main(int argc, char **argv)
{
    void *contexts[3];
    pthread_t proxy, sender;
    int major, minor, patch, inproc;
    count = argc == 5 ? atol(argv[3]) : 0;
    if (count < 1 || atol(argv[4]) < 0 || strcmp(argv[1], "proxy-thr") != 0) {
        fprintf(stderr, "usage: libzmq_proxy proxy-thr ENDPOINT COUNT SIZE\n");
        return 2;
    }
    size = (size_t)atol(argv[4]);
    inproc = strncmp(argv[2], "inproc:", 7) == 0;
    for (int i = 0; i < 3; i++) {
        contexts[i] = inproc && i > 0 ? contexts[0] : zmq_ctx_new();
        check(contexts[i] != NULL, "context");
    }
    source = zmq_socket(contexts[0], ZMQ_PUSH);
    front = zmq_socket(contexts[1], ZMQ_PULL);
    back = zmq_socket(contexts[1], ZMQ_PUSH);
    sink = zmq_socket(contexts[2], ZMQ_PULL);
    check(source && front && back && sink, "socket");
    join(front, source, argv[2], "front");
    join(back, sink, argv[2], "back");
    check(pthread_create(&proxy, NULL, run_proxy, NULL) == 0, "thread");
    check(pthread_create(&sender, NULL, run_source, NULL) == 0, "thread");
    double seconds = run_sink();
    pthread_join(sender, NULL);
    zmq_ctx_shutdown(contexts[1]);
    pthread_join(proxy, NULL);
    for (int i = 0; i < (inproc ? 1 : 3); i++)
        zmq_ctx_term(contexts[i]);
    zmq_version(&major, &minor, &patch);
    printf("{\"library\": \"libzmq %d.%d.%d\", \"mode\": \"proxy-thr\", \"messages\": %ld, \"size\": %zu, \"seconds\": %.9f}\n",
           major, minor, patch, count, size, seconds);
    return 0;
}
