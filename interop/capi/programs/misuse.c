/* SPDX-License-Identifier: Apache-2.0 */

/* Sizes that no buffer has and pointers that are NULL, where libzmq ends the process or
 * worse: an errno. */

#define ZMQ_BUILD_DRAFT_API
#include "expect.h"

static const size_t huge[] = {SIZE_MAX, SIZE_MAX - 20, (size_t)1 << 62, (size_t)1 << 48};
enum { HUGE_SIZES = sizeof huge / sizeof *huge };

static void sizes(void *s)
{
    char buf[64];
    int v = 1;
    zmq_msg_t m;
    for (int i = 0; i < HUGE_SIZES; i++) {
        size_t n = huge[i];
        struct iovec io = {buf, n};
        EXPECT_FAIL(zmq_setsockopt(s, ZMQ_SNDHWM, &v, n), EINVAL);
        EXPECT_FAIL(zmq_setsockopt(s, ZMQ_ROUTING_ID, buf, n), EINVAL);
        EXPECT_FAIL(zmq_getsockopt(s, ZMQ_SNDHWM, &v, &n), EINVAL);
        EXPECT_FAIL(zmq_getsockopt(s, ZMQ_RCVMORE, &v, &n), EINVAL);
        EXPECT_FAIL(zmq_getsockopt(s, ZMQ_ROUTING_ID, buf, &n), EINVAL);
        EXPECT_FAIL(zmq_send(s, buf, n, ZMQ_DONTWAIT), ENOMEM);
        EXPECT_FAIL(zmq_send_const(s, buf, n, ZMQ_DONTWAIT), ENOMEM);
        EXPECT_FAIL(zmq_sendiov(s, &io, 1, ZMQ_DONTWAIT), ENOMEM);
        EXPECT_FAIL(zmq_recv(s, buf, n, ZMQ_DONTWAIT), EAGAIN);
        EXPECT_FAIL(zmq_msg_init_size(&m, n), ENOMEM);
        EXPECT_FAIL(zmq_socket_get_peer_state(s, buf, n), EINVAL);
        EXPECT(zmq_z85_encode(buf, (uint8_t *)buf, n & ~(size_t)3), 0);
        EXPECT(zmq_msg_init_data(&m, buf, n, NULL, NULL), 0);
        EXPECT_FAIL(zmq_msg_send(&m, s, ZMQ_DONTWAIT), ENOMEM);
        zmq_msg_close(&m);
    }
}

static void nothing(void *s)
{
    char buf[64];
    int v = 1;
    size_t n = sizeof v;
    zmq_msg_t m;
    struct iovec io = {NULL, 4};
    EXPECT_FAIL(zmq_setsockopt(s, ZMQ_SNDHWM, NULL, 4), EINVAL);
    EXPECT_FAIL(zmq_setsockopt(s, ZMQ_ROUTING_ID, NULL, 4), EINVAL);
    EXPECT_FAIL(zmq_getsockopt(s, ZMQ_SNDHWM, NULL, &n), EINVAL);
    EXPECT_FAIL(zmq_getsockopt(s, ZMQ_SNDHWM, &v, NULL), EINVAL);
    EXPECT_FAIL(zmq_connect(s, NULL), EINVAL);
    EXPECT_FAIL(zmq_bind(s, NULL), EINVAL);
    EXPECT_FAIL(zmq_unbind(s, NULL), EINVAL);
    EXPECT_FAIL(zmq_disconnect(s, NULL), EINVAL);
    EXPECT_FAIL(zmq_send(s, NULL, 4, ZMQ_DONTWAIT), EFAULT);
    EXPECT_FAIL(zmq_send(s, NULL, 0, ZMQ_DONTWAIT), EAGAIN);
    EXPECT_FAIL(zmq_send_const(s, NULL, 4, ZMQ_DONTWAIT), EFAULT);
    EXPECT_FAIL(zmq_sendiov(s, &io, 1, ZMQ_DONTWAIT), EFAULT);
    EXPECT_FAIL(zmq_recv(s, NULL, 4, ZMQ_DONTWAIT), EFAULT);
    EXPECT_FAIL(zmq_recv(s, NULL, 0, ZMQ_DONTWAIT), EAGAIN);
    EXPECT_FAIL(zmq_msg_recv(NULL, s, ZMQ_DONTWAIT), EFAULT);
    EXPECT_FAIL(zmq_msg_send(NULL, s, ZMQ_DONTWAIT), EFAULT);
    EXPECT_FAIL(zmq_recviov(s, NULL, NULL, 0), EINVAL);
    EXPECT_FAIL(zmq_socket_get_peer_state(s, NULL, 4), EINVAL);
    EXPECT_FAIL(zmq_msg_init(NULL), EFAULT);
    EXPECT_FAIL(zmq_msg_init_size(NULL, 4), EFAULT);
    EXPECT_FAIL(zmq_msg_init_buffer(&m, NULL, 4), EFAULT);
    EXPECT_FAIL(zmq_msg_init_data(&m, NULL, 4, NULL, NULL), EFAULT);
    EXPECT_FAIL(zmq_msg_close(NULL), EFAULT);
    EXPECT_FAIL(zmq_msg_get(NULL, ZMQ_MORE), EFAULT);
    EXPECT(zmq_msg_gets(NULL, "User-Id"), 0);
    EXPECT(zmq_msg_data(NULL), 0);
    EXPECT(zmq_msg_size(NULL), 0);
    EXPECT(zmq_has(NULL), 0);
    EXPECT(zmq_z85_encode(NULL, NULL, 3) == NULL && errno == EINVAL, 1);
    EXPECT(zmq_z85_encode(buf, NULL, 4) == NULL && errno == EFAULT, 1);
    EXPECT(zmq_z85_encode(NULL, (uint8_t *)buf, 4), 0);
    EXPECT(zmq_z85_decode(NULL, "Hello"), 0);
    EXPECT(zmq_z85_decode((uint8_t *)buf, NULL), 0);
    EXPECT_FAIL(zmq_curve_keypair(NULL, buf), EFAULT);
    EXPECT_FAIL(zmq_curve_keypair(buf, NULL), EFAULT);
    EXPECT_FAIL(zmq_curve_public(NULL, "x"), EFAULT);
    EXPECT_FAIL(zmq_curve_public(buf, NULL), EFAULT);
    EXPECT(zmq_threadstart(NULL, NULL), 0);
    EXPECT(zmq_atomic_counter_inc(NULL), 0);
    EXPECT(zmq_atomic_counter_dec(NULL), 0);
    EXPECT(zmq_atomic_counter_value(NULL), 0);
    zmq_atomic_counter_set(NULL, 1);
    zmq_atomic_counter_destroy(NULL);
    zmq_version(NULL, NULL, NULL);
}

static void never(int id, void *arg) { (void)id, (void)arg, failed = 1; }

/* An interval beyond all time does not come to an end. */
static void intervals(void)
{
    void *t = zmq_timers_new();
    EXPECT(zmq_timers_add(t, SIZE_MAX, never, NULL) > 0, 1);
    EXPECT(zmq_timers_add(t, (size_t)INT64_MAX, never, NULL) > 0, 1);
    EXPECT(zmq_timers_execute(t), 0);
    EXPECT(zmq_timers_timeout(t) > 1 << 30, 1);
    EXPECT(zmq_timers_destroy(&t), 0);
}

int main(void)
{
    void *c = zmq_ctx_new(), *s = open_socket(c, ZMQ_DEALER);
    MUST(zmq_bind(s, "inproc://here") == 0);
    sizes(s);
    nothing(s);
    intervals();
    zmq_close(s);
    zmq_ctx_term(c);
    return failed;
}
