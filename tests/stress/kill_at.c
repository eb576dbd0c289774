/* Loaded before the C library (LD_PRELOAD): kills `lockstep SUBCOMMAND` at its n-th call that changes a file or a folder.

    KILL_IN=enter    the subcommand; other programs, and other subcommands, are left alone
    KILL_AT=n        before the n-th call; 0: at none
    KILL_HOW=        self: that process; group: its whole process group; parent: ctest alone, and it goes on itself
    KILL_COUNT=FILE  a process that comes to its end adds a line with the number of its calls

SQLite's calls come through here like all others: lockstep is linked with the C library dynamically, which it shares with
its libraries. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/types.h>
#include <sys/uio.h>
#include <unistd.h>

static int counting;
static long calls, fatal;
static const char *how, *count_file;

__attribute__((constructor)) static void begin(int argc, char **argv) {
    const char *in = getenv("KILL_IN"), *at = getenv("KILL_AT");
    if (!in || argc < 2 || strcmp(program_invocation_short_name, "lockstep") != 0 || strcmp(argv[1], in) != 0) return;
    counting = 1;
    fatal = at ? atol(at) : 0;
    how = getenv("KILL_HOW");
    count_file = getenv("KILL_COUNT");
}

__attribute__((destructor)) static void end(void) {
    if (!counting || !count_file) return;
    counting = 0;
    FILE *file = fopen(count_file, "a");
    if (file) {
        fprintf(file, "%ld\n", calls);
        fclose(file);
    }
}

static void count(void) {
    if (!counting || ++calls != fatal) return;
    if (how && strcmp(how, "parent") == 0) {
        kill(getppid(), SIGKILL);
    } else {
        kill(how && strcmp(how, "group") == 0 ? 0 : getpid(), SIGKILL);
        for (;;) pause();
    }
}

/* The library's own function of that name. */
#define NEXT(name) \
    static __typeof__(&name) next; \
    if (!next) next = (__typeof__(&name))dlsym(RTLD_NEXT, #name)

#define COUNTED(result, name, parameters, arguments) \
    result name parameters { \
        NEXT(name); \
        count(); \
        return next arguments; \
    }

COUNTED(ssize_t, write, (int fd, const void *data, size_t size), (fd, data, size))
COUNTED(ssize_t, writev, (int fd, const struct iovec *parts, int number), (fd, parts, number))
COUNTED(ssize_t, pwrite, (int fd, const void *data, size_t size, off_t at), (fd, data, size, at))
COUNTED(ssize_t, pwrite64, (int fd, const void *data, size_t size, off64_t at), (fd, data, size, at))
COUNTED(int, fsync, (int fd), (fd))
COUNTED(int, fdatasync, (int fd), (fd))
COUNTED(int, ftruncate, (int fd, off_t size), (fd, size))
COUNTED(int, ftruncate64, (int fd, off64_t size), (fd, size))
COUNTED(int, rename, (const char *from, const char *to), (from, to))
COUNTED(int, renameat, (int a, const char *from, int b, const char *to), (a, from, b, to))
COUNTED(int, link, (const char *from, const char *to), (from, to))
COUNTED(int, linkat, (int a, const char *from, int b, const char *to, int flags), (a, from, b, to, flags))
COUNTED(int, symlink, (const char *target, const char *path), (target, path))
COUNTED(int, symlinkat, (const char *target, int at, const char *path), (target, at, path))
COUNTED(int, unlink, (const char *path), (path))
COUNTED(int, unlinkat, (int at, const char *path, int flags), (at, path, flags))
COUNTED(int, rmdir, (const char *path), (path))
COUNTED(int, mkdir, (const char *path, mode_t mode), (path, mode))
COUNTED(int, mkdirat, (int at, const char *path, mode_t mode), (at, path, mode))
COUNTED(int, chmod, (const char *path, mode_t mode), (path, mode))
COUNTED(int, fchmod, (int fd, mode_t mode), (fd, mode))
COUNTED(int, utimensat, (int at, const char *path, const struct timespec times[2], int flags), (at, path, times, flags))

/* Opening counts only where it may create. */
#define MODE \
    mode_t mode = 0; \
    if (flags & O_CREAT) { \
        va_list rest; \
        va_start(rest, flags); \
        mode = (mode_t)va_arg(rest, int); \
        va_end(rest); \
        count(); \
    }

int open(const char *path, int flags, ...) {
    NEXT(open);
    MODE return next(path, flags, mode);
}
int open64(const char *path, int flags, ...) {
    NEXT(open64);
    MODE return next(path, flags, mode);
}
int openat(int at, const char *path, int flags, ...) {
    NEXT(openat);
    MODE return next(at, path, flags, mode);
}
int openat64(int at, const char *path, int flags, ...) {
    NEXT(openat64);
    MODE return next(at, path, flags, mode);
}
