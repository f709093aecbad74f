/* SPDX-License-Identifier: Apache-2.0 */

/* What the files of this program share. See main.c. */

#ifndef PEER_H
#define PEER_H

#include <stddef.h>
#include <zmq.h>

/* What the command line asks for. */
struct job {
    const char *endpoint;
    long count, extra;
    size_t size;
    int alone; /* the other end is in another process */
};

/* One end of a measurement: a socket and what is done with it. */
struct part {
    const char *name;
    int type, binds, curve;
    void (*play)(void *socket, const struct job *j);
};

/* main.c */
void check(int ok, const char *what);
double now(void);
void *memory(size_t size);
void send_one(void *socket, const void *body, size_t size);
void recv_one(void *socket, void *body, size_t size);
void say_rate(long messages, double seconds);
void stay(const struct job *j); /* until all other processes have finished */

/* stream.c */
void push(void *socket, const struct job *j);
void pull(void *socket, const struct job *j);
void pull_slow(void *socket, const struct job *j);
void push_many(void *socket, const struct job *j);
void push_parts(void *socket, const struct job *j);
void pull_parts(void *socket, const struct job *j);

/* answer.c */
void ask(void *socket, const struct job *j);
void reply(void *socket, const struct job *j);
void echo(void *socket, const struct job *j);
void be_there(void *socket, const struct job *j);

/* publish.c */
void publish(void *socket, const struct job *j);
void publish_topics(void *socket, const struct job *j);

/* whole.c */
void proxy(const struct job *j);
void start(const struct job *j);

#endif
