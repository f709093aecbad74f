/* SPDX-License-Identifier: Apache-2.0 */

/* One end of two PEERs; the other is a socket of Go.
 *
 *     peering connect ENDPOINT COUNT   asks COUNT times, in a row, and takes the answers
 *     peering bind ENDPOINT COUNT      says where it is bound, and answers COUNT times */

#define ZMQ_BUILD_DRAFT_API
#include "expect.h"

static void take(zmq_msg_t *m, void *s, int n)
{
    char want[32];
    snprintf(want, sizeof want, "%d", n);
    zmq_msg_init(m);
    EXPECT(zmq_msg_recv(m, s, 0), strlen(want));
    EXPECT(memcmp(zmq_msg_data(m), want, strlen(want)), 0);
}

static void ask(void *s, const char *endpoint, int count)
{
    uint32_t id = zmq_connect_peer(s, endpoint);
    EXPECT(id != 0, 1);
    for (int i = 0; i < count && !failed; i++) {
        zmq_msg_t m;
        char text[32];
        zmq_msg_init_buffer(&m, text, snprintf(text, sizeof text, "%d", i));
        EXPECT(zmq_msg_set_routing_id(&m, id), 0);
        EXPECT(zmq_msg_send(&m, s, 0), strlen(text));
    }
    for (int i = 0; i < count && !failed; i++) {
        zmq_msg_t m;
        take(&m, s, i);
        EXPECT(zmq_msg_routing_id(&m), id);
        zmq_msg_close(&m);
    }
}

static void answer(void *s, const char *endpoint, int count)
{
    char at[256];
    size_t n = sizeof at;
    MUST(zmq_bind(s, endpoint) == 0 && zmq_getsockopt(s, ZMQ_LAST_ENDPOINT, at, &n) == 0);
    printf("%s\n", at);
    fflush(stdout);
    for (int i = 0; i < count && !failed; i++) {
        zmq_msg_t m;
        take(&m, s, i);
        int size = zmq_msg_size(&m);
        EXPECT(zmq_msg_send(&m, s, 0), size); /* a message carries its sender */
    }
}

int main(int argc, char **argv)
{
    MUST(argc == 4);
    void *c = zmq_ctx_new(), *s = open_socket(c, ZMQ_PEER);
    set_int(s, ZMQ_SNDHWM, 0);
    set_int(s, ZMQ_RCVHWM, 0);
    set_int(s, ZMQ_SNDTIMEO, 300000);
    set_int(s, ZMQ_RCVTIMEO, 300000);
    set_int(s, ZMQ_LINGER, -1);
    (strcmp(argv[1], "bind") ? ask : answer)(s, argv[2], atoi(argv[3]));
    zmq_close(s);
    zmq_ctx_term(c);
    if (!failed)
        printf("as expected\n");
    return failed;
}
