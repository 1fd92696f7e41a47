/* SPDX-License-Identifier: Apache-2.0
 * Threads, clocks, randomness and the process itself. */
#ifndef STERNA_LINUX_PROCESS_H
#define STERNA_LINUX_PROCESS_H

#include <errno.h>
#include <malloc.h>
#include <pthread.h>
#include <signal.h>
#include <stdint.h>
#include <sys/random.h>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>

/* Nanoseconds of the monotonic clock. */
static inline uint64_t linux_monotonic(void) {
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return (uint64_t)time.tv_sec * 1000000000u + (uint64_t)time.tv_nsec;
}

/* Milliseconds of the wall clock since 1970. */
static inline int64_t linux_wall_clock(void) {
    struct timespec time;
    clock_gettime(CLOCK_REALTIME, &time);
    return (int64_t)time.tv_sec * 1000 + time.tv_nsec / 1000000;
}

static inline int linux_random(void *bytes, size_t count) {
    uint8_t *cursor = (uint8_t *)bytes;
    while (count > 0) {
        ssize_t got = getrandom(cursor, count, 0);
        if (got < 0 && errno == EINTR) continue;
        if (got < 0) return -errno;
        cursor += got;
        count -= (size_t)got;
    }
    return 0;
}

/* Asks for as many open files as may be asked for; how many there may be then. */
static inline long linux_raise_file_limit(void) {
    struct rlimit limit;
    if (getrlimit(RLIMIT_NOFILE, &limit) != 0) return 1024;
    struct rlimit raised = {.rlim_cur = limit.rlim_max, .rlim_max = limit.rlim_max};
    if (setrlimit(RLIMIT_NOFILE, &raised) == 0) limit = raised;
    return limit.rlim_cur > 1 << 24 ? 1 << 24 : (long)limit.rlim_cur;
}

/* Starts a thread with every signal blocked: signals are read from a descriptor by whoever asked for them. */
static inline int linux_thread_start(pthread_t *thread, void *(*body)(void *), void *context) {
    sigset_t all, before;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    int failure = pthread_create(thread, NULL, body, context);
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    return -failure;
}

/* Names this thread; at most 15 bytes are kept. */
void linux_thread_name(const char *name);

/* The processors that this process may run on. */
int linux_processors(void);

/* Whether a user with that primary group may do what `mode` asks (R_OK, W_OK, X_OK) with a path: zero or the errno.
 * Asked in a child process that becomes this user, so that ACLs count; only root can ask for others. */
int linux_access_as(const char *path, int mode, const char *name, unsigned user, unsigned group);

/* Whether the kernel's clock is being disciplined by somebody; -1 where that cannot be told. */
int linux_clock_is_synchronised(void);

/* Gives memory that nobody uses any more back to the kernel. */
static inline void linux_trim_memory(void) { malloc_trim(0); }

#endif
