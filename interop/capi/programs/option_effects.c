/* SPDX-License-Identifier: Apache-2.0 */

/* What one option does to another, and text in and out. */

#include "tell.h"

static void text(void *s, int option, const char *value, size_t n)
{
    char buf[512];
    size_t size = sizeof buf;
    int rc = zmq_setsockopt(s, option, value, n);
    printf("set %d: %d %s;", option, rc, rc ? name_of(errno) : "");
    errno = 0;
    rc = zmq_getsockopt(s, option, buf, &size);
    printf(" get: %d %s %zu '%.*s' mechanism %d\n", rc, rc ? name_of(errno) : "", rc ? 0 : size, rc ? 0 : (int)size, buf,
           get_int(s, ZMQ_MECHANISM));
}

static void security(void *c)
{
    void *s = zmq_socket(c, ZMQ_DEALER);
    text(s, ZMQ_PLAIN_USERNAME, "admin", 5);
    text(s, ZMQ_PLAIN_PASSWORD, "secret", 6);
    text(s, ZMQ_PLAIN_USERNAME, NULL, 0);
    text(s, ZMQ_ZAP_DOMAIN, "global", 6);
    text(s, ZMQ_ZAP_DOMAIN, "global\0", 7);
    set_int(s, ZMQ_PLAIN_SERVER, 1);
    printf("plain server %d curve server %d mechanism %d\n", get_int(s, ZMQ_PLAIN_SERVER), get_int(s, ZMQ_CURVE_SERVER), get_int(s, ZMQ_MECHANISM));
    set_int(s, ZMQ_CURVE_SERVER, 1);
    printf("plain server %d curve server %d mechanism %d\n", get_int(s, ZMQ_PLAIN_SERVER), get_int(s, ZMQ_CURVE_SERVER), get_int(s, ZMQ_MECHANISM));
    set_int(s, ZMQ_CURVE_SERVER, 0);
    printf("plain server %d curve server %d mechanism %d\n", get_int(s, ZMQ_PLAIN_SERVER), get_int(s, ZMQ_CURVE_SERVER), get_int(s, ZMQ_MECHANISM));
    const char *key = "Yne@$w-vo<fVvi]a<NY6T1ed:M$fCG*[IaLV{hID";
    char buf[64];
    for (int option = ZMQ_CURVE_PUBLICKEY; option <= ZMQ_CURVE_SERVERKEY; option++)
        for (size_t n = 39; n <= 42; n++) {
            int rc = zmq_setsockopt(s, option, key, n);
            printf("key %d of %zu: %d %s mechanism %d\n", option, n, rc, rc ? name_of(errno) : "", get_int(s, ZMQ_MECHANISM));
        }
    size_t n = 41;
    TELL(zmq_getsockopt(s, ZMQ_CURVE_SERVERKEY, buf, &n));
    printf("%zu %s\n", n, buf);
    n = 32;
    TELL(zmq_getsockopt(s, ZMQ_CURVE_SERVERKEY, buf, &n));
    for (int i = 0; i < 32; i++)
        printf("%02x", (unsigned char)buf[i]);
    printf("\n");
    zmq_close(s);
}

static void families(void *c)
{
    void *s = zmq_socket(c, ZMQ_PULL);
    set_int(s, ZMQ_IPV6, 1);
    printf("ipv4only %d\n", get_int(s, ZMQ_IPV4ONLY));
    set_int(s, ZMQ_IPV4ONLY, 1);
    printf("ipv6 %d\n", get_int(s, ZMQ_IPV6));
    const char *const filters[] = {"127.0.0.1", "127.0.0.0/8", "127.0.0.1/33", "127.0.0.1/", "::1", "nonsense", "1.2.3.4/0"};
    for (size_t i = 0; i < sizeof filters / sizeof *filters; i++) {
        int rc = zmq_setsockopt(s, ZMQ_TCP_ACCEPT_FILTER, filters[i], strlen(filters[i]));
        printf("filter %s: %d %s\n", filters[i], rc, rc ? name_of(errno) : "");
    }
    TELL(zmq_setsockopt(s, ZMQ_TCP_ACCEPT_FILTER, NULL, 0));
    zmq_close(s);
}

static void identity(void *c)
{
    void *s = zmq_socket(c, ZMQ_ROUTER);
    char buf[300] = "xxxxxx";
    size_t n = sizeof buf;
    TELL(zmq_setsockopt(s, ZMQ_ROUTING_ID, "me\0too", 6));
    TELL(zmq_getsockopt(s, ZMQ_ROUTING_ID, buf, &n));
    printf("%zu %.2s %.3s\n", n, buf, buf + 3);
    n = 5;
    TELL(zmq_getsockopt(s, ZMQ_ROUTING_ID, buf, &n));
    TELL(zmq_setsockopt(s, ZMQ_SOCKS_PROXY, "host:1080", 9));
    n = 9;
    TELL(zmq_getsockopt(s, ZMQ_SOCKS_PROXY, buf, &n));
    n = 10;
    TELL(zmq_getsockopt(s, ZMQ_SOCKS_PROXY, buf, &n));
    printf("%zu %s\n", n, buf);
    n = sizeof buf;
    TELL(zmq_getsockopt(s, ZMQ_LAST_ENDPOINT, buf, &n));
    printf("%zu '%s'\n", n, buf);
    TELL(zmq_bind(s, "inproc://here"));
    n = sizeof buf;
    TELL(zmq_getsockopt(s, ZMQ_LAST_ENDPOINT, buf, &n));
    printf("%zu '%s'\n", n, buf);
    n = 13;
    TELL(zmq_getsockopt(s, ZMQ_LAST_ENDPOINT, buf, &n));
    zmq_close(s);
}

int main(void)
{
    void *c = zmq_ctx_new();
    security(c);
    families(c);
    identity(c);
    return zmq_ctx_term(c);
}
