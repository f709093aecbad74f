/* SPDX-License-Identifier: Apache-2.0 */

/* Endpoints of tipc, which Debian's libzmq has, too, and then of vsock and vmci, which it
 * does not have. ALL in the environment asks for the latter. */

#define ZMQ_BUILD_DRAFT_API
#include "expect.h"

static void connected(void *c, const char *endpoint, const char *last)
{
    char at[256];
    size_t n = sizeof at;
    void *s = open_socket(c, ZMQ_PUSH);
    EXPECT(zmq_connect(s, endpoint), 0);
    EXPECT(zmq_getsockopt(s, ZMQ_LAST_ENDPOINT, at, &n), 0);
    EXPECT(strcmp(at, last), 0);
    EXPECT(zmq_disconnect(s, endpoint), 0);
    EXPECT_FAIL(zmq_disconnect(s, endpoint), ENOENT);
    zmq_close(s);
}

static void refused(void *c, const char *endpoint)
{
    void *s = open_socket(c, ZMQ_PUSH);
    EXPECT(zmq_connect(s, endpoint), -1);
    EXPECT(zmq_bind(s, endpoint), -1);
    zmq_close(s);
}

static void tipc(void *c)
{
    connected(c, "tipc://{100,5,9}", "tipc://{100, 5, 9}");
    connected(c, "tipc://{100,1}", "tipc://{100, 1, 16777216}");
    connected(c, "tipc://{100,1}@1.2.3", "tipc://{100, 1, 16785411}");
    connected(c, "tipc://<1.2.3:4>", "tipc://<1.2.3:4>");
    refused(c, "tipc://{100,9,5}");
    refused(c, "tipc://{63,1}");
    refused(c, "tipc://{100}");
    refused(c, "tipc://1.2.3:4");
    refused(c, "tipc://<1.2.3>");
    void *s = open_socket(c, ZMQ_PUSH);
    EXPECT_FAIL(zmq_connect(s, "tipc://<*>"), EINVAL);
    EXPECT_FAIL(zmq_bind(s, "tipc://<1.2.3:4>"), EINVAL);
    zmq_close(s);
}

static void machines(void *c)
{
    EXPECT(zmq_has("vsock"), 1);
    EXPECT(zmq_has("vmci"), 1);
    connected(c, "vsock://@:5", "vsock://2:5");
    connected(c, "vsock://3:0005", "vsock://3:5");
    connected(c, "vmci://-1:5", "vmci://*:5");
    void *s = open_socket(c, ZMQ_PUSH);
    EXPECT_FAIL(zmq_connect(s, "vsock://3"), EINVAL);
    EXPECT_FAIL(zmq_bind(s, "vmci://x:5"), EINVAL);
    uint64_t size = 1 << 20;
    size_t n = sizeof size;
    int ms = 1500;
    EXPECT(zmq_setsockopt(s, ZMQ_VMCI_BUFFER_SIZE, &size, sizeof size), 0);
    EXPECT(zmq_setsockopt(s, ZMQ_VMCI_BUFFER_MIN_SIZE, &size, sizeof size), 0);
    EXPECT(zmq_setsockopt(s, ZMQ_VMCI_BUFFER_MAX_SIZE, &size, sizeof size), 0);
    EXPECT(zmq_setsockopt(s, ZMQ_VMCI_CONNECT_TIMEOUT, &ms, sizeof ms), 0);
    EXPECT_FAIL(zmq_setsockopt(s, ZMQ_VMCI_BUFFER_SIZE, &ms, sizeof ms), EINVAL);
    EXPECT_FAIL(zmq_getsockopt(s, ZMQ_VMCI_BUFFER_SIZE, &size, &n), EINVAL);
    zmq_close(s);
}

int main(void)
{
    void *c = zmq_ctx_new();
    EXPECT(zmq_has("tipc"), 1);
    tipc(c);
    if (getenv("ALL"))
        machines(c);
    EXPECT(zmq_ctx_term(c), 0);
    return failed;
}
