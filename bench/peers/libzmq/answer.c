/* SPDX-License-Identifier: Apache-2.0 */

/* There and back: REQ and REP, DEALER and ROUTER. */

#include <stdio.h>
#include <stdlib.h>

#include "peer.h"

static int by_value(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

/* Round trips, EXTRA of them before the clock starts; half of each is told. */
void ask(void *socket, const struct job *j)
{
    char *body = memory(j->size);
    double *micros = memory((size_t)j->count * sizeof *micros), begin = now();
    for (long i = -j->extra; i < j->count; i++) {
        double sent = now();
        if (i == 0)
            begin = sent;
        send_one(socket, body, j->size);
        recv_one(socket, body, j->size);
        if (i >= 0)
            micros[i] = (now() - sent) * 1e6 / 2;
    }
    double seconds = now() - begin;
    qsort(micros, (size_t)j->count, sizeof *micros, by_value);
    printf("{\"messages\": %ld, \"seconds\": %.9f, \"median_us\": %.3f, \"p99_us\": %.3f}\n",
           j->count, seconds, micros[j->count / 2], micros[j->count * 99 / 100]);
    fflush(stdout);
    stay(j);
    free(micros);
    free(body);
}

void reply(void *socket, const struct job *j)
{
    char *body = memory(j->size);
    for (long i = 0; i < j->count + j->extra; i++) {
        recv_one(socket, body, j->size);
        send_one(socket, body, j->size);
    }
    stay(j);
    free(body);
}

/* Messages of any frames back to where they came from. */
void echo(void *socket, const struct job *j)
{
    zmq_msg_t frame;
    for (long i = 0; i < j->count + j->extra; i++)
        for (int more = 1; more;) {
            check(zmq_msg_init(&frame) == 0, "frame");
            check(zmq_msg_recv(&frame, socket, 0) >= 0, "receive");
            more = zmq_msg_more(&frame);
            check(zmq_msg_send(&frame, socket, more ? ZMQ_SNDMORE : 0) >= 0, "send");
        }
    stay(j);
}

/* Connections are accepted without help. */
void be_there(void *socket, const struct job *j)
{
    (void)socket;
    stay(j);
}
