/* SPDX-License-Identifier: Apache-2.0 */

/* Connects that go through a SOCKS5 proxy, without and with a user. The proxies are in the
 * environment. */

#define ZMQ_BUILD_DRAFT_API
#include "expect.h"

static void talk(void *c, const char *proxy, const char *user, const char *password)
{
    char at[256], text[256];
    size_t n = sizeof at;
    void *rep = open_socket(c, ZMQ_REP), *req = open_socket(c, ZMQ_REQ);
    EXPECT(zmq_bind(rep, "tcp://127.0.0.1:*"), 0);
    EXPECT(zmq_getsockopt(rep, ZMQ_LAST_ENDPOINT, at, &n), 0);
    set_text(req, ZMQ_SOCKS_PROXY, proxy);
    n = sizeof text;
    EXPECT(zmq_getsockopt(req, ZMQ_SOCKS_PROXY, text, &n), 0);
    EXPECT(strcmp(text, proxy), 0);
    if (user) {
        set_text(req, ZMQ_SOCKS_USERNAME, user);
        set_text(req, ZMQ_SOCKS_PASSWORD, password);
    }
    EXPECT(zmq_connect(req, at), 0);
    EXPECT(zmq_send(req, "question", 8, 0), 8);
    EXPECT(strcmp(recv_text(rep, 0), "question"), 0);
    EXPECT(zmq_send(rep, "answer", 6, 0), 6);
    EXPECT(strcmp(recv_text(req, 0), "answer"), 0);
    zmq_close(req);
    zmq_close(rep);
}

int main(void)
{
    void *c = zmq_ctx_new();
    talk(c, text_of("PROXY"), NULL, NULL);
    talk(c, text_of("PROXY_WITH_USER"), "user", "secret");
    EXPECT(zmq_ctx_term(c), 0);
    return failed;
}
