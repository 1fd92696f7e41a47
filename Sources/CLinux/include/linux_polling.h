/* SPDX-License-Identifier: Apache-2.0
 * epoll, and the descriptors that wake it: eventfd and signalfd. */
#ifndef STERNA_LINUX_POLLING_H
#define STERNA_LINUX_POLLING_H

#include <errno.h>
#include <signal.h>
#include <stdint.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/signalfd.h>
#include <sys/syscall.h>
#include <unistd.h>

enum {
    LINUX_READABLE = EPOLLIN,
    LINUX_WRITABLE = EPOLLOUT,
    LINUX_PEER_FINISHED = EPOLLRDHUP,
    LINUX_FAILED = EPOLLERR,
    LINUX_HUNG_UP = EPOLLHUP,
    LINUX_ONCE = EPOLLONESHOT,
};

/* epoll_event is packed, so the datum is read and written here. */
typedef struct epoll_event linux_event;

static inline uint32_t linux_event_bits(const linux_event *event) { return event->events; }
static inline uint64_t linux_event_datum(const linux_event *event) { return event->data.u64; }

static inline int linux_epoll(void) {
    int fd = epoll_create1(EPOLL_CLOEXEC);
    return fd < 0 ? -errno : fd;
}

static inline int linux_epoll_add(int epoll, int fd, uint32_t bits, uint64_t datum) {
    struct epoll_event event = {.events = bits, .data.u64 = datum};
    return epoll_ctl(epoll, EPOLL_CTL_ADD, fd, &event) < 0 ? -errno : 0;
}

static inline int linux_epoll_change(int epoll, int fd, uint32_t bits, uint64_t datum) {
    struct epoll_event event = {.events = bits, .data.u64 = datum};
    return epoll_ctl(epoll, EPOLL_CTL_MOD, fd, &event) < 0 ? -errno : 0;
}

static inline int linux_epoll_remove(int epoll, int fd) {
    struct epoll_event ignored = {0};
    return epoll_ctl(epoll, EPOLL_CTL_DEL, fd, &ignored) < 0 ? -errno : 0;
}

/* Waits up to `milliseconds`, for ever when that is -1. */
static inline int linux_epoll_wait(int epoll, linux_event *events, int capacity, int milliseconds) {
    /* Not the C library's call, which is a point of cancellation and costs as much again. */
    int count = (int)syscall(SYS_epoll_pwait, epoll, events, capacity, milliseconds, NULL, 0);
    return count < 0 ? -errno : count;
}

static inline int linux_eventfd(void) {
    int fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    return fd < 0 ? -errno : fd;
}

/* A full counter is as good as a write: the reader is going to wake. */
static inline void linux_eventfd_signal(int fd) {
    uint64_t one = 1;
    ssize_t ignored;
    do ignored = write(fd, &one, sizeof one);
    while (ignored < 0 && errno == EINTR);
}

static inline void linux_eventfd_clear(int fd) {
    uint64_t count;
    ssize_t ignored = read(fd, &count, sizeof count);
    (void)ignored;
}

/* A set of up to 64 signals as bits: bit n stands for signal n + 1. */
static inline void linux_signal_set(uint64_t bits, sigset_t *set) {
    sigemptyset(set);
    for (int number = 1; number <= 64; number++)
        if (bits >> (number - 1) & 1) sigaddset(set, number);
}

/* Blocks the signals for this thread and those that it starts, until what was blocked `before` is again. */
static inline void linux_signals_block(uint64_t bits, sigset_t *before) {
    sigset_t set;
    linux_signal_set(bits, &set);
    pthread_sigmask(SIG_BLOCK, &set, before);
}
static inline void linux_signals_restore(const sigset_t *before) { pthread_sigmask(SIG_SETMASK, before, NULL); }

/* Blocks the signals for this thread and those that it starts, and gives a descriptor that reads them. */
static inline int linux_signalfd(uint64_t bits) {
    sigset_t set;
    linux_signal_set(bits, &set);
    int failure = pthread_sigmask(SIG_BLOCK, &set, NULL);
    if (failure) return -failure;
    int fd = signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
    return fd < 0 ? -errno : fd;
}

/* The number of the next signal, or the negative errno. */
static inline int linux_signalfd_next(int fd) {
    struct signalfd_siginfo info;
    ssize_t count = read(fd, &info, sizeof info);
    if (count < 0) return -errno;
    return count == sizeof info ? (int)info.ssi_signo : -EIO;
}

#endif
