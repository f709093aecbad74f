/* SPDX-License-Identifier: Apache-2.0 */

/* bind, connect, unbind, disconnect: what is an endpoint, and what is not. */

#include "tell.h"

static const char *const bad[] = {
    "", "tcp", "tcp:", "tcp:/", "tcp://", "://x", "nothing", "invalid://127.0.0.1:*", "TCP://127.0.0.1:*", "tcp://127.0.0.1",
    "tcp://127.0.0.1:", "tcp://127.0.0.1:abc", "tcp://127.0.0.1:65536", "tcp://127.0.0.1:-1", "tcp://127.0.0.1:1x",
    "tcp://no.such.interface:1", "tcp://192.0.2.1:*", "tcp://*", "tcp://:5555", "ipc://", "ipc:///no/such/directory/x", "ipc://@",
    "inproc://", "tcp://[::1]", "tcp://127.0.0.1:5555:6666", "tcp:// 127.0.0.1:5555",
};
#define COUNT(a) (sizeof a / sizeof *a)

static void each(void *c, const char *what, int (*call)(void *, const char *))
{
    for (size_t i = 0; i < COUNT(bad); i++) {
        void *s = open_socket(c, ZMQ_DEALER);
        errno = 0;
        int rc = call(s, bad[i]);
        printf("%s '%s': %d %s\n", what, bad[i], rc, rc ? name_of(errno) : "");
        char last[256];
        size_t n = sizeof last;
        zmq_getsockopt(s, ZMQ_LAST_ENDPOINT, last, &n);
        printf("  last '%s'\n", strchr(last, '*') || !rc ? "…" : last);
        zmq_close(s);
    }
    errno = 0;
    int rc = call(NULL, "tcp://127.0.0.1:1");
    printf("%s on NULL: %d %s\n", what, rc, name_of(errno));
}

static void long_names(void *c)
{
    void *s = open_socket(c, ZMQ_DEALER);
    char path[300] = "ipc:///tmp/";
    memset(path + 11, 'x', 200);
    path[211] = 0;
    TELL(zmq_bind(s, path));
    TELL(zmq_connect(s, path));
    zmq_close(s);
}

static void table(void *c)
{
    char a[256], b[256];
    void *s = open_socket(c, ZMQ_DEALER), *t = open_socket(c, ZMQ_DEALER);
    bind_free(s, a, sizeof a);
    TELL(zmq_bind(t, a));
    TELL(zmq_connect(t, a));
    TELL(zmq_connect(t, a));
    TELL(zmq_disconnect(t, a));
    TELL(zmq_disconnect(t, a));
    TELL(zmq_unbind(t, a));
    TELL(zmq_unbind(s, a));
    TELL(zmq_unbind(s, a));
    TELL(zmq_bind(s, "inproc://n"));
    TELL(zmq_bind(t, "inproc://n"));
    TELL(zmq_bind(s, "inproc://n"));
    TELL(zmq_unbind(t, "inproc://n"));
    TELL(zmq_unbind(s, "inproc://n"));
    TELL(zmq_bind(t, "inproc://n"));
    TELL(zmq_connect(s, "inproc://n"));
    TELL(zmq_disconnect(s, "inproc://n"));
    TELL(zmq_disconnect(s, "inproc://n"));
    TELL(zmq_connect(s, "inproc://nobody"));
    TELL(zmq_disconnect(s, "inproc://nobody"));
    TELL(zmq_bind(s, "ipc://@capi-abstract-name"));
    size_t n = sizeof b;
    zmq_getsockopt(s, ZMQ_LAST_ENDPOINT, b, &n);
    printf("%s\n", b);
    TELL(zmq_unbind(s, "ipc://@capi-abstract-name"));
    TELL(zmq_bind(s, "tcp://*:*"));
    n = sizeof b;
    zmq_getsockopt(s, ZMQ_LAST_ENDPOINT, b, &n);
    printf("%.14s\n", b);
    TELL(zmq_unbind(s, b));
    TELL(zmq_bind(s, "tcp://lo:*"));
    n = sizeof b;
    zmq_getsockopt(s, ZMQ_LAST_ENDPOINT, b, &n);
    printf("%.16s\n", b);
    zmq_close(s);
    zmq_close(t);
}

static void types(void *c)
{
    void *s = open_socket(c, ZMQ_STREAM), *p = open_socket(c, ZMQ_PUSH);
    TELL(zmq_bind(s, "ipc://@capi-stream"));
    TELL(zmq_connect(p, "udp://127.0.0.1:5555"));
    TELL(zmq_bind(p, "udp://127.0.0.1:5555"));
    zmq_close(s);
    zmq_close(p);
}

static int unbind(void *s, const char *e) { return zmq_unbind(s, e); }

int main(void)
{
    void *c = zmq_ctx_new();
    each(c, "bind", zmq_bind);
    each(c, "connect", zmq_connect);
    each(c, "unbind", unbind);
    each(c, "disconnect", zmq_disconnect);
    long_names(c);
    table(c);
    types(c);
    return zmq_ctx_term(c);
}
