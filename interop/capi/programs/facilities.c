/* SPDX-License-Identifier: Apache-2.0 */

/* Counters, stopwatch, threads, timers, keys and their text, capabilities. */

#include "tell.h"

static void counters(void)
{
    void *n = zmq_atomic_counter_new();
    TELL(zmq_atomic_counter_value(n));
    TELL(zmq_atomic_counter_inc(n));
    TELL(zmq_atomic_counter_inc(n));
    TELL(zmq_atomic_counter_dec(n));
    TELL(zmq_atomic_counter_dec(n));
    TELL(zmq_atomic_counter_dec(n));
    TELL(zmq_atomic_counter_value(n));
    zmq_atomic_counter_set(n, INT_MAX);
    TELL(zmq_atomic_counter_value(n));
    zmq_atomic_counter_destroy(&n);
    printf("%d\n", n == NULL);
}

static void set_flag(void *arg) { *(int *)arg = 1; }

static void clocks(void)
{
    void *w = zmq_stopwatch_start();
    usleep(20000);
    unsigned long a = zmq_stopwatch_intermediate(w), b = zmq_stopwatch_stop(w);
    printf("%d %d\n", a >= 20000 && a < 15000000, b >= a);
    w = zmq_stopwatch_start();
    zmq_sleep(1);
    a = zmq_stopwatch_stop(w);
    printf("%d\n", a >= 1000000 && a < 50000000);
    int flag = 0;
    void *t = zmq_threadstart(set_flag, &flag);
    zmq_threadclose(t);
    printf("flag %d\n", flag);
}

static char told[256];
static void *timers;
static int self;

static void handler(int id, void *arg)
{
    sprintf(told + strlen(told), "%d%s ", id, (char *)arg);
    if (strcmp(arg, "once") == 0)
        TELL(zmq_timers_cancel(timers, self));
}

static void run_timers(void)
{
    void *none = NULL;
    TELL(zmq_timers_destroy(&none));
    TELL(zmq_timers_add(NULL, 1, handler, "x"));
    TELL(zmq_timers_cancel(NULL, 1));
    TELL(zmq_timers_set_interval(NULL, 1, 1));
    TELL(zmq_timers_reset(NULL, 1));
    TELL(zmq_timers_timeout(NULL));
    TELL(zmq_timers_execute(NULL));
    timers = zmq_timers_new();
    TELL(zmq_timers_timeout(timers));
    TELL(zmq_timers_execute(timers));
    TELL(zmq_timers_add(timers, 100, NULL, "x"));
    int b, a;
    long left;
    unsigned long took;
    do { /* again if the machine held the program up meanwhile: their order would be another */
        zmq_timers_destroy(&timers);
        timers = zmq_timers_new();
        void *w = zmq_stopwatch_start();
        b = zmq_timers_add(timers, 50, handler, "b");
        a = zmq_timers_add(timers, 20, handler, "a");
        self = zmq_timers_add(timers, 30, handler, "once");
        left = zmq_timers_timeout(timers);
        took = zmq_stopwatch_stop(w);
    } while (took >= 10000);
    printf("%d %d %d\n", b, a, self);
    printf("%d\n", left > 0 && left <= 20);
    TELL(zmq_timers_cancel(timers, 99));
    TELL(zmq_timers_reset(timers, 99));
    TELL(zmq_timers_set_interval(timers, 99, 1));
    usleep(80000);
    TELL(zmq_timers_timeout(timers));
    TELL(zmq_timers_execute(timers));
    printf("%s\n", told);
    TELL(zmq_timers_cancel(timers, self));
    TELL(zmq_timers_set_interval(timers, 1, 1000000));
    TELL(zmq_timers_set_interval(timers, 2, 1000000));
    left = zmq_timers_timeout(timers);
    printf("%d\n", left > 900000 && left <= 1000000);
    TELL(zmq_timers_reset(timers, 1));
    TELL(zmq_timers_cancel(timers, 1));
    TELL(zmq_timers_cancel(timers, 1));
    TELL(zmq_timers_cancel(timers, 2));
    errno = 77;
    left = zmq_timers_timeout(timers);
    printf("%ld, errno %d\n", left, errno); /* nothing is due, which is no error */
    TELL(zmq_timers_destroy(&timers));
    printf("%d\n", timers == NULL);
}

static void keys(void)
{
    char text[64], public_key[41], secret_key[41], again[41];
    uint8_t octets[64];
    const uint8_t hello[8] = {0x86, 0x4F, 0xD2, 0x6F, 0xB5, 0x59, 0xF7, 0x5B};
    TELL_PTR(zmq_z85_encode(text, hello, 8));
    printf("%s\n", text);
    for (size_t n = 0; n < 8; n++) {
        errno = 0;
        char *r = zmq_z85_encode(text, hello, n);
        printf("encode %zu: %s %s\n", n, r ? r : "NULL", r ? "" : name_of(errno));
    }
    const char *const list[] = {"", "Hello", "HelloWorld", "Hell", "HelloW", "%nSc0", "%nSc1", "#####", "Hell~", "Hell o", "\"\"\"\"\""};
    for (size_t i = 0; i < sizeof list / sizeof *list; i++) {
        errno = 0;
        uint8_t *r = zmq_z85_decode(octets, list[i]);
        printf("decode '%s': %s %s\n", list[i], r ? "there" : "NULL", r ? "" : name_of(errno));
    }
    TELL(zmq_curve_keypair(public_key, secret_key));
    printf("%zu %zu\n", strlen(public_key), strlen(secret_key));
    TELL(zmq_curve_public(again, secret_key));
    printf("%d\n", strcmp(public_key, again));
    TELL(zmq_curve_public(again, "JTKVSB%%)wK0E.X)V>+}o?pNmC{O&4W4b!Ni{Lh6"));
    TELL(zmq_curve_public(again, "not Z85"));
    TELL(zmq_curve_public(again, "JTKVSB%%)wK0E.X)V>+}o?pNmC{O&4W4b!Ni{L~6"));
}

int main(void)
{
    const char *const capabilities[] = {"ipc", "curve", "pgm", "epgm", "tcp", "inproc", "udp", "IPC", "Curve", "plain", "nothing", "draft", ""};
    for (size_t i = 0; i < sizeof capabilities / sizeof *capabilities; i++)
        printf("has %s: %d\n", capabilities[i], zmq_has(capabilities[i]));
    int major, minor, patch;
    zmq_version(&major, &minor, &patch);
    printf("%d.%d\n", major, minor);
    for (int e = 0; e < 150; e++)
        if (!zmq_strerror(e) || !*zmq_strerror(e))
            printf("no text for %d\n", e);
    const int own[] = {EFSM, ENOCOMPATPROTO, ETERM, EMTHREAD, EHOSTUNREACH, EAGAIN, EINVAL, 0};
    for (size_t i = 0; i < sizeof own / sizeof *own; i++)
        printf("%s\n", zmq_strerror(own[i]));
    errno = 77;
    printf("%d\n", zmq_errno());
    counters();
    clocks();
    run_timers();
    keys();
    return 0;
}
