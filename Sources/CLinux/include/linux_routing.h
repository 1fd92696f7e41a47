/* SPDX-License-Identifier: Apache-2.0
 * The addresses of this host as the kernel's routing knows them (rtnetlink), and word of their changes. */
#ifndef STERNA_LINUX_ROUTING_H
#define STERNA_LINUX_ROUTING_H

#include <stdint.h>

#include "linux_addresses.h"

/* An address of an interface; a network that packets are taken in for, a single address too; a broadcast address. */
enum { LINUX_OWN_ADDRESS, LINUX_OWN_NETWORK, LINUX_OWN_BROADCAST };

enum { LINUX_IS_TEMPORARY = 1, LINUX_IS_DEPRECATED = 2, LINUX_IS_TENTATIVE = 4 };

typedef struct {
    linux_address address;
    uint8_t kind;
    /* Bits that the addresses of the network share. */
    uint8_t length;
    /* Of an address of an interface. */
    uint8_t flags;
} linux_own_row;

/* How many rows there are; as many of them as fit are written. */
int linux_own_rows(linux_own_row *rows, int capacity);

/* A socket that becomes readable when addresses, interfaces or routes change. */
int linux_watch_routing(void);

/* Reads all that the socket has to tell; whether anything has changed. */
int linux_has_routing_changed(int fd);

/* The address that packets to somewhere outside would leave from; nothing is sent. */
int linux_outgoing_address(int v6, linux_address *address);

#endif
