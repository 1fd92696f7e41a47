/* SPDX-License-Identifier: Apache-2.0
 * What the C library shows only under _GNU_SOURCE. */
#define _GNU_SOURCE
#include <grp.h>
#include <pthread.h>
#include <sched.h>
#include <string.h>
#include <sys/timex.h>
#include <sys/types.h>
#include <sys/wait.h>

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

int linux_access_as(const char *path, int mode, const char *name, unsigned user, unsigned group) {
    pid_t child = fork();
    if (child < 0) return errno;
    if (child == 0) {
        if (initgroups(name, group) < 0 || setgid(group) < 0 || setuid(user) < 0) _exit(errno);
        _exit(access(path, mode) < 0 ? errno : 0);
    }
    int status = 0;
    while (waitpid(child, &status, 0) < 0)
        if (errno != EINTR) return errno;
    return WIFEXITED(status) ? WEXITSTATUS(status) : EIO;
}

int linux_clock_is_synchronised(void) {
    struct timex clock = {0};
    int state = adjtimex(&clock);
    if (state < 0) return -1;
    return state != TIME_ERROR && !(clock.status & STA_UNSYNC);
}
