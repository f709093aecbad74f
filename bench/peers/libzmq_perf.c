/* SPDX-License-Identifier: Apache-2.0 */

/* One end of a measurement on libzmq, with the same command line and the same
 * output as cmd/peer:
 *
 *   libzmq_perf MODE ENDPOINT COUNT SIZE
 *
 * pull-thr and rep-lat bind and print {"endpoint": "..."} first; push-thr and
 * req-lat connect. pull-thr and req-lat print a result at the end. One
 * zmq_send or zmq_recv call a message, default options. */

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <zmq.h>

/* Round trips before the clock starts, as in cmd/peer. */
#define WARM_UP 1000

static void check(int ok, const char *what)
{
    if (!ok) {
        fprintf(stderr, "libzmq_perf: %s: %s\n", what, zmq_strerror(zmq_errno()));
        exit(1);
    }
}

static double now(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static void send_one(void *socket, const void *body, size_t size)
{
    check(zmq_send(socket, body, size, 0) == (int)size, "send");
}

static void recv_one(void *socket, void *body, size_t size)
{
    check(zmq_recv(socket, body, size, 0) == (int)size, "receive");
}

static void print_head(const char *mode, long count, size_t size)
{
    int major, minor, patch;
    zmq_version(&major, &minor, &patch);
    printf("{\"library\": \"libzmq %d.%d.%d\", \"mode\": \"%s\", \"messages\": %ld, \"size\": %zu, ",
           major, minor, patch, mode, count, size);
}

static void push_throughput(void *socket, long count, char *body, size_t size)
{
    for (long i = 0; i < count; i++)
        send_one(socket, body, size);
}

static void pull_throughput(void *socket, long count, char *body, size_t size)
{
    recv_one(socket, body, size);
    double start = now();
    for (long i = 1; i < count; i++)
        recv_one(socket, body, size);
    double seconds = now() - start;
    print_head("pull-thr", count, size);
    printf("\"seconds\": %.9f}\n", seconds);
}

static void reply_latency(void *socket, long count, char *body, size_t size)
{
    for (long i = 0; i < count + WARM_UP; i++) {
        recv_one(socket, body, size);
        send_one(socket, body, size);
    }
}

static int by_value(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

static void request_latency(void *socket, long count, char *body, size_t size)
{
    double *micros = calloc((size_t)count, sizeof *micros), sum = 0;
    check(micros != NULL, "memory");
    for (long i = -WARM_UP; i < count; i++) {
        double start = now();
        send_one(socket, body, size);
        recv_one(socket, body, size);
        if (i >= 0)
            sum += micros[i] = (now() - start) * 1e6 / 2;
    }
    qsort(micros, (size_t)count, sizeof *micros, by_value);
    print_head("req-lat", count, size);
    printf("\"median_us\": %.3f, \"mean_us\": %.3f, \"p99_us\": %.3f}\n",
           micros[count / 2], sum / (double)count, micros[count * 99 / 100]);
    free(micros);
}

static const struct mode {
    const char *name;
    int type;
    int binds;
    void (*run)(void *socket, long count, char *body, size_t size);
} modes[] = {
    {"push-thr", ZMQ_PUSH, 0, push_throughput},
    {"pull-thr", ZMQ_PULL, 1, pull_throughput},
    {"req-lat", ZMQ_REQ, 0, request_latency},
    {"rep-lat", ZMQ_REP, 1, reply_latency},
};

static void attach(void *socket, const struct mode *mode, const char *endpoint)
{
    char bound[256];
    size_t size = sizeof bound;
    if (!mode->binds) {
        check(zmq_connect(socket, endpoint) == 0, "connect");
        return;
    }
    check(zmq_bind(socket, endpoint) == 0, "bind");
    check(zmq_getsockopt(socket, ZMQ_LAST_ENDPOINT, bound, &size) == 0, "last endpoint");
    printf("{\"endpoint\": \"%s\"}\n", bound);
    fflush(stdout);
}

/* The keys that are published with the documentation of CURVE. */
static void encrypt(void *socket, int server)
{
    static const char client_public[] = "Yne@$w-vo<fVvi]a<NY6T1ed:M$fCG*[IaLV{hID";
    static const char client_secret[] = "D:)Q[IlAW!ahhC2ac:9*A}h:p?([4%wOTJ%JR%cs";
    static const char server_public[] = "rq:rM>}U?@Lns47E1%kR.o@n%FcmmsL/@{H8]yf7";
    static const char server_secret[] = "JTKVSB%%)wK0E.X)V>+}o?pNmC{O&4W4b!Ni{Lh6";
    int on = 1;
    if (server) {
        check(zmq_setsockopt(socket, ZMQ_CURVE_SECRETKEY, server_secret, sizeof server_secret) == 0, "secret key");
        check(zmq_setsockopt(socket, ZMQ_CURVE_SERVER, &on, sizeof on) == 0, "server");
        return;
    }
    check(zmq_setsockopt(socket, ZMQ_CURVE_PUBLICKEY, client_public, sizeof client_public) == 0, "public key");
    check(zmq_setsockopt(socket, ZMQ_CURVE_SECRETKEY, client_secret, sizeof client_secret) == 0, "secret key");
    check(zmq_setsockopt(socket, ZMQ_CURVE_SERVERKEY, server_public, sizeof server_public) == 0, "server key");
}

int main(int argc, char **argv)
{
    const struct mode *mode = NULL;
    const char *name = argc == 5 ? argv[1] : "";
    int curve = strncmp(name, "curve-", 6) == 0;
    name += curve ? 6 : 0;
    for (size_t i = 0; argc == 5 && i < sizeof modes / sizeof *modes; i++)
        if (strcmp(name, modes[i].name) == 0)
            mode = &modes[i];
    long count = mode ? atol(argv[3]) : 0, size = mode ? atol(argv[4]) : -1;
    if (count < 1 || size < 0) {
        fprintf(stderr, "usage: libzmq_perf [curve-]push-thr|pull-thr|req-lat|rep-lat ENDPOINT COUNT SIZE\n");
        return 2;
    }
    char *body = calloc((size_t)size + 1, 1);
    void *context = zmq_ctx_new();
    check(body != NULL && context != NULL, "memory");
    void *socket = zmq_socket(context, mode->type);
    check(socket != NULL, "socket");
    if (curve)
        encrypt(socket, mode->binds);
    attach(socket, mode, argv[2]);
    mode->run(socket, count, body, (size_t)size);
    zmq_close(socket);
    zmq_ctx_term(context); /* returns when everything is sent */
    free(body);
    return 0;
}
