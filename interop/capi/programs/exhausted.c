/* SPDX-License-Identifier: Apache-2.0 */

/* No descriptors are left: calls fail with EMFILE, and what is there goes on. */

#include "expect.h"
#include <fcntl.h>
#include <sys/resource.h>

int main(void)
{
    enum { LIMIT = 64 };
    void *c = zmq_ctx_new(), *out = open_socket(c, ZMQ_PUSH), *in = open_socket(c, ZMQ_PULL), *late = open_socket(c, ZMQ_PULL);
    struct rlimit limit;
    int taken[LIMIT], n = 0, fd;
    join_tcp(in, out);
    EXPECT(zmq_send(out, "before", 6, 0), 6);
    EXPECT(strcmp(recv_text(in, 0), "before"), 0);
    MUST(getrlimit(RLIMIT_NOFILE, &limit) == 0);
    limit.rlim_cur = LIMIT;
    MUST(setrlimit(RLIMIT_NOFILE, &limit) == 0);
    while ((fd = open("/dev/null", O_RDONLY)) >= 0)
        taken[n++] = fd;
    MUST(n > 0);
    EXPECT(zmq_socket(c, ZMQ_PULL) == NULL && errno == EMFILE, 1);
    EXPECT_FAIL(zmq_bind(late, "tcp://127.0.0.1:*"), EMFILE);
    EXPECT(zmq_connect(late, "tcp://127.0.0.1:9"), 0); /* tried again in the background */
    EXPECT(zmq_send(out, "meanwhile", 9, 0), 9);
    EXPECT(strcmp(recv_text(in, 0), "meanwhile"), 0);
    while (n > 0)
        close(taken[--n]);
    void *more = zmq_socket(c, ZMQ_PULL);
    EXPECT(more != NULL, 1);
    EXPECT(zmq_bind(late, "tcp://127.0.0.1:*"), 0);
    zmq_close(more);
    zmq_close(late);
    zmq_close(in);
    zmq_close(out);
    zmq_ctx_term(c);
    return failed;
}
