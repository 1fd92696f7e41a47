/* SPDX-License-Identifier: Apache-2.0
 * Unix sockets with a path: opening them, and who is at the other end. */
#ifndef STERNA_LINUX_LOCAL_H
#define STERNA_LINUX_LOCAL_H

#include <errno.h>
#include <fcntl.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/types.h>
#include <sys/un.h>
#include <unistd.h>

/* What getsockopt(SO_PEERCRED) fills; glibc declares it for _GNU_SOURCE only. */
struct linux_credentials {
    pid_t process;
    uid_t user;
    gid_t group;
};

static inline int linux_path_address(const char *path, struct sockaddr_un *address) {
    size_t length = strlen(path);
    memset(address, 0, sizeof *address);
    address->sun_family = AF_UNIX;
    if (length == 0 || length >= sizeof address->sun_path) return -ENAMETOOLONG;
    memcpy(address->sun_path, path, length);
    return 0;
}

static inline int linux_local_socket(void) {
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    return fd < 0 ? -errno : fd;
}

/* Binds to a path that then only its owner and group may connect to. */
static inline int linux_local_bind(int fd, const char *path) {
    struct sockaddr_un address;
    int result = linux_path_address(path, &address);
    if (result < 0) return result;
    /* Nobody can connect before listen(), so the mode is right in time. */
    if (bind(fd, (struct sockaddr *)&address, sizeof address) < 0) return -errno;
    return chmod(path, 0660) < 0 ? -errno : 0;
}

static inline int linux_local_connect(int fd, const char *path) {
    struct sockaddr_un address;
    int result = linux_path_address(path, &address);
    if (result < 0) return result;
    return connect(fd, (struct sockaddr *)&address, sizeof address) < 0 ? -errno : 0;
}

static inline int linux_local_accept(int fd) {
    int accepted = accept(fd, NULL, NULL);
    if (accepted < 0) return -errno;
    int flags = fcntl(accepted, F_GETFL);
    if (flags < 0 || fcntl(accepted, F_SETFL, flags | O_NONBLOCK) < 0 || fcntl(accepted, F_SETFD, FD_CLOEXEC) < 0) {
        int failure = errno;
        close(accepted);
        return -failure;
    }
    return accepted;
}

/* Whether whoever connected is root, this process's own user, or of its group. */
static inline int linux_local_peer_is_trusted(int fd) {
    struct linux_credentials peer = {0, (uid_t)-1, (gid_t)-1};
    socklen_t length = sizeof peer;
    if (getsockopt(fd, SOL_SOCKET, 17 /* SO_PEERCRED */, &peer, &length) < 0) return 0;
    if (peer.user == 0 || peer.user == geteuid() || peer.group == getegid()) return 1;
    gid_t groups[64];
    length = sizeof groups;
    if (getsockopt(fd, SOL_SOCKET, 59 /* SO_PEERGROUPS */, groups, &length) < 0) return 0;
    for (size_t index = 0; index < length / sizeof *groups; index++)
        if (groups[index] == getegid()) return 1;
    return 0;
}

#endif
