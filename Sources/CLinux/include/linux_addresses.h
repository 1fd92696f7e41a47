/* SPDX-License-Identifier: Apache-2.0
 * Socket addresses of both families in one fixed piece of memory. */
#ifndef STERNA_LINUX_ADDRESSES_H
#define STERNA_LINUX_ADDRESSES_H

#include <netinet/in.h>
#include <stdint.h>
#include <string.h>
#include <sys/socket.h>

/* Large enough for IPv4 and IPv6: 28 bytes instead of the 128 of sockaddr_storage. */
typedef union {
    sa_family_t family;
    struct sockaddr_in v4;
    struct sockaddr_in6 v6;
} linux_address;

/* `bits` and `port` are in host order. */
static inline linux_address linux_address_of_v4(uint32_t bits, uint16_t port) {
    linux_address address;
    memset(&address, 0, sizeof address);
    address.v4.sin_family = AF_INET;
    address.v4.sin_port = htons(port);
    address.v4.sin_addr.s_addr = htonl(bits);
    return address;
}

static inline linux_address linux_address_of_v6(uint64_t high, uint64_t low, uint16_t port) {
    linux_address address;
    memset(&address, 0, sizeof address);
    address.v6.sin6_family = AF_INET6;
    address.v6.sin6_port = htons(port);
    high = __builtin_bswap64(high);
    low = __builtin_bswap64(low);
    memcpy(&address.v6.sin6_addr.s6_addr[0], &high, 8);
    memcpy(&address.v6.sin6_addr.s6_addr[8], &low, 8);
    return address;
}

static inline int linux_address_is_v4(linux_address address) { return address.family == AF_INET; }
static inline int linux_address_is_v6(linux_address address) { return address.family == AF_INET6; }

static inline uint16_t linux_address_port(linux_address address) {
    return ntohs(address.v4.sin_port); /* sin6_port lies at the same place */
}

static inline uint32_t linux_address_v4(linux_address address) { return ntohl(address.v4.sin_addr.s_addr); }

static inline uint64_t linux_in6_high(struct in6_addr address) {
    uint64_t value;
    memcpy(&value, &address.s6_addr[0], 8);
    return __builtin_bswap64(value);
}

static inline uint64_t linux_in6_low(struct in6_addr address) {
    uint64_t value;
    memcpy(&value, &address.s6_addr[8], 8);
    return __builtin_bswap64(value);
}

static inline uint64_t linux_address_v6_high(linux_address address) { return linux_in6_high(address.v6.sin6_addr); }
static inline uint64_t linux_address_v6_low(linux_address address) { return linux_in6_low(address.v6.sin6_addr); }

/* The length that the kernel wants beside the address. */
static inline socklen_t linux_address_length(const linux_address *address) {
    return address->family == AF_INET6 ? sizeof address->v6 : sizeof address->v4;
}

#endif
