/* SPDX-License-Identifier: Apache-2.0 */

/* The two ends of cmd/multicast on libzmq, with the same command line and the same output
 * as peers/group/ours:
 *
 *   libzmq pub|sub ENDPOINT RATE COUNT SIZE
 *
 * A publisher sends probes until a line comes on its standard input, then COUNT messages,
 * and ends with its input. A subscriber says when it has heard PROBES of them, and how long
 * it took from the first message to the last. */

#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>
#include <zmq.h>

/* A second of probes: a subscriber of libzmq that misses a packet before it has had a path
 * message may receive no more. */
#define PROBES 100

static void check(int ok, const char *what)
{
    if (!ok) {
        fprintf(stderr, "libzmq: %s: %s\n", what, zmq_strerror(zmq_errno()));
        exit(1);
    }
}

static void set(void *socket, int option, int value)
{
    check(zmq_setsockopt(socket, option, &value, sizeof value) == 0, "option");
}

static double now(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static double cpu(void)
{
    struct rusage u;
    getrusage(RUSAGE_SELF, &u);
    return (double)(u.ru_utime.tv_sec + u.ru_stime.tv_sec) + (double)(u.ru_utime.tv_usec + u.ru_stime.tv_usec) / 1e6;
}

static void publish(void *socket, long count, size_t size)
{
    struct pollfd input = {0, POLLIN, 0};
    char *body = calloc(size, 1), line[64];
    check(body != NULL, "memory");
    while (poll(&input, 1, 10) == 0)
        check(zmq_send(socket, "p", 1, 0) == 1, "send");
    (void)!read(0, line, sizeof line);
    double began = cpu();
    for (long i = 0; i < count; i++)
        check(zmq_send(socket, body, size, 0) == (int)size, "send");
    while (read(0, line, sizeof line) > 0)
        ;
    printf("{\"cpu\": %.6f}\n", cpu() - began);
    fflush(stdout);
    _exit(0);
}

static void subscribe(void *socket, long count, size_t size)
{
    char *body = calloc(size, 1);
    long n = 0;
    int heard = 0;
    double first = 0, last = 0, began = 0;
    check(body != NULL, "memory");
    while (n < count) {
        int k = zmq_recv(socket, body, size, 0);
        if (k < 0)
            break;
        if (k == 1) {
            if (++heard == PROBES)
                printf("{}\n");
            fflush(stdout);
            continue;
        }
        if (n++ == 0) {
            first = now();
            began = cpu();
        }
        last = now();
    }
    printf("{\"messages\": %ld, \"seconds\": %.6f, \"cpu\": %.6f}\n", n, last - first, cpu() - began);
    fflush(stdout);
    _exit(0);
}

int main(int argc, char **argv)
{
    check(argc == 6, "usage: libzmq pub|sub ENDPOINT RATE COUNT SIZE");
    int publishes = strcmp(argv[1], "pub") == 0;
    void *context = zmq_ctx_new(), *socket = zmq_socket(context, publishes ? ZMQ_PUB : ZMQ_SUB);
    check(socket != NULL, "socket");
    set(socket, ZMQ_RATE, atoi(argv[3]));
    set(socket, ZMQ_RECOVERY_IVL, 2000);
    set(socket, ZMQ_SNDBUF, 4 << 20);
    set(socket, ZMQ_RCVBUF, 4 << 20);
    set(socket, ZMQ_RCVHWM, 0);
    set(socket, ZMQ_SNDHWM, 10000);
    set(socket, ZMQ_RCVTIMEO, 10000);
    if (publishes)
        set(socket, ZMQ_XPUB_NODROP, 1);
    else
        check(zmq_setsockopt(socket, ZMQ_SUBSCRIBE, "", 0) == 0, "subscribe");
    check(zmq_connect(socket, argv[2]) == 0, argv[2]);
    (publishes ? publish : subscribe)(socket, atol(argv[4]), (size_t)atol(argv[5]));
}
