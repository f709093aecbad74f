/* SPDX-License-Identifier: Apache-2.0 */

/* XPUB, which waits for subscribers that are behind. */

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "peer.h"

/* Begins when the subscriptions of EXTRA subscribers have arrived. */
void publish(void *socket, const struct job *j)
{
    char subscription[16];
    for (long i = 0; i < j->extra; i++)
        check(zmq_recv(socket, subscription, sizeof subscription, 0) > 0, "receive");
    push(socket, j);
}

static void topic(char *body, uint64_t n)
{
    for (int i = 8; i >= 0; i--, n /= 10)
        body[i] = (char)('0' + n % 10);
}

/* Messages to EXTRA topics of one subscriber, spread as in package role. */
void publish_topics(void *socket, const struct job *j)
{
    char subscription[64], *body = memory(j->size);
    check(j->size >= 9 && j->extra >= 1, "a topic has 9 bytes");
    for (int n = 0; n != 5 || memcmp(subscription, "\1last", 5) != 0;)
        check((n = zmq_recv(socket, subscription, sizeof subscription, 0)) > 0, "receive");
    for (long i = 1; i <= j->count; i++) {
        topic(body, (uint64_t)i * 2654435761u % (uint64_t)j->extra);
        send_one(socket, body, j->size);
    }
    stay(j);
    free(body);
}
