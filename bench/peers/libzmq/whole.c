/* SPDX-License-Identifier: Apache-2.0 */

/* Whole topologies in one process. */

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "peer.h"

static void *open_socket(void *context, int type)
{
    void *socket = zmq_socket(context, type);
    check(socket != NULL, "socket");
    return socket;
}

/* join binds one socket and connects the other. Names must be chosen. */
static void join(void *bound, void *connected, const char *endpoint, const char *name)
{
    char at[512];
    size_t n = sizeof at;
    if (strncmp(endpoint, "tcp:", 4) == 0)
        snprintf(at, sizeof at, "%s", endpoint);
    else
        snprintf(at, sizeof at, "%s-%s", endpoint, name);
    check(zmq_bind(bound, at) == 0, "bind");
    check(zmq_getsockopt(bound, ZMQ_LAST_ENDPOINT, at, &n) == 0, "last endpoint");
    check(zmq_connect(connected, at) == 0, "connect");
}

static void *front, *back, *source;

static void *run_proxy(void *unused)
{
    (void)unused;
    zmq_proxy(front, back, NULL);
    return NULL;
}

static void *run_source(void *j)
{
    push(source, j);
    return NULL;
}

/* PUSH, zmq_proxy between a PULL and a PUSH, PULL, each in a thread of its own: in
 * process in one context, over a network each party with a context, and so an I/O
 * thread, of its own. The process ends without tidying up. */
void proxy(const struct job *j)
{
    pthread_t thread;
    struct job sent = *j;
    void *contexts[3];
    int inproc = strncmp(j->endpoint, "inproc:", 7) == 0;
    for (int i = 0; i < 3; i++) {
        contexts[i] = inproc && i > 0 ? contexts[0] : zmq_ctx_new();
        check(contexts[i] != NULL, "context");
    }
    source = open_socket(contexts[0], ZMQ_PUSH);
    front = open_socket(contexts[1], ZMQ_PULL);
    back = open_socket(contexts[1], ZMQ_PUSH);
    void *sink = open_socket(contexts[2], ZMQ_PULL);
    join(front, source, j->endpoint, "front");
    join(sink, back, j->endpoint, "sink");
    sent.alone = 0;
    check(pthread_create(&thread, NULL, run_proxy, NULL) == 0, "thread");
    check(pthread_create(&thread, NULL, run_source, &sent) == 0, "thread");
    pull(sink, j);
}

/* The life of a small program, measured from outside. */
void start(const struct job *j)
{
    char *body = memory(j->size);
    void *context = zmq_ctx_new();
    void *bound = open_socket(context, ZMQ_PULL), *connected = open_socket(context, ZMQ_PUSH);
    join(bound, connected, j->endpoint, "start");
    send_one(connected, body, j->size);
    recv_one(bound, body, j->size);
    zmq_close(connected);
    zmq_close(bound);
    zmq_ctx_term(context);
    free(body);
}
