//go:build cgo && linux

/* SPDX-License-Identifier: Apache-2.0 */

/*
 * The child of a fork. The Go runtime does not survive one: in the child its
 * threads are gone, and its memory says that they are there. So a child that uses
 * ZeroMQ gets a second runtime: the library's file is loaded once more, under
 * another name, and of that copy only the Go side is used, through its table of
 * functions. Handles, messages and all else that is C stay where they are. What
 * the child has inherited cannot be used; closing it costs nothing.
 */

#define _GNU_SOURCE
#include "library.h"

#include <dlfcn.h>
#include <fcntl.h>
#include <link.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

/* Whether a file is the one that was loaded: an update may have replaced it. The
 * headers at its beginning hold the build id. */
static bool same_file(int fd, const struct link_map *own)
{
    enum { HEADERS = 1024 };
    char head[HEADERS];
    return pread(fd, head, HEADERS, 0) == HEADERS && memcmp(head, (const void *)own->l_addr, HEADERS) == 0;
}

static bool copy_file(int from, int to)
{
    char buf[64 << 10];
    for (;;) {
        ssize_t n = read(from, buf, sizeof buf);
        if (n <= 0)
            return n == 0;
        for (ssize_t at = 0; at < n;) {
            ssize_t w = write(to, buf + at, (size_t)(n - at));
            if (w <= 0)
                return false;
            at += w;
        }
    }
}

/* Loads the file under the name of a file in memory: the loader would give us what
 * is there already. */
static void *load(const char *path, const struct link_map *own)
{
    void *lib = NULL;
    int from = open(path, O_RDONLY | O_CLOEXEC), to = memfd_create("libzmq.so.5", MFD_CLOEXEC);
    if (from >= 0 && to >= 0 && same_file(from, own) && copy_file(from, to)) {
        char name[32];
        snprintf(name, sizeof name, "/proc/self/fd/%d", to);
        lib = dlopen(name, RTLD_NOW | RTLD_LOCAL);
    }
    if (from >= 0)
        close(from);
    if (to >= 0)
        close(to);
    return lib;
}

const go_calls *calls_of_copy(void)
{
    Dl_info info;
    struct link_map *own, *copy;
    if (!dladdr1(&calls_own, &info, (void **)&own, RTLD_DL_LINKMAP) || !own->l_name || !*own->l_name)
        return NULL;
    void *lib = load(own->l_name, own);
    if (!lib || dlinfo(lib, RTLD_DI_LINKMAP, &copy))
        return NULL;
    /* The same file: what is at this place here is at this place there. */
    return (const go_calls *)(copy->l_addr + ((uintptr_t)&calls_own - own->l_addr));
}
