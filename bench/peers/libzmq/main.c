/* SPDX-License-Identifier: Apache-2.0 */

/* The roles of a measurement on libzmq, with the same command line and the same
 * output as the programs in Go, see package role:
 *
 *   libzmq ROLE ENDPOINT COUNT SIZE EXTRA
 *
 * One zmq_send or zmq_recv call a message, default options. */

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "peer.h"

/* The keys of package role. */
#define SERVER_PUBLIC "sg.IaC]k5QT^PP/frk6i0>Fult3t8aBzZdk^dz-}"
#define SERVER_SECRET "]B$hmT=rcokv)b!H.3Gd=/N[^q9Osdcg]DYgakD{"
#define CLIENT_PUBLIC "<zADCiH*CNf{KbnaiYHyVfh@<&@^Tu4p5/IjT^JJ"
#define CLIENT_SECRET "y!*x7uCcl1b.CFJ.]M<1t8ZUj9>e3o(d]m#86E3}"

static const struct part parts[] = {
    {"push", ZMQ_PUSH, 0, 0, push},
    {"pull", ZMQ_PULL, 1, 0, pull},
    {"curve-push", ZMQ_PUSH, 0, 1, push},
    {"curve-pull", ZMQ_PULL, 1, 1, pull},
    {"push-many", ZMQ_PUSH, 0, 0, push_many},
    {"pull-slow", ZMQ_PULL, 1, 0, pull_slow},
    {"push-parts", ZMQ_PUSH, 0, 0, push_parts},
    {"pull-parts", ZMQ_PULL, 1, 0, pull_parts},
    {"req", ZMQ_REQ, 0, 0, ask},
    {"rep", ZMQ_REP, 1, 0, reply},
    {"dealer", ZMQ_DEALER, 0, 0, ask},
    {"router", ZMQ_ROUTER, 1, 0, echo},
    {"accept", ZMQ_ROUTER, 1, 0, be_there},
    {"xpub", ZMQ_XPUB, 1, 0, publish},
    {"topics", ZMQ_XPUB, 1, 0, publish_topics},
};

void check(int ok, const char *what)
{
    if (!ok) {
        fprintf(stderr, "libzmq: %s: %s\n", what, zmq_strerror(zmq_errno()));
        exit(1);
    }
}

double now(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

void *memory(size_t size)
{
    void *p = calloc(size + 1, 1);
    check(p != NULL, "memory");
    return p;
}

void send_one(void *socket, const void *body, size_t size)
{
    check(zmq_send(socket, body, size, 0) == (int)size, "send");
}

void recv_one(void *socket, void *body, size_t size)
{
    check(zmq_recv(socket, body, size, 0) == (int)size, "receive");
}

void say_rate(long messages, double seconds)
{
    printf("{\"messages\": %ld, \"seconds\": %.9f}\n", messages, seconds);
    fflush(stdout);
}

static void wait_for_end(void)
{
    char c[64];
    while (read(0, c, sizeof c) > 0)
        ;
}

void stay(const struct job *j)
{
    if (j->alone)
        wait_for_end();
}

static void say_library(void)
{
    int major, minor, patch;
    long kb = 0;
    char line[256];
    FILE *status = fopen("/proc/self/status", "r");
    while (status != NULL && fgets(line, sizeof line, status) != NULL)
        if (sscanf(line, "VmHWM: %ld", &kb) == 1)
            break;
    if (status != NULL)
        fclose(status);
    zmq_version(&major, &minor, &patch);
    printf("{\"library\": \"libzmq %d.%d.%d\", \"peak_bytes\": %ld}\n", major, minor, patch, kb << 10);
    fflush(stdout);
}

static const struct part *find(const char *name)
{
    for (size_t i = 0; i < sizeof parts / sizeof *parts; i++)
        if (strcmp(name, parts[i].name) == 0)
            return &parts[i];
    fprintf(stderr, "libzmq: there is no role %s\n", name);
    exit(2);
}

static void set(void *socket, int option, const void *value, size_t size)
{
    check(zmq_setsockopt(socket, option, value, size) == 0, "option");
}

/* unsupported ends the program with its reason as the result, no failure. */
static void unsupported(const char *why)
{
    printf("{\"unsupported\": \"%s\"}\n", why);
    say_library();
    exit(0);
}

static void *open_socket(void *context, const struct part *p)
{
    int yes = 1;
    void *socket = zmq_socket(context, p->type);
    check(socket != NULL, "socket");
    if (p->type == ZMQ_XPUB) {
        set(socket, ZMQ_XPUB_VERBOSE, &yes, sizeof yes);
        set(socket, ZMQ_XPUB_NODROP, &yes, sizeof yes);
    }
    if (p->curve && !zmq_has("curve"))
        unsupported("this libzmq was built without CURVE");
    if (p->curve && p->binds) {
        set(socket, ZMQ_CURVE_SERVER, &yes, sizeof yes);
        set(socket, ZMQ_CURVE_SECRETKEY, SERVER_SECRET, 40);
    } else if (p->curve) {
        set(socket, ZMQ_CURVE_SERVERKEY, SERVER_PUBLIC, 40);
        set(socket, ZMQ_CURVE_PUBLICKEY, CLIENT_PUBLIC, 40);
        set(socket, ZMQ_CURVE_SECRETKEY, CLIENT_SECRET, 40);
    }
    return socket;
}

/* Two parts in one process: the connecting one has a thread of its own. */
struct end {
    const struct part *part;
    void *socket;
    const struct job *job;
};

static void *play_end(void *arg)
{
    struct end *e = arg;
    e->part->play(e->socket, e->job);
    zmq_close(e->socket);
    return NULL;
}

static void play(char *role, struct job *j)
{
    char bound[512];
    size_t n = sizeof bound;
    char *plus = strchr(role, '+');
    pthread_t thread;
    struct end ends[2] = {{0}};
    void *context = zmq_ctx_new();
    check(context != NULL, "context");
    j->alone = plus == NULL;
    if (plus != NULL)
        *plus++ = 0;
    ends[0] = (struct end){find(plus ? plus : role), NULL, j};
    ends[0].socket = open_socket(context, ends[0].part);
    if (ends[0].part->binds) {
        check(zmq_bind(ends[0].socket, j->endpoint) == 0, "bind");
        check(zmq_getsockopt(ends[0].socket, ZMQ_LAST_ENDPOINT, bound, &n) == 0, "last endpoint");
        j->endpoint = bound;
        if (j->alone) {
            printf("{\"endpoint\": \"%s\"}\n", bound);
            fflush(stdout);
        }
    } else {
        check(zmq_connect(ends[0].socket, j->endpoint) == 0, "connect");
    }
    if (plus != NULL) {
        ends[1] = (struct end){find(role), NULL, j};
        ends[1].socket = open_socket(context, ends[1].part);
        check(zmq_connect(ends[1].socket, j->endpoint) == 0, "connect");
        check(pthread_create(&thread, NULL, play_end, &ends[1]) == 0, "thread");
    }
    play_end(&ends[0]);
    if (plus != NULL)
        pthread_join(thread, NULL);
    zmq_ctx_term(context); /* returns when everything is sent */
}

int main(int argc, char **argv)
{
    struct job j = {0};
    if (argc != 6 || atol(argv[3]) < 0 || atol(argv[4]) < 0 || atol(argv[5]) < 0) {
        fprintf(stderr, "usage: libzmq ROLE ENDPOINT COUNT SIZE EXTRA\n");
        return 2;
    }
    j.endpoint = argv[2];
    j.count = atol(argv[3]);
    j.size = (size_t)atol(argv[4]);
    j.extra = atol(argv[5]);
    if (strcmp(argv[1], "proxy") == 0)
        proxy(&j);
    else if (strcmp(argv[1], "start") == 0)
        start(&j);
    else
        play(argv[1], &j);
    say_library();
    return 0;
}
