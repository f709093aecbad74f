/* SPDX-License-Identifier: Apache-2.0 */

/* No memory for what was received: the call fails with ENOMEM, and the message is
 * still there for the next one, whole. libzmq allocates elsewhere, in its I/O
 * threads: what is right is checked here. */

#include "expect.h"

enum { LARGE = 9000 };

extern void *__libc_malloc(size_t size);

static int denied = -1; /* how many large allocations succeed before one fails; -1: all do */

/* The library's allocations come here too. */
void *malloc(size_t size)
{
    if (size >= LARGE && denied >= 0 && denied-- == 0) {
        errno = ENOMEM;
        return NULL;
    }
    return __libc_malloc(size);
}

static void send_parts(void *s)
{
    static char large[LARGE];
    for (int i = 0; i < 3; i++) {
        memset(large, 'a' + i, sizeof large);
        EXPECT(zmq_send(s, large, i < 2 ? LARGE : 5, i < 2 ? ZMQ_SNDMORE : 0), i < 2 ? LARGE : 5);
    }
}

static void receive_parts(void *s)
{
    for (int i = 0; i < 3; i++) {
        zmq_msg_t m;
        zmq_msg_init(&m);
        EXPECT(zmq_msg_recv(&m, s, 0), i < 2 ? LARGE : 5);
        EXPECT(*(char *)zmq_msg_data(&m), 'a' + i);
        EXPECT(zmq_msg_more(&m), i < 2);
        EXPECT(zmq_msg_gets(&m, "Peer-Address") != NULL, 1);
        zmq_msg_close(&m);
    }
}

int main(void)
{
    void *c = zmq_ctx_new(), *out = open_socket(c, ZMQ_PUSH), *in = open_socket(c, ZMQ_PULL);
    join_tcp(in, out);
    send_parts(out); /* the buffer has its size after this one */
    receive_parts(in);
    for (int allowed = 0; allowed < 2; allowed++) {
        send_parts(out);
        EXPECT(wait_for(in, ZMQ_POLLIN), 1);
        zmq_msg_t m;
        zmq_msg_init(&m);
        denied = allowed;
        EXPECT_FAIL(zmq_msg_recv(&m, in, 0), ENOMEM);
        EXPECT(denied, -1);
        zmq_msg_close(&m);
        EXPECT(wait_for(in, ZMQ_POLLIN), 1);
        receive_parts(in);
    }
    EXPECT_FAIL(zmq_recv(in, NULL, 0, ZMQ_DONTWAIT), EAGAIN);
    zmq_close(out);
    zmq_close(in);
    zmq_ctx_term(c);
    return failed;
}
