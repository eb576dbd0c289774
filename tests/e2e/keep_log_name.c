/* Loaded before the C library (LD_PRELOAD): leaves ctest's log its name. CTest 3.x removes that of another ctest before it
 * opens its own; two that start at the same moment may both remove first, and then open one file. This is how that
 * happens every time. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <string.h>

int unlink(const char *path) {
    static int (*next)(const char *);
    static const char name[] = "/LastTest.log.tmp";
    const size_t length = strlen(path);
    if (length >= sizeof name - 1 && strcmp(path + length - (sizeof name - 1), name) == 0) return 0;
    if (!next) next = (int (*)(const char *))dlsym(RTLD_NEXT, "unlink");
    return next(path);
}
