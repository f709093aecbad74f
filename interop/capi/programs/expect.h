/* SPDX-License-Identifier: Apache-2.0 */

/* For programs that check themselves, because libzmq cannot say what is right. */

#include "tell.h"

static int failed;

#define EXPECT(call, value)                                                    \
    do {                                                                       \
        errno = 0;                                                             \
        long r_ = (long)(call), v_ = (long)(value);                            \
        if (r_ != v_) {                                                        \
            printf("line %d: %s = %ld (%s), not %ld\n", __LINE__, #call, r_, name_of(errno), v_); \
            failed = 1;                                                        \
        }                                                                      \
    } while (0)

#define EXPECT_FAIL(call, e)                                                   \
    do {                                                                       \
        errno = 0;                                                             \
        long r_ = (long)(call);                                                \
        if (r_ != -1 || errno != (e)) {                                        \
            printf("line %d: %s = %ld (%s), not -1 %s\n", __LINE__, #call, r_, name_of(errno), #e); \
            failed = 1;                                                        \
        }                                                                      \
    } while (0)

/* text_of returns the value of an environment variable, which has to be there. */
static inline const char *text_of(const char *name)
{
    const char *text = getenv(name);
    MUST(text != NULL);
    return text;
}

/* set_text sets an option of a socket to a text. */
static inline void set_text(void *s, int option, const char *text) { EXPECT(zmq_setsockopt(s, option, text, strlen(text)), 0); }
