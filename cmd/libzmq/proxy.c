//go:build cgo && linux

/* SPDX-License-Identifier: Apache-2.0 */

/* zmq_proxy, zmq_proxy_steerable and zmq_device. */

#include "library.h"

#include <string.h>

/* Messages that go one way before the other has its turn. */
enum { BURST = 1000 };

typedef struct side
{
    void *socket;
    uint64_t counts[4]; /* messages and octets received, messages and octets sent */
} side;

/* Copies a frame to the capture socket. */
static int capture_frame(void *capture, zmq_msg_t *msg, int flags)
{
    if (!capture)
        return 0;
    zmq_msg_t copy;
    zmq_msg_init(&copy);
    if (zmq_msg_copy(&copy, msg) < 0 || zmq_msg_send(&copy, capture, flags) < 0) {
        int e = errno;
        zmq_msg_close(&copy);
        errno = e;
        return -1;
    }
    zmq_msg_close(&copy);
    return 0;
}

/* Forwards one frame; 1 if others of its message follow, 0 if not, -1 on
 * failure. */
static int forward_frame(side *from, side *to, void *capture, zmq_msg_t *msg, int flags)
{
    if (zmq_msg_recv(msg, from->socket, flags) < 0)
        return -1;
    size_t size = zmq_msg_size(msg);
    int more = zmq_msg_more(msg), f = more ? ZMQ_SNDMORE : 0;
    from->counts[0] += !more; /* a message counts once, with its last frame */
    from->counts[1] += size;
    if (capture_frame(capture, msg, f) < 0 || zmq_msg_send(msg, to->socket, f) < 0)
        return -1;
    to->counts[2] += !more;
    to->counts[3] += size;
    return more;
}

static int forward(side *from, side *to, void *capture)
{
    zmq_msg_t msg;
    zmq_msg_init(&msg);
    int rc = 0;
    for (int i = 0; i < BURST && rc == 0; i++) {
        rc = forward_frame(from, to, capture, &msg, ZMQ_DONTWAIT);
        if (rc < 0 && errno == EAGAIN && i > 0) {
            rc = 0; /* all there was */
            break;
        }
        while (rc > 0)
            rc = forward_frame(from, to, capture, &msg, 0);
    }
    int e = errno;
    zmq_msg_close(&msg);
    errno = e;
    return rc;
}

enum state { ACTIVE, PAUSED, TERMINATED };

static int statistics(void *control, const side *front, const side *back)
{
    for (int i = 0; i < 8; i++) {
        uint64_t v = i < 4 ? front->counts[i] : back->counts[i - 4];
        if (zmq_send(control, &v, sizeof v, i < 7 ? ZMQ_SNDMORE : 0) < 0)
            return -1;
    }
    return 0;
}

/* Obeys one command. */
static int steer(void *control, enum state *state, const side *front, const side *back)
{
    char text[16];
    int n = zmq_recv(control, text, sizeof text, ZMQ_DONTWAIT), type;
    size_t len = sizeof type;
    if (n < 0)
        return errno == EAGAIN ? 0 : -1;
    if (n == 10 && memcmp(text, "STATISTICS", 10) == 0)
        return statistics(control, front, back);
    if (n == 5 && memcmp(text, "PAUSE", 5) == 0)
        *state = PAUSED;
    else if (n == 6 && memcmp(text, "RESUME", 6) == 0)
        *state = ACTIVE;
    else if (n == 9 && memcmp(text, "TERMINATE", 9) == 0)
        *state = TERMINATED;
    if (zmq_getsockopt(control, ZMQ_TYPE, &type, &len) < 0)
        return -1;
    return type == ZMQ_REP && zmq_send(control, NULL, 0, 0) < 0 ? -1 : 0;
}

int zmq_proxy_steerable(void *frontend, void *backend, void *capture, void *control)
{
    if (!frontend || !backend) {
        errno = EFAULT;
        return -1;
    }
    side front = {.socket = frontend}, back = {.socket = backend};
    bool same = frontend == backend;
    enum state state = ACTIVE;
    while (state != TERMINATED) {
        /* Wait for input; where it could not be passed on, for that instead. */
        zmq_pollitem_t items[3] = {{.socket = frontend, .events = ZMQ_POLLIN}, {.socket = backend, .events = ZMQ_POLLIN}, {.socket = control, .events = ZMQ_POLLIN}};
        zmq_pollitem_t out[2] = {{.socket = frontend, .events = ZMQ_POLLOUT}, {.socket = backend, .events = ZMQ_POLLOUT}};
        if (state == PAUSED)
            items[0].events = items[1].events = 0;
        if (zmq_poll(items, control ? 3 : 2, 0) < 0 || zmq_poll(out, 2, 0) < 0)
            return -1;
        bool front_in = items[0].revents, back_in = items[1].revents && !same;
        bool front_out = out[0].revents, back_out = out[1].revents;
        if (control && items[2].revents) {
            if (steer(control, &state, &front, &back) < 0)
                return -1;
            continue;
        }
        bool moved = false;
        if (front_in && (same || back_out)) {
            if (forward(&front, same ? &front : &back, capture) < 0)
                return -1;
            moved = true;
        }
        if (back_in && front_out) {
            if (forward(&back, &front, capture) < 0)
                return -1;
            moved = true;
        }
        if (moved)
            continue;
        if (front_in)
            items[0].events = 0, items[1].events |= ZMQ_POLLOUT;
        if (back_in)
            items[1].events &= ~ZMQ_POLLIN, items[0].events |= ZMQ_POLLOUT;
        if (zmq_poll(items, control ? 3 : 2, -1) < 0)
            return -1;
    }
    return 0;
}

int zmq_proxy(void *frontend, void *backend, void *capture)
{
    return zmq_proxy_steerable(frontend, backend, capture, NULL);
}

int zmq_device(int type, void *frontend, void *backend)
{
    (void)type;
    return zmq_proxy(frontend, backend, NULL);
}
