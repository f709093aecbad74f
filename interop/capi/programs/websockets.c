/* SPDX-License-Identifier: Apache-2.0 */

/* ws, wss and tls, which Debian's libzmq does not have: bind and connect, every option of
 * WSS, certificates that do not fit. The certificate, its key and its authority are in
 * the environment. */

#define ZMQ_BUILD_DRAFT_API
#include "expect.h"

static void *listener(void *c)
{
    void *s = open_socket(c, ZMQ_REP);
    set_text(s, ZMQ_WSS_CERT_PEM, text_of("CERT"));
    set_text(s, ZMQ_WSS_KEY_PEM, text_of("KEY"));
    return s;
}

static void talk(void *c, const char *endpoint, const char *begins)
{
    char at[256];
    size_t n = sizeof at;
    int yes = 1;
    void *rep = listener(c), *req = open_socket(c, ZMQ_REQ);
    EXPECT(zmq_bind(rep, endpoint), 0);
    EXPECT(zmq_getsockopt(rep, ZMQ_LAST_ENDPOINT, at, &n), 0);
    EXPECT(strncmp(at, begins, strlen(begins)), 0);
    set_text(req, ZMQ_WSS_TRUST_PEM, text_of("TRUST"));
    set_text(req, ZMQ_WSS_HOSTNAME, "server.example");
    EXPECT(zmq_setsockopt(req, ZMQ_WSS_TRUST_SYSTEM, &yes, sizeof yes), 0);
    EXPECT(zmq_connect(req, at), 0);
    EXPECT(zmq_send(req, "question", 8, 0), 8);
    EXPECT(strcmp(recv_text(rep, 0), "question"), 0);
    EXPECT(zmq_send(rep, "answer", 6, 0), 6);
    EXPECT(strcmp(recv_text(req, 0), "answer"), 0);
    EXPECT(zmq_disconnect(req, at), 0);
    EXPECT(zmq_unbind(rep, at), 0);
    EXPECT_FAIL(zmq_unbind(rep, at), ENOENT);
    zmq_close(req);
    zmq_close(rep);
}

/* A client that does not know the authority gets no connection. */
static void distrust(void *c)
{
    char at[256];
    size_t n = sizeof at;
    void *rep = listener(c), *req = open_socket(c, ZMQ_REQ), *monitor;
    EXPECT(zmq_bind(rep, "wss://127.0.0.1:*"), 0);
    EXPECT(zmq_getsockopt(rep, ZMQ_LAST_ENDPOINT, at, &n), 0);
    EXPECT(zmq_socket_monitor(req, "inproc://monitor", ZMQ_EVENT_HANDSHAKE_SUCCEEDED | ZMQ_EVENT_HANDSHAKE_FAILED_NO_DETAIL), 0);
    monitor = open_socket(c, ZMQ_PAIR);
    EXPECT(zmq_connect(monitor, "inproc://monitor"), 0);
    EXPECT(zmq_connect(req, at), 0);
    unsigned char event[6];
    EXPECT(zmq_recv(monitor, event, sizeof event, 0), 6);
    EXPECT(event[0] | event[1] << 8, ZMQ_EVENT_HANDSHAKE_FAILED_NO_DETAIL);
    zmq_close(monitor);
    zmq_close(req);
    zmq_close(rep);
}

int main(void)
{
    void *c = zmq_ctx_new();
    EXPECT(zmq_has("ws"), 1);
    EXPECT(zmq_has("wss"), 1);
    talk(c, "ws://127.0.0.1:*", "ws://127.0.0.1:");
    talk(c, "wss://127.0.0.1:*/path", "wss://127.0.0.1:");
    talk(c, "tls://127.0.0.1:*", "tls://127.0.0.1:");
    distrust(c);

    void *s = open_socket(c, ZMQ_PULL);
    EXPECT_FAIL(zmq_bind(s, "wss://127.0.0.1:*"), EINVAL); /* without a certificate */
    set_text(s, ZMQ_WSS_CERT_PEM, "nonsense");             /* which bind finds */
    EXPECT_FAIL(zmq_bind(s, "wss://127.0.0.1:*"), EINVAL);
    set_text(s, ZMQ_WSS_TRUST_PEM, "nonsense");
    set_text(s, ZMQ_WSS_CERT_PEM, "");
    EXPECT_FAIL(zmq_connect(s, "wss://127.0.0.1:9"), EINVAL);
    char back[100];
    size_t n = sizeof back;
    EXPECT_FAIL(zmq_getsockopt(s, ZMQ_WSS_KEY_PEM, back, &n), EINVAL);
    EXPECT_FAIL(zmq_bind(s, "ws://127.0.0.1"), EINVAL);
    void *stream = open_socket(c, ZMQ_STREAM);
    EXPECT(zmq_bind(stream, "ws://127.0.0.1:*"), -1);
    zmq_close(stream);
    zmq_close(s);
    zmq_ctx_term(c);
    return failed;
}
