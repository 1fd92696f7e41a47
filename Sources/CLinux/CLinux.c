/* SPDX-License-Identifier: Apache-2.0
 * What the C library shows only under _GNU_SOURCE. */
#define _GNU_SOURCE
#include <arpa/nameser.h>
#include <grp.h>
#include <netdb.h>
#include <netinet/in.h>
#include <pthread.h>
#include <resolv.h>
#include <sched.h>
#include <stddef.h>
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

static unsigned big_endian(const unsigned char *bytes) { return (unsigned)bytes[0] << 8 | bytes[1]; }

int linux_services(const char *name, linux_service *services, int capacity) {
    struct __res_state state = {0};
    if (res_ninit(&state) != 0) return -EAGAIN;
    state.retrans = 2;
    state.retry = 2;
    unsigned char answer[4096];
    int length = res_nquery(&state, name, ns_c_in, ns_t_srv, answer, sizeof answer);
    int failure = h_errno;
    res_nclose(&state);
    if (length < NS_HFIXEDSZ) return length < 0 && failure == TRY_AGAIN ? -EAGAIN : 0;
    /* libresolv's parser is a library more; dn_skipname and dn_expand, which keep to the end, are in libc. */
    const unsigned char *end = answer + (length < (int)sizeof answer ? length : (int)sizeof answer);
    const unsigned char *cursor = answer + NS_HFIXEDSZ;
    for (unsigned questions = big_endian(answer + 4); questions > 0; questions--) {
        int size = dn_skipname(cursor, end);
        if (size < 0 || end - cursor < size + NS_QFIXEDSZ) return 0;
        cursor += size + NS_QFIXEDSZ;
    }
    int count = 0;
    for (unsigned records = big_endian(answer + 6); records > 0 && count < capacity; records--) {
        int size = dn_skipname(cursor, end);
        if (size < 0 || end - cursor < size + NS_RRFIXEDSZ) break;
        const unsigned char *record = cursor + size, *data = record + NS_RRFIXEDSZ;
        unsigned type = big_endian(record), rest = big_endian(record + 8);
        if (end - data < (ptrdiff_t)rest) break;
        cursor = data + rest;
        if (type != ns_t_srv || rest < 7) continue;
        linux_service *service = &services[count];
        *service = (linux_service){
            .priority = (uint16_t)big_endian(data), .weight = (uint16_t)big_endian(data + 2),
            .port = (uint16_t)big_endian(data + 4)};
        if (dn_expand(answer, end, data + 6, service->target, sizeof service->target) > 0) count++;
    }
    return count;
}
