/* SPDX-License-Identifier: Apache-2.0 */

/* Proxies. */

#include "tell.h"

struct proxy
{
    void *front, *back, *capture, *control;
    int rc, e, steerable;
};

static void *run(void *arg)
{
    struct proxy *p = arg;
    errno = 0;
    if (p->steerable == 2)
        p->rc = zmq_device(ZMQ_QUEUE, p->front, p->back);
    else
        p->rc = p->steerable ? zmq_proxy_steerable(p->front, p->back, p->capture, p->control) : zmq_proxy(p->front, p->back, p->capture);
    p->e = errno;
    return NULL;
}

static void request(void *q, void *p, int frames)
{
    for (int i = 0; i < frames; i++)
        MUST(zmq_send(q, "request", 7, i < frames - 1 ? ZMQ_SNDMORE : 0) == 7);
    for (int i = 0; i < frames; i++)
        printf("%s more %d\n", recv_text(p, 0), get_int(p, ZMQ_RCVMORE));
    MUST(zmq_send(p, "reply", 5, 0) == 5);
    printf("%s\n", recv_text(q, 0));
}

static void queue(int steerable)
{
    void *c = zmq_ctx_new();
    struct proxy x = {open_socket(c, ZMQ_ROUTER), open_socket(c, ZMQ_DEALER), NULL, NULL, 0, 0, steerable};
    void *capture = NULL, *control = NULL;
    char front[256], back[256];
    bind_free(x.front, front, sizeof front);
    bind_free(x.back, back, sizeof back);
    if (steerable != 2) {
        x.capture = open_socket(c, ZMQ_PAIR);
        capture = open_socket(c, ZMQ_PAIR);
        MUST(zmq_bind(x.capture, "inproc://capture") == 0 && zmq_connect(capture, "inproc://capture") == 0);
    }
    if (steerable == 1) {
        x.control = open_socket(c, ZMQ_PAIR);
        control = open_socket(c, ZMQ_PAIR);
        MUST(zmq_bind(x.control, "inproc://control") == 0 && zmq_connect(control, "inproc://control") == 0);
    }
    void *q = open_socket(c, ZMQ_REQ), *p = open_socket(c, ZMQ_REP);
    MUST(zmq_connect(q, front) == 0 && zmq_connect(p, back) == 0);
    pthread_t t;
    pthread_create(&t, NULL, run, &x);
    request(q, p, 1);
    request(q, p, 3);
    if (capture) {
        /* [id] [] request, then [id] [] reply */
        int frames = 0, more = 0;
        for (int m = 0; m < 4; m++)
            do {
                zmq_msg_t msg;
                zmq_msg_init(&msg);
                MUST(zmq_msg_recv(&msg, capture, 0) >= 0);
                more = zmq_msg_more(&msg);
                frames++;
                zmq_msg_close(&msg);
            } while (more);
        printf("captured %d frames\n", frames);
    }
    if (control) {
        TELL(zmq_send(control, "STATISTICS", 10, 0));
        for (int i = 0; i < 8; i++) {
            uint64_t v = 0;
            int n = zmq_recv(control, &v, sizeof v, 0);
            printf("%d octets: %llu more %d\n", n, (unsigned long long)v, get_int(control, ZMQ_RCVMORE));
        }
        TELL(zmq_send(control, "TERMINATE", 9, 0));
    } else {
        TELL(zmq_ctx_shutdown(c));
    }
    pthread_join(t, NULL);
    printf("ended with %d %s\n", x.rc, x.rc ? name_of(x.e) : "");
    zmq_close(x.front);
    zmq_close(x.back);
    zmq_close(q);
    zmq_close(p);
    if (x.capture) {
        zmq_close(x.capture);
        zmq_close(capture);
    }
    if (x.control) {
        zmq_close(x.control);
        zmq_close(control);
    }
    TELL(zmq_ctx_term(c));
}

int main(void)
{
    void *c = zmq_ctx_new(), *s = open_socket(c, ZMQ_PULL);
    TELL(zmq_proxy(NULL, s, NULL));
    TELL(zmq_proxy(s, NULL, NULL));
    TELL(zmq_proxy_steerable(NULL, NULL, NULL, NULL));
    zmq_close(s);
    zmq_ctx_term(c);
    queue(0);
    queue(1);
    queue(2);
    return 0;
}
