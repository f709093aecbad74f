/* SPDX-License-Identifier: Apache-2.0 */

/* The draft socket types and functions: what every call returns. Debian's libzmq has
 * not all of these functions, the one in the package zeromq of Node.js has. */

#define ZMQ_BUILD_DRAFT_API
#include "tell.h"

static const struct {
    int number;
    const char *name;
} types[] = {{ZMQ_SERVER, "SERVER"}, {ZMQ_CLIENT, "CLIENT"}, {ZMQ_RADIO, "RADIO"}, {ZMQ_DISH, "DISH"}, {ZMQ_GATHER, "GATHER"},
             {ZMQ_SCATTER, "SCATTER"}, {ZMQ_DGRAM, "DGRAM"}, {ZMQ_PEER, "PEER"}, {ZMQ_CHANNEL, "CHANNEL"}};

static const int options[] = {
    ZMQ_HELLO_MSG, ZMQ_DISCONNECT_MSG, ZMQ_HICCUP_MSG, ZMQ_PRIORITY, ZMQ_RECONNECT_STOP, ZMQ_BUSY_POLL,
    ZMQ_XPUB_MANUAL_LAST_VALUE, ZMQ_MULTICAST_LOOP, ZMQ_ROUTER_NOTIFY, ZMQ_ONLY_FIRST_SUBSCRIBE, ZMQ_ZAP_ENFORCE_DOMAIN,
    ZMQ_IN_BATCH_SIZE, ZMQ_OUT_BATCH_SIZE, ZMQ_XPUB_NODROP, ZMQ_XPUB_VERBOSE, ZMQ_XPUB_WELCOME_MSG, ZMQ_SUBSCRIBE,
    ZMQ_UNSUBSCRIBE, ZMQ_ROUTER_MANDATORY, ZMQ_PROBE_ROUTER, ZMQ_REQ_RELAXED, ZMQ_CONFLATE, ZMQ_INVERT_MATCHING,
    ZMQ_CONNECT_ROUTING_ID, ZMQ_ROUTING_ID, ZMQ_MULTICAST_HOPS, ZMQ_IMMEDIATE, ZMQ_STREAM_NOTIFY, ZMQ_METADATA};

static void each_type(void *c)
{
    for (size_t i = 0; i < sizeof types / sizeof *types; i++) {
        printf("-- %s\n", types[i].name);
        void *s = open_socket(c, types[i].number);
        int v = -7;
        size_t n = sizeof v;
        printf("thread safe %d, type %d, events %d, more %d\n", get_int(s, ZMQ_THREAD_SAFE), get_int(s, ZMQ_TYPE), get_int(s, ZMQ_EVENTS), get_int(s, ZMQ_RCVMORE));
        TELL(zmq_getsockopt(s, ZMQ_FD, &v, &n) ? -1 : 0);
        if (types[i].number != ZMQ_DGRAM) { /* libzmq ends the process where none is bound */
            TELL(zmq_send(s, "x", 1, ZMQ_DONTWAIT));
            TELL(zmq_send(s, "x", 1, ZMQ_DONTWAIT | ZMQ_SNDMORE));
        }
        TELL(zmq_recv(s, &v, sizeof v, ZMQ_DONTWAIT));
        TELL(zmq_join(s, "g"));
        TELL(zmq_join(s, "g"));
        TELL(zmq_leave(s, "h"));
        TELL(zmq_leave(s, "g"));
        TELL(zmq_leave(s, "g"));
        TELL(zmq_socket_get_peer_state(s, "abcd", 4));
        TELL(zmq_bind(s, "udp://127.0.0.1"));
        TELL(zmq_connect(s, "udp://127.0.0.1"));
        TELL(zmq_connect(s, "nothing"));
        TELL(zmq_connect(s, "nothing://127.0.0.1:5"));
        if (types[i].number != ZMQ_PEER) {
            TELL(zmq_connect_peer(s, "tcp://127.0.0.1:9") ? 0 : -1);
        }
        if (types[i].number != ZMQ_RADIO && types[i].number != ZMQ_DISH && types[i].number != ZMQ_DGRAM) {
            TELL(zmq_bind(s, "udp://127.0.0.1:5"));
            TELL(zmq_connect(s, "udp://127.0.0.1:5"));
        }
        zmq_close(s);
    }
}

static void each_option(void *c)
{
    for (size_t i = 0; i < sizeof types / sizeof *types; i++)
        for (size_t k = 0; k < sizeof options / sizeof *options; k++) {
            void *s = open_socket(c, types[i].number);
            int one = 1;
            errno = 0;
            int set = zmq_setsockopt(s, options[k], &one, sizeof one);
            printf("%s sets %d: %d %s", types[i].name, options[k], set, set ? name_of(zmq_errno()) : "");
            set = zmq_setsockopt(s, options[k], "ab", 2);
            printf(", as text %d %s", set, set ? name_of(zmq_errno()) : "");
            int v = -7;
            size_t n = sizeof v;
            int got = zmq_getsockopt(s, options[k], &v, &n);
            printf(", gets %d %s\n", got, got ? name_of(zmq_errno()) : "");
            zmq_close(s);
        }
}

static void no_socket(void *c)
{
    printf("-- no socket\n");
    TELL(zmq_join(NULL, "g"));
    TELL(zmq_leave(NULL, "g"));
    TELL(zmq_connect_peer(NULL, "tcp://127.0.0.1:9") ? 0 : -1);
    TELL(zmq_socket_get_peer_state(NULL, "abcd", 4));
    void *rep = open_socket(c, ZMQ_REP), *router = open_socket(c, ZMQ_ROUTER), *dealer = open_socket(c, ZMQ_DEALER);
    TELL(zmq_socket_get_peer_state(rep, "abcd", 4));
    TELL(zmq_socket_get_peer_state(router, "abcd", 4));
    TELL(zmq_socket_get_peer_state(dealer, "abcd", 4));
    zmq_close(rep);
    zmq_close(router);
    zmq_close(dealer);
    TELL(zmq_has("draft"));
}

static void messages(void)
{
    printf("-- messages\n");
    zmq_msg_t m, n;
    zmq_msg_init_size(&m, 3);
    TELL(zmq_msg_routing_id(&m));
    TELL(zmq_msg_set_routing_id(&m, 0));
    TELL(zmq_msg_set_routing_id(&m, 9));
    TELL(zmq_msg_routing_id(&m));
    TELL(strlen(zmq_msg_group(&m)));
    const int lengths[] = {0, 1, 14, 15, 16, 254, 255, 256, 300};
    for (size_t i = 0; i < sizeof lengths / sizeof *lengths; i++) {
        char group[301];
        memset(group, 'g', lengths[i]);
        group[lengths[i]] = 0;
        printf("group of %d: ", lengths[i]);
        TELL(zmq_msg_set_group(&m, group));
        TELL(strlen(zmq_msg_group(&m)));
        zmq_msg_init(&n);
        TELL(zmq_msg_copy(&n, &m));
        TELL(strlen(zmq_msg_group(&n)));
        TELL(zmq_msg_routing_id(&n));
        zmq_msg_close(&n);
    }
    zmq_msg_init(&n);
    TELL(zmq_msg_move(&n, &m));
    TELL(strlen(zmq_msg_group(&n)));
    TELL(zmq_msg_routing_id(&n));
    TELL(strlen(zmq_msg_group(&m)));
    TELL(zmq_msg_routing_id(&m));
    zmq_msg_close(&m);
    zmq_msg_close(&n);
}

static long send_as(void *s, uint32_t id, const char *group, int flags)
{
    zmq_msg_t m;
    zmq_msg_init_size(&m, 1);
    memcpy(zmq_msg_data(&m), "x", 1);
    if (id)
        zmq_msg_set_routing_id(&m, id);
    if (group)
        zmq_msg_set_group(&m, group);
    long r = zmq_msg_send(&m, s, flags);
    int e = errno;
    zmq_msg_close(&m);
    errno = e;
    return r;
}

static uint32_t recv_id(void *s)
{
    zmq_msg_t m;
    zmq_msg_init(&m);
    if (zmq_msg_recv(&m, s, 0) < 0)
        printf("nothing comes: %s\n", name_of(zmq_errno()));
    uint32_t id = zmq_msg_routing_id(&m);
    printf("received %d bytes of group '%s', %s, more %d\n", (int)zmq_msg_size(&m), zmq_msg_group(&m), id ? "with a number" : "without a number", zmq_msg_more(&m));
    zmq_msg_close(&m);
    return id;
}

static void numbers(void *c, int server_type, int client_type, const char *at)
{
    printf("-- numbers\n");
    void *server = open_socket(c, server_type), *client = open_socket(c, client_type);
    set_int(client, ZMQ_RCVHWM, 1);
    set_int(server, ZMQ_SNDHWM, 1);
    MUST(zmq_bind(server, at) == 0);
    uint32_t to = 0;
    if (client_type == ZMQ_PEER) {
        to = zmq_connect_peer(client, at);
        printf("the peer has %s\n", to ? "a number" : "no number");
    } else
        MUST(zmq_connect(client, at) == 0);
    TELL(send_as(server, 0, NULL, ZMQ_DONTWAIT));
    TELL(send_as(server, 1, NULL, ZMQ_DONTWAIT));
    TELL(send_as(server, 1, NULL, 0));
    TELL(send_as(client, to, NULL, 0));
    uint32_t id = recv_id(server);
    TELL(send_as(server, id + 1, NULL, 0));
    TELL(send_as(server, id, NULL, 0));
    TELL(send_as(server, id, NULL, 0));
    TELL(send_as(server, id, NULL, ZMQ_DONTWAIT));
    printf("events %d\n", get_int(server, ZMQ_EVENTS));
    TELL(send_as(server, id, NULL, ZMQ_SNDMORE));
    recv_id(client);
    recv_id(client);
    TELL(zmq_recv(server, NULL, 0, ZMQ_DONTWAIT));
    zmq_close(client);
    zmq_close(server);
}

static void groups(void *c)
{
    printf("-- groups\n");
    void *radio = open_socket(c, ZMQ_RADIO), *dish = open_socket(c, ZMQ_DISH);
    MUST(zmq_bind(radio, "inproc://groups") == 0 && zmq_join(dish, "a") == 0 && zmq_join(dish, "") == 0 && zmq_connect(dish, "inproc://groups") == 0);
    TELL(send_as(radio, 0, NULL, 0));
    TELL(send_as(radio, 0, "a", 0));
    TELL(send_as(radio, 0, "b", 0));
    TELL(send_as(radio, 0, "a", ZMQ_SNDMORE));
    TELL(send_as(radio, 0, "a", 0));
    recv_id(dish);
    recv_id(dish);
    recv_id(dish);
    TELL(zmq_recv(dish, NULL, 0, ZMQ_DONTWAIT));
    TELL(zmq_send(radio, "y", 1, 0));
    recv_id(dish);
    printf("events of the RADIO %d, of the DISH %d\n", get_int(radio, ZMQ_EVENTS), get_int(dish, ZMQ_EVENTS));
    TELL(zmq_send(dish, "y", 1, 0));
    TELL(zmq_recv(radio, NULL, 0, 0));
    zmq_close(radio);
    zmq_close(dish);
}

static void peers(void *c)
{
    printf("-- peers\n");
    void *s = open_socket(c, ZMQ_PEER);
    TELL(zmq_connect_peer(s, "nonsense") ? 0 : -1);
    TELL(zmq_connect_peer(s, "nonsense://x") ? 0 : -1);
    TELL(zmq_connect_peer(s, "udp://127.0.0.1:5") ? 0 : -1);
    TELL(zmq_connect_peer(s, "tcp://127.0.0.1") ? 0 : -1);
    TELL(zmq_connect_peer(s, "tcp://127.0.0.1:9") ? 0 : -1);
    TELL(zmq_connect_peer(s, "inproc://nobody") ? 0 : -1);
    set_int(s, ZMQ_IMMEDIATE, 1);
    TELL(zmq_connect_peer(s, "tcp://127.0.0.1:9") ? 0 : -1);
    zmq_close(s);
}

static void polling(void *c)
{
    printf("-- polling\n");
    void *server = open_socket(c, ZMQ_SERVER), *client = open_socket(c, ZMQ_CLIENT), *dealer = open_socket(c, ZMQ_DEALER);
    void *p = zmq_poller_new(), *q = zmq_poller_new();
    zmq_poller_event_t e[3];
    int fd = -1;
    MUST(zmq_bind(server, "inproc://polling") == 0 && zmq_connect(client, "inproc://polling") == 0);
    TELL(zmq_poller_fd(p, &fd));
    TELL(zmq_poller_add(p, dealer, NULL, ZMQ_POLLIN));
    TELL(zmq_poller_fd(p, &fd));
    TELL(zmq_poller_add(p, server, server, ZMQ_POLLIN));
    TELL(zmq_poller_add(p, server, server, ZMQ_POLLIN));
    TELL(zmq_poller_add(q, server, server, ZMQ_POLLIN));
    TELL(zmq_poller_fd(p, &fd));
    printf("%s\n", fd >= 0 ? "a descriptor" : "none");
    TELL(zmq_poller_size(p));
    TELL(zmq_poller_wait(p, e, 10));
    TELL(zmq_send(client, "x", 1, 0));
    TELL(zmq_poller_wait(p, e, 30000));
    printf("%d, events %d, user data %d\n", e[0].socket == server, e[0].events, e[0].user_data == server);
    TELL(zmq_poller_wait_all(q, e, 3, 30000));
    TELL(zmq_poller_modify(p, server, 0));
    TELL(zmq_poller_wait(p, e, 10));
    TELL(zmq_poller_modify(p, server, ZMQ_POLLIN | ZMQ_POLLOUT));
    TELL(zmq_poller_wait(p, e, 30000));
    printf("events %d\n", e[0].events);
    TELL(zmq_poller_modify(p, server, 16));
    TELL(zmq_poller_modify(p, client, ZMQ_POLLIN));
    TELL(zmq_poller_remove(p, client));
    TELL(zmq_poller_remove(p, server));
    TELL(zmq_poller_remove(p, server));
    TELL(zmq_poller_remove(q, server));
    TELL(zmq_poller_wait(q, e, -1));
    TELL(zmq_poller_fd(q, &fd));
    TELL(zmq_poller_remove(p, dealer));
    zmq_pollitem_t items[] = {{server, 0, ZMQ_POLLIN, 0}, {client, 0, ZMQ_POLLIN | ZMQ_POLLOUT, 0}, {dealer, 0, ZMQ_POLLIN, 0}};
    TELL(zmq_poll(items, 3, 30000));
    printf("%d %d %d\n", items[0].revents, items[1].revents, items[2].revents);
    TELL(zmq_poller_destroy(&p));
    TELL(zmq_poller_destroy(&p));
    TELL(zmq_poller_destroy(&q));
    zmq_close(server);
    zmq_close(client);
    zmq_close(dealer);
}

static void datagrams(void *c)
{
    printf("-- datagrams\n");
    void *s = open_socket(c, ZMQ_RADIO), *d = open_socket(c, ZMQ_DISH);
    TELL(zmq_bind(s, "udp://127.0.0.1:45678"));
    TELL(zmq_connect(d, "udp://127.0.0.1:45678"));
    TELL(zmq_connect(s, "udp://127.0.0.1:x"));
    TELL(zmq_connect(s, "udp://*;127.0.0.1:5"));
    TELL(zmq_connect(s, "udp://127.0.0.1:45678"));
    TELL(send_as(s, 0, "g", 0));
    zmq_close(s);
    zmq_close(d);
    s = open_socket(c, ZMQ_DGRAM);
    TELL(zmq_connect(s, "udp://127.0.0.1:45678"));
    TELL(zmq_connect(s, "tcp://127.0.0.1:45678"));
    zmq_close(s);
}

/* What ends with the context. */
static void ended(void)
{
    printf("-- after the end of the context\n");
    void *c = zmq_ctx_new();
    void *s = open_socket(c, ZMQ_SERVER), *d = open_socket(c, ZMQ_DISH), *p = open_socket(c, ZMQ_PEER), *r = open_socket(c, ZMQ_RADIO);
    zmq_ctx_shutdown(c);
    TELL(zmq_send(s, "x", 1, 0));
    TELL(zmq_recv(s, NULL, 0, 0));
    TELL(zmq_recv(d, NULL, 0, 0));
    TELL(send_as(r, 0, "g", 0));
    TELL(zmq_connect_peer(p, "tcp://127.0.0.1:9") ? 0 : -1);
    TELL(zmq_join(d, "g"));
    TELL(zmq_leave(d, "h"));
    zmq_close(s);
    zmq_close(d);
    zmq_close(p);
    zmq_close(r);
    TELL(zmq_ctx_term(c));
}

int main(void)
{
    void *c = zmq_ctx_new();
    each_type(c);
    each_option(c);
    no_socket(c);
    messages();
    numbers(c, ZMQ_SERVER, ZMQ_CLIENT, "inproc://server");
    numbers(c, ZMQ_PEER, ZMQ_PEER, "inproc://peer");
    groups(c);
    peers(c);
    polling(c);
    datagrams(c);
    TELL(zmq_ctx_term(c));
    ended();
    return 0;
}
