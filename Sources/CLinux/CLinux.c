/* SPDX-License-Identifier: Apache-2.0
 * What the C library shows only under _GNU_SOURCE. */
#define _GNU_SOURCE
#include <pthread.h>
#include <sched.h>
#include <string.h>

#include "CLinux.h"

void linux_thread_name(const char *name) {
    char kept[16] = {0};
    strncpy(kept, name, sizeof kept - 1);
    pthread_setname_np(pthread_self(), kept);
}

int linux_processors(void) {
    cpu_set_t set;
    CPU_ZERO(&set);
    if (sched_getaffinity(0, sizeof set, &set) < 0) return 1;
    int count = CPU_COUNT(&set);
    return count > 0 ? count : 1;
}

int linux_accept(int fd, linux_address *from) {
    socklen_t length = sizeof *from;
    int accepted = accept4(fd, (struct sockaddr *)from, &length, SOCK_NONBLOCK | SOCK_CLOEXEC);
    return accepted < 0 ? -errno : accepted;
}
