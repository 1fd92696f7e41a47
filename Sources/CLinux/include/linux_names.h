/* SPDX-License-Identifier: Apache-2.0
 * What the resolver says beside addresses. */
#ifndef STERNA_LINUX_NAMES_H
#define STERNA_LINUX_NAMES_H

#include <stdint.h>

typedef struct {
    uint16_t priority, weight, port;
    char target[256];
} linux_service;

/* The SRV records of `name`: how many were written to `services`, zero where there is none, -EAGAIN where no name
 * server answered. Blocks for four seconds at most. */
int linux_services(const char *name, linux_service *services, int capacity);

#endif
