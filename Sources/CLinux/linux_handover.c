/* SPDX-License-Identifier: Apache-2.0 */
#define _GNU_SOURCE
#include "linux_handover.h"

#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <signal.h>
#include <spawn.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

/* FIONREAD, without the terminals that <asm/ioctls.h> brings along. */
#define WAITING_BYTES 0x541B

int linux_memory(const char *name) {
    int fd = memfd_create(name, MFD_CLOEXEC);
    return fd < 0 ? -errno : fd;
}

int linux_bag(int *reading, int *writing) {
    int ends[2];
    if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC | SOCK_NONBLOCK, 0, ends) < 0) return -errno;
    *reading = ends[0];
    *writing = ends[1];
    return 0;
}

union control {
    struct cmsghdr header;
    char bytes[CMSG_SPACE(LINUX_DESCRIPTORS_PER_MESSAGE * sizeof(int))];
};

/* Lays the descriptors beside a message. */
static void attach(struct msghdr *message, union control *control, const int *descriptors, int count) {
    if (count <= 0) return;
    memset(control, 0, sizeof *control);
    message->msg_control = control->bytes;
    message->msg_controllen = CMSG_SPACE((size_t)count * sizeof(int));
    struct cmsghdr *header = CMSG_FIRSTHDR(message);
    header->cmsg_level = SOL_SOCKET;
    header->cmsg_type = SCM_RIGHTS;
    header->cmsg_len = CMSG_LEN((size_t)count * sizeof(int));
    memcpy(CMSG_DATA(header), descriptors, (size_t)count * sizeof(int));
}

int linux_bag_put(int writing, const void *bytes, size_t size, const int *descriptors, int count) {
    if (count > LINUX_DESCRIPTORS_PER_MESSAGE) return -E2BIG;
    struct iovec piece = {.iov_base = (void *)bytes, .iov_len = size};
    struct msghdr message = {.msg_iov = &piece, .msg_iovlen = 1};
    union control control;
    attach(&message, &control, descriptors, count);
    ssize_t sent;
    do sent = sendmsg(writing, &message, MSG_NOSIGNAL);
    while (sent < 0 && errno == EINTR);
    return sent < 0 ? -errno : 0;
}

int linux_bag_look(int reading, void *bytes, size_t size, int *descriptors, int *count) {
    struct iovec piece = {.iov_base = bytes, .iov_len = size};
    union control control;
    struct msghdr message = {
        .msg_iov = &piece, .msg_iovlen = 1, .msg_control = control.bytes, .msg_controllen = sizeof control.bytes};
    *count = 0;
    ssize_t got;
    do got = recvmsg(reading, &message, MSG_PEEK | MSG_CMSG_CLOEXEC | MSG_DONTWAIT);
    while (got < 0 && errno == EINTR);
    if (got < 0) return -errno;
    for (struct cmsghdr *header = CMSG_FIRSTHDR(&message); header; header = CMSG_NXTHDR(&message, header)) {
        if (header->cmsg_level != SOL_SOCKET || header->cmsg_type != SCM_RIGHTS) continue;
        int found = (int)((header->cmsg_len - CMSG_LEN(0)) / sizeof(int));
        memcpy(descriptors + *count, CMSG_DATA(header), (size_t)found * sizeof(int));
        *count += found;
    }
    return (int)got;
}

int linux_bag_drop(int reading) {
    char byte;
    struct iovec piece = {.iov_base = &byte, .iov_len = 1};
    /* Without room for them the kernel lets the descriptors go. */
    struct msghdr message = {.msg_iov = &piece, .msg_iovlen = 1};
    ssize_t got;
    do got = recvmsg(reading, &message, MSG_DONTWAIT);
    while (got < 0 && errno == EINTR);
    return got < 0 ? -errno : 0;
}

int linux_bag_size(int reading) {
    int size = 0;
    return ioctl(reading, WAITING_BYTES, &size) < 0 ? -errno : size;
}

int linux_kind(int fd) {
    struct stat facts;
    if (fstat(fd, &facts) < 0) return -errno;
    if (S_ISREG(facts.st_mode)) return LINUX_KIND_MEMORY;
    if (!S_ISSOCK(facts.st_mode)) return LINUX_KIND_OTHER;
    int domain = 0, type = 0, listens = 0;
    socklen_t length = sizeof domain;
    if (getsockopt(fd, SOL_SOCKET, SO_DOMAIN, &domain, &length) < 0) return -errno;
    length = sizeof type;
    if (getsockopt(fd, SOL_SOCKET, SO_TYPE, &type, &length) < 0) return -errno;
    length = sizeof listens;
    if (getsockopt(fd, SOL_SOCKET, SO_ACCEPTCONN, &listens, &length) < 0) return -errno;
    if (domain == AF_UNIX) return type == SOCK_SEQPACKET ? LINUX_KIND_BAG : LINUX_KIND_OTHER;
    if (domain != AF_INET && domain != AF_INET6) return LINUX_KIND_OTHER;
    if (type == SOCK_DGRAM) return LINUX_KIND_DATAGRAMS;
    if (type == SOCK_STREAM) return listens ? LINUX_KIND_LISTENER : LINUX_KIND_STREAM;
    return LINUX_KIND_OTHER;
}

int linux_remote_address(int fd, void *address, unsigned size) {
    socklen_t length = size;
    return getpeername(fd, address, &length) < 0 ? -errno : 0;
}

int linux_set_inheritable(int fd, int inheritable) {
    return fcntl(fd, F_SETFD, inheritable ? 0 : FD_CLOEXEC) < 0 ? -errno : 0;
}

int linux_duplicate(int fd) {
    int copy = fcntl(fd, F_DUPFD_CLOEXEC, 3);
    return copy < 0 ? -errno : copy;
}

int linux_try(const char *path, const char *word, int milliseconds) {
    posix_spawn_file_actions_t actions;
    if (posix_spawn_file_actions_init(&actions)) return -ENOMEM;
    for (int fd = 0; fd < 3; fd++) posix_spawn_file_actions_addopen(&actions, fd, "/dev/null", O_RDWR, 0);
    char *arguments[] = {(char *)path, (char *)word, NULL};
    char *environment[] = {NULL};
    pid_t child;
    int failure = posix_spawn(&child, path, &actions, NULL, arguments, environment);
    posix_spawn_file_actions_destroy(&actions);
    if (failure) return -failure;
    int status = 0;
    for (int waited = 0; waited < milliseconds; waited += 5) {
        pid_t ended = waitpid(child, &status, WNOHANG);
        if (ended < 0 && errno != EINTR) return -errno;
        if (ended == child) return WIFEXITED(status) && WEXITSTATUS(status) == 0 ? 0 : -ENOEXEC;
        usleep(5000);
    }
    kill(child, SIGKILL);
    waitpid(child, &status, 0);
    return -ETIMEDOUT;
}

int linux_become(const char *path, char *const *arguments, char *const *environment) {
    execve(path, arguments, environment);
    return -errno;
}
