/* SPDX-License-Identifier: Apache-2.0 */

/* What the programs have in common. Each tells on its standard output what every
 * call returned; run on libzmq and on our library, the output must be the same. */

#include <errno.h>
#include <limits.h>
#include <pthread.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/time.h>
#include <sys/uio.h>
#include <unistd.h>
#include <zmq.h>

static inline const char *name_of(int e)
{
    static char number[32];
    switch (e) {
#define NAME(x)                                                                \
    case x:                                                                    \
        return #x
        NAME(0);
        NAME(EAGAIN);
        NAME(EINTR);
        NAME(EINVAL);
        NAME(EFAULT);
        NAME(ENOTSOCK);
        NAME(ENOTSUP);
        NAME(EFSM);
        NAME(ETERM);
        NAME(EMTHREAD);
        NAME(EMFILE);
        NAME(ENOMEM);
        NAME(EPROTONOSUPPORT);
        NAME(ENOCOMPATPROTO);
        NAME(EADDRINUSE);
        NAME(EADDRNOTAVAIL);
        NAME(ENODEV);
        NAME(EACCES);
        NAME(ENOENT);
        NAME(ENAMETOOLONG);
        NAME(EHOSTUNREACH);
        NAME(EBADF);
#undef NAME
    }
    snprintf(number, sizeof number, "errno %d", e);
    return number;
}

/* Tells what a call that returns a number and sets errno on failure did. */
#define TELL(call)                                                             \
    do {                                                                       \
        errno = 0;                                                             \
        long r_ = (long)(call);                                                \
        if (r_ < 0)                                                            \
            printf("%s = %ld %s\n", #call, r_, name_of(zmq_errno()));          \
        else                                                                   \
            printf("%s = %ld\n", #call, r_);                                   \
        fflush(stdout);                                                        \
    } while (0)

/* The same for a call that returns a pointer. */
#define TELL_PTR(call)                                                         \
    do {                                                                       \
        errno = 0;                                                             \
        if ((call) != NULL)                                                    \
            printf("%s: there\n", #call);                                      \
        else                                                                   \
            printf("%s: NULL %s\n", #call, name_of(zmq_errno()));              \
        fflush(stdout);                                                        \
    } while (0)

/* A call that must succeed for the rest to make sense. */
#define MUST(call)                                                             \
    do {                                                                       \
        if (!(call)) {                                                         \
            printf("%s:%d: %s: %s\n", __FILE__, __LINE__, #call, zmq_strerror(zmq_errno())); \
            exit(1);                                                           \
        }                                                                      \
    } while (0)

static inline void set_int(void *s, int option, int value) { MUST(zmq_setsockopt(s, option, &value, sizeof value) == 0); }

static inline int get_int(void *s, int option)
{
    int v = -99;
    size_t n = sizeof v;
    return zmq_getsockopt(s, option, &v, &n) == 0 ? v : -1;
}

/* Binds to a free port of this machine and returns the endpoint. */
static inline const char *bind_free(void *s, char *endpoint, size_t size)
{
    MUST(zmq_bind(s, "tcp://127.0.0.1:*") == 0);
    MUST(zmq_getsockopt(s, ZMQ_LAST_ENDPOINT, endpoint, &size) == 0);
    return endpoint;
}

static inline void *open_socket(void *context, int type)
{
    void *s = zmq_socket(context, type);
    MUST(s != NULL);
    int limit = 30000; /* a call that hangs says so */
    MUST(zmq_setsockopt(s, ZMQ_RCVTIMEO, &limit, sizeof limit) == 0);
    MUST(zmq_setsockopt(s, ZMQ_SNDTIMEO, &limit, sizeof limit) == 0);
    set_int(s, ZMQ_LINGER, 0);
    return s;
}

/* A bound and a connected socket that have met, over TCP. */
static inline void join_tcp(void *bound, void *connected)
{
    char endpoint[256];
    MUST(zmq_connect(connected, bind_free(bound, endpoint, sizeof endpoint)) == 0);
}

/* Waits until a socket can do something, without taking anything from it. */
static inline int wait_for(void *s, short events)
{
    zmq_pollitem_t item = {s, 0, events, 0};
    return zmq_poll(&item, 1, 30000);
}

/* Receives one frame as text. */
static inline const char *recv_text(void *s, int flags)
{
    static char text[512];
    int n = zmq_recv(s, text, sizeof text - 1, flags);
    if (n < 0) {
        snprintf(text, sizeof text, "%s", name_of(zmq_errno()));
        return text;
    }
    text[n < (int)sizeof text - 1 ? n : (int)sizeof text - 1] = 0;
    return text;
}
