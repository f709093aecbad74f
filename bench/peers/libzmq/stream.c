/* SPDX-License-Identifier: Apache-2.0 */

/* One direction: PUSH to PULL. */

#include <pthread.h>
#include <stdlib.h>
#include <time.h>

#include "peer.h"

void push(void *socket, const struct job *j)
{
    char *body = memory(j->size);
    for (long i = 0; i < j->count; i++)
        send_one(socket, body, j->size);
    stay(j);
    free(body);
}

/* Measured from the arrival of the first message to that of the last. */
void pull(void *socket, const struct job *j)
{
    char *body = memory(j->size);
    recv_one(socket, body, j->size);
    double begin = now();
    for (long i = 1; i < j->count; i++)
        recv_one(socket, body, j->size);
    say_rate(j->count - 1, now() - begin);
    free(body);
}

static void work(double seconds)
{
    double begin = now();
    while (now() - begin < seconds)
        ;
}

/* Each message costs its receiver EXTRA microseconds. */
void pull_slow(void *socket, const struct job *j)
{
    char *body = memory(j->size);
    double each = (double)j->extra / 1e6, begin = 0;
    for (long i = 0; i < j->count; i++) {
        recv_one(socket, body, j->size);
        work(each);
        if (i == 0)
            begin = now();
    }
    say_rate(j->count - 1, now() - begin);
    free(body);
}

/* Many threads send on one socket, which its documentation allows only with a
 * lock around it. */
struct sender {
    void *socket;
    const struct job *job;
    long count;
    pthread_mutex_t *lock;
    pthread_t thread;
};

static void *send_share(void *arg)
{
    struct sender *s = arg;
    char *body = memory(s->job->size);
    for (long i = 0; i < s->count; i++) {
        pthread_mutex_lock(s->lock);
        send_one(s->socket, body, s->job->size);
        pthread_mutex_unlock(s->lock);
    }
    free(body);
    return NULL;
}

void push_many(void *socket, const struct job *j)
{
    pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
    struct sender *senders = memory((size_t)j->extra * sizeof *senders);
    for (long i = 0; i < j->extra; i++) {
        senders[i] = (struct sender){socket, j, j->count / j->extra + (i < j->count % j->extra), &lock, 0};
        check(pthread_create(&senders[i].thread, NULL, send_share, &senders[i]) == 0, "thread");
    }
    for (long i = 0; i < j->extra; i++)
        pthread_join(senders[i].thread, NULL);
    stay(j);
    free(senders);
}

/* Messages of EXTRA frames, SIZE bytes each. */
void push_parts(void *socket, const struct job *j)
{
    char *body = memory(j->size);
    for (long i = 0; i < j->count; i++)
        for (long k = 1; k <= j->extra; k++)
            check(zmq_send(socket, body, j->size, k < j->extra ? ZMQ_SNDMORE : 0) == (int)j->size, "send");
    stay(j);
    free(body);
}

static void recv_parts(void *socket, const struct job *j)
{
    zmq_msg_t frame;
    long frames = 0;
    int more = 1;
    for (; more; frames++) {
        check(zmq_msg_init(&frame) == 0, "frame");
        check(zmq_msg_recv(&frame, socket, 0) == (int)j->size, "receive");
        more = zmq_msg_more(&frame);
        zmq_msg_close(&frame);
    }
    check(frames == j->extra, "a message with another number of frames");
}

void pull_parts(void *socket, const struct job *j)
{
    recv_parts(socket, j);
    double begin = now();
    for (long i = 1; i < j->count; i++)
        recv_parts(socket, j);
    say_rate(j->count - 1, now() - begin);
}
