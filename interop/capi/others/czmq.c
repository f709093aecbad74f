/* SPDX-License-Identifier: Apache-2.0 */

/* Runs the self-test of one class of libczmq, which it exports. */

#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <dlfcn.h>

int main(int argc, char **argv)
{
    if (argc != 2)
        return 2;
    void *lib = dlopen("libczmq.so.4", RTLD_NOW | RTLD_GLOBAL);
    void (*test)(bool) = lib ? (void (*)(bool))dlsym(lib, argv[1]) : NULL;
    if (!test) {
        fprintf(stderr, "%s\n", dlerror());
        return 2;
    }
    test(false);
    return 0;
}
