/* A test that looks out for others: probe NAME MILLISECONDS [LOCK…]

It notes its start and its end in `events`, and holds a file lock for everything that it was given for itself: its worker
id, its temp directory, and each LOCK. A kernel's lock goes with its process, however that ends, so "somebody else has it"
is true at the very moment. What is wrong becomes a line `violation`, and the test fails.

    <nanoseconds> start NAME RUN SESSION WORKER TEMP       <nanoseconds> end NAME RUN passed|failed
    <nanoseconds> violation NAME RUN TEXT                  <nanoseconds> clean RUN

Environment: STRESS_RUN names the ctest run; STRESS_FAILING lists names of tests that fail in it (",a,b,"); with
STRESS_SHARED, LOCKs hold within one session only. In its temp directory it leaves a file `own` with its name and the run.
`probe clean` notes a clean-up and does nothing else. Works in the current directory. */
#define _GNU_SOURCE
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

extern char **environ;

static const char *name, *run;
static int violations;

static const char *variable(const char *which) {
    const char *value = getenv(which);
    return value ? value : "";
}

/* One write, so that lines of several processes do not mix. */
static void note(const char *format, ...) {
    char line[1024];
    struct timespec now;
    clock_gettime(CLOCK_REALTIME, &now);
    int length = snprintf(line, sizeof line, "%lld%09ld ", (long long)now.tv_sec, now.tv_nsec);
    va_list rest;
    va_start(rest, format);
    length += vsnprintf(line + length, sizeof line - (size_t)length - 1, format, rest);
    va_end(rest);
    line[length++] = '\n';
    int file = open("events", O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0666);
    if (file < 0 || write(file, line, (size_t)length) != length) {
        perror("events");
        exit(3);
    }
    close(file);
}

static void violation(const char *what, const char *which) {
    note("violation %s %s %s %s", name, run, what, which);
    fprintf(stderr, "%s %s\n", what, which);
    violations = 1;
}

/* Held until the process is gone. */
static void hold(const char *kind, const char *which, const char *within) {
    char path[512];
    snprintf(path, sizeof path, "held/%s:%s%s", kind, which, within);
    for (char *at = path + 5; *at; ++at) {
        if (*at == '/') *at = '_';
    }
    mkdir("held", 0777);
    int file = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0666);
    if (file < 0) {
        perror(path);
        exit(3);
    }
    if (flock(file, LOCK_EX | LOCK_NB) != 0) violation("shares", path + 5);
}

/* N of CTEST_RESOURCE_GROUP_<i>_LOCKSTEP_WORKER=id:N,slots:1 */
static const char *worker(void) {
    static char id[32] = "none";
    for (char **entry = environ; *entry; ++entry) {
        const char *at = strstr(*entry, "_LOCKSTEP_WORKER=id:");
        if (strncmp(*entry, "CTEST_RESOURCE_GROUP_", 21) == 0 && at) sscanf(at + 20, "%31[^,]", id);
    }
    return id;
}

static int entries(const char *directory) {
    DIR *stream = opendir(directory);
    if (!stream) return -1;
    int count = -2; /* . and .. */
    while (readdir(stream)) ++count;
    closedir(stream);
    return count;
}

static void sleep_milliseconds(long milliseconds) {
    struct timespec rest = {milliseconds / 1000, milliseconds % 1000 * 1000000};
    while (nanosleep(&rest, &rest) != 0 && errno == EINTR) {
    }
}

int main(int argc, char **argv) {
    run = variable("STRESS_RUN");
    if (argc == 2 && strcmp(argv[1], "clean") == 0) {
        note("clean %s", run);
        return 0;
    }
    if (argc < 3) return 2;
    name = argv[1];
    const char *temp = variable("LOCKSTEP_TEMP_DIR");
    hold("worker", worker(), "");
    hold("temp", temp, "");
    for (int i = 3; i < argc; ++i) hold("lock", argv[i], *variable("STRESS_SHARED") ? variable("LOCKSTEP_SESSION") : "");
    if (entries(temp) != 0) violation("is not empty at the start:", temp);

    char path[512], mine[256], there[256] = "";
    snprintf(path, sizeof path, "%s/own", temp);
    snprintf(mine, sizeof mine, "%s %s", name, run);
    FILE *own = fopen(path, "w");
    if (!own || fputs(mine, own) < 0 || fclose(own) != 0) violation("cannot write", path);
    note("start %s %s %s %s %s", name, run, variable("LOCKSTEP_SESSION"), worker(), temp);

    sleep_milliseconds(atol(argv[2]));

    own = fopen(path, "r");
    if (!own || !fgets(there, sizeof there, own) || strcmp(mine, there) != 0) violation("is not its own any more:", path);
    if (own) fclose(own);
    char wanted[256];
    snprintf(wanted, sizeof wanted, ",%s,", name);
    const int failed = violations || strstr(variable("STRESS_FAILING"), wanted) != NULL;
    note("end %s %s %s", name, run, failed ? "failed" : "passed");
    return failed;
}
