/* SPDX-License-Identifier: Apache-2.0
 * Sockets of both kinds: opening, options, addresses, streams. Every socket is non-blocking and closed on exec. */
#ifndef STERNA_LINUX_SOCKETS_H
#define STERNA_LINUX_SOCKETS_H

#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <netinet/udp.h>
#include <stdint.h>
#include <sys/socket.h>
#include <unistd.h>

#include "linux_addresses.h"

static inline int linux_socket_udp(int v6) {
    int fd = socket(v6 ? AF_INET6 : AF_INET, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    return fd < 0 ? -errno : fd;
}

static inline int linux_socket_tcp(int v6) {
    int fd = socket(v6 ? AF_INET6 : AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    return fd < 0 ? -errno : fd;
}

static inline int linux_set(int fd, int level, int option, int value) {
    return setsockopt(fd, level, option, &value, sizeof value) < 0 ? -errno : 0;
}

static inline int linux_get(int fd, int level, int option) {
    int value = 0;
    socklen_t length = sizeof value;
    return getsockopt(fd, level, option, &value, &length) < 0 ? -errno : value;
}

static inline int linux_set_v6_only(int fd) { return linux_set(fd, IPPROTO_IPV6, IPV6_V6ONLY, 1); }
static inline int linux_set_reuse_address(int fd) { return linux_set(fd, SOL_SOCKET, SO_REUSEADDR, 1); }
static inline int linux_set_reuse_port(int fd) { return linux_set(fd, SOL_SOCKET, SO_REUSEPORT, 1); }
/* The address may be one that the host gets later: packets to it arrive from then on. */
static inline int linux_set_free_bind(int fd, int v6) {
    return linux_set(fd, v6 ? IPPROTO_IPV6 : IPPROTO_IP, v6 ? 78 /* IPV6_FREEBIND */ : 15 /* IP_FREEBIND */, 1);
}

static inline int linux_set_no_delay(int fd) { return linux_set(fd, IPPROTO_TCP, TCP_NODELAY, 1); }

/* The kernel takes no more than `bytes` that it cannot send at once. */
static inline int linux_limit_unsent(int fd, int bytes) { return linux_set(fd, IPPROTO_TCP, TCP_NOTSENT_LOWAT, bytes); }

/* The bytes of receive buffer that were granted, in the measure in which they are asked for. */
static inline int linux_receive_buffer(int fd) {
    int granted = linux_get(fd, SOL_SOCKET, SO_RCVBUF);
    return granted < 0 ? granted : granted / 2;
}

/* Asks for `bytes` of receive buffer, past net.core.rmem_max where the process may; gives what was granted. */
static inline int linux_set_receive_buffer(int fd, int bytes) {
    if (linux_set(fd, SOL_SOCKET, SO_RCVBUFFORCE, bytes) < 0) {
        int failure = linux_set(fd, SOL_SOCKET, SO_RCVBUF, bytes);
        if (failure < 0) return failure;
    }
    return linux_receive_buffer(fd);
}

static inline int linux_set_send_buffer(int fd, int bytes) {
    if (linux_set(fd, SOL_SOCKET, SO_SNDBUFFORCE, bytes) < 0) {
        int failure = linux_set(fd, SOL_SOCKET, SO_SNDBUF, bytes);
        if (failure < 0) return failure;
    }
    int granted = linux_get(fd, SOL_SOCKET, SO_SNDBUF);
    return granted < 0 ? granted : granted / 2;
}

/* The error that waits on the socket, and with that no longer does; zero when there is none. */
static inline int linux_take_error(int fd) { return linux_get(fd, SOL_SOCKET, SO_ERROR); }

static inline int linux_bind(int fd, const linux_address *address) {
    return bind(fd, (const struct sockaddr *)address, linux_address_length(address)) < 0 ? -errno : 0;
}

static inline int linux_connect(int fd, const linux_address *address) {
    return connect(fd, (const struct sockaddr *)address, linux_address_length(address)) < 0 ? -errno : 0;
}

static inline int linux_local_address(int fd, linux_address *address) {
    socklen_t length = sizeof *address;
    return getsockname(fd, (struct sockaddr *)address, &length) < 0 ? -errno : 0;
}

static inline int linux_listen(int fd, int backlog) { return listen(fd, backlog) < 0 ? -errno : 0; }

/* The next connection, or -EAGAIN when none waits. */
int linux_accept(int fd, linux_address *from);

static inline long linux_read(int fd, void *bytes, size_t count) {
    ssize_t got = read(fd, bytes, count);
    return got < 0 ? -errno : got;
}

/* Never raises SIGPIPE. */
static inline long linux_write(int fd, const void *bytes, size_t count) {
    ssize_t put = send(fd, bytes, count, MSG_NOSIGNAL);
    return put < 0 ? -errno : put;
}

/* No more bytes are going to be sent. */
static inline int linux_finish(int fd) { return shutdown(fd, SHUT_WR) < 0 ? -errno : 0; }

/* Closing is going to send RST instead of FIN. */
static inline void linux_reset_on_close(int fd) {
    struct linger now = {.l_onoff = 1, .l_linger = 0};
    setsockopt(fd, SOL_SOCKET, SO_LINGER, &now, sizeof now);
}

static inline void linux_close(int fd) { close(fd); }

#endif
