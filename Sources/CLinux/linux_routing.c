/* SPDX-License-Identifier: Apache-2.0 */
#define _GNU_SOURCE
#include <errno.h>
#include <linux/if_addr.h>
#include <linux/netlink.h>
#include <linux/rtnetlink.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include "linux_routing.h"
#include "linux_sockets.h"

/* What is written as a dump is read. */
typedef struct {
    linux_own_row *rows;
    int capacity;
    int count;
} listing;

static void add(listing *list, linux_own_row row) {
    if (list->count < list->capacity) list->rows[list->count] = row;
    list->count++;
}

/* An address of netlink, which is as long as its family says; zero when it is not. */
static int read_address(const struct rtattr *attribute, int family, linux_address *address) {
    if (!attribute) return 0;
    size_t size = RTA_PAYLOAD(attribute);
    memset(address, 0, sizeof *address);
    if (family == AF_INET && size == 4) {
        address->v4.sin_family = AF_INET;
        memcpy(&address->v4.sin_addr, RTA_DATA(attribute), 4);
        return 1;
    }
    if (family == AF_INET6 && size == 16) {
        address->v6.sin6_family = AF_INET6;
        memcpy(&address->v6.sin6_addr, RTA_DATA(attribute), 16);
        return 1;
    }
    return 0;
}

/* The attributes of one message by their numbers, of which so many are known. */
static void sort(const struct rtattr *attribute, size_t size, const struct rtattr **found, unsigned known) {
    memset(found, 0, known * sizeof *found);
    while (size >= sizeof *attribute && attribute->rta_len >= sizeof *attribute && attribute->rta_len <= size) {
        if (attribute->rta_type < known) found[attribute->rta_type] = attribute;
        size_t step = RTA_ALIGN(attribute->rta_len);
        if (step >= size) return;
        size -= step;
        attribute = (const struct rtattr *)((const char *)attribute + step);
    }
}

static void take_address(listing *list, const struct nlmsghdr *message) {
    const struct ifaddrmsg *told = NLMSG_DATA(message);
    if (message->nlmsg_len < NLMSG_LENGTH(sizeof *told)) return;
    const struct rtattr *found[IFA_FLAGS + 1];
    sort(IFA_RTA(told), message->nlmsg_len - NLMSG_LENGTH(sizeof *told), found, IFA_FLAGS + 1);
    linux_own_row row = {.kind = LINUX_OWN_ADDRESS, .length = told->ifa_prefixlen};
    /* At one end of a tunnel IFA_ADDRESS is the other end. */
    if (!read_address(found[IFA_LOCAL] ? found[IFA_LOCAL] : found[IFA_ADDRESS], told->ifa_family, &row.address)) return;
    uint32_t flags = told->ifa_flags;
    if (found[IFA_FLAGS] && RTA_PAYLOAD(found[IFA_FLAGS]) == sizeof flags)
        memcpy(&flags, RTA_DATA(found[IFA_FLAGS]), sizeof flags);
    if (told->ifa_family == AF_INET6 && flags & IFA_F_TEMPORARY) row.flags |= LINUX_IS_TEMPORARY;
    if (flags & IFA_F_DEPRECATED) row.flags |= LINUX_IS_DEPRECATED;
    if (flags & (IFA_F_TENTATIVE | IFA_F_DADFAILED) && !(flags & IFA_F_OPTIMISTIC)) row.flags |= LINUX_IS_TENTATIVE;
    add(list, row);
}

static void take_route(listing *list, const struct nlmsghdr *message) {
    const struct rtmsg *told = NLMSG_DATA(message);
    if (message->nlmsg_len < NLMSG_LENGTH(sizeof *told)) return;
    /* Kernels before 4.20 tell of all routes. */
    if (told->rtm_table != RT_TABLE_LOCAL) return;
    int is_own = told->rtm_type == RTN_LOCAL || told->rtm_type == RTN_ANYCAST;
    if (!is_own && told->rtm_type != RTN_BROADCAST) return;
    const struct rtattr *found[RTA_DST + 1];
    sort(RTM_RTA(told), message->nlmsg_len - NLMSG_LENGTH(sizeof *told), found, RTA_DST + 1);
    linux_own_row row = {.kind = is_own ? LINUX_OWN_NETWORK : LINUX_OWN_BROADCAST, .length = told->rtm_dst_len};
    if (read_address(found[RTA_DST], told->rtm_family, &row.address)) add(list, row);
}

static int open_netlink(void) {
    int fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_ROUTE);
    return fd < 0 ? -errno : fd;
}

/* Reads answers until the last; 1 when the list changed while it was read. */
static int read_dump(int fd, uint32_t sequence, listing *list) {
    /* Of the size in which the kernel tells at most. */
    static __thread char bytes[32768] __attribute__((aligned(NLMSG_ALIGNTO)));
    int was_changed = 0;
    for (;;) {
        ssize_t got = recv(fd, bytes, sizeof bytes, 0);
        if (got < 0 && errno == EINTR) continue;
        if (got <= 0) return got < 0 ? -errno : -EIO;
        size_t rest = (size_t)got;
        const char *cursor = bytes;
        while (rest >= sizeof(struct nlmsghdr)) {
            const struct nlmsghdr *message = (const struct nlmsghdr *)cursor;
            if (message->nlmsg_len < sizeof *message || message->nlmsg_len > rest) return -EIO;
            if (message->nlmsg_seq == sequence) {
                if (message->nlmsg_flags & NLM_F_DUMP_INTR) was_changed = 1;
                switch (message->nlmsg_type) {
                case NLMSG_DONE: return was_changed;
                case NLMSG_ERROR: {
                    const struct nlmsgerr *failure = NLMSG_DATA(message);
                    return message->nlmsg_len < NLMSG_LENGTH(sizeof *failure) || !failure->error ? -EIO : failure->error;
                }
                case RTM_NEWADDR: take_address(list, message); break;
                case RTM_NEWROUTE: take_route(list, message); break;
                }
            }
            size_t step = NLMSG_ALIGN(message->nlmsg_len);
            if (step >= rest) break;
            cursor += step;
            rest -= step;
        }
    }
}

static int dump_addresses(int fd, uint32_t sequence, listing *list) {
    struct {
        struct nlmsghdr header;
        struct ifaddrmsg body;
    } request = {
        .header = {
            .nlmsg_len = sizeof request, .nlmsg_type = RTM_GETADDR, .nlmsg_flags = NLM_F_REQUEST | NLM_F_DUMP,
            .nlmsg_seq = sequence},
    };
    if (send(fd, &request, sizeof request, 0) < 0) return -errno;
    return read_dump(fd, sequence, list);
}

/* What is taken in as this host's own. The table of such routes alone, where the kernel can choose. */
static int dump_routes(int fd, uint32_t sequence, int family, listing *list) {
    struct {
        struct nlmsghdr header;
        struct rtmsg body;
    } request = {
        .header = {
            .nlmsg_len = sizeof request, .nlmsg_type = RTM_GETROUTE, .nlmsg_flags = NLM_F_REQUEST | NLM_F_DUMP,
            .nlmsg_seq = sequence},
        .body = {.rtm_family = (unsigned char)family, .rtm_table = RT_TABLE_LOCAL},
    };
    if (send(fd, &request, sizeof request, 0) < 0) return -errno;
    return read_dump(fd, sequence, list);
}

int linux_own_rows(linux_own_row *rows, int capacity) {
    int fd = open_netlink();
    if (fd < 0) return fd;
    struct timeval patience = {.tv_sec = 2};
    setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
    int one = 1;
    setsockopt(fd, SOL_NETLINK, NETLINK_GET_STRICT_CHK, &one, sizeof one);
    listing list;
    int result = 0;
    uint32_t sequence = 1;
    /* A list that changes under the reader's eyes is read again, a few times. */
    for (int round = 0; round < 4; round++) {
        list = (listing){.rows = rows, .capacity = capacity};
        result = dump_addresses(fd, sequence++, &list);
        if (result < 0) break;
        /* A host without one of the families has no table of it. */
        int v4 = dump_routes(fd, sequence++, AF_INET, &list), v6 = dump_routes(fd, sequence++, AF_INET6, &list);
        if (result == 0 && v4 <= 0 && v6 <= 0) break;
    }
    close(fd);
    return result < 0 ? result : list.count;
}

int linux_watch_routing(void) {
    int fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC | SOCK_NONBLOCK, NETLINK_ROUTE);
    if (fd < 0) return -errno;
    struct sockaddr_nl address = {
        .nl_family = AF_NETLINK,
        .nl_groups = RTMGRP_LINK | RTMGRP_IPV4_IFADDR | RTMGRP_IPV6_IFADDR | RTMGRP_IPV4_ROUTE | RTMGRP_IPV6_ROUTE,
    };
    if (bind(fd, (struct sockaddr *)&address, sizeof address) == 0) return fd;
    int failure = errno;
    close(fd);
    return -failure;
}

int linux_has_routing_changed(int fd) {
    int has_changed = 0;
    char bytes[8192];
    for (;;) {
        struct sockaddr_nl sender;
        socklen_t length = sizeof sender;
        ssize_t got = recvfrom(fd, bytes, sizeof bytes, MSG_TRUNC, (struct sockaddr *)&sender, &length);
        if (got >= 0) {
            /* What it says is read anew; that the kernel says it is enough. */
            if (length == sizeof sender && sender.nl_pid == 0) has_changed = 1;
        } else if (errno == ENOBUFS) {
            has_changed = 1;
        } else if (errno != EINTR) {
            return errno == EAGAIN ? has_changed : -errno;
        }
    }
}

int linux_outgoing_address(int v6, linux_address *address) {
    int fd = linux_socket_udp(v6);
    if (fd < 0) return fd;
    /* Where clients go to for months is no address that is there for a day. */
    if (v6) linux_set(fd, IPPROTO_IPV6, 72 /* IPV6_ADDR_PREFERENCES */, 2 /* IPV6_PREFER_SRC_PUBLIC */);
    /* Addresses of documentation (RFC 5737, RFC 3849): nobody's, so that only a way to everywhere leads there. */
    linux_address outside = v6 ? linux_address_of_v6(0x20010DB800000000, 1, 9) : linux_address_of_v4(0xC0000201, 9);
    int result = linux_connect(fd, &outside);
    if (result == 0) result = linux_local_address(fd, address);
    close(fd);
    return result;
}
